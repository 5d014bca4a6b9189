//! Contacts of parents (§1.5, §4.5) and who may read a diary (§4): kept outside the ledger, in a file of their own beside the
//! journal.
//!
//! What is in the ledger can never be taken out, and personal contact data must be erasable. So it lies apart, in a
//! database that overwrites what it deletes, and no archive copies it. Beside the lines of contacts ([`lines`]) stand those
//! who may read a diary ([`readers`]) with their codes, sessions and addresses of calendars, who has read what
//! ([`readings`]) and which weeks were seen ([`seen`]), and where mail goes ([`mail`]). Of codes, passwords and tokens that let somebody in only digests are kept.
//!
//! Several processes use the file at once: the school's server asks it at every page, while a class teacher writes. So it has
//! a write-ahead log, with which readers never wait. What was erased would still stand in that log; whoever erases empties it, and has
//! the file written anew ([`Contacts::erase`]).

pub mod calendars;
pub mod codes;
mod hash;
pub mod lines;
pub mod mail;
pub mod readers;
pub mod readings;
mod schema;
pub mod seen;
pub mod sessions;
#[cfg(test)]
mod tests;

pub use codes::{Code, CodeFault};
pub use lines::{Consent, Contact, Erased};
pub use mail::{Dead, Mailbox, Topic};
pub use readers::{Grant, Holder, Reader, ReaderId, Slip, Standing, whose};
pub use readings::{LastRead, Noted, Page, Reading};
pub use seen::Seen;

use super::beside;
use crate::error::{Error, Result};
use crate::school::{Day, parse_iso};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long somebody waits while others write: entries here are small.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file of contacts that belongs to a journal.
pub struct Contacts(Connection);

impl Contacts {
    /// Where the contacts of a journal lie.
    pub fn path_for(journal: &Path) -> PathBuf {
        beside::path_for(journal, "contacts")
    }

    /// Opens the contacts of a journal, making the file if there is none, with the rights that the journal's has. A file of an
    /// earlier version grows.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn open(journal: &Path) -> Result<Self> {
        let database = beside::open(journal, &Self::path_for(journal))?;
        database.busy_timeout(PATIENCE)?;
        schema::settle(&database)?;
        Ok(Self(database))
    }

    /// A transaction that writes.
    fn writing(&self) -> Result<Transaction<'_>> {
        Ok(Transaction::new_unchecked(&self.0, TransactionBehavior::Immediate)?)
    }

    /// Writes the file anew and empties its log, so that nothing erased stands in either any more: where rows move between
    /// pages, SQLite overwrites what is deleted and not what has moved away.
    fn write_anew(&self) -> Result<()> {
        self.0.execute_batch("VACUUM")?;
        let busy: i64 = self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            return Ok(());
        }
        Err(Error::environment("стёртое ещё лежит рядом, в журнале изменений контактов: другая программа читает их")
            .next("повторите через минуту"))
    }

    /// Copies into an empty file what another year's file knows of pupils whom `now` still knows, under the numbers that it
    /// gives: contacts, readers with their codes and sessions, wishes. Who read what stays where it was read. Gives how many
    /// lines of contacts there were.
    ///
    /// # Errors
    /// A file that does not read or cannot be written.
    pub fn take_over(&self, old: &Self, now: impl Fn(&str) -> Result<Option<String>>) -> Result<usize> {
        let mut lines = Vec::new();
        for line in old.all()? {
            if let Some(pupil) = now(&line.pupil)? {
                lines.push(Contact { pupil, ..line });
            }
        }
        let written = self.set(&lines)?;
        self.copy_readers(old, now)?;
        self.copy_wishes(old)?;
        Ok(written)
    }
}

/// A day out of a row.
fn day(row: &Row<'_>, column: &str) -> Result<Option<Day>> {
    read(row, column, parse_iso)
}

/// A moment out of a row.
fn moment(row: &Row<'_>, column: &str) -> Result<Option<DateTime<FixedOffset>>> {
    read(row, column, |text| DateTime::parse_from_rfc3339(text).ok())
}

/// What stands in a column, or nothing where it is empty.
fn read<T>(row: &Row<'_>, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    parse(&text).map(Some).ok_or_else(|| {
        Error::damaged(format!("в файле контактов не читается «{text}» ({column})"))
            .next("верните файл контактов из копии или сотрите контакты этого ученика и внесите их заново")
    })
}
