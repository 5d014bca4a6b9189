//! The boundaries of every rule: the last moment, number or length that is allowed and the first that is not.
//!
//! A rule that is a day off, counts one too few or compares the wrong way round passes tests that look well inside and
//! well outside. So here each stands at its edge, on both sides, through the library, whose clock is a parameter. A file
//! is a subject, as in `src/journal/rules/`; beside
//! those stand what the rules count with, and what is read from files.

mod absences;
mod carriers;
mod corrections;
mod counts;
mod finals;
mod lessons;
mod notes;
mod outcomes;
mod paper;
mod people;
mod readers;
mod remarks;
mod school;
mod substitutions;
mod time;
mod timetable;
mod year;

use crate::common::office::{Office, course, day};
use letopis::journal::entry::{Body, LessonRecorded, LessonRef, MarkLine, MarksSet};
use letopis::school::{CourseKey, Marks};

/// The school stands on this day's morning.
const BEGUN: &str = "2025-09-01";

fn lesson_at(course: CourseKey, date: &str, lesson: u8) -> LessonRef {
    LessonRef { course, date: day(date), lesson }
}

/// The second lesson of algebra on a day.
fn algebra(date: &str) -> LessonRef {
    lesson_at(course("Алгебра"), date, 2)
}

/// A lesson whatever the timetable says, which has rules of its own.
fn lesson(at: LessonRef) -> LessonRecorded {
    let none = String::new;
    LessonRecorded {
        at,
        topic: "Тема".into(),
        work: none(),
        homework: none(),
        substitute: none(),
        cells: Vec::new(),
        despite: true,
    }
}

fn line(pupil: &str, marks: &str) -> MarkLine {
    let marks = (marks != "-").then(|| Marks::parse(marks).unwrap());
    MarkLine { pupil: pupil.into(), marks, document: String::new(), earned: false }
}

fn marks(at: LessonRef, pupil: &str, marks: &str) -> MarksSet {
    MarksSet { at, work: String::new(), marks: vec![line(pupil, marks)] }
}

/// So many letters.
fn letters(count: usize) -> String {
    "ы".repeat(count)
}

/// Demands of each body that it is allowed, or forbidden with the words.
#[track_caller]
fn each<B: Into<Body> + Clone>(office: &mut Office, login: &str, now: &str, bodies: &[(B, Option<&str>)]) {
    for (body, words) in bodies {
        match words {
            None => office.allows(login, now, body.clone()),
            Some(words) => office.forbids(login, now, body.clone(), words),
        }
    }
}
