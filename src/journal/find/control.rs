//! What the deputy head looks after: substitutions and remarks.

use super::staff;
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::school::{ClassName, CourseKey};
use rusqlite::Connection;

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
pub fn substitutions(tables: &Connection) -> Result<Vec<Substitution>> {
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
pub fn remarks(tables: &Connection) -> Result<Vec<Remark>> {
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
