#![no_main]
letopis_fuzz::target!("record-proof");
