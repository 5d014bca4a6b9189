//! Remarks on how the journal is kept, and who answers them (§3.3.5).

use super::staff;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{ClassName, Login};
use chrono::{DateTime, FixedOffset};

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
