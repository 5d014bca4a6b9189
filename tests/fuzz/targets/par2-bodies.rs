#![no_main]
letopis_fuzz::target!("par2-bodies");
