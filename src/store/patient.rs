//! A place asked with patience: what may pass is asked again, after a while that grows.
//!
//! A put that is asked again may find its own bytes there, because only the answer had got lost. So whoever puts never believes
//! a refusal: he looks at what stands there.

use super::place::{Answer, Fault, FaultKind, Limits, Piece, Place, Put, Tag};
use crate::error::Result;
use std::time::Duration;

/// How long somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How many times in all.
    pub attempts: u32,
    /// How long after the first; twice as long after each other.
    pub first: Duration,
}

impl Default for Patience {
    /// About half a minute.
    fn default() -> Self {
        Self { attempts: 7, first: Duration::from_millis(500) }
    }
}

/// A place, and how long it is asked.
#[derive(Clone, Copy)]
pub struct Patient<'p> {
    place: &'p dyn Place,
    patience: Patience,
}

impl<'p> Patient<'p> {
    /// Asks a place with this patience.
    pub fn new(place: &'p dyn Place, patience: Patience) -> Self {
        Self { place, patience }
    }

    /// The place itself, asked once.
    pub fn at_once(&self) -> &'p dyn Place {
        self.place
    }

    /// What people call the place.
    pub fn name(&self) -> String {
        self.place.name()
    }

    /// How much goes in one request.
    pub fn limits(&self) -> Limits {
        self.place.limits()
    }

    /// Asks until there is an answer, or patience ends.
    pub fn ask<T>(&self, mut question: impl FnMut() -> Answer<T>) -> Result<T> {
        let mut wait = self.patience.first;
        for attempt in 1.. {
            match question() {
                Ok(answer) => return Ok(answer),
                Err(fault) if fault.kind == FaultKind::Passing && attempt < self.patience.attempts => {
                    std::thread::sleep(wait);
                    wait = wait.saturating_mul(2);
                }
                Err(fault) => return Err(fault.told(&self.name())),
            }
        }
        Err(Fault::passing("нет ответа").told(&self.name()))
    }

    /// At most so many bytes of what stands under a key; as many as there are, or the answer was cut off and is asked for again.
    ///
    /// # Errors
    /// A fault that stays.
    pub fn get(&self, key: &str, from: u64, length: u64) -> Result<Option<Piece>> {
        self.ask(|| match self.place.get(key, from, length)? {
            Some(piece) if piece.bytes.len() as u64 != piece.size.saturating_sub(from).min(length) => {
                Err(Fault::passing(format!("ответ о «{key}» оборван")))
            }
            piece => Ok(piece),
        })
    }

    /// All of a short file; nothing where nothing stands, or more than so many bytes.
    ///
    /// # Errors
    /// A fault that stays.
    pub fn get_whole(&self, key: &str, most: u64) -> Result<Option<(Vec<u8>, Tag)>> {
        let piece = self.get(key, 0, most)?;
        Ok(piece.filter(|piece| piece.size <= most).map(|piece| (piece.bytes, piece.tag)))
    }

    /// Puts bytes where nothing stands.
    ///
    /// # Errors
    /// A fault that stays.
    pub fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put> {
        self.ask(|| self.place.put_new(key, bytes))
    }

    /// Puts bytes over exactly the content that a tag tells.
    ///
    /// # Errors
    /// A fault that stays.
    pub fn put_over(&self, key: &str, bytes: &[u8], tag: &Tag) -> Result<Put> {
        self.ask(|| self.place.put_over(key, bytes, tag))
    }
}
