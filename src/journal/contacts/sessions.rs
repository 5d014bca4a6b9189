//! Who is signed in: a token of 256 random bits a browser, of which only the SHA-256 is kept.

use super::readers::{Reader, ReaderId};
use super::{Contacts, hash};
use crate::error::Result;
use chrono::{DateTime, Duration, FixedOffset};
use rusqlite::{OptionalExtension, params};

/// How long a session lasts after it was prolonged last.
pub const DAYS: i64 = 30;

/// A session, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// When it was begun.
    pub since: DateTime<FixedOffset>,
}

impl Contacts {
    /// Signs a reader in; gives the token. Sessions that ended by themselves are forgotten.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn begin_session(&self, id: ReaderId, now: DateTime<FixedOffset>) -> Result<String> {
        let token = hash::token::<32>();
        let transaction = self.writing()?;
        transaction.execute("DELETE FROM sessions WHERE until <= ?1", [now.timestamp()])?;
        let sql = "INSERT INTO sessions SELECT ?1, id, ?3, ?4 FROM readers WHERE id = ?2";
        transaction.execute(sql, params![hash::quick(&token), id.0, now.to_rfc3339(), end(now)])?;
        transaction.commit()?;
        Ok(token)
    }

    /// Whose session a token opens, if it has not ended.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn reader_of_session(&self, token: &str, now: DateTime<FixedOffset>) -> Result<Option<Reader>> {
        let sql = "SELECT reader FROM sessions WHERE token = ?1 AND until > ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let id: Option<i64> =
            statement.query_row(params![hash::quick(token), now.timestamp()], |row| row.get(0)).optional()?;
        Ok(match id {
            Some(id) => self.slip(ReaderId(id))?.map(|slip| slip.reader),
            None => None,
        })
    }

    /// Lets a session last another [`DAYS`] days from now; writes at most once a day.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn prolong_session(&self, token: &str, now: DateTime<FixedOffset>) -> Result<()> {
        let (token, until) = (hash::quick(token), end(now));
        let day = Duration::days(1).num_seconds();
        let sql = "SELECT 1 FROM sessions WHERE token = ?1 AND until > ?2 AND until < ?3";
        if self.0.prepare_cached(sql)?.exists(params![token, now.timestamp(), until - day])? {
            self.0.execute("UPDATE sessions SET until = ?2 WHERE token = ?1", params![token, until])?;
        }
        Ok(())
    }

    /// Signs out where this token is.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn end_session(&self, token: &str) -> Result<()> {
        self.0.execute("DELETE FROM sessions WHERE token = ?1", [hash::quick(token)])?;
        Ok(())
    }

    /// Signs a reader out everywhere; gives how many sessions that were.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn end_sessions(&self, id: ReaderId) -> Result<usize> {
        Ok(self.0.execute("DELETE FROM sessions WHERE reader = ?1", [id.0])?)
    }

    /// The sessions of a reader that last, the newest first.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn sessions(&self, id: ReaderId, now: DateTime<FixedOffset>) -> Result<Vec<Session>> {
        let sql = "SELECT since FROM sessions WHERE reader = ?1 AND until > ?2 ORDER BY until DESC, since DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params![id.0, now.timestamp()])?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            sessions.extend(super::moment(row, "since")?.map(|since| Session { since }));
        }
        Ok(sessions)
    }

    /// A number that changes whenever another process or connection has written; cheap to ask.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn state(&self) -> Result<i64> {
        Ok(self.0.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }
}

fn end(now: DateTime<FixedOffset>) -> i64 {
    now.timestamp() + Duration::days(DAYS).num_seconds()
}
