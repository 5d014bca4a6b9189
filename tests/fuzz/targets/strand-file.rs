#![no_main]
letopis_fuzz::target!("strand-file");
