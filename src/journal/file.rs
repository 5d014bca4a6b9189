//! Opening a journal's file, which is not trusted.
//!
//! Whoever may write to the file may put anything into it: a trigger that undoes what was recorded, a view in place of a
//! table, an index that leaves rows out. So SQLite is told to run nothing that the file brings along, and the file's
//! schema must be ours to the letter. What is in the tables is not judged here: quick reading believes them, and what is
//! certified is read from [`Proven`](super::Proven).
//!
//! A journal that cannot be written (a read-only medium, an account that may only read, a full disk) opens for reading.

use super::apply::structure;
use super::read::Tables;
use super::{APPLICATION_ID, PATIENCE, apply};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Kind};
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use std::path::{Path, PathBuf};

/// One thread at a time, and no link in any component of the path.
const STRICT: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX.union(OpenFlags::SQLITE_OPEN_NOFOLLOW);

/// What may be done with an open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Reading and recording.
    Write,
    /// Reading alone: the medium, the account or a full disk forbids more.
    Read,
}

/// Opens a journal for work. Tables that another version made are made anew from the ledger, in the file or, where it
/// cannot be written, in memory.
///
/// # Errors
/// A file that is missing, no journal, or not built as ours are.
pub(super) fn open(path: &Path) -> Result<(Tables, Access)> {
    let path = &real(path)?;
    let (database, access) = connect(path)?;
    let foreign = if is_of_this_version(&database)? {
        structure::differences(&database)?
    } else {
        structure::foreign(&database)?
    };
    if let Some(refusal) = structure::refusal(path, &foreign) {
        return Err(refusal);
    }
    if is_of_this_version(&database)? {
        return Ok((Tables::new(database)?, access));
    }
    let tables = Tables::new(if access == Access::Write { database } else { in_memory(&database)? })?;
    let transaction = rusqlite::Transaction::new_unchecked(tables.db(), rusqlite::TransactionBehavior::Immediate)?;
    apply::rebuild(&tables)?;
    transaction.commit()?;
    Ok((tables, access))
}

/// Opens a journal to be audited: whatever is in the file is left as it is, and nothing of it is refused.
///
/// # Errors
/// A file that is missing, no journal, or does not read at all.
pub(super) fn open_to_audit(path: &Path) -> Result<Tables> {
    let path = &real(path)?;
    let unfinished = has_unfinished_writes(path);
    let (database, _) = connect(path)?;
    database.pragma_update(None, "query_only", true)?;
    // What another process has not yet brought into the file stays where it is.
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, unfinished)?;
    Tables::new(database)
}

/// Opens a journal's copy for reading only, writing nothing beside it: what an archive holds.
///
/// # Errors
/// As [`open_to_audit`].
pub(super) fn open_copy(path: &Path) -> Result<Tables> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | STRICT)?;
    guard(&database)?;
    is_journal(&database)?;
    Tables::new(database)
}

/// A connection that runs nothing of the file's own, with as much right as there is.
fn connect(path: &Path) -> Result<(Connection, Access)> {
    let failed = |path: &Path, cause: std::io::Error| Error::file("открыть журнал", path, &cause);
    if matches!(files::kind(path).map_err(|cause| failed(path, cause))?, None | Some(Kind::Folder)) {
        return Err(Error::input(format!("нет журнала «{}»", path.display()))
            .next_by("укажите его", Action::Give(Detail::Journal))
            .then("если он на носителе, вставьте носитель")
            .then_by("новый журнал заводит администратор", Action::FoundJournal));
    }
    files::may_read(path).map_err(|cause| failed(path, cause))?;
    // What SQLite keeps beside it is looked at by itself for links alone.
    for ending in ["-wal", "-shm", "-journal"] {
        let beside = beside(path, ending);
        match files::length(&beside) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(failed(&beside, cause)),
            _ => {}
        }
    }
    crate::device::refuse_network_file(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | STRICT;
    let opened = Connection::open_with_flags(path, flags).and_then(|database| {
        guard(&database)?;
        // The first look into the file: whatever SQLite needs beside it is made now, or cannot be.
        database.pragma_query_value(None, "schema_version", |_| Ok(()))?;
        Ok(database)
    });
    let (database, access) = match opened {
        Ok(database) if database.is_readonly(MAIN_DB)? => (database, Access::Read),
        Ok(database) => (database, Access::Write),
        Err(cause) if cannot_write_beside(&cause) => {
            (without_writing(path).or_else(|why| by_itself(path).map_err(|_| why))?, Access::Read)
        }
        Err(cause) => return Err(cause.into()),
    };
    is_journal(&database)?;
    if access == Access::Write {
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
    }
    Ok((database, access))
}

/// Whether SQLite failed because the files that it keeps beside a journal cannot be made there.
fn cannot_write_beside(cause: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    let codes = [Code::CannotOpen, Code::ReadOnly, Code::PermissionDenied, Code::DiskFull, Code::SystemIoFailure];
    cause.sqlite_error_code().is_some_and(|code| codes.contains(&code))
}

/// The whole of a file and of its log in memory, where there is no room beside them for the log's index: SQLite keeps that in
/// memory for who has the file to himself, so nobody else may have it open for that moment.
///
/// # Errors
/// Others have it open; it may not be written to.
fn by_itself(path: &Path) -> Result<Connection> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | STRICT)?;
    guard(&database)?;
    database.busy_timeout(std::time::Duration::ZERO)?;
    database.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    database.pragma_query_value(None, "schema_version", |_| Ok(()))?;
    in_memory(&database)
}

/// Opens a file beside which nothing can be written.
///
/// # Errors
/// What was recorded last has not been brought into the file yet, and cannot be read without writing.
fn without_writing(path: &Path) -> Result<Connection> {
    if has_unfinished_writes(path) {
        return Err(Error::environment(format!(
            "журнал «{}» открыть нельзя: рядом лежит незавершённая запись (файл -wal), а писать туда нельзя",
            path.display()
        ))
        .next("освободите место на диске или откройте журнал под учётной записью, которая может в него писать; с носителя «только для чтения» скопируйте журнал вместе с файлом -wal"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | STRICT | OpenFlags::SQLITE_OPEN_URI;
    let database = Connection::open_with_flags(immutable_uri(path)?, flags)?;
    guard(&database)?;
    Ok(database)
}

/// Whether something that was recorded still lies in the write-ahead log only.
fn has_unfinished_writes(path: &Path) -> bool {
    files::length(&beside(path, "-wal")).is_ok_and(|bytes| bytes > 0)
}

/// What SQLite keeps beside a file.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The journal's path without a person's own links.
pub(super) fn real(path: &Path) -> Result<PathBuf> {
    files::real(path).map_err(|cause| Error::file("открыть журнал", path, &cause))
}

/// Opens a database that this program has just made, to fill it.
pub(super) fn open_made(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | STRICT)
}

/// The URI (RFC 3986) under which SQLite reads a file without looking for others beside it.
fn immutable_uri(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(|e| Error::file("открыть журнал", path, &e))?;
    let text = absolute.to_str().ok_or_else(|| {
        Error::environment(format!("путь «{}» не в UTF-8", path.display())).next("перенесите журнал в другую папку")
    })?;
    let text = text.replace('\\', "/");
    let escaped: String = text
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b':' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let slash = if escaped.starts_with('/') { "" } else { "/" };
    Ok(format!("file:{slash}{escaped}?immutable=1"))
}

/// The whole of a file in memory.
fn in_memory(file: &Connection) -> Result<Connection> {
    let mut copy = Connection::open_in_memory()?;
    Backup::new(file, &mut copy)?.run_to_completion(i32::MAX, std::time::Duration::ZERO, None)?;
    guard(&copy)?;
    Ok(copy)
}

/// Tells SQLite to run nothing that the file brings along.
pub(super) fn guard(database: &Connection) -> rusqlite::Result<()> {
    database.busy_timeout(PATIENCE)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // What is sorted on the way needs no room on a disk that may have none.
    database.pragma_update(None, "temp_store", "MEMORY")?;
    database.set_prepared_statement_cache_capacity(256);
    Ok(())
}

pub(super) fn is_of_this_version(database: &Connection) -> Result<bool> {
    let version: i32 = database.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version == apply::schema_version())
}

fn is_journal(database: &Connection) -> Result<()> {
    let id: rusqlite::Result<i32> = database.pragma_query_value(None, "application_id", |row| row.get(0));
    match id {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(_) => Err(Error::input("этот файл не журнал Letopis").next("проверьте путь к журналу")),
        Err(error) => Err(error.into()),
    }
}
