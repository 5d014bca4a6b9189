//! What comes with a hand-over: a line of JSON for each entry, in order, then one for each receipt.

use super::{LARGEST_LOAD, MOST_LINES};
use crate::away::base::Taken;
use crate::away::written::hex;
use crate::error::Result;
use crate::journal::entry::CarriedReceipt;
use crate::ledger::strand::{Base, Strung};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// Entries of a strand in order, and receipts that the stick was given before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Load {
    /// The entries.
    pub entries: Vec<Strung>,
    /// The receipts: for a ledger that was restored from a copy which lacks what they tell of.
    pub receipts: Vec<CarriedReceipt>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Entry(Entry),
    Receipt(CarriedReceipt),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    number: u64,
    base: Place,
    payload: String,
    #[serde(with = "hex")]
    signature: [u8; 64],
}

#[derive(Serialize, Deserialize)]
struct Place {
    length: u64,
    #[serde(with = "hex")]
    head: [u8; 32],
}

impl Load {
    /// Its bytes.
    ///
    /// # Errors
    /// None that can be brought about: memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.entries.iter().try_for_each(|strung| put(&mut bytes, &Line::of(strung)))?;
        self.receipts.iter().try_for_each(|receipt| put(&mut bytes, &Line::Receipt(receipt.clone())))?;
        Ok(bytes)
    }

    /// Reads it. Nothing where it is larger than may be, or is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let is_whole = bytes.is_empty() || bytes.ends_with(b"\n");
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        if bytes.len() > LARGEST_LOAD || lines > MOST_LINES || !is_whole {
            return None;
        }
        let mut load = Self::default();
        for line in std::str::from_utf8(bytes).ok()?.lines() {
            match serde_json::from_str(line).ok()? {
                Line::Entry(entry) if load.receipts.is_empty() => load.entries.push(entry.into_strung()),
                Line::Entry(_) => return None,
                Line::Receipt(receipt) => load.receipts.push(receipt),
            }
        }
        Some(load)
    }

    /// Whether it may be handed over in one go.
    ///
    /// # Errors
    /// As [`Load::to_bytes`].
    pub fn fits(&self) -> Result<bool> {
        let lines = self.entries.len() + self.receipts.len();
        Ok(lines <= MOST_LINES && self.to_bytes()?.len() <= LARGEST_LOAD)
    }
}

/// How many of these entries go into the next hand-over: at least one, where there is any.
///
/// # Errors
/// As [`Load::to_bytes`].
pub fn batch(entries: &[Strung]) -> Result<usize> {
    let (mut bytes, mut count) = (Vec::new(), 0);
    for strung in entries.iter().take(MOST_LINES) {
        put(&mut bytes, &Line::of(strung))?;
        if bytes.len() > LARGEST_LOAD && count > 0 {
            break;
        }
        count += 1;
    }
    Ok(count)
}

fn put(bytes: &mut Vec<u8>, line: &Line) -> Result<()> {
    let text = crate::away::json(line)?;
    writeln!(bytes, "{text}").map_err(|cause| {
        crate::error::Error::environment("не хватает памяти")
            .next("закройте другие программы и повторите")
            .caused_by(cause)
    })
}

impl Line {
    fn of(strung: &Strung) -> Self {
        let base = Place { length: strung.base.length, head: strung.base.head };
        Self::Entry(Entry { number: strung.number, base, payload: strung.payload.clone(), signature: strung.signature })
    }
}

impl Entry {
    fn into_strung(self) -> Strung {
        let base = Base { length: self.base.length, head: self.base.head };
        Strung { number: self.number, base, payload: self.payload, signature: self.signature }
    }
}

impl From<Base> for Taken {
    fn from(base: Base) -> Self {
        Self { number: base.length, head: base.head }
    }
}
