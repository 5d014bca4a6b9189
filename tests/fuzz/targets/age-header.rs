#![no_main]
letopis_fuzz::target!("age-header");
