//! The register «Замена сведений в электронном журнале» (§2.3.3) as the tables have it.

use super::column::Columns;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Change, LessonRef, LessonText, RULES};
use crate::journal::read::Tables;
use crate::journal::read::annulments::{annulled_course, cells_in_words};
use crate::journal::read::standing::{attendance_of, cells_of, marks_of};
use crate::journal::read::{self, course_by_id, iso};
use crate::school::{CourseKey, Day, Login, Marks};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

/// The decision on a request whose changes were made.
pub const APPROVED: &str = "удовлетворено";
/// The decision on a request whose changes were not made.
pub const REJECTED: &str = "отклонено";

/// A line of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its number in the register.
    pub number: u64,
    /// When it was requested.
    pub requested_at: DateTime<FixedOffset>,
    /// Login of who asks.
    pub requested_by: Login,
    /// Class and subject.
    pub course: CourseKey,
    /// The day for which changes are to be made.
    pub date: Day,
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
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Login of who decided.
    pub by: Login,
}

impl Correction {
    /// The lesson that it is about.
    pub fn at(&self) -> LessonRef {
        LessonRef { course: self.course.clone(), date: self.date, lesson: self.lesson }
    }
}

/// The number that the next request gets.
pub fn next_number(tables: &Tables) -> Result<u64> {
    let next =
        tables.one("заявка", "SELECT coalesce(max(number), 0) + 1 AS next FROM corrections", [], |row| {
            row.get("next")
        })?;
    Ok(next.unwrap_or(1))
}

const CORRECTION: &str = "SELECT number, requested_at, requested_by, course, date, lesson, reason, decision, note,
    decided_at, decided_by, requested_entry FROM corrections";

/// A request by its number.
pub fn by_number(tables: &Tables, number: u64) -> Result<Option<Correction>> {
    tables.one("заявка", &format!("{CORRECTION} WHERE number = ?1"), [number], |row| read(tables, row))
}

/// The whole register in order.
pub fn all(tables: &Tables) -> Result<Vec<Correction>> {
    tables.all("заявка", &format!("{CORRECTION} ORDER BY number"), [], |row| read(tables, row))
}

/// The requests that wait for a decision, in order.
pub fn open(tables: &Tables) -> Result<Vec<Correction>> {
    tables
        .all("заявка", &format!("{CORRECTION} WHERE decision = '' ORDER BY number"), [], |row| read(tables, row))
}

/// The requests of a course that wait for a decision, in order.
pub fn open_of_course(tables: &Tables, course: i64) -> Result<Vec<Correction>> {
    let sql = format!("{CORRECTION} WHERE course = ?1 AND decision = '' ORDER BY number");
    tables.all("заявка", &sql, [course], |row| read(tables, row))
}

fn read(tables: &Tables, row: &Columns<'_>) -> Result<Correction> {
    let number: u64 = row.get("number")?;
    let damaged =
        || Error::damaged(format!("заявка № {number} не читается")).next_by("проверьте журнал", Action::Audit);
    let decision: String = row.get("decision")?;
    let decision = match decision.as_str() {
        "" => None,
        word => Some(Decision {
            approved: word == APPROVED,
            note: row.get("note")?,
            at: row.moment("decided_at")?,
            by: row.get("decided_by")?,
        }),
    };
    Ok(Correction {
        number,
        requested_at: row.moment("requested_at")?,
        requested_by: row.get("requested_by")?,
        course: course_of(tables, row.get("course")?)?.ok_or_else(damaged)?,
        date: row.day("date")?,
        lesson: row.get("lesson")?,
        changes: changes(tables, number)?.ok_or_else(damaged)?,
        reason: row.get("reason")?,
        decision,
        requested_entry: row.get("requested_entry")?,
    })
}

/// The course of a request, which may have been annulled since.
fn course_of(tables: &Tables, id: i64) -> Result<Option<CourseKey>> {
    match course_by_id(tables, id)? {
        Some(course) => Ok(Some(course.key)),
        None => annulled_course(tables, id),
    }
}

fn changes(tables: &Tables, number: u64) -> Result<Option<Vec<Change>>> {
    let sql = "SELECT number, place, change FROM correction_changes WHERE number = ?1 ORDER BY place";
    let texts: Vec<String> =
        tables.all("изменение по заявке", sql, [number], |row| row.get("change"))?;
    Ok(texts.iter().map(|json| serde_json::from_str(json).ok()).collect())
}

/// A change that the register made (§2.3.3), as it is told beside what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Its number in the register.
    pub number: u64,
    /// When it was approved.
    pub decided_at: DateTime<FixedOffset>,
    /// The day for which it was made.
    pub date: Day,
    /// The lesson's number in that day, 0 for final marks.
    pub lesson: u8,
    /// Row of the pupil whose mark it is, or nobody's: the lesson itself.
    pub pupil: Option<i64>,
    /// The period of a final mark, or empty.
    pub period: String,
    /// What stood there, may be empty.
    pub was: String,
    /// What stands there since.
    pub becomes: String,
    /// Of a lesson itself: its line before, where it had one, and since.
    pub line: Option<(Option<LessonText>, LessonText)>,
}

/// What approved corrections changed in a course, in the order of their register; of a lesson that was annulled since,
/// nothing.
pub fn corrected(tables: &Tables, course: i64) -> Result<Vec<Corrected>> {
    let sql = "SELECT number, decided_at, date, lesson, pupil, period, was, becomes, change
               FROM corrections JOIN correction_changes USING (number)
               WHERE course = ?1 AND decision = ?2 AND (pupil IS NOT NULL OR kind = 'lesson') AND NOT EXISTS (SELECT 1 FROM annulled_lessons AS gone
               WHERE gone.course = corrections.course AND gone.date = corrections.date
               AND gone.lesson = corrections.lesson AND gone.entry >= corrections.entry) ORDER BY number, place";
    tables.all("изменение по заявке", sql, params![course, APPROVED], Corrected::of)
}

impl Corrected {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let line = match serde_json::from_str(&row.get::<String>("change")?) {
            Ok(Change::Lesson { was, becomes }) => Some((was, becomes)),
            _ => None,
        };
        Ok(Self {
            line,
            number: row.get("number")?,
            decided_at: row.moment("decided_at")?,
            date: row.day("date")?,
            lesson: row.get("lesson")?,
            pupil: row.get("pupil")?,
            period: row.get("period")?,
            was: row.get("was")?,
            becomes: row.get("becomes")?,
        })
    }
}

pub(super) const OF_PUPIL: &str =
    "SELECT course, c.entry AS entry, c.number AS number, decided_at, date, lesson, pupil, period, was, becomes, change
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS k ON k.class = e.class
    CROSS JOIN corrections AS c ON c.course = k.id CROSS JOIN correction_changes AS w ON w.number = c.number
    WHERE decision = ?2 AND date BETWEEN ?3 AND ?4
    AND (w.pupil = ?1 OR (w.pupil IS NULL AND kind = 'lesson')) AND NOT EXISTS (
    SELECT 1 FROM annulled_lessons AS gone WHERE gone.course = c.course AND gone.date = c.date
    AND gone.lesson = c.lesson AND gone.entry >= c.entry) ORDER BY c.number, place";

/// What approved corrections changed in the courses of the classes where a pupil is or was, for the days from one to
/// another: his own cells and final marks, and the lessons themselves. Each with the course's row and the entry that
/// decided; in the order of the register.
pub fn corrected_of_pupil(tables: &Tables, pupil: i64, first: Day, last: Day) -> Result<Vec<(i64, u64, Corrected)>> {
    tables.all(
        "изменение по заявке",
        OF_PUPIL,
        params![pupil, APPROVED, iso(first), iso(last)],
        |row| Ok((row.get("course")?, row.get("entry")?, Corrected::of(row)?)),
    )
}

/// The first request that names a pupil and is not decided yet.
pub fn open_about(tables: &Tables, pupil: i64) -> Result<Option<u64>> {
    let sql = "SELECT min(number) AS number FROM corrections JOIN correction_changes USING (number)
               WHERE pupil = ?1 AND decision = '' HAVING count(*) > 0";
    tables.one("заявка", sql, [pupil], |row| row.get("number"))
}

/// A request as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Row of the course.
    pub course: i64,
    /// When it was requested.
    pub at: DateTime<FixedOffset>,
    /// Login of who asked.
    pub by: Login,
    /// Whether the changes were made.
    pub approved: bool,
}

/// Every request, in order, without its changes.
pub fn asked(tables: &Tables) -> Result<Vec<Asked>> {
    let sql = "SELECT number, course, requested_at, requested_by, decision FROM corrections ORDER BY number";
    tables.all("заявка", sql, [], |row| {
        let (course, by) = (row.get("course")?, row.get("requested_by")?);
        let approved = row.get::<String>("decision")? == APPROVED;
        Ok(Asked { course, at: row.moment("requested_at")?, by, approved })
    })
}

/// «Иванов П.: было 3, стало 4», change after change.
///
/// # Errors
/// Only the database's.
pub fn in_words(tables: &Tables, changes: &[Change]) -> Result<String> {
    in_words_of(tables, changes, RULES)
}

/// As [`in_words`], as documents say it that show a state of these rules: those of rules 1 do not name what «н» and «оп» are.
///
/// # Errors
/// As [`in_words`].
pub fn in_words_of(tables: &Tables, changes: &[Change], rules: u32) -> Result<String> {
    let shown = |text: String| if text.is_empty() { "пусто".to_owned() } else { text };
    let words = changes.iter().map(|change| -> Result<String> {
        let (was, becomes) = match change {
            Change::Lesson { was, becomes } => {
                let was = was.as_ref().map(|was| line_in_words(tables, was)).transpose()?;
                (was.unwrap_or_default(), line_in_words(tables, becomes)?)
            }
            Change::Annulment { was: Some(was), .. } => (line_in_words(tables, was)?, change.texts().1),
            _ => change.texts(),
        };
        let who = match change.pupil() {
            Some(file) => whose(tables, file)?,
            None => "урок".to_owned(),
        };
        let more = match change {
            Change::Mark { work, document, earned, .. } => {
                let said = [("вид работы", work), ("документ", document)];
                let said = said.iter().filter(|(_, text)| !text.is_empty());
                let said: String = said.map(|(what, text)| format!(", {what}: {text}")).collect();
                if *earned { said + ", получена позже" } else { said }
            }
            Change::Annulment { cells, .. } if !cells.is_empty() => {
                format!("; с ним: {}", cells_in_words(tables, cells)?)
            }
            _ => String::new(),
        };
        let named = rules >= 2 && matches!(change, Change::Attendance { .. });
        let who = if named { format!("{who}, посещаемость") } else { who };
        let period = if change.period().is_empty() { String::new() } else { format!(", {}", change.period()) };
        Ok(format!("{who}{period}: было {}, стало {}{more}", shown(was), shown(becomes)))
    });
    Ok(words.collect::<Result<Vec<_>>>()?.join("; "))
}

/// The name of the pupil whose cell is changed, who may have been annulled since.
///
/// # Errors
/// Only the database's.
pub fn whose(tables: &Tables, file: &str) -> Result<String> {
    match read::pupil(tables, file)? {
        Some(_) => read::name_of_file(tables, file),
        None => Ok(read::annulments::annulled_pupil(tables, file)?.unwrap_or_else(|| file.to_owned())),
    }
}

/// A lesson's line with its substitute's name in place of the login.
pub(super) fn line_in_words(tables: &Tables, line: &LessonText) -> Result<String> {
    let substitute = read::staff(tables, &line.substitute)?.map(|person| person.name.initials());
    let substitute = substitute.unwrap_or_else(|| line.substitute.clone());
    Ok(LessonText { substitute, ..line.clone() }.to_string())
}

/// What stands in the journal where a change is to be made, and the change with it as its `was`.
pub fn with_standing(tables: &Tables, at: &LessonRef, change: Change) -> Result<Change> {
    let lesson = read::lesson_at(tables, at)?;
    Ok(match change {
        Change::Mark { pupil, becomes, work, document, earned, .. } => {
            let standing = lesson.map(|lesson| marks_of(tables, lesson.id)).transpose()?.unwrap_or_default();
            let was = standing.get(pupil.as_str()).map(|standing| standing.marks.clone());
            Change::Mark { pupil, was, becomes, work, document, earned }
        }
        Change::Attendance { pupil, becomes, .. } => {
            let standing = lesson.map(|lesson| attendance_of(tables, lesson.id)).transpose()?.unwrap_or_default();
            let was = standing.get(pupil.as_str()).copied();
            Change::Attendance { pupil, was, becomes }
        }
        Change::Lesson { becomes, .. } => {
            let was = lesson.map(|known| known.text());
            Change::Lesson { was, becomes }
        }
        Change::Annulment { .. } => {
            let cells = lesson.as_ref().map(|known| cells_of(tables, known.id)).transpose()?.unwrap_or_default();
            Change::Annulment { was: lesson.map(|known| known.text()), cells }
        }
        Change::Final { pupil, period, becomes, .. } => {
            let was = final_mark(tables, &at.course, &pupil, &period)?;
            Change::Final { pupil, period, was, becomes }
        }
    })
}

fn final_mark(tables: &Tables, course: &CourseKey, pupil: &str, period: &str) -> Result<Option<Marks>> {
    let Some(course) = read::course(tables, course)? else { return Ok(None) };
    let sql = "SELECT file, period, mark FROM finals JOIN pupils ON pupils.id = pupil
               WHERE course = ?1 AND file = ?2 AND period = ?3";
    tables.one("итоговая отметка", sql, params![course.id, pupil, period], |row| row.marks("mark"))
}
