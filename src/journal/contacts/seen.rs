//! That a parent has seen a week of the diary: what the signature in a diary of paper says («ознакомлен»).

use super::readers::ReaderId;
use super::{Contacts, day};
use crate::error::Result;
use crate::school::{Day, PersonalFile};
use rusqlite::params;

/// That somebody has seen a child's week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub who: ReaderId,
    /// His name.
    pub name: String,
    /// The Monday of the week.
    pub monday: Day,
    /// The day on which he said so.
    pub day: Day,
}

impl Contacts {
    /// Notes that a reader has seen a week of a child of his; what he said first stays.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn note_seen(&self, who: ReaderId, child: &PersonalFile, monday: Day, on: Day) -> Result<()> {
        let sql =
            "INSERT OR IGNORE INTO seen SELECT reader, pupil, ?3, ?4 FROM children WHERE reader = ?1 AND pupil = ?2";
        let parameters = params![who.0, child.as_str(), monday.to_string(), on.to_string()];
        self.0.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    /// Who has seen a child's weeks from one Monday to another, both included, by week and name.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn seen(&self, child: &str, (first, last): (Day, Day)) -> Result<Vec<Seen>> {
        let sql = "SELECT reader, name, monday, day FROM seen JOIN readers ON id = reader
                   WHERE pupil = ?1 AND monday BETWEEN ?2 AND ?3 ORDER BY monday, name, reader";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params![child, first.to_string(), last.to_string()])?;
        let mut seen = Vec::new();
        while let Some(row) = rows.next()? {
            let (Some(monday), Some(day)) = (day(row, "monday")?, day(row, "day")?) else { continue };
            seen.push(Seen { who: ReaderId(row.get("reader")?), name: row.get("name")?, monday, day });
        }
        Ok(seen)
    }
}
