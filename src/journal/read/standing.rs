//! What already stands in the cells of a lesson, so that only what changes is recorded.

use crate::error::Result;
use crate::journal::entry::{AttendanceSet, LessonRecorded, MarksSet};
use crate::journal::read;
use crate::journal::read::Tables;
use std::collections::HashMap;

/// What stands in a cell of marks: the marks, the kind of work, the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingMarks {
    /// The marks as written.
    pub marks: String,
    /// Kind of work where it is another than the lesson's.
    pub work: String,
    /// The document that they rest on, or empty.
    pub document: String,
}

/// The marks of a lesson, by personal file.
pub fn marks_of(tables: &Tables, lesson: i64) -> Result<HashMap<String, StandingMarks>> {
    let sql = "SELECT file, marks, work, document FROM marks JOIN pupils ON pupils.id = pupil WHERE lesson = ?1";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([lesson], |row| {
        Ok((row.get(0)?, StandingMarks { marks: row.get(1)?, work: row.get(2)?, document: row.get(3)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The absences and latenesses of a lesson, by personal file.
pub fn attendance_of(tables: &Tables, lesson: i64) -> Result<HashMap<String, String>> {
    let sql = "SELECT file, kind FROM attendance JOIN pupils ON pupils.id = pupil WHERE lesson = ?1";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([lesson], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Leaves out of `set` what stands already; nothing remains where all of it does.
pub fn new_marks(tables: &Tables, mut set: MarksSet) -> Result<Option<MarksSet>> {
    let Some(lesson) = read::lesson_at(tables, &set.at)? else { return Ok(Some(set)) };
    let standing = marks_of(tables, lesson.id)?;
    let work = set.work.clone();
    set.marks.retain(|line| match (&line.marks, standing.get(&line.pupil)) {
        (Some(new), Some(old)) => old.marks != new.to_string() || old.work != work || old.document != line.document,
        _ => true,
    });
    Ok((!set.marks.is_empty()).then_some(set))
}

/// Leaves out of `set` what stands already; nothing remains where all of it does.
pub fn new_attendance(tables: &Tables, mut set: AttendanceSet) -> Result<Option<AttendanceSet>> {
    let Some(lesson) = read::lesson_at(tables, &set.at)? else { return Ok(Some(set)) };
    let standing = attendance_of(tables, lesson.id)?;
    set.pupils.retain(|line| match line.attendance {
        Some(new) => standing.get(&line.pupil).map(String::as_str) != Some(new.as_str()),
        None => true,
    });
    Ok((!set.pupils.is_empty()).then_some(set))
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
