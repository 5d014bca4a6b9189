//! The tables, for asking.

use super::remembered::Remembered;
use crate::error::{Action, Error, Result};
use crate::ledger::chain::Hash;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection};
use std::cell::Cell;

/// So many statements are kept prepared: more than there are questions, so that none is planned twice. An import asks some
/// forty of each of its rows.
const STATEMENTS: usize = 512;

/// KiB of pages that are kept at hand: an import does not write its pages out and read them in again.
const PAGES_KIB: i32 = 48 << 10;

/// As [`PAGES_KIB`], once a walk is over.
const FEW_PAGES_KIB: i32 = 4 << 10;

/// The tables that a ledger makes, in a journal's file or in memory. What they can be asked is in the files of this
/// folder; SQL stays inside `journal`, whose modules alone see the connection.
#[derive(Debug)]
pub struct Tables {
    database: Connection,
    pub(super) remembered: Remembered,
    /// The id of the journal whose ledger makes them, which no table holds.
    journal: Cell<Option<Hash>>,
}

impl Tables {
    /// Tables that lie behind a connection.
    ///
    /// # Errors
    /// A connection that cannot be set up.
    pub fn new(database: Connection) -> Result<Self> {
        database.set_prepared_statement_cache_capacity(STATEMENTS);
        // Else a statement is planned anew whenever a value is bound that its plan might have looked at.
        database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        database.pragma_update(None, "cache_size", -PAGES_KIB)?;
        Ok(Self { database, remembered: Remembered::default(), journal: Cell::new(None) })
    }

    /// From here on little is read at a time: the pages that a walk has gathered are given back.
    pub(in crate::journal) fn keep_few_pages(&self) -> Result<()> {
        self.database.pragma_update(None, "cache_size", -FEW_PAGES_KIB)?;
        Ok(self.database.execute_batch("PRAGMA shrink_memory")?)
    }

    /// Says of which journal they are; strands are chained to it.
    pub(in crate::journal) fn are_of(&self, journal: Hash) {
        self.journal.set(Some(journal));
    }

    /// The id of the journal.
    ///
    /// # Errors
    /// Nobody has said it.
    pub(in crate::journal) fn journal_id(&self) -> Result<Hash> {
        self.journal.get().ok_or_else(|| {
            Error::damaged("таблицы не знают номера своего журнала").next_by("проверьте журнал", Action::Audit)
        })
    }

    /// The connection, for SQL.
    pub(in crate::journal) fn db(&self) -> &Connection {
        &self.database
    }

    /// The connection itself.
    pub(in crate::journal) fn into_db(self) -> Connection {
        self.database
    }

    /// Sees one state of the file from here on, as long as it lives.
    pub(in crate::journal) fn hold(&self) -> Result<()> {
        Ok(self.database.execute_batch("BEGIN")?)
    }

    /// Does something to the tables and takes all of it back, whatever it gives. The caller holds a transaction.
    pub(in crate::journal) fn on_trial<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.changing(|| {
            self.database.execute_batch("SAVEPOINT trial")?;
            let done = work();
            self.database.execute_batch("ROLLBACK TO trial; RELEASE trial")?;
            done
        })
    }

    /// Does something to the tables as a whole: where it fails, nothing of it stays. The caller holds a transaction.
    pub(in crate::journal) fn whole<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.changing(|| {
            self.database.execute_batch("SAVEPOINT whole")?;
            let done = work();
            self.database.execute_batch(if done.is_ok() {
                "RELEASE whole"
            } else {
                "ROLLBACK TO whole; RELEASE whole"
            })?;
            done
        })
    }

    /// Closes the file.
    pub(in crate::journal) fn close(self) -> Result<()> {
        self.database.close().map_err(|(_, error)| error.into())
    }

    pub(in crate::journal) fn prepare_cached(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.database.prepare_cached(sql)
    }
}
