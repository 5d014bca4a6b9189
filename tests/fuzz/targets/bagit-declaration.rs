#![no_main]
letopis_fuzz::target!("bagit-declaration");
