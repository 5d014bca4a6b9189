//! One pupil's diary: his week, a subject, a period with average and forecast, final marks, absences, and what is new.
//!
//! Pure functions of the tables, the pupil and the day. A pupil sees the lessons of the courses to which he belonged on
//! their day, and whatever was written into a cell of his: who moved keeps his marks, and sees the lessons of his old class
//! up to the day on which he left it. Annulled lessons are not there.

mod absences;
mod ahead;
mod finals;
mod news;
mod period;
mod shown;
mod subject;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod week;

pub use absences::{Absences, DayAway, absences};
pub use ahead::{Planned, ahead};
pub use finals::{Finals, FinalsOfSubject, finals};
pub use news::{NewFinal, NewReason, NewlyCorrected, News, news};
pub use period::{SubjectLine, lack_in_words, period};
pub use shown::{Absence, Correction, MarkShown, Shown};
pub use subject::{SubjectPage, subject, subjects};
pub use week::{Week, WeekDay, week};

use crate::error::{Error, Result};
use crate::journal::read::diary::{OwnCourse, OwnLesson, class_on, courses_of_pupil, lessons_of_pupil};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, Day, Period, PeriodName, School, Stay};

/// What every question about a pupil begins with.
struct Diary<'t> {
    tables: &'t Tables,
    pupil: &'t Pupil,
    school: School,
    stays: Vec<(ClassName, Stay)>,
    courses: Vec<OwnCourse>,
}

impl<'t> Diary<'t> {
    fn open(tables: &'t Tables, pupil: &'t Pupil) -> Result<Self> {
        let school = read::school(tables)?;
        let stays = read::stays_of(tables, pupil.id)?;
        Ok(Self { tables, pupil, school, stays, courses: courses_of_pupil(tables, pupil.id)? })
    }

    fn course(&self, id: i64) -> Option<&OwnCourse> {
        self.courses.iter().find(|own| own.course.id == id)
    }

    /// His lessons on the days from one to another, each with its course, in order of time: of courses to which he belonged
    /// then, or with something in his cell.
    fn lessons(&self, first: Day, last: Day) -> Result<Vec<(&OwnCourse, OwnLesson)>> {
        let all = lessons_of_pupil(self.tables, self.pupil.id, first, last)?;
        let his = |lesson: OwnLesson| {
            let own = self.course(lesson.course)?;
            (lesson.is_filled() || own.covers(lesson.lesson.date)).then_some((own, lesson))
        };
        Ok(all.into_iter().filter_map(his).collect())
    }

    /// Whether he is in a class of the school on a day.
    fn is_there(&self, day: Day) -> bool {
        self.stays.iter().any(|(_, stay)| stay.covers(day))
    }

    /// A period of the class in which he is on its last day, or was last.
    fn period(&self, name: &str) -> Result<&Period> {
        let found = self.school.periods.iter().find(|period| {
            let class = class_on(&self.stays, period.ends);
            period.name == name && class.is_some_and(|class| is_of(period, class))
        });
        found.ok_or_else(|| {
            Error::input(format!("периода «{name}» в этом учебном году нет")).next("выберите период из списка")
        })
    }

    /// Whether the class in which he is on a day is taught without marks.
    fn is_unmarked(&self, day: Day) -> bool {
        let class = class_on(&self.stays, day);
        class.is_some_and(|class| self.school.policy.unmarked_grades.contains(&class.grade()))
    }

    /// «08:30–09:15», of a lesson that has a bell.
    fn bell(&self, number: u8) -> Option<String> {
        let bell = self.school.bells.iter().find(|bell| bell.lesson == number)?;
        Some(format!("{}–{}", bell.begins, bell.ends))
    }
}

/// The days of a period of the class in which a pupil is on its last day, or was last.
///
/// # Errors
/// A period that his class does not have; tables that do not read.
pub fn span_of(tables: &Tables, pupil: &Pupil, name: &PeriodName) -> Result<(Day, Day)> {
    let (school, stays) = (read::school(tables)?, read::stays_of(tables, pupil.id)?);
    let diary = Diary { tables, pupil, school, stays, courses: Vec::new() };
    diary.period(name).map(|period| (period.begins, period.ends))
}

fn is_of(period: &Period, class: &ClassName) -> bool {
    (period.grades[0]..=period.grades[1]).contains(&class.grade())
}

/// The periods of the class in which a pupil is on a day, in order, and the place of the one that the day lies in: the last
/// that has begun, or the first.
///
/// # Errors
/// Tables that do not read.
pub fn periods(tables: &Tables, pupil: &Pupil, today: Day) -> Result<(Vec<PeriodName>, usize)> {
    let (school, stays) = (read::school(tables)?, read::stays_of(tables, pupil.id)?);
    let periods = class_on(&stays, today).map(|class| school.periods_of(class)).unwrap_or_default();
    let current = periods.iter().rposition(|period| period.begins <= today).unwrap_or_default();
    Ok((periods.iter().map(|period| PeriodName::from(&period.name)).collect(), current))
}
