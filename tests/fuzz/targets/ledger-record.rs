#![no_main]
letopis_fuzz::target!("ledger-record");
