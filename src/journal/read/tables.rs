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
    pub(crate) fn db(&self) -> &Connection {
        &self.0
    }

    /// The connection itself.
    pub(crate) fn into_db(self) -> Connection {
        self.0
    }

    /// Closes the file.
    pub(crate) fn close(self) -> crate::error::Result<()> {
        self.0.close().map_err(|(_, error)| error.into())
    }

    pub(crate) fn prepare_cached(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.0.prepare_cached(sql)
    }
}
