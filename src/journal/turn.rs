//! Whose turn it is to write: a lock beside the journal, so that nobody is passed over.
//!
//! SQLite alone would keep writers apart, but it does not queue them: one who finds the journal busy sleeps, longer each
//! time, and whoever comes when it is free just then goes first. With sixty teachers recording at once the unluckiest
//! waited for a single entry until all others were done with fifty (`tests/journal/sixty_teachers.rs`). The system's file lock wakes
//! those who wait the moment it is given back.
//!
//! The lock is a courtesy, not a safeguard: SQLite's own lock still guards the journal where this one cannot be had.

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::journal::PATIENCE;
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// The turn to write; given back when dropped.
pub struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits for the turn to write to a journal's file; nothing where no lock can be had, as for tables in memory.
    ///
    /// # Errors
    /// Another process has kept the turn for longer than anybody should.
    pub fn wait_for(journal: &Connection) -> Result<Option<Self>> {
        let Some(path) = journal.path().filter(|path| !path.is_empty()) else { return Ok(None) };
        let Ok(lock) = lock_beside(Path::new(path)) else { return Ok(None) };
        match lock.try_lock() {
            Ok(()) => return Ok(Some(Self { _lock: lock })),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
        }
        // The system's lock knows no time limit, so another thread waits for it.
        let (done, waited) = mpsc::channel();
        std::thread::spawn(move || {
            let locked = lock.lock().is_ok();
            let _ = done.send(locked.then_some(lock));
        });
        match waited.recv_timeout(PATIENCE) {
            Ok(lock) => Ok(lock.map(|lock| Self { _lock: lock })),
            Err(_) => Err(Error::environment("журнал занят: другая программа слишком долго записывает в него")
                .next("повторите; если не помогает, посмотрите, какая программа «Летописи» не завершилась")),
        }
    }
}

/// Where the lock of a journal lies.
pub fn lock_of(journal: &Path) -> PathBuf {
    let mut path = journal.as_os_str().to_owned();
    path.push("-lock");
    path.into()
}

/// The lock's file. Its rights are the journal's where it is made, and never touched where it is there: it may be a second name
/// of another file.
fn lock_beside(journal: &Path) -> io::Result<File> {
    let path = lock_of(journal);
    match files::create(&path, Readers::Owner) {
        // Whoever may write to the journal may wait for it: where a group shares it, the group shares the lock.
        Ok(lock) => {
            let _ = files::permissions(journal).and_then(|of_journal| lock.set_permissions(of_journal));
            Ok(lock)
        }
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => files::open_to_change(&path),
        Err(cause) => Err(cause),
    }
}
