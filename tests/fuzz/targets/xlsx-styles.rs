#![no_main]
letopis_fuzz::target!("xlsx-styles");
