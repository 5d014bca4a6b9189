//! The marks of each course in a period so far, which both the coverage and the forecast rest on.

use super::scope::{Filter, exempted, period_on};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::count::Counts;
use crate::journal::read::{self, Course, Pupil, iso};
use crate::school::{Period, School, parse_date_or};
use chrono::NaiveDate;
use rusqlite::params;
use std::collections::{HashMap, HashSet};

/// A course in a period, as it stands on a day.
pub struct Standing<'s> {
    /// The course.
    pub course: Course,
    /// The period.
    pub period: &'s Period,
    /// Who is taught, by name.
    pub pupils: Vec<Pupil>,
    /// Their grades.
    pub counts: Counts,
    /// Who is exempted from the subject.
    pub exempted: HashSet<i64>,
    /// Final marks of the period that are set already.
    pub finals: HashMap<i64, String>,
}

/// The courses with marks, each in the period that is named or in the one of `today`. A period that has not begun and a
/// grade without marks have none.
pub fn standings<'s>(
    tables: &Tables,
    school: &'s School,
    filter: &Filter,
    named: Option<&str>,
    today: NaiveDate,
) -> Result<Vec<Standing<'s>>> {
    let mut out = Vec::new();
    for course in filter.courses(tables)? {
        if school.policy.unmarked_grades.contains(&course.key.class.grade()) {
            continue;
        }
        let Some(period) = period_on(school, &course.key.class, named, today) else { continue };
        let last = today.min(period.ends);
        if last < period.begins {
            continue;
        }
        let pupils = read::roster(tables, &course.key, last)?;
        let span = (period.begins, last);
        let counts = Counts::take(tables, school, &course, span, pupils.iter().map(|pupil| pupil.id))?;
        let mut exempt: HashSet<i64> = exempted(tables, &course.key.subject, last)?.into_iter().collect();
        exempt.extend(exempted(tables, &course.key.subject, period.ends)?);
        let finals = finals(tables, course.id, &period.name)?;
        out.push(Standing { course, period, pupils, counts, exempted: exempt, finals });
    }
    Ok(out)
}

fn finals(tables: &Tables, course: i64, period: &str) -> Result<HashMap<i64, String>> {
    let mut statement =
        tables.prepare_cached("SELECT pupil, mark FROM finals WHERE course = ?1 AND period = ?2 ORDER BY pupil")?;
    let rows = statement.query_map(params![course, period], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The first day of a period on which a pupil was in the school.
pub fn came(tables: &Tables, pupil: i64, period: &Period) -> Result<NaiveDate> {
    let sql = "SELECT min(since) FROM enrolments WHERE pupil = ?1 AND (until IS NULL OR until > ?2)";
    let since: Option<String> =
        tables.prepare_cached(sql)?.query_row(params![pupil, iso(period.begins)], |row| row.get(0))?;
    let since = since.as_deref().and_then(parse_date_or);
    Ok(since.map_or(period.begins, |since| since.max(period.begins)))
}
