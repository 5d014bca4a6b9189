//! Archives in a third place beside their carriers: what was brought there, and what was found there last.

use super::column::Columns;
use crate::error::Result;
use crate::journal::entry::{VerifiedAs, VerifiedDepth};
use crate::journal::read::Tables;
use crate::school::{Day, Login};
use chrono::{DateTime, FixedOffset};

/// An archive in a third place, as it was read there last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What people call the place.
    pub place: String,
    /// Where it lies there: `<school>/<year>/<bag>`.
    pub shelf: String,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Login of who read it.
    pub by: Login,
    /// Whether it was brought there then.
    pub put: bool,
    /// How deep it was verified.
    pub depth: VerifiedDepth,
    /// The verdict.
    pub result: VerifiedAs,
    /// Whether nothing of it was there.
    pub is_gone: bool,
    /// The last day until which it was ever locked there.
    pub locked_until: Option<Day>,
    /// The entry that says so.
    pub entry: u64,
}

/// An archive in each of its third places, in the order in which they were looked at last.
pub fn stored(tables: &Tables, archive: &str) -> Result<Vec<Stored>> {
    let sql = "SELECT place, shelf, at, by, put, depth, result, damaged IS NULL AND healable IS 0 AS is_gone, entry,
               (SELECT max(locked_until) FROM stored AS other
                WHERE other.archive = stored.archive AND other.place = stored.place) AS locked_until
               FROM stored WHERE entry IN (SELECT max(entry) FROM stored WHERE archive = ?1 GROUP BY place)
               ORDER BY entry";
    tables.all("архив в третьем месте", sql, [archive], Stored::of)
}

/// The third place that was used last, by whatever archive.
pub fn third_place(tables: &Tables) -> Result<Option<String>> {
    let sql = "SELECT entry, place FROM stored ORDER BY entry DESC LIMIT 1";
    tables.one("третье место", sql, [], |row| row.get("place"))
}

impl Stored {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let result = row.read("result", VerifiedAs::parse)?;
        Ok(Self {
            place: row.get("place")?,
            shelf: row.get("shelf")?,
            at: row.moment("at")?,
            by: row.get("by")?,
            put: row.get("put")?,
            depth: row.read("depth", VerifiedDepth::parse)?,
            result,
            is_gone: row.get::<bool>("is_gone")? && result == VerifiedAs::Damaged,
            locked_until: row.day_or_none("locked_until")?,
            entry: row.get("entry")?,
        })
    }
}
