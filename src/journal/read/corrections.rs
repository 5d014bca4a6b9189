//! The register «Замена сведений в электронном журнале» (§2.3.3) as the tables have it.

use crate::error::{Error, Result};
use crate::journal::entry::{Change, LessonRef, LessonText};
use crate::journal::read::Tables;
use crate::journal::read::{self, course_by_id};
use crate::school::{Attendance, CourseKey, Marks, parse_date_or};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};

/// The decision on a request whose changes were made.
pub const APPROVED: &str = "удовлетворено";
/// The decision on a request whose changes were not made.
pub const REJECTED: &str = "отклонено";

/// A line of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its number in the register.
    pub number: u64,
    /// When it was requested (RFC 3339), and by whom (login).
    pub requested_at: String,
    /// Login of who asks.
    pub requested_by: String,
    /// Class and subject.
    pub course: CourseKey,
    /// The day for which changes are to be made.
    pub date: NaiveDate,
    /// The lesson's number in that day; 0 for final marks.
    pub lesson: u8,
    /// The changes.
    pub changes: Vec<Change>,
    /// Why.
    pub reason: String,
    /// The decision, once it was taken.
    pub decision: Option<Decision>,
    /// The entry that asked for it.
    pub requested_entry: u64,
}

/// A decision on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the changes were made.
    pub approved: bool,
    /// Why not, or a note.
    pub note: String,
    /// When (RFC 3339).
    pub at: String,
    /// Login of who decided.
    pub by: String,
}

impl Correction {
    /// The lesson that it is about.
    pub fn at(&self) -> LessonRef {
        LessonRef { course: self.course.clone(), date: self.date, lesson: self.lesson }
    }
}

/// The number that the next request gets.
pub fn next_number(tables: &Tables) -> Result<u64> {
    let sql = "SELECT count(*) + 1 FROM corrections";
    Ok(tables.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

const COLUMNS: &str = "SELECT number, requested_at, requested_by, course, date, lesson, reason, decision, note,
                       decided_at, decided_by, requested_entry FROM corrections";

/// A request by its number.
pub fn by_number(tables: &Tables, number: u64) -> Result<Option<Correction>> {
    let mut statement = tables.prepare_cached(&format!("{COLUMNS} WHERE number = ?1"))?;
    let mut rows = statement.query([number])?;
    rows.next()?.map(|row| read(tables, row)).transpose()
}

/// The whole register in order.
pub fn all(tables: &Tables) -> Result<Vec<Correction>> {
    let mut statement = tables.prepare_cached(&format!("{COLUMNS} ORDER BY number"))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(tables, row)?);
    }
    Ok(all)
}

fn read(tables: &Tables, row: &Row<'_>) -> Result<Correction> {
    let number: u64 = row.get(0)?;
    let damaged = || Error::damaged(format!("заявка № {number} не читается")).next("выполните «letopis audit»");
    let decision: String = row.get(7)?;
    let decision = match decision.as_str() {
        "" => None,
        word => Some(Decision { approved: word == APPROVED, note: row.get(8)?, at: row.get(9)?, by: row.get(10)? }),
    };
    Ok(Correction {
        number,
        requested_at: row.get(1)?,
        requested_by: row.get(2)?,
        course: course_by_id(tables, row.get(3)?)?.ok_or_else(damaged)?.key,
        date: parse_date_or(&row.get::<_, String>(4)?).ok_or_else(damaged)?,
        lesson: row.get(5)?,
        changes: changes(tables, number)?.ok_or_else(damaged)?,
        reason: row.get(6)?,
        decision,
        requested_entry: row.get(11)?,
    })
}

fn changes(tables: &Tables, number: u64) -> Result<Option<Vec<Change>>> {
    let sql = "SELECT change FROM correction_changes WHERE number = ?1 ORDER BY place";
    let mut statement = tables.prepare_cached(sql)?;
    let texts = statement.query_map([number], |row| row.get::<_, String>(0))?;
    let texts = texts.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(texts.iter().map(|json| serde_json::from_str(json).ok()).collect())
}

/// «Иванов П.: было 3, стало 4», change after change.
///
/// # Errors
/// Only the database's.
pub fn in_words(tables: &Tables, changes: &[Change]) -> Result<String> {
    let shown = |text: String| if text.is_empty() { "пусто".to_owned() } else { text };
    let words = changes.iter().map(|change| -> Result<String> {
        let (was, becomes) = match change {
            Change::Lesson { was, becomes } => {
                let was = was.as_ref().map(|was| line_in_words(tables, was)).transpose()?;
                (was.unwrap_or_default(), line_in_words(tables, becomes)?)
            }
            _ => change.texts(),
        };
        let who = match change.pupil() {
            Some(file) => read::pupil(tables, file)?.map_or(file.to_owned(), |p| p.name.surname_given()),
            None => "урок".to_owned(),
        };
        let more = match change {
            Change::Mark { work, document, .. } => [("вид работы", work), ("документ", document)]
                .iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(what, text)| format!(", {what}: {text}"))
                .collect(),
            _ => String::new(),
        };
        let period = if change.period().is_empty() { String::new() } else { format!(", {}", change.period()) };
        Ok(format!("{who}{period}: было {}, стало {}{more}", shown(was), shown(becomes)))
    });
    Ok(words.collect::<Result<Vec<_>>>()?.join("; "))
}

/// A lesson's line with its substitute's name in place of the login.
fn line_in_words(tables: &Tables, line: &LessonText) -> Result<String> {
    let substitute = read::staff(tables, &line.substitute)?.map(|person| person.name.initials());
    let substitute = substitute.unwrap_or_else(|| line.substitute.clone());
    Ok(LessonText { substitute, ..line.clone() }.to_string())
}

/// What stands in the journal where a change is to be made, and the change with it as its `was`.
pub fn with_standing(tables: &Tables, at: &LessonRef, change: Change) -> Result<Change> {
    let lesson = read::lesson_at(tables, at)?;
    let cell = |sql: &str, pupil: &str| -> Result<Option<String>> {
        let Some(lesson) = &lesson else { return Ok(None) };
        Ok(tables.prepare_cached(sql)?.query_row(params![lesson.id, pupil], |row| row.get(0)).optional()?)
    };
    Ok(match change {
        Change::Mark { pupil, becomes, work, document, .. } => {
            let sql = "SELECT marks FROM marks JOIN pupils ON pupils.id = pupil WHERE lesson = ?1 AND file = ?2";
            let was = cell(sql, &pupil)?.map(|text| Marks::parse(&text)).transpose()?;
            Change::Mark { pupil, was, becomes, work, document }
        }
        Change::Attendance { pupil, becomes, .. } => {
            let sql = "SELECT kind FROM attendance JOIN pupils ON pupils.id = pupil WHERE lesson = ?1 AND file = ?2";
            let was = cell(sql, &pupil)?.and_then(|text| Attendance::parse(&text));
            Change::Attendance { pupil, was, becomes }
        }
        Change::Lesson { becomes, .. } => {
            let was = lesson.map(|known| LessonText {
                topic: known.topic,
                work: known.work,
                homework: known.homework,
                substitute: known.substitute,
            });
            Change::Lesson { was, becomes }
        }
        Change::Final { pupil, period, becomes, .. } => {
            let was = final_mark(tables, &at.course, &pupil, &period)?;
            Change::Final { pupil, period, was, becomes }
        }
    })
}

fn final_mark(tables: &Tables, course: &CourseKey, pupil: &str, period: &str) -> Result<Option<Marks>> {
    let Some(course) = read::course(tables, course)? else { return Ok(None) };
    let sql = "SELECT mark FROM finals JOIN pupils ON pupils.id = pupil
               WHERE course = ?1 AND file = ?2 AND period = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    let mark: Option<String> = statement.query_row(params![course.id, pupil, period], |row| row.get(0)).optional()?;
    mark.map(|text| Marks::parse(&text)).transpose()
}
