#![no_main]
letopis_fuzz::target!("mirror-note");
