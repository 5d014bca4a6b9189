//! What an archive of made-up content says of itself, and numbers that look random; for the library's own tests too.

// Each test that names this module uses only a part of it.
#![allow(dead_code)]

use letopis::archive::bag::{Content, Facts};
use letopis::archive::sum::Sum;

/// The facts of an archive of a first quarter, with so much recovery data in per cent.
pub fn facts(recovery: u8) -> Facts {
    Facts {
        school: "МБОУ «СОШ № 1»".into(),
        author: "Петрова Анна Сергеевна".into(),
        login: "petrova".into(),
        created: "2025-10-31T15:00:00+03:00".into(),
        period: "I четверть".into(),
        journal: Sum::of(b"journal").to_string(),
        length: 20,
        head: Sum::of(b"head").to_string(),
        previous: None,
        recovery,
        source: None,
        content: Content::Journal,
        checkpoint: None,
    }
}

/// Numbers that look random and are the same in every run (Marsaglia's xorshift).
pub struct Dice(pub u64);

impl Dice {
    /// A number below this one.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below.max(1)
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.roll(256) as u8).collect()
    }
}
