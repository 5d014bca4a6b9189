#![no_main]
letopis_fuzz::target!("bagit-fetch");
