//! The tables' own texts: what is made when a journal is, and what an audit holds a file against.

use crate::error::Result;
use crate::journal::read::Tables;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// The projection's tables.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Changes whenever [`SCHEMA`] does; kept in the file's `user_version`, so that another version's tables are rebuilt.
pub fn schema_version() -> i32 {
    let digest = Sha256::digest(SCHEMA.as_bytes());
    i32::from_be_bytes([digest[0] & 0x7f, digest[1], digest[2], digest[3]])
}

/// Makes the empty tables.
pub fn create(database: &Connection) -> Result<()> {
    database.execute_batch(SCHEMA)?;
    database.pragma_update(None, "user_version", schema_version())?;
    Ok(())
}

/// Writes a whole database anew, each table on pages that follow one another and are full.
pub fn compact(database: &Connection) -> Result<()> {
    Ok(database.execute_batch("VACUUM")?)
}

/// Empty tables in memory.
pub fn in_memory() -> Result<Tables> {
    let database = Connection::open_in_memory()?;
    database.set_prepared_statement_cache_capacity(256);
    create(&database)?;
    Tables::new(database)
}

/// The names of a table's columns, in order.
pub fn columns(database: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = database.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names)
}

/// The names of all tables of a database, in order.
pub fn names(database: &Connection) -> Result<Vec<String>> {
    let sql =
        r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name";
    let mut statement = database.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names)
}
