//! What already stands in the cells of a lesson.

use crate::error::Result;
use crate::journal::entry::{LessonCell, LessonRecorded};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::school::{Attendance, ClassName, CourseKey, Day, Marks, PersonalFile};
use std::collections::{BTreeMap, HashMap};

/// What stands in a cell of marks: the marks, the kind of work, the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingMarks {
    /// The marks.
    pub marks: Marks,
    /// Kind of work where it is another than the lesson's.
    pub work: String,
    /// The document that they rest on, or empty.
    pub document: String,
}

/// The marks of a lesson, by personal file.
pub fn marks_of(tables: &Tables, lesson: i64) -> Result<HashMap<PersonalFile, StandingMarks>> {
    let sql = "SELECT lesson, file, marks, work, document FROM marks JOIN pupils ON pupils.id = pupil
               WHERE lesson = ?1";
    tables.all("отметка", sql, [lesson], |row| {
        let (work, document) = (row.get("work")?, row.get("document")?);
        Ok((row.get("file")?, StandingMarks { marks: row.marks("marks")?, work, document }))
    })
}

/// All cells of a lesson in which something stands, by personal file: what goes with it when it is annulled.
pub fn cells_of(tables: &Tables, lesson: i64) -> Result<Vec<LessonCell>> {
    let mut cells: BTreeMap<PersonalFile, LessonCell> = BTreeMap::new();
    let empty = |pupil: &PersonalFile| LessonCell { pupil: pupil.into(), attendance: None, marks: None };
    for (pupil, attendance) in attendance_of(tables, lesson)? {
        cells.entry(pupil.clone()).or_insert_with(|| empty(&pupil)).attendance = Some(attendance);
    }
    for (pupil, standing) in marks_of(tables, lesson)? {
        cells.entry(pupil.clone()).or_insert_with(|| empty(&pupil)).marks = Some(standing.marks);
    }
    Ok(cells.into_values().collect())
}

/// The marks of a course, by the rows of lesson and pupil.
pub fn marks_of_course(tables: &Tables, course: i64) -> Result<HashMap<(i64, i64), StandingMarks>> {
    let sql = "SELECT marks.lesson AS lesson, pupil, marks, marks.work AS work, document FROM marks
               JOIN lessons ON lessons.id = marks.lesson WHERE course = ?1";
    tables.all("отметка", sql, [course], |row| {
        let (work, document) = (row.get("work")?, row.get("document")?);
        Ok(((row.get("lesson")?, row.get("pupil")?), StandingMarks { marks: row.marks("marks")?, work, document }))
    })
}

/// The absences and latenesses of a lesson, by personal file.
pub fn attendance_of(tables: &Tables, lesson: i64) -> Result<HashMap<PersonalFile, Attendance>> {
    let sql = "SELECT lesson, file, kind FROM attendance JOIN pupils ON pupils.id = pupil WHERE lesson = ?1";
    tables.all("посещение", sql, [lesson], |row| Ok((row.get("file")?, row.attendance("kind")?)))
}

/// A mark or an absence of a pupil, with its lesson: what his own papers tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPupil<T> {
    /// The class of the course.
    pub class: ClassName,
    /// Its group, or empty.
    pub group: String,
    /// Its subject.
    pub subject: String,
    /// The day of the lesson.
    pub date: Day,
    /// What stands there.
    pub what: T,
}

/// The marks of a pupil in all his courses, in order of time.
pub fn marks_of_pupil(tables: &Tables, pupil: i64) -> Result<Vec<OfPupil<Marks>>> {
    let sql = "SELECT pupil, class, grp, subject, date, marks FROM marks JOIN lessons ON lessons.id = marks.lesson
               JOIN courses ON courses.id = lessons.course
               WHERE pupil = ?1 ORDER BY date, lessons.lesson, courses.id";
    tables.all("отметка", sql, [pupil], |row| {
        let CourseKey { class, group, subject } = row.course()?;
        Ok(OfPupil { class, group, subject, date: row.day("date")?, what: row.marks("marks")? })
    })
}

/// The absences and latenesses of a pupil in all his courses, in order of time.
pub fn attendance_of_pupil(tables: &Tables, pupil: i64) -> Result<Vec<OfPupil<Attendance>>> {
    let sql = "SELECT pupil, class, grp, subject, date, kind FROM attendance
               JOIN lessons ON lessons.id = attendance.lesson JOIN courses ON courses.id = lessons.course
               WHERE pupil = ?1 ORDER BY date, lessons.lesson, courses.id";
    tables.all("посещение", sql, [pupil], |row| {
        let CourseKey { class, group, subject } = row.course()?;
        Ok(OfPupil { class, group, subject, date: row.day("date")?, what: row.attendance("kind")? })
    })
}

/// Whether the lesson stands just as it would be recorded; its cells are not looked at.
pub fn is_recorded(tables: &Tables, lesson: &LessonRecorded) -> Result<bool> {
    Ok(read::lesson_at(tables, &lesson.at)?.is_some_and(|known| {
        known.topic == lesson.topic
            && known.work == lesson.work
            && known.homework == lesson.homework
            && known.substitute == lesson.substitute
    }))
}
