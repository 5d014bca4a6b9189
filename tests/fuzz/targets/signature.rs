#![no_main]
letopis_fuzz::target!("signature");
