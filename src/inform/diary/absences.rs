//! What a pupil missed, with the reasons.

use super::Diary;
use super::shown::{Absence, Around};
use crate::error::Result;
use crate::journal::read::absences::{Absences as Counted, Missed};
use crate::journal::read::explain::Exemption;
use crate::journal::read::{Pupil, Tables};
use crate::school::Day;

/// What a pupil missed on the days from one to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Absences {
    /// The days on which he missed lessons or came late, in order.
    pub days: Vec<DayAway>,
    /// Lessons and whole days missed, by cause.
    pub missed: Missed,
    /// To how many lessons he came late.
    pub late: u32,
    /// What he is exempted from on these days.
    pub exemptions: Vec<Exemption>,
}

/// A day on which a pupil missed lessons or came late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayAway {
    /// The day.
    pub date: Day,
    /// Number, subject, and what stands there, in order.
    pub lessons: Vec<(u8, String, Absence)>,
}

/// What a pupil missed on the days from one to another, both included.
///
/// # Errors
/// Tables that do not read.
pub fn absences(tables: &Tables, pupil: &Pupil, (first, last): (Day, Day)) -> Result<Absences> {
    let diary = Diary::open(tables, pupil)?;
    let around = Around::read(&diary, first, last)?;
    let lessons = diary.lessons(first, last)?;
    let cells = lessons.iter().map(|(_, of)| {
        let kind = of.attendance.map(|(kind, _)| kind);
        (of.lesson.date, of.lesson.number, kind)
    });
    let missed = Counted::of_pupil(pupil.id, cells, &around.reasons).between(pupil.id, first, last);
    let mut days: Vec<DayAway> = Vec::new();
    let mut late = 0;
    for (own, of) in &lessons {
        let Some((kind, _)) = of.attendance else { continue };
        let date = of.lesson.date;
        late += u32::from(!kind.is_absence());
        let reason = around.reasons.on(pupil.id, date).filter(|_| kind.is_absence());
        if days.last().is_none_or(|last| last.date != date) {
            days.push(DayAway { date, lessons: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.lessons.push((of.lesson.number, own.course.key.subject.clone(), Absence { kind, reason }));
        }
    }
    Ok(Absences { days, missed, late, exemptions: around.exemptions })
}
