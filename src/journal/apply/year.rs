//! The course of the year: a clock set right, the year's close and its being opened again, the next year's journal.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{ClockReset, JournalRestored, YearClosed, YearContinued, YearReopened};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn clock_reset(&self, reset: &ClockReset) -> Result<()> {
        let sql = "INSERT INTO clock_resets (entry, at, by, reason) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![self.seq, self.time(), self.entry.author, reset.reason])
    }

    pub(super) fn journal_restored(&self, restored: &JournalRestored) -> Result<()> {
        let sql = "INSERT INTO restorations (entry, at, by, reason, numbers) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![self.seq, self.time(), self.entry.author, restored.reason, restored.numbers])?;
        let sql = "INSERT OR REPLACE INTO restorations_lost (entry, length, head) VALUES (?1, ?2, ?3)";
        restored.lost.iter().try_for_each(|lost| self.run(sql, params![self.seq, lost.length, lost.head]))
    }

    pub(super) fn year_closed(&self, closed: &YearClosed) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO year_closed (id, at, by, entry) VALUES (1, ?1, ?2, ?3)";
        self.run(sql, params![self.time(), self.entry.author, self.seq])?;
        self.turn(false, &closed.reason)
    }

    /// The sheets that tell how the year ended hold no longer: it has not.
    pub(super) fn year_reopened(&self, reopened: &YearReopened) -> Result<()> {
        self.run("DELETE FROM year_closed", [])?;
        let sql = "UPDATE documents SET superseded = ?1 WHERE form = 'summary-sheet' AND superseded IS NULL";
        self.run(sql, [self.seq])?;
        self.turn(true, &reopened.reason)
    }

    fn turn(&self, reopened: bool, reason: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO year_turns (entry, reopened, at, by, reason) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![self.seq, reopened, self.time(), self.entry.author, reason])
    }

    pub(super) fn year_continued(&self, continued: &YearContinued) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO year_continued (id, token, at, by, entry) VALUES (1, ?1, ?2, ?3, ?4)";
        self.run(sql, params![continued.token, self.time(), self.entry.author, self.seq])
    }
}
