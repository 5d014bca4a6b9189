//! Who was reached last, when and by what: the part of mail in the report on informing (§4.1, §4.4).

use super::mail::{strange, topic};
use super::{Outbox, moment};
use crate::error::Result;
use crate::journal::contacts::Topic;
use crate::school::{PersonalFile, parse_iso};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What somebody was last told by mail of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// «мать», «отец» …
    pub who: String,
    /// What the mail told.
    pub kind: Topic,
    /// Of which day.
    pub day: crate::school::Day,
    /// When the server took it.
    pub at: DateTime<Utc>,
}

/// By pupil, what everybody who was reached was told last, the newest first.
pub type Reached = BTreeMap<PersonalFile, Vec<Way>>;

impl Outbox {
    /// Who was reached by mail, of every pupil. With `kind`, by mails of this kind alone.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn reached(&self, kind: Option<Topic>) -> Result<Reached> {
        // Of the columns beside the greatest `ended`, SQLite gives those of its row.
        let sql = "SELECT pupil, who, kind, day, max(ended) AS at FROM about JOIN mails ON mails.number = about.mail
                   WHERE state = 'delivered' AND (?1 IS NULL OR kind = ?1) GROUP BY pupil, who";
        let mut statement = self.file.prepare_cached(sql)?;
        let mut rows = statement.query([kind.map(Topic::word)])?;
        let mut reached = Reached::new();
        while let Some(row) = rows.next()? {
            let (kind, day): (String, String) = (row.get("kind")?, row.get("day")?);
            let way = Way {
                who: row.get("who")?,
                kind: topic(&kind)?,
                day: parse_iso(&day).ok_or_else(|| strange("день", &day))?,
                at: moment(row.get("at")?),
            };
            reached.entry(PersonalFile::from(row.get::<_, String>("pupil")?)).or_default().push(way);
        }
        reached.values_mut().for_each(|ways| ways.sort_by_key(|way| std::cmp::Reverse(way.at)));
        Ok(reached)
    }
}
