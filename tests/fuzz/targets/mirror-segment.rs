#![no_main]
letopis_fuzz::target!("mirror-segment");
