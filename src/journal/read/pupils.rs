//! Pupils, class lists, groups.

use super::{iso, lesson_at};
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, PersonName};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};

/// A pupil on a class list.
#[derive(Debug, Clone, PartialEq)]
pub struct Pupil {
    /// The row's id.
    pub id: i64,
    /// Номер личного дела.
    pub file: String,
    /// The name.
    pub name: PersonName,
}

/// A pupil by the number of the personal file.
pub fn pupil(tables: &Tables, file: &str) -> Result<Option<Pupil>> {
    let sql = "SELECT id, file, surname, given, patronymic FROM pupils WHERE file = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([file], pupil_row).optional()?)
}

/// Every pupil of the school, by name.
pub fn all_pupils(tables: &Tables) -> Result<Vec<Pupil>> {
    let sql = "SELECT id, file, surname, given, patronymic FROM pupils";
    let mut all = tables.prepare_cached(sql)?.query_map([], pupil_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    all.sort_by_cached_key(|pupil| pupil.name.sort_key());
    Ok(all)
}

pub fn pupil_row(row: &Row<'_>) -> rusqlite::Result<Pupil> {
    Ok(Pupil {
        id: row.get(0)?,
        file: row.get(1)?,
        name: PersonName { surname: row.get(2)?, given: row.get(3)?, patronymic: row.get(4)? },
    })
}

/// The class that a pupil is in on a day.
pub fn class_of_pupil(tables: &Tables, file: &str, date: NaiveDate) -> Result<Option<ClassName>> {
    let sql = "SELECT class FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)";
    let class: Option<String> =
        tables.prepare_cached(sql)?.query_row(params![file, iso(date)], |row| row.get(0)).optional()?;
    class.map(|name| ClassName::parse(&name)).transpose()
}

/// A pupil's date of birth.
pub fn born(tables: &Tables, file: &str) -> Result<Option<NaiveDate>> {
    let mut statement = tables.prepare_cached("SELECT born FROM pupils WHERE file = ?1")?;
    let born: Option<String> = statement.query_row([file], |row| row.get(0)).optional()?;
    Ok(born.and_then(|text| crate::school::parse_date_or(&text)))
}

/// A pupil's stays in a class: the first day, and the day on which he was no longer there.
pub fn stays_in(tables: &Tables, pupil: i64, class: &ClassName) -> Result<Vec<(String, Option<String>)>> {
    let sql = "SELECT since, until FROM enrolments WHERE pupil = ?1 AND class = ?2 ORDER BY since";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![pupil, class.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The pupils of a course on a day: those of the class, or of the group, who are enrolled on it; sorted by name.
pub fn roster(tables: &Tables, key: &CourseKey, date: NaiveDate) -> Result<Vec<Pupil>> {
    let mut roster = roster_unsorted(tables, key, date)?;
    roster.sort_by_cached_key(|pupil| pupil.name.sort_key());
    Ok(roster)
}

/// As [`roster`], in no particular order.
pub fn roster_unsorted(tables: &Tables, key: &CourseKey, date: NaiveDate) -> Result<Vec<Pupil>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE class = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)
               AND (?3 = '' OR EXISTS (SELECT 1 FROM group_members AS g
                    WHERE g.class = ?1 AND g.grp = ?3 AND g.pupil = enrolments.pupil))";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![key.class.to_string(), iso(date), key.group], pupil_row)?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// A pupil by the personal file, if [`roster`] has him.
pub fn pupil_on_roster(tables: &Tables, key: &CourseKey, date: NaiveDate, file: &str) -> Result<Option<Pupil>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic FROM pupils JOIN enrolments ON pupils.id = pupil
               WHERE file = ?4 AND class = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)
               AND (?3 = '' OR EXISTS (SELECT 1 FROM group_members AS g
                    WHERE g.class = ?1 AND g.grp = ?3 AND g.pupil = enrolments.pupil))";
    let parameters = params![key.class.to_string(), iso(date), key.group, file];
    Ok(tables.prepare_cached(sql)?.query_row(parameters, pupil_row).optional()?)
}

/// The groups of a class: a group's name and the row of a member, in order.
pub fn groups_of_class(tables: &Tables, class: &ClassName) -> Result<Vec<(String, i64)>> {
    let mut statement =
        tables.prepare_cached("SELECT grp, pupil FROM group_members WHERE class = ?1 ORDER BY grp, pupil")?;
    let rows = statement.query_map([class.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Personal files of those who have a mark or an absence at a lesson.
pub fn marked_pupils(tables: &Tables, at: &LessonRef) -> Result<Vec<String>> {
    let Some(lesson) = lesson_at(tables, at)? else { return Ok(Vec::new()) };
    let sql = "SELECT file FROM pupils WHERE id IN
               (SELECT pupil FROM marks WHERE lesson = ?1 UNION SELECT pupil FROM attendance WHERE lesson = ?1)";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_map([lesson.id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}
