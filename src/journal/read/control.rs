//! Substitutions and remarks on how the journal is kept: what the deputy head looks through (§2.1, §3.3.5).

use super::staff;
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::Tables;
use crate::school::{ClassName, Day, Login};
use chrono::{DateTime, FixedOffset};
use std::collections::HashMap;

/// A substitution: assigned, or given.
#[derive(Debug, Clone, PartialEq)]
pub struct Substitution {
    /// Which lesson.
    pub at: LessonRef,
    /// Login of the course's teacher.
    pub teacher: Login,
    /// Login of the substitute.
    pub substitute: Login,
    /// Whether the lesson was recorded.
    pub given: bool,
    /// Whether it was assigned or confirmed by the deputy head.
    pub confirmed: bool,
}

/// All substitutions, by day.
pub fn substitutions(tables: &Tables) -> Result<Vec<Substitution>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson AS lesson, teacher, substitute, 1 AS given, confirmed
               FROM lessons JOIN courses ON courses.id = course WHERE substitute <> ''
               UNION ALL
               SELECT class, grp, subject, s.date, s.lesson, teacher, s.substitute, 0, 1 FROM substitutions AS s
               JOIN courses ON courses.id = s.course
               WHERE NOT EXISTS (SELECT 1 FROM lessons WHERE lessons.course = s.course AND lessons.date = s.date
                                 AND lessons.lesson = s.lesson)
               ORDER BY 4, 5, 1, 3, 2";
    tables.all("замена", sql, [], |row| {
        Ok(Substitution {
            at: LessonRef { course: row.course()?, date: row.day("date")?, lesson: row.get("lesson")? },
            teacher: row.get("teacher")?,
            substitute: row.get("substitute")?,
            given: row.get("given")?,
            confirmed: row.get("confirmed")?,
        })
    })
}

/// Who was assigned to give a lesson instead of the course's teacher, by course, day and lesson.
pub fn assigned_substitutes(tables: &Tables) -> Result<HashMap<(i64, Day, u8), Login>> {
    let sql = "SELECT course, date, lesson, substitute FROM substitutions";
    tables.all("замена", sql, [], |row| {
        Ok(((row.get("course")?, row.day("date")?, row.get("lesson")?), row.get("substitute")?))
    })
}

/// A remark on how the journal is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its number.
    pub number: u64,
    /// When it was written.
    pub written_at: DateTime<FixedOffset>,
    /// The class.
    pub class: ClassName,
    /// The row of the course that it is about, unless it is about the whole book.
    pub course: Option<i64>,
    /// The subject of that course, or empty.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Login of who wrote it.
    pub by: Login,
    /// «Петрова Е. Н.»
    pub author: String,
    /// What was done about it, or empty.
    pub answer: String,
}

/// All remarks in order.
pub fn remarks(tables: &Tables) -> Result<Vec<Remark>> {
    let sql = "SELECT number, written_at, remarks.class AS class, course, coalesce(subject, '') AS subject, text,
               author, answer FROM remarks LEFT JOIN courses ON courses.id = course ORDER BY number";
    tables.all("замечание", sql, [], |row| {
        let by: Login = row.get("author")?;
        Ok(Remark {
            number: row.get("number")?,
            written_at: row.moment("written_at")?,
            class: row.class("class")?,
            course: row.get("course")?,
            subject: row.get("subject")?,
            text: row.get("text")?,
            author: staff(tables, &by)?.map_or(by.to_string(), |person| person.name.initials()),
            by,
            answer: row.get("answer")?,
        })
    })
}

/// Login of who answers a remark: the course's teacher, or of one about the whole book the class teacher.
pub fn addressee(tables: &Tables, number: u64) -> Result<Option<Login>> {
    let sql = "SELECT number, coalesce(courses.teacher, classes.teacher) AS teacher FROM remarks
               JOIN classes ON classes.name = remarks.class LEFT JOIN courses ON courses.id = course
               WHERE number = ?1";
    tables.one("замечание", sql, [number], |row| row.get("teacher"))
}

/// A setting of a wrong clock by the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReset {
    /// The number of its entry.
    pub entry: u64,
    /// When it was recorded, by the right clock.
    pub at: DateTime<FixedOffset>,
    /// Login of who did it.
    pub by: Login,
    /// Why.
    pub reason: String,
}

/// Every setting of the clock, in order.
pub fn clock_resets(tables: &Tables) -> Result<Vec<ClockReset>> {
    let sql = "SELECT entry, at, by, reason FROM clock_resets ORDER BY entry";
    tables.all("поправка часов", sql, [], |row| {
        let (entry, by) = (row.get("entry")?, row.get("by")?);
        Ok(ClockReset { entry, at: row.moment("at")?, by, reason: row.get("reason")? })
    })
}

/// A note of the «Блокнот» (§2.3.4) as it lies in the tables: sealed to its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedNote {
    /// The number of the entry that added it.
    pub number: u64,
    /// When it was written.
    pub written_at: DateTime<FixedOffset>,
    /// Whether it is done with.
    pub done: bool,
    /// The armoured age file.
    pub sealed: String,
}

/// The notes of an author, in order.
pub fn notes_of(tables: &Tables, login: &str) -> Result<Vec<SealedNote>> {
    let sql = "SELECT entry, written_at, done, sealed FROM notes WHERE author = ?1 ORDER BY entry";
    tables.all("запись «Блокнота»", sql, [login], |row| {
        let (number, done) = (row.get("entry")?, row.get("done")?);
        Ok(SealedNote { number, written_at: row.moment("written_at")?, done, sealed: row.get("sealed")? })
    })
}
