//! The projection: the tables that commands query, made from the ledger and from nothing else.
//!
//! [`apply`] writes what one entry says, and is the only code that writes to these tables. Since it judges nothing, the
//! tables can be rebuilt at any time; since it is deterministic down to row ids, rebuilt tables can be compared with
//! the stored ones row by row.

mod apply;
mod compare;

pub use apply::apply;
pub use compare::{Difference, compare};

use crate::error::Result;
use crate::journal::entry::Entry;
use crate::ledger::store;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// The projection's tables.
pub const SCHEMA: &str = include_str!("../schema.sql");

/// The kept texts of issued pages. Not a projection: each row proves itself, since its key is its digest. With row ids,
/// since without them SQLite would put each text on a page of the file for itself.
pub const PAGE_TEXTS: &str = "CREATE TABLE page_texts (
    digest TEXT NOT NULL PRIMARY KEY, text BLOB NOT NULL) STRICT";

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

/// Empty tables in memory.
pub fn in_memory() -> Result<Connection> {
    let database = Connection::open_in_memory()?;
    database.set_prepared_statement_cache_capacity(256);
    create(&database)?;
    Ok(database)
}

/// The tables as they stood after entry `up_to`, or after the last one, in memory.
///
/// # Errors
/// An entry that does not read or cannot be applied is damage.
pub fn as_of(file: &Connection, up_to: Option<u64>) -> Result<Connection> {
    let database = in_memory()?;
    replay(file, &database, up_to)?;
    Ok(database)
}

/// Drops the tables of a journal's file and makes them anew from its ledger. The caller holds the transaction.
pub fn rebuild(file: &Connection) -> Result<()> {
    for table in names(file)? {
        if table != "ledger" && table != "page_texts" {
            file.execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
        }
    }
    create(file)?;
    replay(file, file, None)
}

fn replay(file: &Connection, database: &Connection, up_to: Option<u64>) -> Result<()> {
    let last = up_to.unwrap_or(u64::MAX);
    let transaction = if database.is_autocommit() { Some(database.unchecked_transaction()?) } else { None };
    let mut seq = 1;
    // One by one rather than in a single scan: on a rebuild the same connection is written to.
    while seq <= last {
        let Some(record) = store::get(file, seq)? else { break };
        let entry = Entry::from_json(&record.payload).map_err(|e| e.at(format!("запись № {seq}")))?;
        apply(database, seq, &entry).map_err(|e| e.at(format!("запись № {seq}")))?;
        seq += 1;
    }
    if let Some(transaction) = transaction {
        transaction.commit()?;
    }
    Ok(())
}

/// The names of all tables of a database, in order.
pub fn names(database: &Connection) -> Result<Vec<String>> {
    let sql =
        r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name";
    let mut statement = database.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(names)
}
