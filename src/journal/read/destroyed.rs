//! What is no longer kept of older years, and by which act.

use super::column::Columns;
use crate::error::Result;
use crate::journal::entry::{Destroyed, DestroyedCase, NamedArchive};
use crate::journal::read::Tables;
use crate::school::{Day, Login};
use chrono::{DateTime, FixedOffset};

/// An older journal, or its sheets, set apart to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The entry that recorded it.
    pub entry: u64,
    /// The old journal's id, hex.
    pub journal: String,
    /// Its school year.
    pub year: String,
    /// The last day of that year.
    pub ends: Day,
    /// What of it.
    pub what: Destroyed,
    /// Entries of its ledger.
    pub length: u64,
    /// The head after the last of them.
    pub head: String,
    /// The archives that go with it.
    pub archives: Vec<NamedArchive>,
    /// The archive of the sheets for 25 years, which stays.
    pub stays: Option<NamedArchive>,
    /// Minutes of the expert commission.
    pub protocol: String,
    /// How it is destroyed.
    pub means: String,
    /// When it was recorded.
    pub at: DateTime<FixedOffset>,
    /// By whom.
    pub by: Login,
}

/// All that was set apart, in order.
///
/// # Errors
/// Tables that do not read.
pub fn destroyed(tables: &Tables) -> Result<Vec<Gone>> {
    let sql = "SELECT entry, journal, year, ends, what, length, head, stays, stays_code, protocol, means, at, by
               FROM destroyed ORDER BY entry";
    let mut all: Vec<Gone> = tables.all("уничтоженное", sql, [], |row| {
        let stays: Option<String> = row.get("stays")?;
        let code: Option<String> = row.get("stays_code")?;
        Ok(Gone {
            entry: row.get("entry")?,
            journal: row.get("journal")?,
            year: row.get("year")?,
            ends: row.day("ends")?,
            what: row.read("what", Destroyed::parse)?,
            length: row.get("length")?,
            head: row.get("head")?,
            archives: Vec::new(),
            stays: stays.zip(code).map(|(name, code)| NamedArchive { name, code }),
            protocol: row.get("protocol")?,
            means: row.get("means")?,
            at: row.moment("at")?,
            by: row.get("by")?,
        })
    })?;
    let sql = "SELECT name, code FROM destroyed_archives WHERE entry = ?1 ORDER BY name";
    for gone in &mut all {
        let archive = |row: &Columns<'_>| Ok(NamedArchive { name: row.get("name")?, code: row.get("code")? });
        gone.archives = tables.all("уничтоженный архив", sql, [gone.entry], archive)?;
    }
    Ok(all)
}

/// The lines of the act that an entry stands for.
///
/// # Errors
/// Tables that do not read.
pub fn destroyed_cases(tables: &Tables, entry: u64) -> Result<Vec<DestroyedCase>> {
    let sql = "SELECT entry, case_index, title, first, last, count, term, note FROM destroyed_cases
               WHERE entry = ?1 ORDER BY line";
    tables.all("строка акта", sql, [entry], |row| {
        Ok(DestroyedCase {
            index: row.get("case_index")?,
            title: row.get("title")?,
            first: row.day("first")?,
            last: row.day("last")?,
            count: row.get("count")?,
            term: row.get("term")?,
            note: row.get("note")?,
        })
    })
}
