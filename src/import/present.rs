//! What the journal already has: an import records only what is new, so a second import of the same folder records
//! nothing.

use crate::error::Result;
use crate::journal::entry::{
    AttendanceSet, ClassSet, CourseSet, DecisionSet, FinalLine, GroupSet, LessonCell, LessonRecorded, LessonRef,
    MarkLine, MarksSet, Person, PlanLine, PresenceLine, PupilSet, ReasonSet, Slot, SubjectLine,
};
use crate::journal::read::Tables;
use crate::journal::read::standing;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, iso};
use crate::school::{Attendance, CourseKey, Marks};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Params, params};

fn holds(tables: &Tables, sql: &str, parameters: impl Params) -> Result<bool> {
    Ok(tables.prepare_cached(sql)?.exists(parameters)?)
}

/// Whether the person is there, the same in everything.
pub fn person(tables: &Tables, person: &Person) -> Result<bool> {
    let Some(known) = read::staff(tables, &person.login)? else { return Ok(false) };
    let mut roles = person.roles.clone();
    roles.sort_unstable();
    Ok(known.name == person.name
        && known.position == person.position
        && known.association == person.association
        && !known.dismissed
        && read::roles_of(tables, &person.login)? == roles)
}

/// Whether the subject is there, the same in everything.
pub fn subject(tables: &Tables, s: &SubjectLine) -> Result<bool> {
    let sql = "SELECT 1 FROM subjects WHERE name = ?1 AND short = ?2 AND association = ?3 AND written = ?4";
    holds(tables, sql, params![s.name, s.short, s.association, s.written])
}

/// Whether the class is there with this teacher.
pub fn class(tables: &Tables, set: &ClassSet) -> Result<bool> {
    let sql = "SELECT 1 FROM classes WHERE name = ?1 AND teacher = ?2";
    holds(tables, sql, params![set.class.to_string(), set.teacher])
}

/// Whether the pupil is there with this name and birthday.
pub fn pupil(tables: &Tables, set: &PupilSet) -> Result<bool> {
    let sql = "SELECT 1 FROM pupils WHERE file = ?1 AND surname = ?2 AND given = ?3 AND patronymic = ?4 AND born = ?5";
    let name = &set.name;
    holds(tables, sql, params![set.file, name.surname, name.given, name.patronymic, iso(set.born)])
}

/// Whether the pupil was enrolled in the class on that day; whether he left it on the other.
pub fn enrolment(
    tables: &Tables,
    file: &str,
    class: &str,
    since: NaiveDate,
    until: Option<NaiveDate>,
) -> Result<(bool, bool)> {
    let sql = "SELECT until FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND class = ?2 AND since = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    let found: Option<Option<String>> =
        statement.query_row(params![file, class, iso(since)], |row| row.get(0)).optional()?;
    let left = found.as_ref().is_some_and(|left| *left == until.map(iso));
    Ok((found.is_some(), left))
}

/// Whether the group has exactly these members.
pub fn group(tables: &Tables, set: &GroupSet) -> Result<bool> {
    let sql = "SELECT file FROM group_members JOIN pupils ON pupils.id = pupil WHERE class = ?1 AND grp = ?2";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![set.class.to_string(), set.group], |row| row.get::<_, String>(0))?;
    let mut known = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut members = set.members.clone();
    known.sort_unstable();
    members.sort_unstable();
    Ok(known == members)
}

/// Whether the course is there with this teacher and these hours.
pub fn course(tables: &Tables, set: &CourseSet) -> Result<bool> {
    Ok(read::course(tables, &set.course)?.is_some_and(|known| known.teacher == set.teacher && known.hours == set.hours))
}

/// Whether the course has had exactly these lessons in the week since the year began; later changes are not looked at.
pub fn timetable(tables: &Tables, course: &CourseKey, slots: &[Slot]) -> Result<bool> {
    let Some(course) = read::course(tables, course)? else { return Ok(false) };
    let begins = read::school(tables)?.year.begins;
    Ok(Timetable::of(tables, course.id)?.week(begins) == slots)
}

/// Whether the course has exactly this plan.
pub fn plan(tables: &Tables, course: &CourseKey, lines: &[PlanLine]) -> Result<bool> {
    let Some(course) = read::course(tables, course)? else { return Ok(false) };
    let mut statement =
        tables.prepare_cached("SELECT no, topic, work, homework FROM plans WHERE course = ?1 ORDER BY no")?;
    let rows = statement.query_map([course.id], |row| {
        Ok(PlanLine { no: row.get(0)?, topic: row.get(1)?, work: row.get(2)?, homework: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()? == lines)
}

/// Whether the reason is there, the same in everything.
pub fn reason(tables: &Tables, set: &ReasonSet) -> Result<bool> {
    let sql = "SELECT 1 FROM reasons JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND since = ?2 AND until = ?3 AND reason = ?4 AND document = ?5";
    holds(tables, sql, params![set.pupil, iso(set.since), iso(set.until), set.reason.word(), set.document])
}

/// Whether the final mark is there.
pub fn final_mark(tables: &Tables, course: &CourseKey, period: &str, line: &FinalLine) -> Result<bool> {
    let Some(course) = read::course(tables, course)? else { return Ok(false) };
    let sql = "SELECT 1 FROM finals JOIN pupils ON pupils.id = pupil
               WHERE course = ?1 AND file = ?2 AND period = ?3 AND mark = ?4";
    holds(tables, sql, params![course.id, line.pupil, period, line.mark.to_string()])
}

/// Whether the decision is there, the same in everything.
pub fn decision(tables: &Tables, set: &DecisionSet) -> Result<bool> {
    let sql = "SELECT 1 FROM decisions JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND date = ?2 AND number = ?3 AND decision = ?4";
    holds(tables, sql, params![set.pupil, iso(set.date), set.number, set.decision])
}

/// What of a lesson with its cells the journal lacks.
pub struct Lacking {
    /// The lesson itself, new or with other text, with all its cells where it is new.
    pub lesson: Option<LessonRecorded>,
    /// Marks to add to a lesson that is there.
    pub marks: Option<MarksSet>,
    /// Absences to add to a lesson that is there.
    pub attendance: Option<AttendanceSet>,
}

/// Compares a lesson and its cells with the journal.
pub fn lesson(tables: &Tables, lesson: LessonRecorded) -> Result<Lacking> {
    let Some(known) = read::lesson_at(tables, &lesson.at)? else {
        return Ok(Lacking { lesson: Some(lesson), marks: None, attendance: None });
    };
    let same = standing::is_recorded(tables, &lesson)?;
    let (marks, attendance) = cells(tables, known.id, &lesson.at, &lesson.cells)?;
    let lesson = if same { None } else { Some(LessonRecorded { cells: Vec::new(), ..lesson }) };
    Ok(Lacking { lesson, marks, attendance })
}

/// The cells that a lesson which is there lacks or has otherwise.
pub fn cells(
    tables: &Tables,
    lesson: i64,
    at: &LessonRef,
    cells: &[LessonCell],
) -> Result<(Option<MarksSet>, Option<AttendanceSet>)> {
    let (known_marks, known_attendance) =
        (standing::marks_of(tables, lesson)?, standing::attendance_of(tables, lesson)?);
    let marks: Vec<MarkLine> = cells
        .iter()
        .filter_map(|cell| Some((cell, cell.marks.clone()?)))
        .filter(|(cell, marks)| known_marks.get(&cell.pupil).is_none_or(|known| known.marks != marks.to_string()))
        .map(|(cell, marks)| MarkLine { pupil: cell.pupil.clone(), marks: Some(marks), document: String::new() })
        .collect();
    let pupils: Vec<PresenceLine> = cells
        .iter()
        .filter_map(|cell| Some((cell, cell.attendance?)))
        .filter(|(cell, kind)| known_attendance.get(&cell.pupil).map(String::as_str) != Some(kind.as_str()))
        .map(|(cell, kind)| PresenceLine { pupil: cell.pupil.clone(), attendance: Some(kind) })
        .collect();
    let marks = (!marks.is_empty()).then(|| MarksSet { at: at.clone(), work: String::new(), marks });
    let attendance = (!pupils.is_empty()).then(|| AttendanceSet { at: at.clone(), pupils });
    Ok((marks, attendance))
}

/// A cell of an import as an entry carries it.
pub fn cell(pupil: &str, attendance: Option<Attendance>, marks: Option<Marks>) -> LessonCell {
    LessonCell { pupil: pupil.to_owned(), attendance, marks }
}
