//! Copies of any day, and whether a login is a service's that makes them (§5.5.1).

use super::column::Columns;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};

/// A copy of any day as the tables have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The bag's name: `backup-2025-11-12`.
    pub name: String,
    /// The id of the carrier that it lies on; empty where it lies in another folder,
    pub carrier: String,
    /// which is this one.
    pub place: String,
    /// When it was recorded.
    pub at: DateTime<FixedOffset>,
    /// SHA-256 of its tag manifest in hex.
    pub code: String,
    /// The length of the ledger in it.
    pub length: u64,
    /// Its size.
    pub bytes: u64,
    /// Fingerprint of the key that signed it.
    pub signer: String,
    /// Login of who made it.
    pub author: Login,
    /// The entry that recorded it.
    pub entry: u64,
}

const BACKUP: &str = "SELECT name, carrier, place, at, tagmanifest, length, bytes, signer, author, entry FROM backups";

impl Backup {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            name: row.get("name")?,
            carrier: row.get("carrier")?,
            place: row.get("place")?,
            at: row.moment("at")?,
            code: row.get("tagmanifest")?,
            length: row.get("length")?,
            bytes: row.get("bytes")?,
            signer: row.get("signer")?,
            author: row.get("author")?,
            entry: row.get("entry")?,
        })
    }
}

/// The copies that were made, in order; most of them are gone by now.
pub fn backups(tables: &Tables) -> Result<Vec<Backup>> {
    tables.all("копия дня", &format!("{BACKUP} ORDER BY entry"), [], Backup::of)
}

/// The copy of this code.
pub fn backup_of_code(tables: &Tables, code: &str) -> Result<Option<Backup>> {
    tables.one("копия дня", &format!("{BACKUP} WHERE tagmanifest = ?1 ORDER BY entry LIMIT 1"), [code], Backup::of)
}

/// The newest copy on each carrier and in each folder, in the order in which they were made.
pub fn newest_backups(tables: &Tables) -> Result<Vec<Backup>> {
    let newest = "entry IN (SELECT max(entry) FROM backups GROUP BY carrier, place)";
    tables.all("копия дня", &format!("{BACKUP} WHERE {newest} ORDER BY entry"), [], Backup::of)
}

/// Whether a login is a service's.
pub fn is_service(tables: &Tables, login: &str) -> Result<bool> {
    Ok(super::roles_of(tables, login)?.into_iter().any(|role| role.is_service()))
}
