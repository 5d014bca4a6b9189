//! Classes, subjects, courses, lessons.

use super::iso;
use crate::error::{Error, Result};
use crate::journal::entry::{LessonRef, SubjectLine};
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};

/// Every class, in order.
pub fn classes(tables: &Tables) -> Result<Vec<ClassName>> {
    let mut statement = tables.prepare_cached("SELECT name FROM classes")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut classes = names.iter().map(|name| ClassName::parse(name)).collect::<Result<Vec<_>>>()?;
    classes.sort();
    Ok(classes)
}

/// Login of a class's teacher.
pub fn class_teacher(tables: &Tables, class: &ClassName) -> Result<Option<String>> {
    let sql = "SELECT teacher FROM classes WHERE name = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([class.to_string()], |row| row.get(0)).optional()?)
}

/// A subject by its name.
pub fn subject(tables: &Tables, name: &str) -> Result<Option<SubjectLine>> {
    let sql = "SELECT name, short, association, written FROM subjects WHERE name = ?1";
    let found = tables.prepare_cached(sql)?.query_row([name], |row| {
        Ok(SubjectLine { name: row.get(0)?, short: row.get(1)?, association: row.get(2)?, written: row.get(3)? })
    });
    Ok(found.optional()?)
}

/// A course as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The row's id.
    pub id: i64,
    /// Its name.
    pub key: CourseKey,
    /// Login of its teacher.
    pub teacher: String,
    /// Hours a week.
    pub hours: f64,
}

const COURSE: &str = "SELECT id, class, grp, subject, teacher, hours FROM courses";

/// A course by its name.
pub fn course(tables: &Tables, key: &CourseKey) -> Result<Option<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE class = ?1 AND grp = ?2 AND subject = ?3"))?;
    let row = statement.query_row(params![key.class.to_string(), key.group, key.subject], course_row).optional()?;
    row.transpose()
}

/// A course by its row.
pub fn course_by_id(tables: &Tables, id: i64) -> Result<Option<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE id = ?1"))?;
    statement.query_row([id], course_row).optional()?.transpose()
}

/// The courses of a class, in the school's order of subjects, groups one after another.
pub fn courses_of(tables: &Tables, class: &ClassName) -> Result<Vec<Course>> {
    let sql = format!("{COURSE} JOIN subjects ON subjects.name = subject WHERE class = ?1 ORDER BY place, grp");
    let mut statement = tables.prepare_cached(&sql.replace("SELECT id,", "SELECT courses.id,"))?;
    let rows = statement.query_map([class.to_string()], course_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().collect()
}

/// The courses of a teacher, by class and subject.
pub fn courses_of_teacher(tables: &Tables, login: &str) -> Result<Vec<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE teacher = ?1"))?;
    let rows = statement.query_map([login], course_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut courses = rows.into_iter().collect::<Result<Vec<Course>>>()?;
    courses.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(courses)
}

fn course_row(row: &Row<'_>) -> rusqlite::Result<Result<Course>> {
    let class: String = row.get(1)?;
    let (id, group, subject, teacher, hours) = (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(ClassName::parse(&class).map(|class| Course { id, key: CourseKey { class, group, subject }, teacher, hours }))
}

/// Who taught a course, each with the day from which on, in order.
pub fn teachers_of_course(tables: &Tables, course: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT teacher, since FROM course_teachers WHERE course = ?1 ORDER BY entry";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([course], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A lesson as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The row's id.
    pub id: i64,
    /// Topic.
    pub topic: String,
    /// Kind of work as worded.
    pub work: String,
    /// Homework.
    pub homework: String,
    /// Login of the substitute, or empty.
    pub substitute: String,
    /// Whether the substitution was assigned or confirmed, if there is one.
    pub confirmed: bool,
    /// Login of who recorded it.
    pub author: String,
}

/// The lesson that an entry names, if it was recorded.
pub fn lesson_at(tables: &Tables, at: &LessonRef) -> Result<Option<Lesson>> {
    match course(tables, &at.course)? {
        Some(course) => lesson(tables, course.id, at.date, at.lesson),
        None => Ok(None),
    }
}

/// A lesson of a course.
pub fn lesson(tables: &Tables, course: i64, date: NaiveDate, number: u8) -> Result<Option<Lesson>> {
    let sql = "SELECT id, topic, work, homework, substitute, author, confirmed FROM lessons
               WHERE course = ?1 AND date = ?2 AND lesson = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    let found = statement.query_row(params![course, iso(date), number], |row| {
        Ok(Lesson {
            id: row.get(0)?,
            topic: row.get(1)?,
            work: row.get(2)?,
            homework: row.get(3)?,
            substitute: row.get(4)?,
            author: row.get(5)?,
            confirmed: row.get(6)?,
        })
    });
    Ok(found.optional()?)
}

/// Login of who was assigned to give a lesson instead of the course's teacher (§2.1).
pub fn assigned_substitute(tables: &Tables, course: i64, date: NaiveDate, lesson: u8) -> Result<Option<String>> {
    let sql = "SELECT substitute FROM substitutions WHERE course = ?1 AND date = ?2 AND lesson = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_row(params![course, iso(date), lesson], |row| row.get(0)).optional()?)
}

/// The lessons of a teacher's courses, in order of time.
pub fn lessons_of_teacher(tables: &Tables, login: &str) -> Result<Vec<LessonRef>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson FROM lessons JOIN courses ON courses.id = course
               WHERE teacher = ?1 ORDER BY date, lessons.lesson";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([login])?;
    let mut lessons = Vec::new();
    while let Some(row) = rows.next()? {
        let (class, date): (String, String) = (row.get(0)?, row.get(3)?);
        let damaged = || Error::damaged(format!("дата урока «{date}» не читается"));
        let date = crate::school::parse_date_or(&date).ok_or_else(damaged)?;
        let course = CourseKey { class: ClassName::parse(&class)?, group: row.get(1)?, subject: row.get(2)? };
        lessons.push(LessonRef { course, date, lesson: row.get(4)? });
    }
    Ok(lessons)
}
