//! A subject in a period: every lesson of it with its mark, and what they come to.

use super::Diary;
use super::period::{SubjectLine, period};
use super::shown::{Around, Shown};
use crate::error::Result;
use crate::journal::read::{Pupil, Tables};
use crate::school::PeriodName;

/// A pupil's subject in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectPage {
    /// What the marks come to: one line, or one a group where he is in two at once.
    pub lines: Vec<SubjectLine>,
    /// The lessons that were recorded, in order of time.
    pub lessons: Vec<Shown>,
}

/// The subjects of the courses to which a pupil belongs or belonged this year, in the school's order.
///
/// # Errors
/// Tables that do not read.
pub fn subjects(tables: &Tables, pupil: &Pupil) -> Result<Vec<String>> {
    let diary = Diary::open(tables, pupil)?;
    let mut subjects: Vec<String> = Vec::new();
    for own in diary.courses.iter().filter(|own| !own.stays.is_empty()) {
        if !subjects.contains(&own.course.key.subject) {
            subjects.push(own.course.key.subject.clone());
        }
    }
    Ok(subjects)
}

/// A subject of a pupil in a period of his class.
///
/// # Errors
/// A period that his class does not have; tables that do not read.
pub fn subject(tables: &Tables, pupil: &Pupil, subject: &str, name: &PeriodName) -> Result<SubjectPage> {
    let mut lines = period(tables, pupil, name)?;
    lines.retain(|line| line.subject == subject);
    let diary = Diary::open(tables, pupil)?;
    let span = diary.period(name).map(|period| (period.begins, period.ends))?;
    let around = Around::read(&diary, span.0, span.1)?;
    let mut lessons = Vec::new();
    for (own, lesson) in diary.lessons(span.0, span.1)? {
        if own.course.key.subject == subject {
            lessons.push(diary.shown(own, lesson, &around)?);
        }
    }
    Ok(SubjectPage { lines, lessons })
}
