//! The living journal's mirror: what was recorded since the last archive, in a place outside the school.
//!
//! New records go there as **segments** `<school>/<journal>/<epoch>/<from>.age`, encrypted for those who open archives, each
//! with a note in clear beside it, signed by the school's server ([`crate::ledger::log::segment`]). A segment is found by the
//! number of its first record, which follows from the one before, so nothing rests on a listing ([`chain`]).
//!
//! Whoever mirrors puts a segment where nothing stands and looks again; who comes second goes on after what the first has put
//! ([`bring`]). What was left in the middle is put anew after a while in which nobody finished it. Nothing is ever put
//! over a segment that stands whole.
//!
//! Each **epoch** of the journal begins anew with its first record: a mirror of one that goes on from an older copy rests on
//! nothing that its former self has put.

pub mod bring;
pub mod chain;
pub mod sealed;
pub mod state;

use crate::ledger::chain::{Hash, hex};
use crate::ledger::log::checkpoint::Origin;
use sha2::{Digest, Sha256};

/// A segment's file is no longer, in bytes; only that of a single record with its texts may be.
pub const SEGMENT: usize = 8 * 1024 * 1024;
/// What is read of a segment's file at most: a longer one is none of ours.
pub const LONGEST: u64 = 64 * 1024 * 1024;
/// What is read of a note at most.
const NOTE: u64 = 4096;

/// Where one epoch of a journal lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    school: String,
    /// Of which log.
    pub origin: Origin,
}

/// The two files of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    Segment,
    Note,
}

impl Shelf {
    /// That of a school's journal.
    pub fn new(school: &str, origin: Origin) -> Self {
        Self { school: school.to_owned(), origin }
    }

    fn key(&self, from: u64, file: File) -> String {
        let Origin { journal, epoch } = self.origin;
        let ending = match file {
            File::Segment => "age",
            File::Note => "note",
        };
        format!("{}/{}/{epoch}/{from}.{ending}", self.school, hex(&journal))
    }

    /// What a key is: the log, the segment's first record, and which of the two files. Nothing of another one.
    fn of_key<'k>(school: &str, key: &'k str) -> Option<(Origin, u64, &'k str)> {
        let mut parts = key.strip_prefix(school)?.strip_prefix('/')?.split('/');
        let (journal, epoch, file) = (parts.next()?, parts.next()?, parts.next()?);
        let origin = Origin::parse(&format!("letopis/{journal}/{epoch}"))?;
        let (from, ending) = file.split_once('.')?;
        let number = from.parse().ok().filter(|number: &u64| number.to_string() == from)?;
        (parts.next().is_none() && matches!(ending, "age" | "note")).then_some((origin, number, ending))
    }
}

fn sum(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests;
