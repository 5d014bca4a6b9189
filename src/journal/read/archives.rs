//! Archives that were made, their copies on carriers, and what became of each (§2.5, §5.5).

use super::column::Columns;
use crate::error::Result;
use crate::journal::entry::{ArchiveKind, VerifiedAs, VerifiedDepth};
use crate::journal::read::Tables;
use crate::school::{Login, PeriodName};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

/// An archive as the tables have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The bag's name: `2025-2026-q1`.
    pub name: String,
    /// The period, or «Год».
    pub period: PeriodName,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// The length of the ledger in it.
    pub length: u64,
    /// The head of the ledger in it, in hex.
    pub head: String,
    /// SHA-256 of its tag manifest in hex.
    pub code: String,
    /// What is in it.
    pub kind: ArchiveKind,
    /// Its size.
    pub bytes: u64,
    /// Its files.
    pub files: u64,
    /// Fingerprint of the key that signed it.
    pub signer: String,
    /// Login of who recorded it.
    pub author: Login,
    /// The entry that recorded it.
    pub entry: u64,
}

const ARCHIVE: &str =
    "SELECT name, period, created_at, length, head, tagmanifest, bytes, files, signer, author, kind, entry
    FROM archives";

impl Archive {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            name: row.get("name")?,
            period: row.get("period")?,
            created_at: row.moment("created_at")?,
            length: row.get("length")?,
            head: row.get("head")?,
            code: row.get("tagmanifest")?,
            kind: row.read("kind", ArchiveKind::parse)?,
            bytes: row.get("bytes")?,
            files: row.get("files")?,
            signer: row.get("signer")?,
            author: row.get("author")?,
            entry: row.get("entry")?,
        })
    }
}

/// An archive by its name.
pub fn archive(tables: &Tables, name: &str) -> Result<Option<Archive>> {
    tables.one("архив", &format!("{ARCHIVE} WHERE name = ?1"), [name], Archive::of)
}

/// The archives that were made, in order.
pub fn all_archives(tables: &Tables) -> Result<Vec<Archive>> {
    tables.all("архив", &format!("{ARCHIVE} ORDER BY entry"), [], Archive::of)
}

/// The names of the archives that were made, in order.
pub fn archives(tables: &Tables) -> Result<Vec<String>> {
    tables.all("архив", "SELECT name FROM archives ORDER BY entry", [], |row| row.get("name"))
}

/// The ids of the carriers to which an archive was ever written, each once, lost ones included.
pub fn carriers_of_archive(tables: &Tables, archive: &str) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT carrier FROM archive_copies WHERE archive = ?1 ORDER BY carrier";
    tables.all("копия архива", sql, [archive], |row| row.get("carrier"))
}

/// Whether an archive of this code was written to a carrier.
pub fn is_on_carrier(tables: &Tables, carrier: &str, code: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM archive_copies JOIN archives ON name = archive WHERE carrier = ?1 AND tagmanifest = ?2";
    tables.any(sql, [carrier, code])
}

/// A copy of an archive on a carrier, as it was written last, and what came to be known of it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveCopy {
    /// When it was written.
    pub written_at: DateTime<FixedOffset>,
    /// Its last verification.
    pub verified: Option<Verification>,
    /// When it was repaired, if it was not verified after that.
    pub repaired_at: Option<DateTime<FixedOffset>>,
}

/// A verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// How deep.
    pub depth: VerifiedDepth,
    /// The verdict.
    pub result: VerifiedAs,
    /// Whether nothing of the copy was there: of such a one no file was counted, and nothing can heal it.
    pub is_gone: bool,
}

/// The copy of an archive on a carrier, if there ever was one. A copy that was written anew is not what was verified
/// before.
pub fn copy_on(tables: &Tables, archive: &str, carrier: &str) -> Result<Option<ArchiveCopy>> {
    let sql = "SELECT archive, carrier, entry, at FROM archive_copies WHERE archive = ?1 AND carrier = ?2
               ORDER BY entry DESC LIMIT 1";
    let written = |row: &Columns<'_>| Ok((row.moment("at")?, row.get::<u64>("entry")?));
    let Some((written_at, copied)) = tables.one("копия архива", sql, [archive, carrier], written)? else {
        return Ok(None);
    };
    let sql = "SELECT archive, carrier, entry, at, depth, result, damaged IS NULL AND healable IS 0 AS is_gone
               FROM verifications
               WHERE archive = ?1 AND carrier = ?2 AND entry > ?3 ORDER BY entry DESC LIMIT 1";
    let verified = tables.one("проверка архива", sql, params![archive, carrier, copied], |row| {
        let verified = Verification {
            at: row.moment("at")?,
            depth: row.read("depth", VerifiedDepth::parse)?,
            result: row.read("result", VerifiedAs::parse)?,
            is_gone: row.get("is_gone")?,
        };
        Ok((verified, row.get("entry")?))
    })?;
    let since: u64 = verified.as_ref().map_or(copied, |(_, entry)| *entry);
    let sql = "SELECT archive, carrier, entry, at FROM repairs WHERE archive = ?1 AND carrier = ?2 AND entry > ?3
               ORDER BY entry DESC LIMIT 1";
    let repaired_at =
        tables.one("восстановление архива", sql, params![archive, carrier, since], |row| {
            row.moment("at")
        })?;
    Ok(Some(ArchiveCopy { written_at, verified: verified.map(|(verified, _)| verified), repaired_at }))
}
