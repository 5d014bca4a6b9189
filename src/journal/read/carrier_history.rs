//! What a carrier went through, by the ledger: registered, given out, written to, verified, repaired, lost.

use super::column::Columns;
use crate::error::Result;
use crate::journal::entry::{VerifiedAs, VerifiedDepth};
use crate::journal::read::Tables;
use crate::school::{Day, Login};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

/// Something that happened to a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The number of the record.
    pub entry: u64,
    /// When it was recorded.
    #[serde(serialize_with = "rfc3339")]
    pub at: DateTime<FixedOffset>,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What happens to carriers. People are logins, carriers ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(missing_docs)] // the fields are those of the entries
pub enum What {
    Registered { holder: Login, place: String },
    Issued { to: Login },
    Returned { place: String },
    Archived { archive: String, again: bool },
    Verified { archive: String, depth: VerifiedDepth, result: VerifiedAs, damaged: Option<u64>, healable: Option<bool> },
    Repaired { archive: String, files: u64, bytes: u64, from: String },
    Lost { reported: Day, circumstances: String, by_fault: bool },
    Retired { reason: String },
    Restored { replacement: String },
    Replaces { lost: String },
}

/// Everything that the ledger says of a carrier, in its order.
pub fn events(tables: &Tables, id: &str) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for (sql, what) in SOURCES {
        let event = |row: &Columns<'_>| Ok(Event { entry: row.get("entry")?, at: row.moment("at")?, what: what(row)? });
        events.extend(tables.all::<_, Vec<_>>("запись о носителе", sql, [id], event)?);
    }
    events.sort_by_key(|event| event.entry);
    Ok(events)
}

fn rfc3339<S: serde::Serializer>(at: &DateTime<FixedOffset>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339())
}

type Source = (&'static str, fn(&Columns<'_>) -> Result<What>);

/// The tables that know of carriers: a question after entry, time and fields for the id, and what a row of it says.
const SOURCES: [Source; 10] = [
    ("SELECT entry, at, holder, place FROM carrier_registrations WHERE carrier = ?1", |row| {
        Ok(What::Registered { holder: row.get("holder")?, place: row.get("place")? })
    }),
    ("SELECT entry, at, login FROM carrier_issues WHERE carrier = ?1", |row| {
        Ok(What::Issued { to: row.get("login")? })
    }),
    (
        "SELECT returned_entry AS entry, returned_at AS at, place FROM carrier_issues
         WHERE carrier = ?1 AND returned_at IS NOT NULL",
        |row| Ok(What::Returned { place: row.get("place")? }),
    ),
    (
        "SELECT entry, at, archive, row_number() OVER (PARTITION BY archive ORDER BY entry) > 1 AS again
         FROM archive_copies WHERE carrier = ?1",
        |row| Ok(What::Archived { archive: row.get("archive")?, again: row.get("again")? }),
    ),
    ("SELECT entry, at, archive, depth, result, damaged, healable FROM verifications WHERE carrier = ?1", |row| {
        let (depth, result) = (row.read("depth", VerifiedDepth::parse)?, row.read("result", VerifiedAs::parse)?);
        let archive = row.get("archive")?;
        let (damaged, healable) = (row.get("damaged")?, row.get("healable")?);
        Ok(What::Verified { archive, depth, result, damaged, healable })
    }),
    ("SELECT entry, at, archive, files, bytes, source FROM repairs WHERE carrier = ?1", |row| {
        let (archive, files, bytes) = (row.get("archive")?, row.get("files")?, row.get("bytes")?);
        Ok(What::Repaired { archive, files, bytes, from: row.get("source")? })
    }),
    (
        "SELECT lost_entry AS entry, at, reported, circumstances, by_fault FROM carrier_losses
         WHERE carrier = ?1 AND retired = 0",
        |row| {
            let (circumstances, by_fault) = (row.get("circumstances")?, row.get("by_fault")?);
            Ok(What::Lost { reported: row.day("reported")?, circumstances, by_fault })
        },
    ),
    ("SELECT lost_entry AS entry, at, circumstances FROM carrier_losses WHERE carrier = ?1 AND retired = 1", |row| {
        Ok(What::Retired { reason: row.get("circumstances")? })
    }),
    (
        "SELECT entry, restored_at AS at, replacement FROM carrier_losses
         WHERE carrier = ?1 AND restored_at IS NOT NULL",
        |row| Ok(What::Restored { replacement: row.get("replacement")? }),
    ),
    ("SELECT entry, restored_at AS at, carrier FROM carrier_losses WHERE replacement = ?1", |row| {
        Ok(What::Replaces { lost: row.get("carrier")? })
    }),
];
