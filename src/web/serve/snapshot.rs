//! What the server answers from: the proven tables of one moment, and readers of them.
//!
//! A snapshot does not change. Each request takes a reader of the newest one and gives it back, so that its statements stay
//! prepared for the next; a snapshot that was replaced goes when its last request has been answered.

use crate::error::Result;
use crate::journal::Proven;
use crate::journal::read::{self, Tables};
use crate::ledger::chain::Tip;
use crate::school::School;
use chrono::{DateTime, FixedOffset};
use std::sync::{Mutex, PoisonError};

/// More readers than requests that are answered at once are not kept.
const READERS: usize = 16;

/// The journal as it was proven at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// What was proven.
    pub proven: Proven,
    /// When the ledger was found to end there.
    pub at: DateTime<FixedOffset>,
    /// The school as it was set up then.
    pub school: School,
    readers: Mutex<Vec<Tables>>,
}

impl Snapshot {
    /// What was proven at a moment.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn new(proven: Proven, at: DateTime<FixedOffset>) -> Result<Self> {
        let tables = proven.tables()?;
        let school = read::school(&tables)?;
        Ok(Self { proven, at, school, readers: Mutex::new(vec![tables]) })
    }

    /// Where the proven chain ends.
    pub fn tip(&self) -> Tip {
        self.proven.tip()
    }

    /// Asks the proven tables.
    ///
    /// # Errors
    /// What the question fails with; memory that cannot be had.
    pub fn read<T>(&self, ask: impl FnOnce(&Tables) -> Result<T>) -> Result<T> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let tables = kept.map_or_else(|| self.proven.tables(), Ok)?;
        let answer = ask(&tables);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(tables);
        }
        answer
    }
}
