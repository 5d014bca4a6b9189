//! The register «Замена сведений в электронном журнале» (§2.3.3): a teacher asks, the deputy head decides.
//!
//! A request lists its changes in full, each with what stands in the journal when it is made. Whoever asks says only what
//! is to stand there.

use super::{Done, Workplace, finals};
use crate::error::Result;
pub use crate::journal::entry::Change;
use crate::journal::entry::{CorrectionDecided, CorrectionRequested, LessonText};
use crate::journal::read::corrections::{next_number, with_standing};
use crate::journal::read::{self, Course, Tables};
use crate::journal::resolve;
use crate::school::{Attendance, CourseKey, Day, Marks, PeriodName, PersonalFile, clean};

pub use super::lesson::LessonRef;

/// What is to be corrected, and why (§2.3.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionWish {
    /// What.
    pub what: What,
    /// Why.
    pub reason: String,
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A lesson and its cells.
    Lesson(LessonChanges),
    /// Final marks.
    Finals(FinalChanges),
}

/// What is to stand of a lesson and in its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonChanges {
    /// Which lesson; one that was never entered is added.
    pub at: LessonRef,
    /// Its line: what is not said stays.
    pub line: LineChange,
    /// Marks of pupils; nothing empties the cell.
    pub marks: Vec<(PersonalFile, Option<Marks>)>,
    /// The kind of work that these marks are for where it is another than the lesson's, or empty.
    pub work: String,
    /// The document that they rest on (§2.3.5), or empty.
    pub document: String,
    /// Absence or lateness of pupils; nothing: he was there.
    pub attendance: Vec<(PersonalFile, Option<Attendance>)>,
}

/// What a lesson's line is to say, where it is to say another thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineChange {
    /// Topic.
    pub topic: Option<String>,
    /// Kind of work.
    pub work: Option<String>,
    /// Homework.
    pub homework: Option<String>,
    /// Login of who gave the lesson instead of the course's teacher.
    pub substitute: Option<String>,
}

/// Final marks that are to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalChanges {
    /// Of which course.
    pub course: CourseKey,
    /// Of what: a period, «Год», «Экзамен», «Итог».
    pub period: PeriodName,
    /// Whose; nothing takes the mark out.
    pub marks: Vec<(PersonalFile, Option<Marks>)>,
}

/// A request as it stands in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Requested {
    /// What was recorded.
    pub done: Done,
    /// Its number in the register.
    pub number: u64,
    /// The lesson that it is about; of final marks the last day of their period, and 0 for the lesson's number.
    pub at: LessonRef,
    /// The changes, each with what stands there now.
    pub changes: Vec<Change>,
}

/// Asks for a correction.
///
/// # Errors
/// What a right or a rule refuses: nothing to change, no reason, days on which one may still enter it oneself.
pub fn request(place: &mut Workplace<'_>, wish: &CorrectionWish) -> Result<Requested> {
    let reason = clean(&wish.reason)?;
    let (done, (number, at, changes)) = place.decide(|tables, _| {
        let (at, changes) = match &wish.what {
            What::Lesson(lesson) => (lesson.at.clone(), lesson.changes(tables)?),
            What::Finals(finals) => (finals.at(tables)?, finals.changes()),
        };
        let changes: Vec<Change> =
            changes.into_iter().map(|change| with_standing(tables, &at, change)).collect::<Result<_>>()?;
        let LessonRef { course, date, lesson } = at.clone();
        let body = CorrectionRequested { course, date, lesson, changes: changes.clone(), reason };
        Ok((vec![body.into()], (next_number(tables)?, at, changes)))
    })?;
    Ok(Requested { done, number, at, changes })
}

/// Approves a request: its changes are made at once (§2.3.3.2). The note may be empty.
///
/// # Errors
/// No such request, one that was decided, another state of the journal than it was made for; what a right refuses.
pub fn approve(place: &mut Workplace<'_>, number: u64, note: &str) -> Result<Done> {
    place.record([CorrectionDecided { number, approved: true, note: clean(note)? }.into()])
}

/// Rejects a request: nothing else changes (§2.3.3.2).
///
/// # Errors
/// As [`approve`], and no reason.
pub fn reject(place: &mut Workplace<'_>, number: u64, reason: &str) -> Result<Done> {
    place.record([CorrectionDecided { number, approved: false, note: clean(reason)? }.into()])
}

/// The lesson of a day that is meant: the one that was recorded, or, where a lesson may be added that was never entered,
/// the one that the timetable has. A number decides where there are several.
///
/// # Errors
/// None, or several and no number.
pub fn lesson(tables: &Tables, course: &Course, date: Day, number: Option<u8>, adds: bool) -> Result<LessonRef> {
    let lesson = match resolve::recorded_lesson(tables, course, date, number) {
        Err(_) if adds => resolve::timetabled_lesson(tables, course, date, number)?,
        found => found?,
    };
    Ok(LessonRef { course: course.key.clone(), date, lesson })
}

impl LessonChanges {
    /// Nothing of a lesson yet.
    pub fn of(at: LessonRef) -> Self {
        let (line, none) = (LineChange::default(), String::new);
        Self { at, line, marks: Vec::new(), work: none(), document: none(), attendance: Vec::new() }
    }

    fn changes(&self, tables: &Tables) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        if !self.line.is_empty() {
            let stands = read::lesson_at(tables, &self.at)?.map(|lesson| lesson.text()).unwrap_or_default();
            changes.push(Change::Lesson { was: None, becomes: self.line.becomes(stands)? });
        }
        let (work, document) = (clean(&self.work)?, clean(&self.document)?);
        changes.extend(self.marks.iter().map(|(pupil, becomes)| Change::Mark {
            pupil: pupil.into(),
            was: None,
            becomes: becomes.clone(),
            work: work.clone(),
            document: document.clone(),
        }));
        changes.extend(self.attendance.iter().map(|(pupil, becomes)| Change::Attendance {
            pupil: pupil.into(),
            was: None,
            becomes: *becomes,
        }));
        Ok(changes)
    }
}

impl LineChange {
    /// Whether the line stays as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn becomes(&self, stands: LessonText) -> Result<LessonText> {
        let or = |said: &Option<String>, stands: String| said.as_deref().map_or(Ok(stands), clean);
        Ok(LessonText {
            topic: or(&self.topic, stands.topic)?,
            work: or(&self.work, stands.work)?,
            homework: or(&self.homework, stands.homework)?,
            substitute: or(&self.substitute, stands.substitute)?,
        })
    }
}

impl FinalChanges {
    /// What the register calls the lesson of final marks.
    fn at(&self, tables: &Tables) -> Result<LessonRef> {
        let (_, date) = finals::days(&read::school(tables)?, &self.course.class, &self.period);
        Ok(LessonRef { course: self.course.clone(), date, lesson: 0 })
    }

    fn changes(&self) -> Vec<Change> {
        let change = |(pupil, becomes): &(PersonalFile, Option<Marks>)| Change::Final {
            pupil: pupil.into(),
            period: self.period.to_string(),
            was: None,
            becomes: becomes.clone(),
        };
        self.marks.iter().map(change).collect()
    }
}
