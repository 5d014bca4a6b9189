#![no_main]
letopis_fuzz::target!("checkpoint");
