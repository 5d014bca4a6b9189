//! What a reader has been told already, so that nothing is told twice and a change is told as one.

use super::Outbox;
use super::mail::strange;
use super::mail::{Kind, ReaderKey};
use crate::error::Result;
use crate::school::Day;
use rusqlite::{OptionalExtension, params};
use std::collections::{HashMap, HashSet};

/// What everybody has been told.
#[derive(Debug, Default)]
pub struct Told {
    values: HashMap<(String, String), HashMap<String, String>>,
    given_up: HashSet<(String, Kind, Day)>,
    made: HashSet<(String, Kind, Day)>,
}

impl Told {
    /// The value that was told of a fact about a pupil.
    pub fn value(&self, reader: &ReaderKey, pupil: &str, fact: &str) -> Option<&str> {
        let facts = self.values.get(&(reader.as_str().to_owned(), pupil.to_owned()))?;
        facts.get(fact).map(String::as_str)
    }

    /// Whether a mail of this kind and day to a reader was given up: another one would meet the same fate.
    pub fn gave_up(&self, reader: &ReaderKey, kind: Kind, day: Day) -> bool {
        self.given_up.contains(&(reader.as_str().to_owned(), kind, day))
    }

    /// Whether there was a mail of this kind and day to a reader.
    pub fn has_mail(&self, reader: &ReaderKey, kind: Kind, day: Day) -> bool {
        self.made.contains(&(reader.as_str().to_owned(), kind, day))
    }
}

impl Outbox {
    /// All that was told, and the mails of `day` and of the days after it.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn told(&self, day: Day) -> Result<Told> {
        let mut told = Told::default();
        let mut statement = self.file.prepare_cached("SELECT reader, pupil, fact, value FROM told")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let of = (row.get("reader")?, row.get("pupil")?);
            told.values.entry(of).or_default().insert(row.get("fact")?, row.get("value")?);
        }
        let mut statement = self.file.prepare_cached("SELECT reader, kind, day, state FROM mails WHERE day >= ?1")?;
        let mut rows = statement.query(params![day.to_string()])?;
        while let Some(row) = rows.next()? {
            let (kind, day, state): (String, String, String) = (row.get("kind")?, row.get("day")?, row.get("state")?);
            let day = crate::school::parse_iso(&day).ok_or_else(|| strange("день", &day))?;
            let of = (row.get("reader")?, Kind::of(&kind)?, day);
            if state == "given up" {
                told.given_up.insert(of.clone());
            }
            told.made.insert(of);
        }
        Ok(told)
    }

    /// How far `what` was composed; see [`super::Round::put`].
    ///
    /// # Errors
    /// A file that does not read.
    pub fn composed(&self, what: &str) -> Result<Option<String>> {
        let sql = "SELECT till FROM composed WHERE what = ?1";
        Ok(self.file.query_row(sql, [what], |row| row.get("till")).optional()?)
    }
}
