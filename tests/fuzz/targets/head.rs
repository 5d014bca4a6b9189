#![no_main]
letopis_fuzz::target!("head");
