//! Substitutions (§2.1).

use super::{Context, known_course, lesson, people};
use crate::error::{Action, Error, Next, Result};
use crate::journal::entry::{Entry, LessonRef, SubstitutionAssigned, SubstitutionConfirmed};
use crate::journal::read::{self, iso};
use crate::school::{Role, format_date};
use rusqlite::params;

/// §2.1: somebody who teaches is assigned to a lesson that is not recorded yet.
pub fn assignment(context: &Context<'_>, assigned: &SubstitutionAssigned) -> Result<()> {
    let (tables, at) = (context.tables, &assigned.at);
    let course = known_course(tables, &at.course)?;
    lesson::school_day(context, at)?;
    if let Some(known) = read::lesson(tables, course.id, at.date, at.lesson)? {
        let next = if known.substitute.is_empty() {
            Next::new("урок провёл учитель курса; ошибку исправляет заявка (§2.3.3)")
        } else {
            Next::by("подтвердите замену", Action::ConfirmSubstitution)
        };
        return Err(Error::refused(format!("урок {} уже записан", place(at))).next(next));
    }
    if assigned.substitute.is_empty() {
        let sql = "SELECT 1 FROM substitutions WHERE course = ?1 AND date = ?2 AND lesson = ?3";
        if tables.prepare_cached(sql)?.exists(params![course.id, iso(at.date), at.lesson])? {
            return Ok(());
        }
        return Err(Error::input(format!("замена на урок {} не назначена, отменять нечего", place(at)))
            .next("проверьте дату и номер урока"));
    }
    people::known_teacher(tables, &assigned.substitute, Role::Teacher)?;
    if assigned.substitute == course.teacher {
        return Err(Error::input(format!("«{}» и есть учитель курса {}", assigned.substitute, course.key))
            .next("укажите логин замещающего"));
    }
    Ok(())
}

/// §2.1: a substitute's lesson that waits for confirmation.
pub fn confirmation(context: &Context<'_>, entry: &Entry, confirmed: &SubstitutionConfirmed) -> Result<()> {
    let at = &confirmed.at;
    let course = known_course(context.tables, &at.course)?;
    match read::lesson(context.tables, course.id, at.date, at.lesson)? {
        None => Err(Error::refused(format!("§2.1: урок {} не записан", place(at)))
            .next_by("заранее замену назначают", Action::AssignSubstitution)),
        Some(known) if known.substitute.is_empty() => {
            Err(Error::refused(format!("урок {} проведён без замены", place(at))).next("проверьте дату и номер урока"))
        }
        Some(known) if known.substitute == entry.author => {
            Err(Error::refused("§2.1: свою замену подтверждает другой")
                .next("обратитесь к другому завучу или к директору"))
        }
        Some(known) if known.confirmed => {
            Err(Error::refused(format!("замена на уроке {} уже подтверждена", place(at)))
                .next("больше делать ничего не нужно"))
        }
        Some(_) => Ok(()),
    }
}

fn place(at: &LessonRef) -> String {
    format!("{} ({}, урок {})", format_date(at.date), at.course, at.lesson)
}
