#![no_main]
letopis_fuzz::target!("check-code");
