//! Substitutions (§2.1), remarks on keeping the journal, the «Блокнот» (§2.3.4), the year's close.

use super::{Context, known_course, lesson, people, text};
use crate::error::{Action, Error, Next, Result};
use crate::journal::entry::{
    Body, Entry, LessonRef, NoteAdded, NoteDone, RemarkAnswered, RemarkWritten, SubstitutionAssigned,
    SubstitutionConfirmed, YearContinued,
};
use crate::journal::read::Tables;
use crate::journal::read::{self, iso};
use crate::school::{Role, format_date};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

/// What may still be recorded when the year is closed: printing, binding, carriers, archive and verification; and people and keys, without
/// whom nobody could do these things five years later.
const AFTER_CLOSE: &[&str] = &[
    "document.issued",
    "book.bound",
    "carrier.registered",
    "carrier.issued",
    "carrier.returned",
    "carrier.lost",
    "carrier.retired",
    "carrier.restored",
    "archive.created",
    "archive.verified",
    "archive.copied",
    "archive.repaired",
    "person.set",
    "person.dismissed",
    "key.enrolled",
    "key.revoked",
    "clock.reset",
    "year.continued",
];

/// A closed year is not written to any more.
pub fn year_is_open(tables: &Tables, entry: &Entry) -> Result<()> {
    let kind = entry.body.kind();
    if AFTER_CLOSE.contains(&kind) || !read::is_closed(tables)? {
        return Ok(());
    }
    Err(Error::refused("учебный год закрыт: в журнал ничего не вносится и не исправляется")
        .next_by("новый год ведётся в новом журнале", Action::FoundNextYear))
}

/// The year is closed once, when it is over and every request for a correction was decided.
pub fn close(context: &Context<'_>, today: NaiveDate) -> Result<()> {
    let ends = context.school.year.ends;
    if today < ends {
        return Err(Error::refused(format!("учебный год идёт до {}", format_date(ends)))
            .next("закройте его в последний учебный день или позже"));
    }
    let sql = "SELECT group_concat(number, ', ') FROM corrections WHERE decision = ''";
    let open: Option<String> = context.tables.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    match open {
        None => Ok(()),
        Some(numbers) => Err(Error::refused(format!("§2.3.3.2: не решены заявки на исправление № {numbers}"))
            .next_by("удовлетворите их", Action::ApproveCorrection)
            .then_by("или отклоните", Action::RejectCorrection)),
    }
}

/// The next year's journal is begun once, when this year is closed.
pub fn continuation(tables: &Tables, continued: &YearContinued) -> Result<()> {
    if !read::is_closed(tables)? {
        return Err(Error::refused("прежний учебный год не закрыт").next_by("закройте его", Action::CloseYear));
    }
    if read::continued(tables)?.is_some() {
        return Err(Error::refused("журнал следующего года уже заведён"));
    }
    let is_token =
        continued.token.len() == 32 && continued.token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_token {
        Ok(())
    } else {
        Err(Error::input("знак продолжения года — 32 шестнадцатеричные цифры"))
    }
}

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
        return Err(Error::input(format!("замена на урок {} не назначена, отменять нечего", place(at))));
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
            Err(Error::refused(format!("урок {} проведён без замены", place(at))))
        }
        Some(known) if known.substitute == entry.author => {
            Err(Error::refused("§2.1: свою замену подтверждает другой")
                .next("обратитесь к другому завучу или к директору"))
        }
        Some(known) if known.confirmed => {
            Err(Error::refused(format!("замена на уроке {} уже подтверждена", place(at))))
        }
        Some(_) => Ok(()),
    }
}

fn place(at: &LessonRef) -> String {
    format!("{} ({}, урок {})", format_date(at.date), at.course, at.lesson)
}

/// A remark about a class, or about a course of it.
pub fn remark(tables: &Tables, remark: &RemarkWritten) -> Result<()> {
    people::known_class(tables, &remark.class)?;
    text::is_given(&remark.text, "замечание")?;
    text::fits(&remark.text, "замечание")?;
    match &remark.course {
        Some(key) if key.class != remark.class => Err(Error::input(format!("курс «{key}» не класса {}", remark.class))),
        Some(key) => known_course(tables, key).map(|_| ()),
        None => Ok(()),
    }
}

/// A remark is answered once.
pub fn answer(tables: &Tables, answer: &RemarkAnswered) -> Result<()> {
    text::is_given(&answer.text, "отметка о выполнении")?;
    text::fits(&answer.text, "отметка о выполнении")?;
    let sql = "SELECT answer FROM remarks WHERE number = ?1";
    let standing: Option<String> =
        tables.prepare_cached(sql)?.query_row([answer.number], |row| row.get(0)).optional()?;
    match standing.as_deref() {
        None => Err(Error::input(format!("замечания № {} нет", answer.number))
            .next_by("посмотрите список замечаний", Action::ListRemarks)),
        Some("") => Ok(()),
        Some(_) => Err(Error::refused(format!("на замечание № {} уже есть отметка о выполнении", answer.number))),
    }
}

/// The longest note in lines of its armour (64 characters each).
const NOTE_LINES: usize = 120;

/// A note is an armoured age file and not larger than a note.
pub fn note(note: &NoteAdded) -> Result<()> {
    let lines = &note.sealed;
    let framed = lines.first().is_some_and(|line| line == "-----BEGIN AGE ENCRYPTED FILE-----")
        && lines.last().is_some_and(|line| line == "-----END AGE ENCRYPTED FILE-----");
    let plain = lines.iter().all(|line| line.len() <= 64 && line.is_ascii());
    if framed && plain && lines.len() <= NOTE_LINES {
        return Ok(());
    }
    Err(Error::input("запись «Блокнота» слишком длинная или не зашифрована").next("сократите текст"))
}

/// A note of one's own that is not done with.
pub fn note_done(tables: &Tables, entry: &Entry, done: &NoteDone) -> Result<()> {
    let sql = "SELECT done FROM notes WHERE entry = ?1 AND author = ?2";
    let standing: Option<bool> =
        tables.prepare_cached(sql)?.query_row(params![done.note, entry.author], |row| row.get(0)).optional()?;
    match standing {
        None => Err(Error::refused(format!("§2.3.4: в вашем «Блокноте» нет записи № {}", done.note))
            .next_by("посмотрите свои записи", Action::ListNotes)),
        Some(true) => Err(Error::refused(format!("запись № {} уже отмечена выполненной", done.note))),
        Some(false) => Ok(()),
    }
}

/// Whether something may be recorded later than 120 days after the year's last day: the close of a year that was
/// forgotten, and once it is closed, what may still be recorded, for as long as the journal is kept (5 years).
pub fn outlasts_year(tables: &Tables, body: &Body) -> Result<bool> {
    Ok(matches!(body, Body::YearClosed(_)) || (AFTER_CLOSE.contains(&body.kind()) && read::is_closed(tables)?))
}
