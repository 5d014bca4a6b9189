#![no_main]
letopis_fuzz::target!("allowed-signers");
