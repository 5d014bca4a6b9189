//! The tables, for asking.

use rusqlite::{CachedStatement, Connection};

/// The tables that a ledger makes, in a journal's file or in memory. What they can be asked is in the files of this
/// folder; SQL stays inside `journal`, whose modules alone see the connection.
#[derive(Debug)]
pub struct Tables(Connection);

impl Tables {
    /// Tables that lie behind a connection.
    pub fn new(database: Connection) -> Self {
        Self(database)
    }

    /// The connection, for SQL.
    pub(in crate::journal) fn db(&self) -> &Connection {
        &self.0
    }

    /// The connection itself.
    pub(in crate::journal) fn into_db(self) -> Connection {
        self.0
    }

    /// Sees one state of the file from here on, as long as it lives.
    pub(in crate::journal) fn hold(&self) -> crate::error::Result<()> {
        Ok(self.0.execute_batch("BEGIN")?)
    }

    /// Closes the file.
    pub(in crate::journal) fn close(self) -> crate::error::Result<()> {
        self.0.close().map_err(|(_, error)| error.into())
    }

    pub(in crate::journal) fn prepare_cached(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.0.prepare_cached(sql)
    }
}
