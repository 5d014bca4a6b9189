//! How the copies of any day stand: the newest in each place, and whether it is late.

use crate::error::Result;
use crate::journal::read::{self, Tables};
use crate::school::{Day, Login};
use chrono::Days;

/// A copy of the day may lag behind by so many days: a timer that missed a night and a Sunday without anybody in the school.
pub const BACKUP_DAYS: u32 = 2;

/// After so many days without a copy a place is taken for one that is used no more, where another has a fresh one.
const GIVEN_UP: u64 = 60;

/// The copies of any day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backups {
    /// The newest on each carrier and in each folder.
    pub copies: Vec<BackupStatus>,
}

/// The newest copy in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupStatus {
    /// Its name: `backup-2025-11-12`.
    pub name: String,
    /// The label of the carrier, or the folder.
    pub place: String,
    /// Whether it lies on a carrier of the journal.
    pub is_carrier: bool,
    /// When it was made.
    pub day: Day,
    /// How many entries it holds.
    pub length: u64,
    /// Its code.
    pub code: String,
    /// Login of who made it.
    pub author: Login,
    /// Whether a newer one is overdue.
    pub late: bool,
}

impl Backups {
    /// How the copies stand on a day, of which the newest may lag behind by `days`. A closed year is not copied any more.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(tables: &Tables, day: Day, days: u32) -> Result<Self> {
        let (school, closed) = (read::school(tables)?, read::is_closed(tables)?);
        let mut copies = Vec::new();
        for copy in read::newest_backups(tables)? {
            let carrier = read::carrier(tables, &copy.carrier)?;
            if carrier.as_ref().is_some_and(|carrier| carrier.is_lost()) {
                continue;
            }
            let is_carrier = carrier.is_some();
            let place = carrier.map_or(copy.place, |carrier| carrier.label);
            let read::Backup { name, at, code, length, author, .. } = copy;
            copies.push(BackupStatus {
                name,
                place,
                is_carrier,
                day: school.day_of(at),
                length,
                code,
                author,
                late: false,
            });
        }
        let older = |copy: &BackupStatus, than: u64| copy.day + Days::new(than) < day;
        let any_fresh = copies.iter().any(|copy| !older(copy, days.into()));
        for copy in &mut copies {
            let given_up = any_fresh && older(copy, GIVEN_UP);
            copy.late = !closed && older(copy, days.into()) && !given_up;
        }
        Ok(Self { copies })
    }

    /// Whether one is overdue.
    pub fn is_due(&self) -> bool {
        self.copies.iter().any(|copy| copy.late)
    }
}
