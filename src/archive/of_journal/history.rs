//! What a carrier went through, by the ledger: registered, given out, written to, verified, repaired, lost; and whether it
//! is failing.

use crate::error::Result;
use crate::journal::read::Tables;
use rusqlite::{Row, params};
use serde::Serialize;
use std::collections::HashMap;

/// How many failures make a carrier one to be replaced.
const TOO_MANY: u32 = 2;

/// A carrier's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// How often it was found damaged or was repaired; damage that is known already and did not grow counts once.
    pub failures: u32,
    /// What happened, in the order of the ledger.
    pub events: Vec<Event>,
}

/// Something that happened to a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The number of the record.
    pub entry: u64,
    /// When it was recorded (RFC 3339).
    pub at: String,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. People are logins, carriers ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(missing_docs)] // the fields are those of the entries
pub enum What {
    Registered { holder: String, place: String },
    Issued { to: String },
    Returned { place: String },
    Archived { archive: String, again: bool },
    Verified { archive: String, depth: String, result: String, damaged: Option<u64>, healable: Option<bool> },
    Repaired { archive: String, files: u64, bytes: u64, from: String },
    Lost { reported: String, circumstances: String, by_fault: bool },
    Retired { reason: String },
    Restored { replacement: String },
    Replaces { lost: String },
}

impl History {
    /// The history of a carrier, by its id.
    ///
    /// # Errors
    /// Tables that cannot be read.
    pub fn of(tables: &Tables, id: &str) -> Result<Self> {
        let mut events = Vec::new();
        for (sql, what) in SOURCES {
            let mut statement = tables.prepare_cached(sql)?;
            let rows = statement
                .query_map(params![id], |row| Ok(Event { entry: row.get(0)?, at: row.get(1)?, what: what(row)? }))?;
            events.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        events.sort_by_key(|event| event.entry);
        Ok(Self { failures: failures(&events), events })
    }

    /// Whether the carrier should be replaced before it loses what it holds.
    pub fn is_failing(&self) -> bool {
        self.failures >= TOO_MANY
    }
}

type Source = (&'static str, fn(&Row<'_>) -> rusqlite::Result<What>);

/// The tables that know of carriers: a query of (entry, time, fields) for the id, and what a row says.
const SOURCES: [Source; 10] = [
    ("SELECT entry, at, holder, place FROM carrier_registrations WHERE carrier = ?1", |row| {
        Ok(What::Registered { holder: row.get(2)?, place: row.get(3)? })
    }),
    ("SELECT entry, at, login FROM carrier_issues WHERE carrier = ?1", |row| Ok(What::Issued { to: row.get(2)? })),
    (
        "SELECT returned_entry, returned_at, place FROM carrier_issues WHERE carrier = ?1 AND returned_at IS NOT NULL",
        |row| Ok(What::Returned { place: row.get(2)? }),
    ),
    (
        "SELECT entry, at, archive, row_number() OVER (PARTITION BY archive ORDER BY entry) > 1
         FROM archive_copies WHERE carrier = ?1",
        |row| Ok(What::Archived { archive: row.get(2)?, again: row.get(3)? }),
    ),
    ("SELECT entry, at, archive, depth, result, damaged, healable FROM verifications WHERE carrier = ?1", |row| {
        let (archive, depth, result) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(What::Verified { archive, depth, result, damaged: row.get(5)?, healable: row.get(6)? })
    }),
    ("SELECT entry, at, archive, files, bytes, source FROM repairs WHERE carrier = ?1", |row| {
        Ok(What::Repaired { archive: row.get(2)?, files: row.get(3)?, bytes: row.get(4)?, from: row.get(5)? })
    }),
    (
        "SELECT lost_entry, at, reported, circumstances, by_fault FROM carrier_losses WHERE carrier = ?1 AND retired = 0",
        |row| Ok(What::Lost { reported: row.get(2)?, circumstances: row.get(3)?, by_fault: row.get(4)? }),
    ),
    ("SELECT lost_entry, at, circumstances FROM carrier_losses WHERE carrier = ?1 AND retired = 1", |row| {
        Ok(What::Retired { reason: row.get(2)? })
    }),
    (
        "SELECT entry, restored_at, replacement FROM carrier_losses
         WHERE carrier = ?1 AND restored_at IS NOT NULL",
        |row| Ok(What::Restored { replacement: row.get(2)? }),
    ),
    ("SELECT entry, restored_at, carrier FROM carrier_losses WHERE replacement = ?1", |row| {
        Ok(What::Replaces { lost: row.get(2)? })
    }),
];

/// Counts the failures. Damage stays known until a repair, a verification that finds nothing, or a copy written anew.
fn failures(events: &[Event]) -> u32 {
    let mut known: HashMap<&str, u64> = HashMap::new();
    let mut count = 0;
    for event in events {
        match &event.what {
            What::Verified { archive, result, damaged, .. } if result == "повреждён" => {
                let damaged = damaged.unwrap_or(1);
                if known.insert(archive, damaged).is_none_or(|before| damaged > before) {
                    count += 1;
                }
            }
            What::Verified { archive, .. } | What::Archived { archive, .. } => {
                known.remove(archive.as_str());
            }
            What::Repaired { archive, .. } => {
                count += u32::from(known.remove(archive.as_str()).is_none());
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(damaged: Option<u64>) -> What {
        let result = if damaged.is_some() { "повреждён" } else { "цел" };
        let (archive, depth) = ("q1".to_owned(), "подпись".to_owned());
        What::Verified { archive, depth, result: result.to_owned(), damaged, healable: None }
    }

    fn repaired() -> What {
        What::Repaired { archive: "q1".to_owned(), files: 1, bytes: 4096, from: "copy".to_owned() }
    }

    fn count(whats: Vec<What>) -> u32 {
        let event = |(entry, what)| Event { entry, at: "2025-10-24T15:00:00+03:00".to_owned(), what };
        failures(&(1..).zip(whats).map(event).collect::<Vec<_>>())
    }

    #[test]
    fn damage_counts_when_it_is_new_or_has_grown() {
        assert_eq!(count(vec![found(None), found(None)]), 0);
        assert_eq!(count(vec![found(Some(1)), found(Some(1)), repaired()]), 1, "one failure, seen twice and repaired");
        assert_eq!(count(vec![found(Some(1)), found(Some(3))]), 2, "it grows");
        assert_eq!(count(vec![found(Some(1)), repaired(), found(Some(1))]), 2, "it came back");
        assert_eq!(count(vec![repaired(), repaired()]), 2, "repaired without a recorded verification");
        assert_eq!(count(vec![found(Some(1)), found(None), found(Some(1))]), 2, "a reader that comes and goes");
    }
}
