#![no_main]
letopis_fuzz::target!("archive-code");
