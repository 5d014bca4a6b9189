#![no_main]
letopis_fuzz::target!("public-identity");
