//! The «Блокнот» (§2.3.4).

use crate::error::Result;
use crate::journal::read::Tables;
use chrono::{DateTime, FixedOffset};

/// A note of the «Блокнот» (§2.3.4) as it lies in the tables: sealed to its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedNote {
    /// The number of the entry that added it.
    pub number: u64,
    /// When it was written.
    pub written_at: DateTime<FixedOffset>,
    /// Whether it is done with.
    pub done: bool,
    /// The armoured age file.
    pub sealed: String,
}

/// The notes of an author, in order.
pub fn notes_of(tables: &Tables, login: &str) -> Result<Vec<SealedNote>> {
    let sql = "SELECT entry, written_at, done, sealed FROM notes WHERE author = ?1 ORDER BY entry";
    tables.all("запись «Блокнота»", sql, [login], |row| {
        let (number, done) = (row.get("entry")?, row.get("done")?);
        Ok(SealedNote { number, written_at: row.moment("written_at")?, done, sealed: row.get("sealed")? })
    })
}
