//! Classes, subjects, courses and who teaches them, lessons.

use super::column::Columns;
use super::iso;
use crate::error::Result;
use crate::journal::entry::{LessonRef, LessonText, PlanLine, SubjectLine};
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, Day, Login};
use rusqlite::params;
use std::collections::HashMap;
use std::sync::Arc;

/// Every class, in order.
pub fn classes(tables: &Tables) -> Result<Vec<ClassName>> {
    let mut classes: Vec<ClassName> =
        tables.all("класс", "SELECT name FROM classes", [], |row| row.class("name"))?;
    classes.sort();
    Ok(classes)
}

/// Login of a class's teacher, which may be empty; nothing where there is no such class.
pub fn class_teacher(tables: &Tables, class: &ClassName) -> Result<Option<Login>> {
    let sql = "SELECT name, teacher FROM classes WHERE name = ?1";
    tables.one("класс", sql, [class.to_string()], |row| row.get("teacher"))
}

/// The classes of which somebody is the class teacher, in order.
pub fn classes_of_teacher(tables: &Tables, login: &str) -> Result<Vec<ClassName>> {
    let mut classes: Vec<ClassName> =
        tables.all("класс", "SELECT name FROM classes WHERE teacher = ?1", [login], |row| row.class("name"))?;
    classes.sort();
    Ok(classes)
}

/// Every subject, in the school's order.
pub fn subjects(tables: &Tables) -> Result<Vec<SubjectLine>> {
    tables.all("предмет", &format!("{SUBJECT} ORDER BY place"), [], subject_line)
}

/// A subject by its name.
pub fn subject(tables: &Tables, name: &str) -> Result<Option<SubjectLine>> {
    tables.one("предмет", &format!("{SUBJECT} WHERE name = ?1"), [name], subject_line)
}

const SUBJECT: &str = "SELECT name, short, association, written FROM subjects";

fn subject_line(row: &Columns<'_>) -> Result<SubjectLine> {
    let (name, short) = (row.get("name")?, row.get("short")?);
    Ok(SubjectLine { name, short, association: row.get("association")?, written: row.get("written")? })
}

/// A course as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The row's id.
    pub id: i64,
    /// Its name.
    pub key: CourseKey,
    /// Login of its teacher.
    pub teacher: Login,
    /// Hours a week.
    pub hours: f64,
}

const COURSE: &str = "SELECT courses.id AS id, class, grp, subject, teacher, hours FROM courses";

impl Course {
    /// From the columns of [`COURSE`].
    pub(super) fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, key: row.course()?, teacher: row.get("teacher")?, hours: row.get("hours")? })
    }
}

/// A course by its name.
pub fn course(tables: &Tables, key: &CourseKey) -> Result<Option<Arc<Course>>> {
    tables.course_or(key, || {
        let sql = format!("{COURSE} WHERE class = ?1 AND grp = ?2 AND subject = ?3");
        tables.one("курс", &sql, params![key.class.to_string(), key.group, key.subject], Course::of)
    })
}

/// A course by its row.
pub fn course_by_id(tables: &Tables, id: i64) -> Result<Option<Course>> {
    tables.one("курс", &format!("{COURSE} WHERE id = ?1"), [id], Course::of)
}

/// The courses of a class, in the school's order of subjects, groups one after another.
pub fn courses_of(tables: &Tables, class: &ClassName) -> Result<Vec<Course>> {
    let sql =
        format!("{COURSE} LEFT JOIN subjects ON subjects.name = subject WHERE class = ?1 ORDER BY place, subject, grp");
    tables.all("курс", &sql, [class.to_string()], Course::of)
}

/// The courses of a teacher, by class and subject.
pub fn courses_of_teacher(tables: &Tables, login: &str) -> Result<Vec<Course>> {
    let mut courses: Vec<Course> = tables.all("курс", &format!("{COURSE} WHERE teacher = ?1"), [login], Course::of)?;
    courses.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(courses)
}

/// Who taught which course from which day on.
#[derive(Debug)]
pub struct Teachers(HashMap<i64, Vec<(Day, Login)>>);

impl Teachers {
    /// Reads all of them.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn read(tables: &Tables) -> Result<Self> {
        let sql = "SELECT course, entry, since, teacher FROM course_teachers ORDER BY course, since, entry";
        let rows: Vec<(i64, Day, Login)> = tables.all("учитель курса", sql, [], |row| {
            Ok((row.get("course")?, row.day("since")?, row.get("teacher")?))
        })?;
        let mut all: HashMap<i64, Vec<(Day, Login)>> = HashMap::new();
        rows.into_iter().for_each(|(course, since, teacher)| all.entry(course).or_default().push((since, teacher)));
        Ok(Self(all))
    }

    /// Who taught the course on a day.
    pub fn on<'a>(&'a self, course: &'a Course, day: Day) -> &'a Login {
        let history = self.0.get(&course.id).map_or(&[][..], Vec::as_slice);
        let then = history.iter().rev().find(|(since, _)| *since <= day).or(history.first());
        then.map_or(&course.teacher, |(_, teacher)| teacher)
    }

    /// Whether somebody teaches the course or ever did.
    pub fn ever(&self, course: &Course, login: &str) -> bool {
        course.teacher == *login || self.0.get(&course.id).into_iter().flatten().any(|(_, teacher)| *teacher == *login)
    }
}

/// Who taught a course on a day.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn teacher_on(tables: &Tables, course: i64, day: Day) -> Result<Option<Login>> {
    let sql = "SELECT teacher FROM course_teachers WHERE course = ?1
               ORDER BY since <= ?2 DESC, iif(since <= ?2, julianday(since), -julianday(since)) DESC, entry DESC LIMIT 1";
    tables.one("учитель курса", sql, params![course, super::iso(day)], |row| row.get("teacher"))
}

/// Who taught a course, each with the day from which on, in the order in which it was recorded.
pub fn teachers_of_course(tables: &Tables, course: i64) -> Result<Vec<(Login, Day)>> {
    let sql = "SELECT course, entry, since, teacher FROM course_teachers WHERE course = ?1 ORDER BY entry";
    tables.all("учитель курса", sql, [course], |row| Ok((row.get("teacher")?, row.day("since")?)))
}

/// A lesson as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The row's id.
    pub id: i64,
    /// The day.
    pub date: Day,
    /// The lesson's number in the day.
    pub number: u8,
    /// Topic.
    pub topic: String,
    /// Kind of work as worded.
    pub work: String,
    /// Homework.
    pub homework: String,
    /// Login of the substitute, or empty.
    pub substitute: Login,
    /// Whether the substitution was assigned or confirmed, if there is one.
    pub confirmed: bool,
    /// Login of who recorded it.
    pub author: Login,
    /// The day on which it was recorded first.
    pub recorded_on: Day,
    /// Whether it was taken over from another program.
    pub taken_over: bool,
}

const LESSON: &str = "SELECT id, course, date, lesson, topic, work, homework, substitute, author, confirmed,
    recorded_on, taken_over FROM lessons";

impl Lesson {
    /// What its line in the journal says.
    pub fn text(&self) -> LessonText {
        LessonText {
            topic: self.topic.clone(),
            work: self.work.clone(),
            homework: self.homework.clone(),
            substitute: (&self.substitute).into(),
        }
    }

    /// From the columns of [`LESSON`].
    pub(super) fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            date: row.day("date")?,
            number: row.get("lesson")?,
            topic: row.get("topic")?,
            work: row.get("work")?,
            homework: row.get("homework")?,
            substitute: row.get("substitute")?,
            confirmed: row.get("confirmed")?,
            author: row.get("author")?,
            recorded_on: row.day("recorded_on")?,
            taken_over: row.get("taken_over")?,
        })
    }

    /// The day on which it was recorded, where that was later than its own; nobody knows it of one that was taken over.
    pub fn recorded_late(&self) -> Option<Day> {
        (!self.taken_over && self.recorded_on > self.date).then_some(self.recorded_on)
    }
}

/// The lesson that an entry names, if it was recorded.
pub fn lesson_at(tables: &Tables, at: &LessonRef) -> Result<Option<Arc<Lesson>>> {
    match course(tables, &at.course)? {
        Some(course) => lesson(tables, course.id, at.date, at.lesson),
        None => Ok(None),
    }
}

/// A lesson of a course.
pub fn lesson(tables: &Tables, course: i64, day: Day, number: u8) -> Result<Option<Arc<Lesson>>> {
    tables.lesson_or((course, day, number), || {
        let sql = format!("{LESSON} WHERE course = ?1 AND date = ?2 AND lesson = ?3");
        tables.one("урок", &sql, params![course, iso(day), number], Lesson::of)
    })
}

/// The lessons of a course, in order of time.
pub fn lessons_of(tables: &Tables, course: i64) -> Result<Vec<Lesson>> {
    tables.all("урок", &format!("{LESSON} WHERE course = ?1 ORDER BY date, lesson"), [course], Lesson::of)
}

/// Login of who was assigned to give a lesson instead of the course's teacher (§2.1).
pub fn assigned_substitute(tables: &Tables, course: i64, day: Day, lesson: u8) -> Result<Option<Login>> {
    let sql = "SELECT substitute FROM substitutions WHERE course = ?1 AND date = ?2 AND lesson = ?3";
    tables.one("замена", sql, params![course, iso(day), lesson], |row| row.get("substitute"))
}

/// Whether somebody gave a lesson of the course instead of its teacher.
pub fn has_substituted(tables: &Tables, course: i64, login: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM lessons WHERE course = ?1 AND substitute = ?2", params![course, login])
}

/// The lessons of a teacher's courses, in order of time.
pub fn lessons_of_teacher(tables: &Tables, login: &str) -> Result<Vec<LessonRef>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson AS lesson FROM lessons
               JOIN courses ON courses.id = course WHERE teacher = ?1 ORDER BY date, lessons.lesson";
    tables.all("урок", sql, [login], |row| {
        Ok(LessonRef { course: row.course()?, date: row.day("date")?, lesson: row.get("lesson")? })
    })
}

/// The lessons that were recorded on the days from one to another, in order of time.
pub fn lessons_between(tables: &Tables, first: Day, last: Day) -> Result<Vec<LessonRef>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson AS lesson FROM lessons
               JOIN courses ON courses.id = course WHERE date BETWEEN ?1 AND ?2 ORDER BY date, lessons.lesson, class";
    tables.all("урок", sql, params![iso(first), iso(last)], |row| {
        Ok(LessonRef { course: row.course()?, date: row.day("date")?, lesson: row.get("lesson")? })
    })
}

/// The lines of a course's plan, in order.
pub fn plan_of(tables: &Tables, course: i64) -> Result<Vec<PlanLine>> {
    let sql = "SELECT no, topic, work, homework FROM plans WHERE course = ?1 ORDER BY no";
    tables.all("урок плана", sql, [course], |row| {
        let (topic, work) = (row.get("topic")?, row.get("work")?);
        Ok(PlanLine { no: row.get("no")?, topic, work, homework: row.get("homework")? })
    })
}
