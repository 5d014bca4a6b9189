//! Final marks, substitutions, remarks: what is looked through rather than looked up.

use super::{Pupil, pupil_row, staff};
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey};
use std::collections::HashSet;

/// A final mark that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Final {
    /// Whose.
    pub pupil: Pupil,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: String,
    /// The mark.
    pub mark: String,
    /// The deputy head's reason for setting it against the mark count, or empty.
    pub override_reason: String,
    /// The day it was set on, as the tables keep it.
    pub set_on: String,
}

/// The final marks of a course, by pupil and in the order in which they were set.
pub fn finals_of(tables: &Tables, course: i64) -> Result<Vec<Final>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic, period, mark, override, set_on FROM finals
               JOIN pupils ON pupils.id = pupil WHERE course = ?1 ORDER BY set_on, finals.entry";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([course], |row| {
        let (period, mark) = (row.get(5)?, row.get(6)?);
        Ok(Final { pupil: pupil_row(row)?, period, mark, override_reason: row.get(7)?, set_on: row.get(8)? })
    })?;
    let mut finals = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    finals.sort_by_cached_key(|f| f.pupil.name.sort_key());
    Ok(finals)
}

/// Rows of the pupils about whom the pedagogical council has decided.
pub fn decided(tables: &Tables) -> Result<HashSet<i64>> {
    let mut statement = tables.prepare_cached("SELECT pupil FROM decisions")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// A substitution: assigned, or given.
#[derive(Debug, Clone, PartialEq)]
pub struct Substitution {
    /// Which lesson.
    pub at: LessonRef,
    /// Login of the course's teacher.
    pub teacher: String,
    /// Login of the substitute.
    pub substitute: String,
    /// Whether the lesson was recorded.
    pub given: bool,
    /// Whether it was assigned or confirmed by the deputy head.
    pub confirmed: bool,
}

/// All substitutions, by day.
pub fn substitutions(tables: &Tables) -> Result<Vec<Substitution>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson, teacher, substitute, 1, confirmed FROM lessons
               JOIN courses ON courses.id = course WHERE substitute <> ''
               UNION ALL
               SELECT class, grp, subject, s.date, s.lesson, teacher, s.substitute, 0, 1 FROM substitutions AS s
               JOIN courses ON courses.id = s.course
               WHERE NOT EXISTS (SELECT 1 FROM lessons WHERE lessons.course = s.course AND lessons.date = s.date
                                 AND lessons.lesson = s.lesson)
               ORDER BY 4, 5, 1, 3, 2";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (class, date): (String, String) = (row.get(0)?, row.get(3)?);
        let Some(date) = crate::school::parse_date_or(&date) else { continue };
        let course = CourseKey { class: ClassName::parse(&class)?, group: row.get(1)?, subject: row.get(2)? };
        all.push(Substitution {
            at: LessonRef { course, date, lesson: row.get(4)? },
            teacher: row.get(5)?,
            substitute: row.get(6)?,
            given: row.get(7)?,
            confirmed: row.get(8)?,
        });
    }
    Ok(all)
}

/// A remark on how the journal is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its number.
    pub number: u64,
    /// When it was written (RFC 3339).
    pub written_at: String,
    /// The class.
    pub class: String,
    /// The subject it is about, or empty.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// «Петрова Е. Н.»
    pub author: String,
    /// What was done about it, or empty.
    pub answer: String,
}

/// All remarks in order.
pub fn remarks(tables: &Tables) -> Result<Vec<Remark>> {
    let sql = "SELECT number, written_at, remarks.class, coalesce(subject, ''), text, author, answer FROM remarks
               LEFT JOIN courses ON courses.id = course ORDER BY number";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Remark {
            number: row.get(0)?,
            written_at: row.get(1)?,
            class: row.get(2)?,
            subject: row.get(3)?,
            text: row.get(4)?,
            author: row.get(5)?,
            answer: row.get(6)?,
        })
    })?;
    let mut remarks = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for remark in &mut remarks {
        if let Some(person) = staff(tables, &remark.author)? {
            remark.author = person.name.initials();
        }
    }
    Ok(remarks)
}
