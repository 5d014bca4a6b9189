//! What a reader has been told already, so that nothing is told twice and a change is told as one.

use super::Outbox;
use super::mail::ReaderKey;
use crate::error::Result;
use crate::journal::contacts::Topic;
use crate::school::Day;
use rusqlite::{OptionalExtension, params};

impl Outbox {
    /// The value that was told to a reader of a fact about a pupil.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn told(&self, reader: &ReaderKey, pupil: &str, fact: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM told WHERE reader = ?1 AND pupil = ?2 AND fact = ?3";
        let mut statement = self.file.prepare_cached(sql)?;
        Ok(statement.query_row([reader.as_str(), pupil, fact], |row| row.get("value")).optional()?)
    }

    /// The facts about a pupil whose keys begin so, with the values that were told to a reader.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn told_beginning(&self, reader: &ReaderKey, pupil: &str, prefix: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT fact, value FROM told WHERE reader = ?1 AND pupil = ?2 AND fact >= ?3
                   AND substr(fact, 1, length(?3)) = ?3 ORDER BY fact";
        let mut statement = self.file.prepare_cached(sql)?;
        let rows =
            statement.query_map([reader.as_str(), pupil, prefix], |row| Ok((row.get("fact")?, row.get("value")?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a mail of this kind and day to a reader was given up: another one would meet the same fate.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn gave_up(&self, reader: &ReaderKey, kind: Topic, day: Day) -> Result<bool> {
        let sql = "SELECT 1 FROM mails WHERE reader = ?1 AND kind = ?2 AND day = ?3 AND state = 'given up'";
        let mut statement = self.file.prepare_cached(sql)?;
        Ok(statement.exists(params![reader.as_str(), kind.word(), day.to_string()])?)
    }

    /// How far something was composed; see [`super::Round::put`].
    ///
    /// # Errors
    /// A file that does not read.
    pub fn composed(&self, what: &str) -> Result<Option<String>> {
        let sql = "SELECT till FROM composed WHERE what = ?1";
        Ok(self.file.query_row(sql, [what], |row| row.get("till")).optional()?)
    }
}
