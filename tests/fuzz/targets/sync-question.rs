#![no_main]
letopis_fuzz::target!("sync-question");
