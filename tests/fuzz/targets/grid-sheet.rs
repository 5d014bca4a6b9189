#![no_main]
letopis_fuzz::target!("grid-sheet");
