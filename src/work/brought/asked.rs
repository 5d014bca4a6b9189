//! What comes too late, as it is asked for (§2.3.3): the lesson with its cells or cells alone; what was asked for before is
//! left out, whatever was decided on it.

use crate::error::Result;
use crate::import::grid::Lesson;
use crate::journal::entry::{Change, FinalLine, LessonCell};
use crate::journal::read::corrections;
use crate::journal::read::{Course, Tables};
use crate::school::{Day, PeriodName};
use crate::work::correction::{FinalChanges, LessonChanges, LineChange, What};

/// The changes that were asked for in a course, each with day and number of its lesson.
pub struct Asked(Vec<(Day, u8, Change)>);

impl Asked {
    /// Reads them.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(tables: &Tables, course: &Course) -> Result<Self> {
        let mut all = corrections::all(tables)?;
        all.retain(|request| request.course == course.key);
        let changes = all
            .into_iter()
            .flat_map(|request| request.changes.into_iter().map(move |change| (request.date, request.lesson, change)));
        Ok(Self(changes.collect()))
    }

    fn has(&self, lesson: &Lesson, is_it: impl Fn(&Change) -> bool) -> bool {
        self.0
            .iter()
            .any(|(date, number, change)| *date == lesson.at.date && *number == lesson.at.lesson && is_it(change))
    }

    /// What is to be asked for of a lesson, and how much of it was asked for before.
    pub fn of_lesson(&self, lesson: &Lesson, line: Option<LineChange>, cells: &[&LessonCell]) -> (Option<What>, usize) {
        let (mut changes, mut before) = (LessonChanges::of(lesson.at.clone()), 0);
        if let Some(line) = line {
            let is_it = |change: &Change| match change {
                Change::Lesson { becomes, .. } => line.topic.as_ref().is_none_or(|topic| *topic == becomes.topic),
                _ => false,
            };
            match self.has(lesson, is_it) {
                true => before += 1,
                false => changes.line = line,
            }
        }
        for cell in cells {
            let is_mark = |change: &Change| matches!(change, Change::Mark { pupil, becomes, .. } if *pupil == cell.pupil && *becomes == cell.marks);
            let is_absence = |change: &Change| {
                matches!(change, Change::Attendance { pupil, becomes, .. }
                    if *pupil == cell.pupil && *becomes == cell.attendance)
            };
            let pupil = || cell.pupil.as_str().into();
            let marked = cell.marks.is_none() || self.has(lesson, is_mark);
            let attended = cell.attendance.is_none() || self.has(lesson, is_absence);
            match (cell.attendance, &cell.marks) {
                _ if marked && attended => before += 1,
                (Some(absence), Some(marks)) if absence.is_absence() => {
                    changes.earned.push((pupil(), absence, marks.clone()));
                }
                (attendance, marks) => {
                    if let Some(marks) = marks.as_ref().filter(|_| !marked) {
                        changes.marks.push((pupil(), Some(marks.clone())));
                    }
                    if let Some(attendance) = attendance.filter(|_| !attended) {
                        changes.attendance.push((pupil(), Some(attendance)));
                    }
                }
            }
        }
        let is_nothing = changes == LessonChanges::of(lesson.at.clone());
        ((!is_nothing).then_some(What::Lesson(changes)), before)
    }

    /// The same of final marks.
    pub fn of_finals(&self, course: &Course, period: &PeriodName, lines: &[FinalLine]) -> (Option<What>, usize) {
        let was_asked = |line: &&FinalLine| {
            self.0.iter().any(|(.., change)| {
                matches!(change, Change::Final { pupil, period: of, becomes, .. }
                    if *pupil == line.pupil && *period == of.as_str() && becomes.as_ref() == Some(&line.mark))
            })
        };
        let (before, new): (Vec<&FinalLine>, Vec<&FinalLine>) = lines.iter().partition(was_asked);
        let marks: Vec<_> = new.iter().map(|line| (line.pupil.as_str().into(), Some(line.mark.clone()))).collect();
        let what = (!marks.is_empty())
            .then(|| What::Finals(FinalChanges { course: course.key.clone(), period: period.clone(), marks }));
        (what, before.len())
    }
}
