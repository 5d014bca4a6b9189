//! The course of the year as a whole: when it was closed and opened again, and whether another continues it.

use super::Tables;
use crate::error::Result;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};

/// A close of the year, or its being opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The entry by which it came into force.
    pub entry: u64,
    /// When it came into force: was recorded, or confirmed where it waited for a second person.
    pub at: DateTime<FixedOffset>,
    /// By whom.
    pub by: Login,
    /// With which gaps it was closed all the same, or why it was opened again; empty of a close with no gaps.
    pub reason: String,
}

/// Whether the year was closed.
pub fn is_closed(tables: &Tables) -> Result<bool> {
    tables.closed_or(|| tables.any("SELECT 1 FROM year_closed", []))
}

/// The close that is in force.
pub fn closed(tables: &Tables) -> Result<Option<Turn>> {
    Ok(if is_closed(tables)? { turns(tables, false)?.pop() } else { None })
}

/// Every close, in order.
pub fn closings(tables: &Tables) -> Result<Vec<Turn>> {
    turns(tables, false)
}

/// Each time the year was opened again, in order.
pub fn reopenings(tables: &Tables) -> Result<Vec<Turn>> {
    turns(tables, true)
}

fn turns(tables: &Tables, reopened: bool) -> Result<Vec<Turn>> {
    let sql = "SELECT entry, by, reason,
                   coalesce((SELECT max(decided_at) FROM extraordinary WHERE decided_entry = year_turns.entry), at) AS at
               FROM year_turns WHERE reopened = ?1 ORDER BY entry";
    tables.all("закрытие года", sql, [reopened], |row| {
        let (entry, by, reason) = (row.get("entry")?, row.get("by")?, row.get("reason")?);
        Ok(Turn { entry, at: row.moment("at")?, by, reason })
    })
}

/// The token that the journal of the next year repeats, once that was begun.
pub fn continued(tables: &Tables) -> Result<Option<String>> {
    tables.one("продолжение года", "SELECT token FROM year_continued", [], |row| row.get("token"))
}

/// The number of the entry by which the year is to be opened again, while it waits for a second person.
pub fn reopening_waits(tables: &Tables) -> Result<Option<u64>> {
    let sql = "SELECT entry FROM extraordinary WHERE kind = 'year.reopened' AND state = ?1";
    let waits = super::extraordinary::State::Waits.word();
    tables.one("ждущая запись", sql, [waits], |row| row.get("entry"))
}
