//! How the file of contacts is built, and how one of an earlier version becomes one of today's.

use crate::error::{Error, Result};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// What this version writes into `user_version`; earlier versions knew the six columns of a contact and no number.
const VERSION: i32 = 1;

/// The file as version 0 left it.
const FIRST: &str = "CREATE TABLE IF NOT EXISTS contacts (
    pupil TEXT NOT NULL, who TEXT NOT NULL, name TEXT NOT NULL,
    telephone TEXT NOT NULL, email TEXT NOT NULL, address TEXT NOT NULL,
    PRIMARY KEY (pupil, who, name)) STRICT, WITHOUT ROWID";

/// What version 1 adds. A reader's number is never given again: what was noted of one who is erased meanwhile finds nobody.
const SECOND: &str = "
ALTER TABLE contacts ADD COLUMN consent_day TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN consent_document TEXT NOT NULL DEFAULT '';
CREATE TABLE salt (salt BLOB NOT NULL) STRICT;
CREATE TABLE readers (id INTEGER PRIMARY KEY AUTOINCREMENT, standing TEXT NOT NULL, name TEXT NOT NULL,
    code BLOB UNIQUE, issued TEXT, issuer TEXT NOT NULL DEFAULT '', used TEXT, revoked TEXT,
    password BLOB, password_salt BLOB) STRICT;
CREATE TABLE children (reader INTEGER NOT NULL, pupil TEXT NOT NULL, UNIQUE (reader, pupil)) STRICT;
CREATE INDEX children_by_pupil ON children (pupil);
CREATE TABLE sessions (token BLOB PRIMARY KEY, reader INTEGER NOT NULL, since TEXT NOT NULL, until INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_reader ON sessions (reader);
CREATE TABLE calendars (token BLOB PRIMARY KEY, reader INTEGER NOT NULL, pupil TEXT NOT NULL, made TEXT NOT NULL,
    UNIQUE (reader, pupil)) STRICT, WITHOUT ROWID;
CREATE TABLE readings (reader INTEGER NOT NULL, pupil TEXT NOT NULL, page TEXT NOT NULL, day TEXT NOT NULL,
    times INTEGER NOT NULL, PRIMARY KEY (pupil, reader, day, page)) STRICT, WITHOUT ROWID;
CREATE TABLE seen (reader INTEGER NOT NULL, pupil TEXT NOT NULL, monday TEXT NOT NULL, day TEXT NOT NULL,
    PRIMARY KEY (pupil, monday, reader)) STRICT, WITHOUT ROWID;
CREATE TABLE mail (email TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, silent TEXT NOT NULL DEFAULT '',
    dead TEXT, why TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
";

/// Makes a file as this version wants it, whatever earlier version made it.
///
/// # Errors
/// A file of a later version; one that cannot be written.
pub fn settle(database: &Connection) -> Result<()> {
    if version(database)? == VERSION {
        return Ok(());
    }
    // Another process may be doing the same.
    let transaction = Transaction::new_unchecked(database, TransactionBehavior::Immediate)?;
    match version(&transaction)? {
        0 => {
            transaction.execute_batch(FIRST)?;
            transaction.execute_batch(SECOND)?;
            transaction.execute("INSERT INTO salt VALUES (?1)", [super::hash::salt()])?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION => {}
        _ => {
            return Err(Error::input("файл контактов записан более новой версией программы")
                .next("работайте с ним той версией, которая его записала, или новее"));
        }
    }
    Ok(transaction.commit()?)
}

fn version(database: &Connection) -> Result<i32> {
    Ok(database.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
