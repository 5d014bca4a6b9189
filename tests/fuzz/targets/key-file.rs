#![no_main]
letopis_fuzz::target!("key-file");
