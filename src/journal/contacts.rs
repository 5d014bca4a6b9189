//! Contacts of parents (§1.5, §4.5): kept outside the ledger, in a file of their own beside the journal.
//!
//! What is in the ledger can never be taken out, and personal contact data must be erasable. So it lies apart, in a
//! database that overwrites what it deletes, and no archive copies it.

use crate::error::{Error, Result};
use crate::files;
use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS contacts (
    pupil TEXT NOT NULL, who TEXT NOT NULL, name TEXT NOT NULL,
    telephone TEXT NOT NULL, email TEXT NOT NULL, address TEXT NOT NULL,
    PRIMARY KEY (pupil, who, name)) STRICT, WITHOUT ROWID";

/// How a pupil's parent or other representative can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Номер личного дела.
    pub pupil: String,
    /// «мать», «отец», «опекун» …
    pub who: String,
    /// ФИО.
    pub name: String,
    /// May be empty.
    pub telephone: String,
    /// May be empty.
    pub email: String,
    /// May be empty.
    pub address: String,
}

/// The file of contacts that belongs to a journal.
pub struct Contacts(Connection);

impl Contacts {
    /// Where the contacts of a journal lie.
    pub fn path_for(journal: &Path) -> PathBuf {
        journal.with_extension("contacts")
    }

    /// Opens the contacts of a journal, making the file if there is none.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn open(journal: &Path) -> Result<Self> {
        let path = Self::path_for(journal);
        match files::length(&path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => super::new_file(&path)?,
            found => found.map(drop).map_err(|cause| Error::file("открыть", &path, &cause))?,
        }
        let file = super::file::open_made(&path)?;
        file.pragma_update(None, "secure_delete", true)?;
        file.execute_batch(SCHEMA)?;
        Ok(Self(file))
    }

    /// All contacts, by pupil.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn all(&self) -> Result<Vec<Contact>> {
        let sql = "SELECT pupil, who, name, telephone, email, address FROM contacts ORDER BY pupil, who, name";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let (pupil, who, name) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Contact { pupil, who, name, telephone: row.get(3)?, email: row.get(4)?, address: row.get(5)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Erases the contacts of a pupil (§1.5); says how many there were. What is deleted is overwritten.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn erase(&mut self, pupil: &str) -> Result<usize> {
        Ok(self.0.execute("DELETE FROM contacts WHERE pupil = ?1", [pupil])?)
    }

    /// Writes contacts, replacing those of the same person; returns how many were new or changed.
    pub fn set(&mut self, contacts: &[Contact]) -> Result<usize> {
        let transaction = self.0.transaction()?;
        let sql = "INSERT INTO contacts (pupil, who, name, telephone, email, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (pupil, who, name) DO UPDATE SET telephone = excluded.telephone,
                   email = excluded.email, address = excluded.address
                   WHERE telephone <> excluded.telephone OR email <> excluded.email OR address <> excluded.address";
        let mut written = 0;
        for c in contacts {
            let parameters = params![c.pupil, c.who, c.name, c.telephone, c.email, c.address];
            written += transaction.prepare_cached(sql)?.execute(parameters)?;
        }
        transaction.commit()?;
        Ok(written)
    }
}
