#![no_main]
letopis_fuzz::target!("bag-info");
