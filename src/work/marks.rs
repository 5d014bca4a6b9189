//! Marks and attendance of one lesson (§2.1, §2.3): a few pupils, everybody else, or the class in one line.
//!
//! Cells are named one by one, and what is named is brought to what was said of it; what stands there already takes no
//! entry. `journal::cell` says which entries that makes.

use super::{Done, Workplace, nobody_twice};
use crate::error::{Error, Result};
use crate::journal::cell::{self, Typed};
use crate::journal::entry::Body;
use crate::journal::read::{self, Pupil, Tables, standing};
use crate::school::{Attendance, Marks, PersonalFile, clean};
use std::collections::HashSet;

pub use super::lesson::LessonRef;

/// Cells of a lesson that are to be brought to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellsWish {
    /// Which lesson; it was recorded before.
    pub at: LessonRef,
    /// The cells that are named, each pupil once.
    pub cells: Vec<CellWish>,
    /// Marks for everybody else who was there and has none yet («все=зач»).
    pub others: Option<Marks>,
    /// The kind of work that the marks are for, where it is said; empty where it is the lesson's.
    pub work: Option<String>,
    /// The document that they rest on (§2.3.5), where it is said.
    pub document: Option<String>,
}

/// What is to stand in a pupil's cell. Nothing leaves a part of it as it is; an empty inside empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::option_option)]
pub struct CellWish {
    /// Whose cell.
    pub pupil: PersonalFile,
    /// Absence, lateness, or that he was there after all.
    pub attendance: Option<Option<Attendance>>,
    /// The marks, or that there are none.
    pub marks: Option<Option<Marks>>,
}

/// What became of the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellsDone {
    /// What was recorded: one entry for all attendance, one for the marks of each kind of work.
    pub done: Done,
    /// In how many cells the marks changed.
    pub marks: usize,
    /// In how many cells the attendance changed.
    pub attendance: usize,
}

impl CellsWish {
    /// Nothing of a lesson yet.
    pub fn of(at: LessonRef) -> Self {
        Self { at, cells: Vec::new(), others: None, work: None, document: None }
    }
}

/// Brings cells of a lesson to what is wished.
///
/// # Errors
/// A pupil who is named twice: which of the two was meant? And what a right or a rule refuses.
pub fn set(place: &mut Workplace<'_>, wish: &CellsWish) -> Result<CellsDone> {
    let said = |text: &Option<String>| text.as_deref().map(clean).transpose();
    let (work, document) = (said(&wish.work)?, said(&wish.document)?);
    let (done, (marks, attendance)) = place.decide(|tables, _| {
        nobody_twice(tables, wish.cells.iter().map(|cell| &cell.pupil))?;
        let others = match &wish.others {
            Some(marks) => others(tables, wish, marks)?,
            None => Vec::new(),
        };
        let typed = wish.cells.iter().cloned().chain(others).map(|CellWish { pupil, attendance, marks }| {
            let (work, document) = (work.clone(), document.clone());
            Typed { pupil, attendance, marks, work, document }
        });
        let bodies = cell::entries(tables, &wish.at, typed)?;
        let counts = changed(&bodies);
        Ok((bodies, counts))
    })?;
    Ok(CellsDone { done, marks, attendance })
}

/// The pupils of a lesson in the order of its list, each with what is said of him in one line for the class.
///
/// # Errors
/// More or fewer words than pupils.
pub fn in_order<T>(tables: &Tables, at: &LessonRef, line: Vec<T>) -> Result<Vec<(Pupil, T)>> {
    let roster = read::roster(tables, &at.course, at.date)?;
    if line.len() != roster.len() {
        return Err(Error::input(format!("клеток {}, а в списке учеников {}", line.len(), roster.len()))
            .next("список по порядку: letopis mark list; пропуск обозначьте точкой"));
    }
    Ok(roster.into_iter().zip(line).collect())
}

/// The cells of those who are not named, were there and have no mark.
fn others(tables: &Tables, wish: &CellsWish, marks: &Marks) -> Result<Vec<CellWish>> {
    let named: HashSet<&PersonalFile> = wish.cells.iter().map(|cell| &cell.pupil).collect();
    let (marked, attendance) = match read::lesson_at(tables, &wish.at)? {
        Some(lesson) => (standing::marks_of(tables, lesson.id)?, standing::attendance_of(tables, lesson.id)?),
        None => Default::default(),
    };
    let absent = |pupil: &PersonalFile| attendance.get(pupil).is_some_and(|kind| kind.is_absence());
    let mut pupils: Vec<PersonalFile> =
        read::roster(tables, &wish.at.course, wish.at.date)?.into_iter().map(|pupil| pupil.file).collect();
    pupils.retain(|pupil| !named.contains(pupil) && !absent(pupil) && !marked.contains_key(pupil));
    let cell = |pupil| CellWish { pupil, attendance: None, marks: Some(Some(marks.clone())) };
    Ok(pupils.into_iter().map(cell).collect())
}

/// In how many cells marks and attendance change.
fn changed(bodies: &[Body]) -> (usize, usize) {
    bodies.iter().fold((0, 0), |(marks, attendance), body| match body {
        Body::MarksSet(set) => (marks + set.marks.len(), attendance),
        Body::AttendanceSet(set) => (marks, attendance + set.pupils.len()),
        _ => (marks, attendance),
    })
}
