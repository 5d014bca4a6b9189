//! Reasons for absence and exemptions as the tables have them, and the absences that still lack a reason (§3.3.4).

use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::{Pupil, iso};
use crate::school::{ClassName, parse_date_or};
use chrono::NaiveDate;
use rusqlite::params;

/// The reason of a pupil's absences between two days, or an exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Row id of the pupil.
    pub pupil: i64,
    /// «болезнь», «уважительная», «неуважительная»; of an exemption the subject.
    pub what: String,
    /// First day, as the tables keep it.
    pub since: String,
    /// Last day.
    pub until: String,
    /// The document it rests on, may be empty.
    pub document: String,
}

/// The reasons that touch a span of days.
pub fn reasons(tables: &Tables, first: NaiveDate, last: NaiveDate) -> Result<Vec<Explained>> {
    explained(tables, "SELECT pupil, reason, since, until, document FROM reasons", first, last)
}

/// The exemptions that touch a span of days.
pub fn exemptions(tables: &Tables, first: NaiveDate, last: NaiveDate) -> Result<Vec<Explained>> {
    explained(tables, "SELECT pupil, subject, since, until, document FROM exemptions", first, last)
}

fn explained(tables: &Tables, select: &str, first: NaiveDate, last: NaiveDate) -> Result<Vec<Explained>> {
    let sql = format!("{select} WHERE since <= ?2 AND until >= ?1 ORDER BY since, pupil");
    let mut statement = tables.prepare_cached(&sql)?;
    let rows = statement.query_map(params![iso(first), iso(last)], |row| {
        Ok(Explained {
            pupil: row.get(0)?,
            what: row.get(1)?,
            since: row.get(2)?,
            until: row.get(3)?,
            document: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A day on which pupils of a class missed lessons and no reason is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexplained {
    /// Row id of the pupil.
    pub pupil: i64,
    /// The day.
    pub date: NaiveDate,
    /// How many lessons he missed on it.
    pub lessons: u32,
}

/// The absences («н») of a class between two days that no reason covers. «б» and «у» say their reason themselves.
pub fn unexplained(tables: &Tables, class: &ClassName, first: NaiveDate, last: NaiveDate) -> Result<Vec<Unexplained>> {
    let sql = "SELECT attendance.pupil, date, count(*) FROM attendance
               JOIN lessons ON lessons.id = attendance.lesson JOIN courses ON courses.id = course
               WHERE class = ?1 AND date BETWEEN ?2 AND ?3 AND kind = 'н'
               AND NOT EXISTS (SELECT 1 FROM reasons WHERE reasons.pupil = attendance.pupil
                               AND date BETWEEN since AND until)
               GROUP BY attendance.pupil, date ORDER BY date, attendance.pupil";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query(params![class.to_string(), iso(first), iso(last)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(date) = parse_date_or(&row.get::<_, String>(1)?) {
            found.push(Unexplained { pupil: row.get(0)?, date, lessons: row.get(2)? });
        }
    }
    Ok(found)
}

/// Everybody who was in a class on some day of a span, by name.
pub fn members(tables: &Tables, class: &ClassName, first: NaiveDate, last: NaiveDate) -> Result<Vec<Pupil>> {
    let sql = "SELECT DISTINCT pupils.id, file, surname, given, patronymic FROM enrolments
               JOIN pupils ON pupils.id = pupil WHERE class = ?1 AND since <= ?3 AND (until IS NULL OR until > ?2)";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![class.to_string(), iso(first), iso(last)], super::pupil_row)?;
    let mut pupils = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    pupils.sort_by_cached_key(|pupil| pupil.name.sort_key());
    Ok(pupils)
}
