//! The school year as a whole: when it is closed, what may be recorded afterwards, and how the next one begins.

use super::Context;
use super::text;
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{Body, Entry, JournalRestored, YearClosed, YearContinued, YearReopened};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::gaps::{self, Gaps};
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
    "archive.stored",
    "backup.made",
    "archive.destroyed",
    "statistics.exported",
    "person.set",
    "person.dismissed",
    "key.enrolled",
    "key.revoked",
    "clock.reset",
    "year.reopened",
    "year.continued",
    "entries.confirmed",
    "entries.refused",
    "emergency.set",
    "emergency.enrolled",
    "journal.restored",
    "strand.closed",
    "witness.added",
    "witness.removed",
    // An entry of a strand is refused then, but for what the closed year takes; the strand has no gap.
    "carried",
];

/// A closed year is not written to any more.
pub fn year_is_open(tables: &Tables, entry: &Entry) -> Result<()> {
    let kind = entry.body.kind();
    if AFTER_CLOSE.contains(&kind) || !read::is_closed(tables)? {
        return Ok(());
    }
    let reopenable = read::continued(tables)?.is_none();
    let reopen = |error: Error| match reopenable {
        true => {
            error.then_by("ошибку в этом году исправляют, открыв его снова: это делает директор", Action::ReopenYear)
        }
        false => error,
    };
    if let (Body::YearClosed(_), Some(turn)) = (&entry.body, read::closed(tables)?) {
        let said = format!("учебный год закрыт: он уже закрыт записью № {}, {}", turn.entry, turn.by);
        return Err(reopen(Error::refused(said).next_by("посмотрите, как стоит год", Action::ShowYear)));
    }
    Err(reopen(
        Error::refused("учебный год закрыт: в журнал ничего не вносится и не исправляется")
            .next_by("новый год ведётся в новом журнале", Action::FoundNextYear),
    ))
}

/// Whether something may be recorded later than 120 days after the year's last day: the close of a year that was
/// forgotten, and once it is closed, what may still be recorded, for as long as the journal is kept (5 years).
pub fn outlasts_year(tables: &Tables, body: &Body) -> Result<bool> {
    Ok(matches!(body, Body::YearClosed(_)) || (AFTER_CLOSE.contains(&body.kind()) && read::is_closed(tables)?))
}

/// From which rules on nobody closes a year, or certifies how it ended, without having seen what is missing.
pub const SEEN_SINCE: u32 = 2;

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

/// The year is closed once, when it is over and every request for a correction was decided; from rules 2 on by whoever has
/// typed which year, and where something is missing, with a reason.
pub fn close(context: &Context<'_>, entry: &Entry, closed: &YearClosed, today: NaiveDate) -> Result<()> {
    let year = &context.school.year;
    if today < year.ends {
        return Err(Error::refused(format!("учебный год идёт до {}", format_date(year.ends)))
            .next("закройте его в последний учебный день или позже"));
    }
    let open = gaps::open_corrections(context.tables)?;
    if !open.is_empty() {
        let numbers = open.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::refused(format!("§2.3.3.2: не решены заявки на исправление № {numbers}"))
            .next_by("удовлетворите их", Action::ApproveCorrection)
            .then_by("или отклоните", Action::RejectCorrection));
    }
    if entry.rules < SEEN_SINCE {
        return Ok(());
    }
    if closed.year != year.name {
        return Err(Error::input(format!("закрывается {} учебный год, а указан «{}»", year.name, closed.year))
            .next_by("укажите год журнала", Action::Give(Detail::Year)));
    }
    text::fits(&closed.reason, "причина")?;
    if closed.reason.trim().is_empty() && !Gaps::of_year(context.tables, context.school)?.is_empty() {
        return Err(Error::refused("учебный год закрывается с пробелами, а причина не указана")
            .next_by("посмотрите, чего не хватает", Action::ShowYear)
            .then_by("или укажите причину, она печатается", Action::Give(Detail::Reason)));
    }
    Ok(())
}

/// A closed year is opened again as long as the next one was not begun.
pub fn reopening(tables: &Tables, reopened: &YearReopened) -> Result<()> {
    text::is_given(&reopened.reason, "причина")?;
    text::fits(&reopened.reason, "причина")?;
    if read::continued(tables)?.is_some() {
        return Err(Error::refused(
            "журнал следующего года уже начат: он принял людей и классы этого, и прежний год не открывается",
        )
        .next("ошибку прошлого года оформите актом на бумаге и приложите к подшитому журналу")
        .then_by("сведения об ученике исправьте в журнале нового года", Action::ChangePupil));
    }
    if !read::is_closed(tables)? {
        return Err(Error::refused("учебный год не закрыт: открывать нечего").next("вносите записи как обычно"));
    }
    Ok(())
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
    if let Some(number) = read::reopening_waits(tables)? {
        return Err(Error::refused(format!(
            "запись № {number} о том, чтобы открыть прежний год снова, ждёт решения второго лица"
        ))
        .next_by("сначала решите её", Action::ListConfirmations));
    }
    let is_token =
        continued.token.len() == 32 && continued.token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_token {
        Ok(())
    } else {
        Err(Error::input("знак продолжения года — 32 шестнадцатеричные цифры").next("повторите команду"))
    }
}
