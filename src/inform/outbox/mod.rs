//! The outbox: mails on their way to parents, and what became of each.
//!
//! It is a file beside the journal, `<journal>.outbox`. A mail is put into it whole, with the Message-ID under which it goes
//! however often it is tried, in one transaction with what it tells; so nothing is told twice and nothing is forgotten.
//! Its way:
//!
//! * **waiting** until it is due, or until the wait after a passing fault is over;
//! * **in DATA** from before the mail server is given its text until the server has answered. A program that is killed
//!   there does not know whether the mail was taken, so the next one sends it again, under the same Message-ID. That is the
//!   only way for a mail to arrive twice;
//! * **delivered**, once the server has taken it, or **given up**. Its text and address are then removed, since they are
//!   personal data. That somebody was told something, and when, stays.
//!
//! Delivering is a [`Round`]; only one process is on its round at a time.

mod delivery;
mod lying;
mod mail;
mod paper;
mod quiet;
mod reached;
#[cfg(test)]
mod tests;
mod told;
mod waits;

pub use delivery::{Answer, Delivered, Post, Readers, Terms};
pub use lying::{Contents, GivenUp, Lying, NoServer};
pub use mail::{About, Fact, Mail, ReaderKey, State};
pub use paper::Paper;
pub use quiet::Quiet;
pub use reached::{Reached, Way};

use crate::error::Result;
use crate::files;
use crate::journal::beside;
use chrono::{DateTime, FixedOffset, Utc};
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS mails (
    number INTEGER PRIMARY KEY, message TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, day TEXT NOT NULL, reader TEXT NOT NULL,
    address TEXT NOT NULL, body BLOB, state TEXT NOT NULL, made INTEGER NOT NULL, due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, ended INTEGER, said TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX IF NOT EXISTS mails_on_their_way ON mails (state, due) WHERE ended IS NULL;
CREATE INDEX IF NOT EXISTS mails_of_reader ON mails (reader, kind, day);
CREATE TABLE IF NOT EXISTS about (
    mail INTEGER NOT NULL, pupil TEXT NOT NULL, who TEXT NOT NULL, PRIMARY KEY (pupil, mail, who)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (
    reader TEXT NOT NULL, pupil TEXT NOT NULL, fact TEXT NOT NULL, value TEXT NOT NULL, mail INTEGER NOT NULL,
    PRIMARY KEY (reader, pupil, fact)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_by_mail ON told (mail);
CREATE TABLE IF NOT EXISTS composed (what TEXT PRIMARY KEY, till TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paper (
    pupil TEXT PRIMARY KEY, monday TEXT NOT NULL, printed TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS no_server (
    one INTEGER PRIMARY KEY CHECK (one = 1), since INTEGER NOT NULL, again INTEGER NOT NULL, tries INTEGER NOT NULL,
    said TEXT NOT NULL) STRICT";

/// The outbox that belongs to a journal.
pub struct Outbox {
    file: Connection,
    journal: PathBuf,
}

/// Somebody's turn to compose and deliver; over when dropped.
pub struct Round<'a> {
    outbox: &'a mut Outbox,
    _lock: File,
}

impl Outbox {
    /// Where the outbox of a journal lies.
    pub fn path_for(journal: &Path) -> PathBuf {
        beside::path_for(journal, "outbox")
    }

    /// Opens the outbox of a journal, making the file if there is none.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn open(journal: &Path) -> Result<Self> {
        let file = beside::open(journal, &Self::path_for(journal))?;
        file.execute_batch(SCHEMA)?;
        Ok(Self { file, journal: journal.to_owned() })
    }

    /// Whether a journal has an outbox: none is made where nothing was ever sent.
    pub fn is_there(journal: &Path) -> bool {
        files::is_file(&Self::path_for(journal))
    }

    /// Begins a round; nothing while another process is on its own. What a program left in DATA when it was killed waits to
    /// be sent again.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn round(&mut self) -> Result<Option<Round<'_>>> {
        let lock = beside::path_for(&self.journal, "outbox-lock");
        let Some(lock) = beside::try_lock(&self.journal, &lock)? else { return Ok(None) };
        self.file.execute("UPDATE mails SET state = 'waiting' WHERE state = 'in data'", [])?;
        Ok(Some(Round { outbox: self, _lock: lock }))
    }

    /// Forgets a pupil, whatever numbers his file had: mails that tell of nobody else, and what was told of him. Gives how
    /// many mails there were. What is deleted is overwritten.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn forget<'f>(&mut self, files: impl IntoIterator<Item = &'f str>) -> Result<usize> {
        let transaction = self.file.transaction()?;
        let mut mails = 0;
        for file in files {
            // One that is on its way tells of him in its text, whoever else it is about; these are told anew.
            let doomed = "SELECT mail FROM about JOIN mails ON number = mail WHERE pupil = ?1
                          AND (ended IS NULL OR mail NOT IN (SELECT mail FROM about WHERE pupil <> ?1))";
            transaction.execute(&format!("DELETE FROM told WHERE pupil = ?1 OR mail IN ({doomed})"), [file])?;
            mails += transaction.execute(&format!("DELETE FROM mails WHERE number IN ({doomed})"), [file])?;
            transaction
                .execute("DELETE FROM about WHERE pupil = ?1 OR mail NOT IN (SELECT number FROM mails)", [file])?;
            transaction.execute("DELETE FROM paper WHERE pupil = ?1", [file])?;
        }
        transaction.commit()?;
        self.overwrite_log()?;
        Ok(mails)
    }

    /// What was removed is in the log until that is brought into the file and begun anew.
    fn overwrite_log(&self) -> Result<()> {
        // Another process may be reading: then the next one does it.
        self.file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

impl Round<'_> {
    /// The outbox, for asking.
    pub fn outbox(&self) -> &Outbox {
        self.outbox
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        // It is tidiness: what is left in the log, the next round overwrites.
        let _ = self.outbox.overwrite_log();
    }
}

/// A moment as the file keeps it, in seconds.
fn seconds(moment: DateTime<FixedOffset>) -> i64 {
    moment.timestamp()
}

/// A moment from the file.
fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
