#![no_main]
letopis_fuzz::target!("page-record");
