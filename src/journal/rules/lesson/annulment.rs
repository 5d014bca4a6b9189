//! Lessons that were recorded by mistake.

use super::super::{Context, finals, known_course, paper, text};
use super::{Window, known_lesson, window};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Entry, LessonAnnulled, LessonRef};
use crate::journal::read::{self, Lesson};
use crate::school::format_date;
use chrono::NaiveDate;
use rusqlite::params;

/// A lesson that was recorded by mistake is annulled by its author on its day, with the cells that are all his own.
pub fn annulment(context: &Context<'_>, entry: &Entry, annulled: &LessonAnnulled, today: NaiveDate) -> Result<()> {
    let (tables, at) = (context.tables, &annulled.at);
    text::is_given(&annulled.reason, "причина")?;
    text::fits(&annulled.reason, "причина")?;
    let course = known_course(tables, &at.course)?;
    let lesson = known_lesson(context, &course, at)?;
    let by_request = |why: String| {
        Err(Error::refused(why)
            .next_by("подайте заявку: «Замена сведений в электронном журнале» (§2.3.3)", Action::RequestAnnulment))
    };
    let anew = match window(context, entry, at.date, today).ok() {
        Some(Window::Overwrite) => false,
        Some(Window::AddAnew) => true,
        Some(Window::Add) | None => {
            return by_request(format!(
                "§2.3.2: урок {} аннулирует его автор в день занятия, а этот день прошёл",
                format_date(at.date)
            ));
        }
    };
    if anew && !came_with_hand_over(context, at, &lesson)? {
        return by_request(format!(
            "§2.3.2: урок {} или его отметки стояли до приёма записей с носителя, а день занятия прошёл",
            format_date(at.date)
        ));
    }
    let sql = "SELECT 1 FROM marks WHERE lesson = ?1 AND author <> ?2
               UNION ALL SELECT 1 FROM attendance WHERE lesson = ?1 AND author <> ?2";
    let foreign = tables.prepare_cached(sql)?.exists(params![lesson.id, entry.author])?;
    if lesson.author != entry.author || foreign {
        return by_request(format!(
            "урок {} или его отметки записал другой учитель: в день занятия аннулирует автор",
            format_date(at.date)
        ));
    }
    may_go(context, at, &lesson)
}

/// Whether a lesson and all its cells came in the hand-over in which the entry comes.
fn came_with_hand_over(context: &Context<'_>, at: &LessonRef, lesson: &Lesson) -> Result<bool> {
    let Some(handed) = context.handed else { return Ok(false) };
    let key = (&at.course, at.date, at.lesson);
    if read::lesson_before(context.tables, handed.since, key)? != Some(None) {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM marks WHERE lesson = ?1 AND entry < ?2
               UNION ALL SELECT 1 FROM attendance WHERE lesson = ?1 AND entry < ?2";
    let since = i64::try_from(handed.since).unwrap_or(i64::MAX);
    Ok(!context.tables.prepare_cached(sql)?.exists(params![lesson.id, since])?)
}

/// What rests on a lesson keeps it: a bound book, and final marks that would rest on too few marks (§2.3.1).
pub(in crate::journal::rules) fn may_go(context: &Context<'_>, at: &LessonRef, lesson: &Lesson) -> Result<()> {
    paper::is_not_bound(context.tables, &at.course.class)?;
    let resting = finals::resting_on(context, at, lesson.id)?;
    if resting.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!(
        "урок {} аннулировать нельзя, на его отметках держатся итоговые: {}",
        format_date(at.date),
        resting.join(", ")
    ))
    .next_by("сначала исправьте итоговые отметки (§2.3.3)", Action::RequestCorrection))
}
