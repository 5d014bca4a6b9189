//! Slips of the diary that were printed for those who get nothing else (§4.5): by pupil the last one.

use super::Outbox;
use super::mail::strange;
use crate::error::Result;
use crate::school::{Day, PersonalFile, parse_iso};
use rusqlite::params;
use std::collections::BTreeMap;

/// The last slip of a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// The Monday of its week.
    pub monday: Day,
    /// The day on which it was printed.
    pub printed: Day,
}

impl Outbox {
    /// Notes that slips of a week were printed.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn note_paper<'f>(&mut self, pupils: impl IntoIterator<Item = &'f PersonalFile>, paper: Paper) -> Result<()> {
        let transaction = self.file.transaction()?;
        for pupil in pupils {
            let sql = "INSERT INTO paper (pupil, monday, printed) VALUES (?1, ?2, ?3)
                       ON CONFLICT DO UPDATE SET monday = excluded.monday, printed = excluded.printed";
            let parameters = params![pupil.as_str(), paper.monday.to_string(), paper.printed.to_string()];
            transaction.prepare_cached(sql)?.execute(parameters)?;
        }
        Ok(transaction.commit()?)
    }

    /// The last slip of each pupil who has had one.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn paper(&self) -> Result<BTreeMap<PersonalFile, Paper>> {
        let mut statement = self.file.prepare_cached("SELECT pupil, monday, printed FROM paper")?;
        let mut rows = statement.query([])?;
        let mut slips = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let day = |column: &str| {
                let text: String = row.get(column)?;
                parse_iso(&text).ok_or_else(|| strange("день", &text))
            };
            let pupil = PersonalFile::from(row.get::<_, String>("pupil")?);
            slips.insert(pupil, Paper { monday: day("monday")?, printed: day("printed")? });
        }
        Ok(slips)
    }
}
