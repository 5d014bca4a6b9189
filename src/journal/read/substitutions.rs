//! Substitutions: who gives a lesson instead of the course's teacher (§2.1).

use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::Tables;
use crate::school::{Day, Login};
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
