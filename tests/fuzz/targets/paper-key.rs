#![no_main]
letopis_fuzz::target!("paper-key");
