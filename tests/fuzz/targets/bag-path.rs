#![no_main]
letopis_fuzz::target!("bag-path");
