//! What approved corrections changed (§2.3.3): a note a change, in the spread where the mark or the lesson stands.

use super::{NoteOf, Unit, UnitNote, format_date};
use crate::error::Result;
use crate::journal::entry::LessonText;
use crate::journal::read::corrections::Corrected;
use crate::print::forms::Composer;
use crate::print::forms::class::Course;
use crate::print::forms::course::CourseYear;

/// Adds a note for every change that the register «Замена сведений» made to this course.
///
/// # Errors
/// Only the database's.
pub(super) fn add_notes(
    composer: &Composer<'_>,
    course: &Course,
    year: &CourseYear,
    units: &mut [Unit<'_>],
) -> Result<()> {
    for change in &year.corrected {
        let is_its_lesson = |unit: &Unit<'_>| {
            unit.lesson.is_some_and(|lesson| lesson.date == change.date && lesson.number == change.lesson)
        };
        let has_its_period = |unit: &Unit<'_>| unit.finals.iter().any(|column| column.period == change.period);
        let pupil = composer.data.pupils_of(course).find(|pupil| Some(pupil.id) == change.pupil);
        let (at, of) = match (pupil, change.period.is_empty()) {
            (Some(_), true) => (units.iter().position(is_its_lesson), NoteOf::Lesson),
            (Some(_), false) => (units.iter().position(has_its_period), NoteOf::Final(change.period.clone())),
            (None, _) => (units.iter().position(is_its_lesson), NoteOf::LessonText),
        };
        // A mark that was taken out may leave no column to stand in: then the note names whose it was.
        let of = if at.is_some() { of } else { NoteOf::Whole };
        let at = at.unwrap_or(units.len() - 1);
        let name = pupil.map(|pupil| pupil.noted.clone()).unwrap_or_default();
        let whole = matches!(of, NoteOf::Whole | NoteOf::LessonText);
        let text = wording(composer, change, &name, whole)?;
        let pupil = pupil.map_or(0, |pupil| pupil.id);
        units[at].notes.push(UnitNote { pupil, of, text, corrected: true });
    }
    Ok(())
}

fn wording(composer: &Composer<'_>, change: &Corrected, pupil: &str, whole: bool) -> Result<String> {
    let layout = &composer.layouts.book.spread;
    let said = |text: &str| if text.is_empty() { layout.nothing.as_str().to_owned() } else { text.to_owned() };
    let place = match (pupil, change.period.as_str()) {
        ("", _) => format!("урок {}", format_date(change.date)),
        (pupil, "") => format!("{pupil}, {}", format_date(change.date)),
        (pupil, period) => format!("{pupil}, {period}"),
    };
    let (was, becomes) = (said(&change.was), said(&change.becomes));
    let in_words = match &change.line {
        Some((was, becomes)) => line_in_words(composer, was.as_ref(), becomes)?,
        None => format!("было {was}, стало {becomes}"),
    };
    let values = [
        ("place", place),
        ("decided", format_date(composer.school.day_of(change.decided_at))),
        ("number", change.number.to_string()),
        ("was", was),
        ("becomes", becomes),
        ("change", in_words),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(if whole { layout.note_corrected_whole.fill(&values) } else { layout.note_corrected.fill(&values) })
}

/// «тема «Дроби» заменена на «Степени», внесено домашнее задание «§ 4»».
fn line_in_words(composer: &Composer<'_>, was: Option<&LessonText>, becomes: &LessonText) -> Result<String> {
    let substitute = |login: &str| if login.is_empty() { Ok(String::new()) } else { composer.initials(login) };
    let Some(was) = was else {
        let line = LessonText { substitute: substitute(&becomes.substitute)?, ..becomes.clone() };
        return Ok(format!("внесён урок: {line}"));
    };
    let (before, after) = (substitute(&was.substitute)?, substitute(&becomes.substitute)?);
    let changes = [
        changed(["тема", "внесена", "исключена", "заменена"], &was.topic, &becomes.topic),
        changed(["вид работы", "внесён", "исключён", "заменён"], &was.work, &becomes.work),
        changed(["домашнее задание", "внесено", "исключено", "заменено"], &was.homework, &becomes.homework),
        changed(["замена", "внесена", "исключена", "изменена"], &before, &after),
    ];
    let said: Vec<String> = changes.into_iter().flatten().collect();
    Ok(if said.is_empty() {
        "запись подтверждена без изменений".to_owned()
    } else {
        said.join("; ")
    })
}

/// What became of a text: its name, and the participles for what is put in, taken out and replaced; nothing where it
/// stayed.
fn changed([name, put_in, taken_out, replaced]: [&str; 4], was: &str, becomes: &str) -> Option<String> {
    match (was, becomes) {
        (was, becomes) if was == becomes => None,
        ("", becomes) => Some(format!("{put_in} {name} «{becomes}»")),
        (was, "") => Some(format!("{name} «{was}» {taken_out}")),
        (was, becomes) => Some(format!("{name} «{was}» {replaced} на «{becomes}»")),
    }
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn the_words_agree_with_what_was_changed() {
        let topic = |was, becomes| changed(["тема", "внесена", "исключена", "заменена"], was, becomes);
        assert_eq!(topic("Дроби", "Степени").unwrap(), "тема «Дроби» заменена на «Степени»");
        assert_eq!(topic("", "Степени").unwrap(), "внесена тема «Степени»");
        assert_eq!(topic("Дроби", "").unwrap(), "тема «Дроби» исключена");
        assert_eq!(topic("Дроби", "Дроби"), None);
    }
}
