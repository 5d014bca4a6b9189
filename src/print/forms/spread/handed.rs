//! Marks that were recorded on a stick and handed in on another day (§5.6): a note a column and pair of days.

use super::{NoteOf, Unit, UnitNote, format_date};
use crate::journal::read::{HandedMark, marks_carried_in_words};
use crate::print::forms::Composer;
use crate::print::forms::class::Course;
use crate::print::forms::course::{CourseYear, Elsewhere};

/// Adds the notes. What was recorded and handed in together with its lesson is said on the right page, with the lesson.
pub(super) fn add_notes(composer: &Composer<'_>, course: &Course, year: &CourseYear, units: &mut [Unit<'_>]) {
    let together = |one: &HandedMark, other: &HandedMark| {
        (one.lesson, &one.period, one.days) == (other.lesson, &other.period, other.days)
    };
    for handed in year.handed.chunk_by(together) {
        let Some(first) = handed.first() else { continue };
        let unit = units.iter_mut().find(|unit| match first.lesson {
            Some(id) => unit.lesson.is_some_and(|lesson| lesson.id == id),
            None => unit.finals.iter().any(|column| column.period == first.period),
        });
        let Some(unit) = unit else { continue };
        if first.lesson.is_some() && unit.lesson.is_some_and(|lesson| lesson.handed_in == Some(first.days)) {
            continue;
        }
        let column = match (first.lesson, unit.lesson) {
            (Some(_), Some(lesson)) => format!("урок {}", format_date(lesson.date)),
            _ => first.period.clone(),
        };
        let mut text = format!("{column}: {}", marks_carried_in_words(first.days));
        if handed.len() < standing(year, first) {
            let is_one = |pupil: i64| handed.iter().any(|one| one.pupil == pupil);
            let names = composer.data.pupils_of(course).filter(|pupil| is_one(pupil.id));
            let names: Vec<&str> = names.map(|pupil| &*pupil.noted).collect();
            text.push_str(&format!(" ({})", names.join(", ")));
        }
        unit.notes.push(UnitNote { pupil: 0, of: NoteOf::Whole, text, corrected: false });
    }
}

/// How many cells of a column are not empty, or how many final marks of a period were set here.
fn standing(year: &CourseYear, of: &HandedMark) -> usize {
    match of.lesson {
        Some(id) => year.cells.keys().filter(|(lesson, _)| *lesson == id).count(),
        None => {
            let here = |(key, mark): (&(i64, String), &super::FinalMark)| {
                key.1 == of.period && !matches!(mark.elsewhere, Some(Elsewhere::SetIn { .. }))
            };
            year.finals.iter().filter(|of| here(*of)).count()
        }
    }
}
