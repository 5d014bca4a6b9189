#![no_main]
letopis_fuzz::target!("xlsx-book");
