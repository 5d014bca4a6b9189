//! The school year as a whole: when it is closed, what may be recorded afterwards, and how the next one begins.

use super::Context;
use super::text;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Entry, JournalRestored, YearContinued};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::ledger::chain::{hex, parse_hash};
use crate::school::format_date;
use chrono::NaiveDate;

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
    "entries.confirmed",
    "entries.refused",
    "emergency.set",
    "emergency.enrolled",
    "journal.restored",
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

/// Whether something may be recorded later than 120 days after the year's last day: the close of a year that was
/// forgotten, and once it is closed, what may still be recorded, for as long as the journal is kept (5 years).
pub fn outlasts_year(tables: &Tables, body: &Body) -> Result<bool> {
    Ok(matches!(body, Body::YearClosed(_)) || (AFTER_CLOSE.contains(&body.kind()) && read::is_closed(tables)?))
}

/// So many numbers of documents are left out at most: more than a school ever issued in a year.
const MAX_NUMBERS: u64 = 1_000_000;

/// A journal that goes on from a restored copy says why, and what it knows of the part that was lost.
pub fn restoration(restored: &JournalRestored) -> Result<()> {
    text::is_given(&restored.reason, "причина")?;
    let reads = |head: &str| parse_hash(head).is_some_and(|hash| hex(&hash) == *head);
    if let Some(lost) = restored.lost.iter().find(|lost| lost.length == 0 || !reads(&lost.head)) {
        return Err(Error::refused(format!("утраченное место журнала описано неверно: {}:{}", lost.length, lost.head))
            .next("укажите число записей и сумму, которые назвало рабочее место"));
    }
    if restored.numbers > MAX_NUMBERS {
        return Err(Error::input(format!("пропустить можно не больше {MAX_NUMBERS} номеров документов"))
            .next("столько документов напечатано быть не могло: укажите меньше"));
    }
    Ok(())
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
        return Err(Error::refused("журнал следующего года уже заведён")
            .next("работайте в нём; если он пропал, восстановите его из архива"));
    }
    let is_token =
        continued.token.len() == 32 && continued.token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_token {
        Ok(())
    } else {
        Err(Error::input("знак продолжения года — 32 шестнадцатеричные цифры").next("повторите команду"))
    }
}
