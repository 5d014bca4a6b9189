//! Final marks of the year: of periods, of the year, of exams.

use super::Diary;
use super::shown::Correction;
use crate::error::Result;
use crate::journal::read::corrections::corrected_of_pupil;
use crate::journal::read::diary::class_on;
use crate::journal::read::finals::{OfPupil, finals_of_pupil};
use crate::journal::read::{self, Decision, Pupil, Tables};
use crate::journal::rules::YEARLY;
use crate::school::{Day, Marks, PeriodName};

/// A pupil's final marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Finals {
    /// The periods of his class, then «Год», «Экзамен» and «Итог» where anything stands in them; each with its short name.
    pub periods: Vec<(PeriodName, String)>,
    /// His subjects, in the school's order.
    pub subjects: Vec<FinalsOfSubject>,
    /// What the pedagogical council decided.
    pub decision: Option<Decision>,
}

/// The final marks of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalsOfSubject {
    /// The subject.
    pub subject: String,
    /// The mark of each period: the mark, the day on which it was set, and what «Замена сведений» changed in it.
    pub marks: Vec<Option<(Marks, Day, Vec<Correction>)>>,
}

/// The final marks of a pupil that count, those from the classes where he was before included.
///
/// # Errors
/// Tables that do not read.
pub fn finals(tables: &Tables, pupil: &Pupil, today: Day) -> Result<Finals> {
    let diary = Diary::open(tables, pupil)?;
    let all = finals_of_pupil(tables, &diary.school, pupil.id)?;
    let periods = columns(&diary, &all, today);
    let (begins, ends) = (diary.school.year.begins, diary.school.year.ends);
    let corrected = corrected_of_pupil(tables, pupil.id, begins, ends)?;
    let corrections = |of: &OfPupil| {
        let is_its = |course: i64, period: &str| {
            *period == *of.period && diary.course(course).is_some_and(|own| own.course.key == of.course)
        };
        let made = corrected.iter().filter(|(course, _, of)| is_its(*course, &of.period));
        made.map(|(_, _, of)| diary.correction(of)).collect::<Vec<_>>()
    };
    let mut subjects: Vec<FinalsOfSubject> = Vec::new();
    for own in &diary.courses {
        let subject = &own.course.key.subject;
        let of = |period: &PeriodName| all.iter().find(|of| of.course.subject == *subject && of.period == *period);
        let is_new = subjects.last().is_none_or(|last| last.subject != *subject);
        if is_new && (!own.stays.is_empty() || periods.iter().any(|(period, _)| of(period).is_some())) {
            let marks =
                periods.iter().map(|(period, _)| of(period).map(|of| (of.mark.clone(), of.set_on, corrections(of))));
            subjects.push(FinalsOfSubject { subject: subject.clone(), marks: marks.collect() });
        }
    }
    Ok(Finals {
        periods,
        subjects,
        decision: read::decision_of(tables, pupil.id)?.map(|decision| decision.said_of(pupil.sex())),
    })
}

/// The periods of his class, those of another class from which he has a mark, and those of the year that have any.
fn columns(diary: &Diary<'_>, all: &[OfPupil], today: Day) -> Vec<(PeriodName, String)> {
    let periods = class_on(&diary.stays, today).map(|class| diary.school.periods_of(class)).unwrap_or_default();
    let mut columns: Vec<(PeriodName, String)> =
        periods.iter().map(|period| (PeriodName::from(&period.name), period.short.clone())).collect();
    for of in all.iter().filter(|of| !YEARLY.contains(&of.period.as_str())) {
        if !columns.iter().any(|(known, _)| *known == of.period) {
            columns.push((of.period.clone(), of.period.to_string()));
        }
    }
    let yearly = YEARLY.iter().filter(|name| all.iter().any(|of| of.period.as_str() == **name));
    columns.extend(yearly.map(|name| (PeriodName::from(*name), (*name).to_owned())));
    columns
}
