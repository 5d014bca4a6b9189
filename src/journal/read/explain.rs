//! Reasons for absence and exemptions as the tables have them, which reason excuses, and the absences that still lack
//! one (§3.3.4).

use crate::error::Result;
use crate::journal::entry::Reason;
use crate::journal::read::Tables;
use crate::journal::read::iso;
use crate::school::{ClassName, Day, PersonalFile};
use rusqlite::params;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The reason of a pupil's absences from one day to another, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Whose.
    pub pupil: PersonalFile,
    /// Why.
    pub reason: Reason,
    /// First day.
    pub since: Day,
    /// Last day.
    pub until: Day,
    /// The document it rests on, may be empty.
    pub document: String,
}

/// The reasons that touch a span of days.
pub fn reasons(tables: &Tables, first: Day, last: Day) -> Result<Vec<Explained>> {
    let sql = "SELECT file, since, until, reason, document FROM reasons JOIN pupils ON pupils.id = pupil
               WHERE since <= ?2 AND until >= ?1 ORDER BY since, pupil";
    tables.all("причина отсутствия", sql, params![iso(first), iso(last)], |row| {
        let (pupil, document) = (row.get("file")?, row.get("document")?);
        let (since, until) = (row.day("since")?, row.day("until")?);
        Ok(Explained { pupil, reason: row.reason("reason")?, since, until, document })
    })
}

/// Whether a reason stands, the same in everything.
pub fn is_given(tables: &Tables, of: &Explained) -> Result<bool> {
    let sql = "SELECT 1 FROM reasons JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND since = ?2 AND until = ?3 AND reason = ?4 AND document = ?5";
    tables.any(sql, params![of.pupil, iso(of.since), iso(of.until), of.reason.word(), of.document])
}

/// Whether a reason of just these days stands, whatever it says.
pub fn is_explained(tables: &Tables, pupil: &str, since: Day, until: Day) -> Result<bool> {
    let sql = "SELECT 1 FROM reasons JOIN pupils ON pupils.id = pupil WHERE file = ?1 AND since = ?2 AND until = ?3";
    tables.any(sql, params![pupil, iso(since), iso(until)])
}

/// A pupil's exemption from a subject from one day to another, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Whose.
    pub pupil: PersonalFile,
    /// From what.
    pub subject: String,
    /// First day.
    pub since: Day,
    /// Last day.
    pub until: Day,
    /// The document it rests on.
    pub document: String,
}

/// The exemptions that touch a span of days.
pub fn exemptions(tables: &Tables, first: Day, last: Day) -> Result<Vec<Exemption>> {
    let sql = "SELECT file, since, until, subject, document FROM exemptions JOIN pupils ON pupils.id = pupil
               WHERE since <= ?2 AND until >= ?1 ORDER BY since, pupil";
    tables.all("освобождение", sql, params![iso(first), iso(last)], |row| {
        let (pupil, subject, document) = (row.get("file")?, row.get("subject")?, row.get("document")?);
        Ok(Exemption { pupil, subject, since: row.day("since")?, until: row.day("until")?, document })
    })
}

pub(super) const EXEMPTIONS_OF_PUPIL: &str =
    "SELECT file, since, until, subject, document FROM exemptions JOIN pupils ON pupils.id = pupil
    WHERE pupil = ?1 AND since <= ?3 AND until >= ?2 ORDER BY since, subject";

/// The exemptions of a pupil that touch a span of days.
pub fn exemptions_of_pupil(tables: &Tables, pupil: i64, first: Day, last: Day) -> Result<Vec<Exemption>> {
    tables.all("освобождение", EXEMPTIONS_OF_PUPIL, params![pupil, iso(first), iso(last)], |row| {
        let (pupil, subject, document) = (row.get("file")?, row.get("subject")?, row.get("document")?);
        Ok(Exemption { pupil, subject, since: row.day("since")?, until: row.day("until")?, document })
    })
}

/// Rows of the pupils who are exempted from a subject on a day.
pub fn exempted(tables: &Tables, subject: &str, day: Day) -> Result<HashSet<i64>> {
    let sql = "SELECT DISTINCT pupil FROM exemptions WHERE subject = ?1 AND since <= ?2 AND until >= ?2";
    tables.all("освобождение", sql, params![subject, iso(day)], |row| row.get("pupil"))
}

/// A reason that was given, as it bears on its pupil's days.
#[derive(Debug, Clone, Copy)]
struct Given {
    since: Day,
    until: Day,
    reason: Reason,
}

/// The reasons that were given for absence, by the pupil's row.
#[derive(Debug, Default)]
pub struct Reasons(HashMap<i64, Vec<Given>>);

impl Reasons {
    /// Reads all of them.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn read(tables: &Tables) -> Result<Self> {
        let sql = "SELECT pupil, since, until, reason FROM reasons";
        let rows: Vec<(i64, Given)> = tables.all("причина отсутствия", sql, [], |row| {
            let (since, until) = (row.day("since")?, row.day("until")?);
            Ok((row.get("pupil")?, Given { since, until, reason: row.reason("reason")? }))
        })?;
        Ok(Self::of(rows))
    }

    /// Reads those of one pupil.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn of_pupil(tables: &Tables, pupil: i64) -> Result<Self> {
        let sql = "SELECT pupil, since, until, reason FROM reasons WHERE pupil = ?1";
        let rows: Vec<(i64, Given)> = tables.all("причина отсутствия", sql, [pupil], |row| {
            let (since, until) = (row.day("since")?, row.day("until")?);
            Ok((pupil, Given { since, until, reason: row.reason("reason")? }))
        })?;
        Ok(Self::of(rows))
    }

    fn of(rows: impl IntoIterator<Item = (i64, Given)>) -> Self {
        let mut all: HashMap<i64, Vec<Given>> = HashMap::new();
        rows.into_iter().for_each(|(pupil, given)| all.entry(pupil).or_default().push(given));
        // What comes first in a pupil's list holds where several cover a day.
        all.values_mut().for_each(|given| {
            given.sort_by_key(|given| (given.reason == Reason::Invalid, given.since, given.until, given.reason))
        });
        Self(all)
    }

    /// The reason of a pupil's absence on a day, if one was given. Where several cover it, one that excuses holds before
    /// one that does not, since a note is not undone by what was thought without it; of two alike, the one that began
    /// earlier, and of those the one that ended earlier.
    pub fn on(&self, pupil: i64, day: Day) -> Option<Reason> {
        let mut given = self.0.get(&pupil).into_iter().flatten();
        given.find(|given| (given.since..=given.until).contains(&day)).map(|given| given.reason)
    }
}

/// A day on which a pupil of a class missed lessons and no reason is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexplained {
    /// Whose.
    pub pupil: PersonalFile,
    /// The day.
    pub date: Day,
    /// How many lessons he missed on it.
    pub lessons: u32,
}

/// The absences («н») of a class between two days that no reason covers. «б» and «у» say their reason themselves.
pub fn unexplained(tables: &Tables, class: &ClassName, first: Day, last: Day) -> Result<Vec<Unexplained>> {
    let reasons = Reasons::read(tables)?;
    let sql = "SELECT lessons.id AS id, date, attendance.pupil AS pupil, file FROM attendance
               JOIN lessons ON lessons.id = attendance.lesson JOIN courses ON courses.id = course
               JOIN pupils ON pupils.id = attendance.pupil WHERE class = ?1 AND kind = 'н'";
    let missed: Vec<(Day, i64, PersonalFile)> = tables.all("урок", sql, params![class.to_string()], |row| {
        Ok((row.day("date")?, row.get("pupil")?, row.get("file")?))
    })?;
    let mut days: BTreeMap<(Day, i64), Unexplained> = BTreeMap::new();
    for (date, id, pupil) in missed {
        if (first..=last).contains(&date) && reasons.on(id, date).is_none() {
            days.entry((date, id)).or_insert(Unexplained { pupil, date, lessons: 0 }).lessons += 1;
        }
    }
    Ok(days.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reason::{Illness, Invalid, Valid};

    #[test]
    fn of_reasons_that_overlap_the_one_that_excuses_holds_in_whatever_order_they_were_given() {
        let day = |day| Day::from_ymd_opt(2025, 9, day).unwrap();
        let given = |since, until, reason| (7, Given { since: day(since), until: day(until), reason });
        let all = [
            given(1, 9, Invalid),
            given(3, 4, Illness),
            given(4, 6, Valid),
            given(4, 5, Illness),
            given(8, 8, Illness),
            given(8, 8, Valid),
        ];
        for shift in 0..all.len() {
            let mut turned = all;
            turned.rotate_left(shift);
            for order in [turned.to_vec(), turned.iter().rev().copied().collect()] {
                let reasons = Reasons::of(order);
                let on = |at| reasons.on(7, day(at));
                assert_eq!((on(2), on(3)), (Some(Invalid), Some(Illness)));
                assert_eq!((on(4), on(5), on(6)), (Some(Illness), Some(Illness), Some(Valid)));
                assert_eq!((on(7), on(8), on(10)), (Some(Invalid), Some(Illness), None));
            }
        }
    }
}
