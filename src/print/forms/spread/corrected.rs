//! What approved corrections changed (§2.3.3): a note a change, in the spread where the mark or the lesson stands.

use super::{NoteOf, Unit, UnitNote, format_date};
use crate::journal::read::corrections::Corrected;
use crate::print::forms::Composer;
use crate::print::forms::class::Course;
use crate::print::forms::course::CourseYear;

/// Adds a note for every change that the register «Замена сведений» made to this course.
pub(super) fn add_notes(composer: &Composer<'_>, course: &Course, year: &CourseYear, units: &mut [Unit<'_>]) {
    for change in &year.corrected {
        let is_its_lesson = |unit: &Unit<'_>| {
            unit.lesson.is_some_and(|lesson| lesson.date == change.date && lesson.number == change.lesson)
        };
        let has_its_period = |unit: &Unit<'_>| unit.finals.iter().any(|column| column.period == change.period);
        let pupil = composer.data.pupils_of(course).find(|pupil| Some(pupil.id) == change.pupil);
        let (at, of) = match (pupil, change.period.is_empty()) {
            (Some(_), true) => (units.iter().position(is_its_lesson), NoteOf::Lesson),
            (Some(_), false) => (units.iter().position(has_its_period), NoteOf::Final(change.period.clone())),
            (None, _) => (units.iter().position(is_its_lesson), NoteOf::Whole),
        };
        // A mark that was taken out may leave no column to stand in: then the note names whose it was.
        let of = if at.is_some() { of } else { NoteOf::Whole };
        let at = at.unwrap_or(units.len() - 1);
        let name = pupil.map(|pupil| pupil.noted.clone()).unwrap_or_default();
        let text = wording(composer, change, &name, of == NoteOf::Whole);
        let pupil = pupil.map_or(0, |pupil| pupil.id);
        units[at].notes.push(UnitNote { pupil, of, text, corrected: true });
    }
}

fn wording(composer: &Composer<'_>, change: &Corrected, pupil: &str, whole: bool) -> String {
    let layout = &composer.layouts.book.spread;
    let said = |text: &str| if text.is_empty() { layout.nothing.as_str().to_owned() } else { text.to_owned() };
    let place = match (pupil, change.period.as_str()) {
        ("", _) => format!("урок {}", format_date(change.date)),
        (pupil, "") => format!("{pupil}, {}", format_date(change.date)),
        (pupil, period) => format!("{pupil}, {period}"),
    };
    let values = [
        ("place", place),
        ("decided", format_date(composer.school.day_of(change.decided_at))),
        ("number", change.number.to_string()),
        ("was", said(&change.was)),
        ("becomes", said(&change.becomes)),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if whole { layout.note_corrected_whole.fill(&values) } else { layout.note_corrected.fill(&values) }
}
