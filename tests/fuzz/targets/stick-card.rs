#![no_main]
letopis_fuzz::target!("stick-card");
