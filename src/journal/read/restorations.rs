//! When a journal went on from a restored copy, and what was lost (§2.5).

use crate::error::Result;
use crate::journal::entry::LostTail;
use crate::journal::read::Tables;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};
use std::fmt;

/// A journal that went on from a restored copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// The number of its entry; where it waited for a second person, of the one that confirmed it.
    pub entry: u64,
    /// The number of its entry, whoever confirmed it: the first after what the copy had.
    pub asked: u64,
    /// When it was recorded.
    pub at: DateTime<FixedOffset>,
    /// Login of who did it.
    pub by: Login,
    /// What happened.
    pub reason: String,
    /// The last places of the lost part that are known.
    pub lost: Vec<LostTail>,
    /// How many numbers of documents were left out.
    pub numbers: u64,
}

/// How many records were kept at each restoration: what a longer ledger had beyond was lost.
///
/// # Errors
/// Tables that do not read.
pub fn lengths_kept(tables: &Tables) -> Result<Vec<u64>> {
    let sql = "SELECT coalesce((SELECT min(extraordinary.entry) FROM extraordinary
               WHERE kind = 'journal.restored' AND decided_entry = restorations.entry), entry) AS said
               FROM restorations ORDER BY entry";
    let said: Vec<u64> = tables.all("восстановление", sql, [], |row| row.get("said"))?;
    Ok(said.into_iter().map(|entry| entry.saturating_sub(1)).collect())
}

impl Restoration {
    /// The lost entries, as far as they are known: those from where the restored copy ended to the last place that was named.
    pub fn lost_range(&self) -> Option<LostRange> {
        LostRange::of(self.asked, &self.lost)
    }

    /// Whether a place of the ledger is of the part that this one gives up: it lies before a place that was named, or is it.
    pub fn gives_up(&self, length: u64, head: &str) -> bool {
        self.lost.iter().any(|lost| length < lost.length || (length == lost.length && head == lost.head))
    }
}

/// Entries that were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRange {
    /// The number of the first,
    pub first: u64,
    /// and of the last.
    pub last: u64,
}

impl LostRange {
    /// Of a restoration recorded under a number: what was before it stands in the journal, the end of the copy at the latest.
    pub fn of(entry: u64, lost: &[LostTail]) -> Option<Self> {
        let last = lost.iter().map(|lost| lost.length).max()?;
        // Where more was recorded in the copy than was lost, only the last that is known to be lost can be named.
        Some(Self { first: entry.min(last), last })
    }
}

/// «утрачены записи № 40–44 (5)», or of one: «утрачена запись № 40».
impl fmt::Display for LostRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last } = self;
        match last - first {
            0 => write!(f, "утрачена запись № {last}"),
            more => write!(f, "утрачены записи № {first}–{last} ({})", more + 1),
        }
    }
}

/// Every restoration, in order.
pub fn restorations(tables: &Tables) -> Result<Vec<Restoration>> {
    let sql = "SELECT entry, at, by, reason, numbers, coalesce((SELECT min(held.entry) FROM extraordinary AS held
                   WHERE kind = 'journal.restored' AND decided_entry = restorations.entry), entry) AS asked
               FROM restorations ORDER BY entry";
    let mut found: Vec<Restoration> = tables.all("восстановление журнала", sql, [], |row| {
        let (entry, by, reason, numbers) = (row.get("entry")?, row.get("by")?, row.get("reason")?, row.get("numbers")?);
        let asked = row.get("asked")?;
        Ok(Restoration { entry, asked, at: row.moment("at")?, by, reason, numbers, lost: Vec::new() })
    })?;
    let sql = "SELECT length, head FROM restorations_lost WHERE entry = ?1 ORDER BY length, head";
    for restoration in &mut found {
        restoration.lost = tables.all("утраченные записи", sql, [restoration.entry], |row| {
            Ok(LostTail { length: row.get("length")?, head: row.get("head")? })
        })?;
    }
    Ok(found)
}

/// Whether a place of the ledger, which is not in the chain, is of a part that was lost and given up.
pub fn is_given_up(tables: &Tables, length: u64, head: &str) -> Result<bool> {
    Ok(given_up_by(tables, length, head)?.is_some())
}

/// The entry of the restoration that gave up a place of the ledger, which is not in the chain.
pub fn given_up_by(tables: &Tables, length: u64, head: &str) -> Result<Option<u64>> {
    let mut restorations = restorations(tables)?.into_iter();
    Ok(restorations.find(|restoration| restoration.gives_up(length, head)).map(|restoration| restoration.entry))
}

/// Numbers of documents that were not given out when a journal went on from a restored copy: they may stand on paper that was
/// issued in the lost part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The entry of the restoration.
    pub entry: u64,
    /// The first running number,
    pub first: u64,
    /// and the last.
    pub last: u64,
}

/// The running numbers of documents that were left out, in order.
pub fn numbers_left_out(tables: &Tables) -> Result<Vec<LeftOut>> {
    let sql = "SELECT count(*) AS issued FROM documents WHERE entry < ?1";
    let (mut left_out, mut before) = (Vec::new(), 0u64);
    for restoration in restorations(tables)? {
        let issued: u64 =
            tables.one("выданные документы", sql, [restoration.entry], |row| row.get("issued"))?.unwrap_or_default();
        let first = issued.saturating_add(before).saturating_add(1);
        before = before.saturating_add(restoration.numbers);
        if restoration.numbers > 0 {
            left_out.push(LeftOut { entry: restoration.entry, first, last: issued.saturating_add(before) });
        }
    }
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use rusqlite::params;

    #[test]
    fn numbers_that_were_left_out_follow_those_that_had_been_issued_or_left_out_before() {
        let tables = in_memory().unwrap();
        let document = |number: &str, entry: u64| {
            let sql =
                "INSERT INTO documents VALUES (?1, 'register', '', '', 'Реестр', 1, 1, '2025-09-01T10:00:00+03:00',
                           'petrova', '', '0.1.0', 1, '', NULL, ?2)";
            tables.db().execute(sql, params![number, entry]).unwrap();
        };
        let restoration = |entry: u64, numbers: u64| {
            let sql = "INSERT INTO restorations VALUES (?1, '2025-09-15T10:00:00+03:00', 'petrova', 'сгорел', ?2)";
            tables.db().execute(sql, params![entry, numbers]).unwrap();
        };
        let left_out = || {
            let spans = numbers_left_out(&tables).unwrap().into_iter();
            spans.map(|span| (span.entry, span.first, span.last)).collect::<Vec<_>>()
        };
        assert_eq!(left_out(), []);
        document("2025-0001", 5);
        document("2025-0002", 6);
        restoration(10, 100);
        assert_eq!(left_out(), [(10, 3, 102)]);
        document("2025-0103", 12);
        restoration(15, 0);
        restoration(20, 1);
        restoration(21, 7);
        assert_eq!(left_out(), [(10, 3, 102), (20, 104, 104), (21, 105, 111)]);
    }

    #[test]
    fn what_was_lost_is_named_by_its_numbers() {
        let lost = |lengths: &[u64]| {
            let lost: Vec<_> = lengths.iter().map(|length| LostTail { length: *length, head: String::new() }).collect();
            LostRange::of(40, &lost).map(|range| range.to_string())
        };
        assert_eq!(lost(&[]), None);
        assert_eq!(lost(&[40]).unwrap(), "утрачена запись № 40");
        assert_eq!(lost(&[41, 44]).unwrap(), "утрачены записи № 40–44 (5)");
        assert_eq!(lost(&[38]).unwrap(), "утрачена запись № 38");
    }
}
