#![no_main]
letopis_fuzz::target!("zip-directory");
