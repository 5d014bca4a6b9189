//! The tables, for asking.

use crate::error::Result;
use chrono::FixedOffset;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// So many statements are kept prepared: more than there are questions, so that none is planned twice. An import asks some
/// forty of each of its rows.
const STATEMENTS: usize = 512;

/// KiB of pages that are kept at hand: an import does not write its pages out and read them in again.
const PAGES_KIB: i32 = 16 << 10;

/// The tables that a ledger makes, in a journal's file or in memory. What they can be asked is in the files of this
/// folder; SQL stays inside `journal`, whose modules alone see the connection.
#[derive(Debug)]
pub struct Tables {
    database: Connection,
    remembered: Remembered,
}

/// What applying entries looks up again and again. It holds inside one transaction; see [`Tables::forget`].
#[derive(Debug, Default)]
struct Remembered {
    offset: Cell<Option<FixedOffset>>,
    pupils: RefCell<HashMap<String, i64>>,
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
        Ok(Self { database, remembered: Remembered::default() })
    }

    /// The connection, for SQL.
    pub(in crate::journal) fn db(&self) -> &Connection {
        &self.database
    }

    /// The school's offset from UTC, or what `read` gives for it, once.
    pub(in crate::journal) fn offset_or(&self, read: impl FnOnce() -> Result<FixedOffset>) -> Result<FixedOffset> {
        let offset = self.remembered.offset.get().map_or_else(read, Ok)?;
        self.remembered.offset.set(Some(offset));
        Ok(offset)
    }

    /// The row of a pupil by his personal file, or what `read` gives for it, once.
    pub(in crate::journal) fn pupil_or(&self, file: &str, read: impl FnOnce() -> Result<i64>) -> Result<i64> {
        if let Some(id) = self.remembered.pupils.borrow().get(file) {
            return Ok(*id);
        }
        let id = read()?;
        self.remembered.pupils.borrow_mut().insert(file.to_owned(), id);
        Ok(id)
    }

    /// Looks everything up anew: another transaction begins, or the school was changed.
    pub(in crate::journal) fn forget(&self) {
        self.remembered.offset.set(None);
        self.remembered.pupils.borrow_mut().clear();
    }

    /// The connection itself.
    pub(in crate::journal) fn into_db(self) -> Connection {
        self.database
    }

    /// Sees one state of the file from here on, as long as it lives.
    pub(in crate::journal) fn hold(&self) -> Result<()> {
        Ok(self.database.execute_batch("BEGIN")?)
    }

    /// Closes the file.
    pub(in crate::journal) fn close(self) -> Result<()> {
        self.database.close().map_err(|(_, error)| error.into())
    }

    pub(in crate::journal) fn prepare_cached(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.database.prepare_cached(sql)
    }
}
