//! Final marks: of periods, of the year, of exams.

use super::Pupil;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{ClassName, Day, Marks, PeriodName};
use rusqlite::params;
use std::collections::HashMap;

/// A final mark that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Final {
    /// Whose.
    pub pupil: Pupil,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: PeriodName,
    /// The mark.
    pub mark: Marks,
    /// The deputy head's reason for setting it against the mark count, or empty.
    pub override_reason: String,
    /// The day it was set on.
    pub set_on: Day,
}

/// The final marks of a course, by pupil and in the order in which they were set.
pub fn finals_of(tables: &Tables, course: i64) -> Result<Vec<Final>> {
    let sql = "SELECT pupils.id AS id, file, surname, given, patronymic, NULL AS former, period, mark, override, set_on
               FROM finals JOIN pupils ON pupils.id = pupil WHERE course = ?1 ORDER BY set_on, finals.entry";
    let mut finals: Vec<Final> = tables.all("итоговая отметка", sql, [course], |row| {
        Ok(Final {
            pupil: Pupil::of(row)?,
            period: row.get("period")?,
            mark: row.marks("mark")?,
            override_reason: row.get("override")?,
            set_on: row.day("set_on")?,
        })
    })?;
    finals.sort_by_cached_key(|of| of.pupil.name.sort_key());
    Ok(finals)
}

/// The final marks of a course for a period, each with the reason for setting it against the mark count, by personal file.
pub fn finals_of_period(tables: &Tables, course: i64, period: &str) -> Result<HashMap<String, (Marks, String)>> {
    let sql =
        "SELECT file, mark, override FROM finals JOIN pupils ON pupils.id = pupil WHERE course = ?1 AND period = ?2";
    tables.all("итоговая отметка", sql, params![course, period], |row| {
        Ok((row.get("file")?, (row.marks("mark")?, row.get("override")?)))
    })
}

/// The final marks of every course, by course and period, each with its pupil's row.
pub type FinalsOfCourses = HashMap<(i64, PeriodName), Vec<(i64, Marks)>>;

/// The final marks of the school.
pub fn finals_of_school(tables: &Tables) -> Result<FinalsOfCourses> {
    let sql = "SELECT course, period, pupil, mark FROM finals";
    let rows: Vec<(i64, PeriodName, i64, Marks)> = tables.all("итоговая отметка", sql, [], |row| {
        Ok((row.get("course")?, row.get("period")?, row.get("pupil")?, row.marks("mark")?))
    })?;
    let mut finals = FinalsOfCourses::new();
    for (course, period, pupil, mark) in rows {
        finals.entry((course, period)).or_default().push((pupil, mark));
    }
    Ok(finals)
}

/// The final marks of a class, by the pupil's row, subject and period. Of a pupil who changed groups it is the mark of
/// the course whose row is the later.
pub fn finals_of_class(tables: &Tables, class: &ClassName) -> Result<HashMap<(i64, String, PeriodName), Marks>> {
    let sql = "SELECT pupil, subject, period, mark FROM finals JOIN courses ON courses.id = finals.course
               WHERE class = ?1 ORDER BY finals.course";
    tables.all("итоговая отметка", sql, [class.to_string()], |row| {
        Ok(((row.get("pupil")?, row.get("subject")?, row.get("period")?), row.marks("mark")?))
    })
}

/// The final marks of a pupil in all his courses, by subject and period, in the order in which they were recorded.
pub fn finals_of_pupil(tables: &Tables, pupil: i64) -> Result<Vec<(String, PeriodName, Marks)>> {
    let sql = "SELECT subject, period, mark FROM finals JOIN courses ON courses.id = finals.course
               WHERE pupil = ?1 ORDER BY finals.entry, courses.id";
    tables.all("итоговая отметка", sql, [pupil], |row| {
        Ok((row.get("subject")?, row.get("period")?, row.marks("mark")?))
    })
}

/// Whether any pupil of the school has a final mark of a period.
pub fn is_period_marked(tables: &Tables, period: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM finals WHERE period = ?1", [period])
}

/// Whether anybody has a final mark of one of these periods in a course of the class.
pub fn is_class_marked(tables: &Tables, class: &ClassName, periods: &[&str]) -> Result<bool> {
    let sql = "SELECT 1 FROM finals JOIN courses ON courses.id = finals.course WHERE class = ?1 AND period = ?2";
    periods.iter().try_fold(false, |found, period| Ok(found || tables.any(sql, params![class.to_string(), period])?))
}
