//! Files of the program's own beside a journal, which hold what must stay erasable or belongs to this machine alone.
//!
//! They are SQLite databases that overwrite what they delete. Nothing in them is certified, and no archive copies them.
//! Several processes may have one open at a time: a log is written ahead, and whoever finds it busy waits.

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Opens the file `path` that belongs to a journal, making it if there is none: whoever may write to the journal may write
/// to it.
///
/// # Errors
/// What is no plain file, or cannot be made or written.
pub fn open(journal: &Path, path: &Path) -> Result<Connection> {
    let failed = |path: &Path, cause: io::Error| Error::file("открыть", path, &cause);
    // The way to it may go through links of one's own; it is none itself, and neither is what SQLite keeps beside it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = files::real(folder).map_err(|cause| failed(path, cause))?;
    let path = &folder.join(path.file_name().unwrap_or_default());
    make(journal, path).map_err(|cause| failed(path, cause))?;
    for ending in ["-wal", "-shm", "-journal"] {
        let beside = super::file::beside(path, ending);
        match files::length(&beside) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(failed(&beside, cause)),
            _ => {}
        }
    }
    crate::device::refuse_network_file(path)?;
    let database = super::file::open_made(path)?;
    super::file::guard(&database)?;
    database.pragma_update(None, "secure_delete", true)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    Ok(database)
}

/// The lock `path` beside a journal, held until it is dropped; nothing where another process holds it.
///
/// # Errors
/// A file that cannot be made or opened; a system without locks.
pub fn try_lock(journal: &Path, path: &Path) -> Result<Option<File>> {
    let failed = |cause: io::Error| Error::file("запереть", path, &cause);
    make(journal, path).map_err(failed)?;
    let lock = files::open_to_change(path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

/// A journal's path with an ending of ours in place of its own.
pub fn path_for(journal: &Path, ending: &str) -> PathBuf {
    journal.with_extension(ending)
}

fn make(journal: &Path, path: &Path) -> io::Result<()> {
    match files::length(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        found => return found.map(drop),
    }
    match files::create(path, Readers::Owner) {
        Ok(made) => {
            let _ = files::permissions(journal).and_then(|of_journal| made.set_permissions(of_journal));
            Ok(())
        }
        // Another process has made it in the meantime.
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => files::length(path).map(drop),
        Err(cause) => Err(cause),
    }
}
