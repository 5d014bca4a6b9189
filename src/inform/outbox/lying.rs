//! What lies in the outbox, for whoever looks after it.

use super::mail::{State, topic};
use super::{Outbox, moment};
use crate::error::Result;
use crate::journal::contacts::Topic;
use crate::school::{Day, PersonalFile, parse_iso};
use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;

/// A mail that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// What it tells.
    pub kind: Topic,
    /// Of which day.
    pub day: Day,
    /// The address that it is for.
    pub address: String,
    /// The pupils of whom it tells.
    pub pupils: Vec<PersonalFile>,
    /// Where it is on its way.
    pub state: State,
    /// When it is tried next, or was due.
    pub due: DateTime<Utc>,
    /// How often it was tried.
    pub tries: u32,
    /// What was said then.
    pub said: String,
}

/// A server that was not to be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoServer {
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it is tried again.
    pub again: DateTime<Utc>,
    /// How often it was tried.
    pub tries: u32,
    /// Why not.
    pub said: String,
}

/// A mail that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// What it told.
    pub kind: Topic,
    /// Of which day.
    pub day: Day,
    /// The pupils of whom it told.
    pub pupils: Vec<PersonalFile>,
    /// «мать», «отец» …
    pub who: Vec<String>,
    /// When it was given up.
    pub ended: DateTime<Utc>,
    /// Why.
    pub said: String,
}

/// All that is to be known of an outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Mails on their way, by when they are due.
    pub lying: Vec<Lying>,
    /// Mails that were given up, the newest first, of as many days as were asked for.
    pub given_up: Vec<GivenUp>,
    /// Mails that were delivered in these days.
    pub delivered: u64,
    /// Since when the server is not to be reached.
    pub no_server: Option<NoServer>,
}

impl Outbox {
    /// What lies in the outbox, and what became of mails since a moment.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn contents(&self, since: DateTime<Utc>) -> Result<Contents> {
        let sql = "SELECT count(*) AS count FROM mails WHERE state = 'delivered' AND ended >= ?1";
        Ok(Contents {
            lying: self.lying()?,
            given_up: self.given_up(since)?,
            delivered: self.file.query_row(sql, [since.timestamp()], |row| row.get("count"))?,
            no_server: self.no_server()?,
        })
    }

    fn lying(&self) -> Result<Vec<Lying>> {
        let sql = "SELECT kind, day, address, state, due, tries, said,
                   (SELECT group_concat(DISTINCT pupil) FROM about WHERE mail = number) AS pupils
                   FROM mails WHERE ended IS NULL ORDER BY due, number";
        let mut statement = self.file.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut lying = Vec::new();
        while let Some(row) = rows.next()? {
            let (state, tries): (String, u32) = (row.get("state")?, row.get("tries")?);
            lying.push(Lying {
                kind: topic(&row.get::<_, String>("kind")?)?,
                day: day(&row.get::<_, String>("day")?)?,
                address: row.get("address")?,
                pupils: listed(row.get("pupils")?),
                state: State::of(&state, tries)?,
                due: moment(row.get("due")?),
                tries,
                said: row.get("said")?,
            });
        }
        Ok(lying)
    }

    fn given_up(&self, since: DateTime<Utc>) -> Result<Vec<GivenUp>> {
        let sql = "SELECT kind, day, ended, said, (SELECT group_concat(DISTINCT pupil) FROM about WHERE mail = number) AS pupils,
                   (SELECT group_concat(DISTINCT who) FROM about WHERE mail = number) AS who
                   FROM mails WHERE state = 'given up' AND ended >= ?1 ORDER BY ended DESC, number DESC";
        let mut statement = self.file.prepare_cached(sql)?;
        let mut rows = statement.query([since.timestamp()])?;
        let mut given_up = Vec::new();
        while let Some(row) = rows.next()? {
            given_up.push(GivenUp {
                kind: topic(&row.get::<_, String>("kind")?)?,
                day: day(&row.get::<_, String>("day")?)?,
                pupils: listed(row.get("pupils")?),
                who: listed(row.get("who")?),
                ended: moment(row.get("ended")?),
                said: row.get("said")?,
            });
        }
        Ok(given_up)
    }

    pub(super) fn no_server(&self) -> Result<Option<NoServer>> {
        let row = self.file.query_row("SELECT since, again, tries, said FROM no_server", [], |row| {
            let (since, again): (i64, i64) = (row.get("since")?, row.get("again")?);
            let (since, again) = (moment(since), moment(again));
            Ok(NoServer { since, again, tries: row.get("tries")?, said: row.get("said")? })
        });
        Ok(row.optional()?)
    }
}

fn day(text: &str) -> Result<Day> {
    parse_iso(text).ok_or_else(|| super::mail::strange("день", text))
}

/// What SQLite has put into one text.
fn listed<T: From<String>>(all: Option<String>) -> Vec<T> {
    all.iter().flat_map(|all| all.split(',')).map(|one| one.to_owned().into()).collect()
}
