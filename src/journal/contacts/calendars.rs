//! Addresses of calendars: each opens the lessons and the homework of one child, without marks, until it is revoked.

use super::readers::ReaderId;
use super::{Contacts, hash};
use crate::error::Result;
use crate::school::PersonalFile;
use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, params};

impl Contacts {
    /// Makes the address of a child's calendar for a reader; an earlier one of the same opens nothing any more. Only a
    /// digest is kept, so what this gives is shown once.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn make_calendar(&self, id: ReaderId, child: &PersonalFile, now: DateTime<FixedOffset>) -> Result<String> {
        let token = hash::token::<20>();
        let transaction = self.writing()?;
        let sql = "DELETE FROM calendars WHERE reader = ?1 AND pupil = ?2";
        transaction.execute(sql, params![id.0, child.as_str()])?;
        let sql = "INSERT INTO calendars SELECT ?1, reader, pupil, ?4 FROM children WHERE reader = ?2 AND pupil = ?3";
        transaction.execute(sql, params![hash::quick(&token), id.0, child.as_str(), now.to_rfc3339()])?;
        transaction.commit()?;
        Ok(token)
    }

    /// Revokes the address of a child's calendar; says whether there was one.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn revoke_calendar(&self, id: ReaderId, child: &PersonalFile) -> Result<bool> {
        let sql = "DELETE FROM calendars WHERE reader = ?1 AND pupil = ?2";
        Ok(self.0.execute(sql, params![id.0, child.as_str()])? > 0)
    }

    /// Of which children a reader has such an address.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn calendars(&self, id: ReaderId) -> Result<Vec<PersonalFile>> {
        let mut statement = self.0.prepare_cached("SELECT pupil FROM calendars WHERE reader = ?1 ORDER BY pupil")?;
        let rows = statement.query_map([id.0], |row| row.get::<_, String>(0))?;
        Ok(rows.map(|file| file.map(PersonalFile::from)).collect::<rusqlite::Result<_>>()?)
    }

    /// Whose calendar a token opens, and who reads it there.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn calendar(&self, token: &str) -> Result<Option<(ReaderId, PersonalFile)>> {
        let sql = "SELECT reader, pupil FROM calendars WHERE token = ?1";
        let found = |row: &rusqlite::Row<'_>| Ok((ReaderId(row.get(0)?), PersonalFile::from(row.get::<_, String>(1)?)));
        Ok(self.0.prepare_cached(sql)?.query_row([hash::quick(token)], found).optional()?)
    }
}
