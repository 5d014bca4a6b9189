//! Tables in memory that several threads read at once.
//!
//! SQLite's `memdb` keeps a database in memory under a name, for every connection of this process that opens the name, as
//! long as one of them is open. A connection belongs to one thread at a time, so each reader gets its own.

use crate::error::Result;
use crate::journal::apply;
use crate::journal::read::Tables;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Tables in memory, under a name of their own, that nobody writes to any more.
#[derive(Debug)]
pub struct Memory {
    name: String,
    /// Keeps what lies under the name.
    _first: Mutex<Tables>,
}

/// Empty tables in memory under a new name, to be filled and then kept with [`Memory::keep`].
pub fn empty() -> Result<(String, Tables)> {
    let (name, database) = named()?;
    apply::create(&database)?;
    Ok((name, Tables::new(database)?))
}

impl Memory {
    /// Keeps tables that were filled.
    pub fn keep(name: String, tables: Tables) -> Result<Self> {
        tables.db().pragma_update(None, "query_only", true)?;
        tables.keep_few_pages()?;
        Ok(Self { name, _first: Mutex::new(tables) })
    }

    /// A reader of the tables.
    pub fn tables(&self) -> Result<Tables> {
        let database = open(&self.name)?;
        database.pragma_update(None, "query_only", true)?;
        let tables = Tables::new(database)?;
        tables.keep_few_pages()?;
        // Nobody writes to them.
        tables.remember(true);
        Ok(tables)
    }

    /// A copy that may be filled further, under a name of its own.
    pub fn copy(&self) -> Result<(String, Tables)> {
        copy_of(self.tables()?.db())
    }
}

/// A copy of a database in memory under a new name.
pub fn copy_of(database: &Connection) -> Result<(String, Tables)> {
    let (name, mut copy) = named()?;
    Backup::new(database, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    Ok((name, Tables::new(copy)?))
}

fn named() -> Result<(String, Connection)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!("file:/letopis-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed));
    let database = open(&name)?;
    // A confirmation is tried out and taken back; what else fails here is thrown away as a whole.
    database.pragma_update(None, "journal_mode", "MEMORY")?;
    database.pragma_update(None, "synchronous", "OFF")?;
    Ok((name, database))
}

fn open(name: &str) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(name, flags)?;
    database.set_prepared_statement_cache_capacity(256);
    Ok(database)
}
