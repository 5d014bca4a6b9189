//! The numbers of the справка: those of `report progress` and `report attendance`, for the whole school in a period.

use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::absences::{Absences, Missed};
use crate::journal::read::explain::Reasons;
use crate::journal::read::outcomes::{Outcome, Outcomes, period_before};
use crate::print::forms::YEAR;
use crate::school::{ClassName, School, Share};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, HashSet};

/// What the справка tells.
#[derive(Debug, Default)]
pub struct Figures {
    /// The school, where it has final marks of the period.
    pub school: Option<Outcome>,
    /// Each class with final marks.
    pub classes: Vec<Outcome>,
    /// Each subject with final marks.
    pub subjects: Vec<Outcome>,
    /// The name of the period before, where it has final marks or lessons.
    pub before: Option<String>,
    /// Classes that have the period but no final marks of it.
    pub unmarked: Vec<ClassName>,
    /// Classes whose year is divided otherwise.
    pub without_period: Vec<ClassName>,
    /// Attendance, a month each.
    pub months: Vec<(NaiveDate, Attendance)>,
    /// Attendance of the period.
    pub attendance: Attendance,
    /// Attendance of the period before.
    pub attendance_before: Attendance,
}

/// What the pupils of the school missed together.
#[derive(Debug, Default)]
pub struct Attendance {
    pupils: HashSet<i64>,
    /// Lessons that there were, those of each pupil together, and the missed ones.
    pub missed: Missed,
}

impl Attendance {
    fn add(&mut self, absences: &Absences, first: NaiveDate, last: NaiveDate) {
        for pupil in absences.present(first, last) {
            self.pupils.insert(pupil);
            self.missed += absences.between(pupil, first, last);
        }
    }

    /// How many pupils had lessons.
    pub fn pupils(&self) -> u32 {
        u32::try_from(self.pupils.len()).unwrap_or(u32::MAX)
    }

    /// So many lessons as a number a pupil.
    pub fn each(&self, lessons: u32) -> Option<f64> {
        (self.pupils() > 0).then(|| f64::from(lessons) / f64::from(self.pupils()))
    }

    /// Missed lessons of those held.
    pub fn share(&self) -> Share {
        Share::of(self.missed.lessons.all(), self.missed.held)
    }
}

impl Figures {
    /// Counts everything for a period by its name, or «Год».
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn read(tables: &Tables, school: &School, period: &str) -> Result<Self> {
        let classes = read::classes(tables)?;
        let mut courses = Vec::new();
        for class in &classes {
            courses.extend(read::courses_of(tables, class)?);
        }
        let outcomes = Outcomes::read(tables, courses, Some(period))?;
        let by_class = outcomes.by_class();
        let mut figures = Self {
            school: outcomes.of_school().into_iter().next(),
            subjects: outcomes.by_subject(),
            ..Self::default()
        };
        let (mut months, mut before) = (BTreeMap::<NaiveDate, Attendance>::new(), None);
        let reasons = Reasons::read(tables)?;
        for class in classes {
            let Some((first, last)) = span(school, &class, period) else {
                figures.without_period.push(class);
                continue;
            };
            let absences = Absences::of_class(tables, &class, &reasons)?;
            figures.attendance.add(&absences, first, last);
            for (month, first, last) in months_of(first, last) {
                months.entry(month).or_default().add(&absences, first, last);
            }
            if let Some(earlier) = period_before(school, &class, period) {
                figures.attendance_before.add(&absences, earlier.begins, earlier.ends);
                before.get_or_insert_with(|| earlier.name.clone());
            }
            if by_class.iter().all(|outcome| outcome.name != class.to_string()) {
                figures.unmarked.push(class);
            }
        }
        let compared = figures.school.as_ref().is_some_and(|school| school.before.marked > 0);
        figures.before = before.filter(|_| compared || figures.attendance_before.missed.held > 0);
        figures.classes = by_class;
        figures.months = months.into_iter().filter(|(_, month)| month.missed.held > 0).collect();
        Ok(figures)
    }
}

/// The first and the last day of a class's period.
fn span(school: &School, class: &ClassName, period: &str) -> Option<(NaiveDate, NaiveDate)> {
    if period == YEAR {
        return Some((school.year.begins, school.year.ends));
    }
    let found = school.periods_of(class).into_iter().find(|of_class| of_class.name == period)?;
    Some((found.begins, found.ends))
}

/// The months of a span: the first day of each, and the days of it that are in the span.
fn months_of(first: NaiveDate, last: NaiveDate) -> Vec<(NaiveDate, NaiveDate, NaiveDate)> {
    let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let starts = first.iter_days().take_while(|day| *day <= last).filter(|day| *day == first || day.day() == 1);
    let ends = |start: NaiveDate| {
        start.iter_days().take_while(|day| *day <= last && month(*day) == month(start)).last().unwrap_or(start)
    };
    starts.map(|start| (month(start), start, ends(start))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_falls_into_months_of_which_the_first_and_the_last_may_be_a_part() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let months = months_of(day("2025-11-03"), day("2026-01-14"));
        let told: Vec<String> = months.iter().map(|(month, first, last)| format!("{month} {first} {last}")).collect();
        assert_eq!(
            told,
            [
                "2025-11-01 2025-11-03 2025-11-30",
                "2025-12-01 2025-12-01 2025-12-31",
                "2026-01-01 2026-01-01 2026-01-14"
            ]
        );
        assert!(months_of(day("2025-11-03"), day("2025-11-02")).is_empty());
    }
}
