//! When what is no longer kept may be set apart: after its term, with the sheets for 25 years in safety (§5.2).

use super::{Context, text};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{ArchiveDestroyed, Destroyed, NamedArchive};
use crate::journal::read;
use crate::ledger::chain::{hex, parse_hash};
use crate::school::{Day, JOURNAL_YEARS, SUMMARIES_YEARS, counted, format_date, kept_until};

/// The term is over, it is another journal than this one, once each, and the sheets of final results stay.
///
/// # Errors
/// The first of these that does not hold.
pub fn check(context: &Context<'_>, gone: &ArchiveDestroyed, today: Day) -> Result<()> {
    is_described(gone)?;
    if gone.journal == hex(&context.before.journal) {
        return Err(Error::refused(
            "к уничтожению выделяют журнал прошлого года, а это — журнал, в который вносится запись",
        )
        .next("назовите файл старого журнала"));
    }
    term_is_over(&gone.year, gone.ends, gone.what, today)?;
    if let Some(known) = read::destroyed(context.tables)?
        .into_iter()
        .find(|known| known.journal == gone.journal && known.what == gone.what)
    {
        return Err(Error::refused(format!(
            "журнал {} уже выделен к уничтожению записью № {}",
            known.year, known.entry
        ))
        .next("акт можно напечатать снова"));
    }
    match (gone.what, &gone.stays) {
        (Destroyed::Journal, None) => Err(no_sheets(&gone.year)),
        (Destroyed::Summaries, Some(_)) => Err(described_badly(gone)),
        _ => Ok(()),
    }
}

/// The refusal of what would take the sheets for 25 years along.
pub fn no_sheets(year: &str) -> Error {
    Error::refused(format!(
        "§5.2: журнал {year} не уничтожают, пока нет проверенного архива его сводных ведомостей: они хранятся {SUMMARIES_YEARS} лет"
    ))
    .next_by("запишите архив одних ведомостей", Action::ExtractSummaries)
    .then("и назовите носитель, на котором он лежит")
}

/// Whether the term is over on a day.
///
/// # Errors
/// The day from which it is.
pub fn term_is_over(year: &str, ends: Day, what: Destroyed, today: Day) -> Result<()> {
    let (years, of) = match what {
        Destroyed::Journal => (JOURNAL_YEARS, "журнал"),
        Destroyed::Summaries => (SUMMARIES_YEARS, "сводные ведомости"),
    };
    let until = kept_until(ends, years);
    if today > until {
        return Ok(());
    }
    let from = until.succ_opt().unwrap_or(until);
    Err(Error::refused(format!(
        "срок хранения не истёк: {of} {year} учебного года хранят {} с 1 января следующего года, до {} включительно",
        counted(years, ["год", "года", "лет"]),
        format_date(until)
    ))
    .next(format!("к уничтожению это выделяют с {}", format_date(from))))
}

fn is_described(gone: &ArchiveDestroyed) -> Result<()> {
    let reads = |digest: &str| parse_hash(digest).is_some_and(|hash| hex(&hash) == *digest);
    let named = |archive: &NamedArchive| !archive.name.is_empty() && reads(&archive.code);
    let stays = gone.stays.iter().all(|stays| named(stays) && !gone.archives.contains(stays));
    let lines = gone.cases.iter().all(|case| !case.title.is_empty() && case.first <= case.last && case.count > 0);
    let whole = reads(&gone.journal) && reads(&gone.head) && gone.length > 0 && !gone.year.is_empty();
    if !(whole && stays && lines && !gone.cases.is_empty() && gone.archives.iter().all(named)) {
        return Err(described_badly(gone));
    }
    for (given, what) in [(&gone.protocol, "протокол экспертной комиссии"), (&gone.means, "способ уничтожения")]
    {
        text::is_given(given, what)?;
        text::fits(given, what)?;
    }
    Ok(())
}

fn described_badly(gone: &ArchiveDestroyed) -> Error {
    Error::refused(format!("уничтожаемое за {} год описано неверно", gone.year))
        .next("составьте запись заново по файлу старого журнала")
}
