//! Strands (§5.6–5.8): begun on a carrier that is at hand, for the key of who records on it; closed once.

use super::{Context, is_not_lost, text};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{PersonDismissed, StrandClosed, StrandOpened, bytes};
use crate::journal::read::{self, Tables};
use crate::ledger::strand::StrandId;

/// A strand of somebody who works here, signed with a key of his that is in force, on a carrier that is at hand and has none.
pub fn opening(context: &Context<'_>, opened: &StrandOpened) -> Result<()> {
    let (tables, login) = (context.tables, &opened.login);
    if bytes::<{ size_of::<StrandId>() }>(&opened.strand).is_none() {
        return Err(Error::input(format!("номер цепочки «{}» не 32 шестнадцатеричных знака", opened.strand))
            .next("подготовьте носитель заново"));
    }
    if read::strand(tables, &opened.strand)?.is_some() {
        return Err(Error::refused(format!("цепочка {} уже начата", opened.strand)).next("подготовьте носитель заново"));
    }
    if read::carrier(tables, &opened.carrier)?.is_none() {
        return Err(Error::refused(format!("носитель {} не зарегистрирован", opened.carrier))
            .next_by("зарегистрируйте его", Action::RegisterCarrier));
    }
    is_not_lost(tables, &opened.carrier)?;
    if let Some(other) = read::open_strand_on(tables, &opened.carrier)? {
        return Err(Error::refused(format!("на этом носителе уже записывает «{}»", other.login))
            .next("сначала примите его записи и закройте его цепочку"));
    }
    if read::staff(tables, login)?.is_none_or(|person| person.dismissed) {
        return Err(Error::refused(format!("сотрудник «{login}» в школе не работает"))
            .next_by("проверьте логин по списку сотрудников", Action::ListStaff));
    }
    if read::is_service(tables, login)? {
        return Err(Error::refused(format!("«{login}» — служба, носитель ей не выдаётся")).next("укажите сотрудника"));
    }
    match read::key(tables, &opened.key)? {
        Some(key) if key.login == *login && key.revoked_at.is_none() => Ok(()),
        _ => Err(Error::refused(format!("ключ {} не действующий ключ сотрудника «{login}»", opened.key))
            .next_by("сначала внесите ключ", Action::ListStaff)),
    }
}

/// A strand that goes on is closed.
pub fn closing(tables: &Tables, closed: &StrandClosed) -> Result<()> {
    text::fits(&closed.abandoned, "причина")?;
    match read::strand(tables, &closed.strand)? {
        None => Err(Error::input(format!("цепочки {} нет в журнале", closed.strand)).next("проверьте носитель")),
        Some(strand) => match strand.closed {
            Some(end) => Err(Error::refused(format!(
                "цепочка носителя уже закрыта записью № {}: {}",
                end.entry,
                end.why.in_words()
            ))
            .next("больше делать ничего не нужно")),
            None => Ok(()),
        },
    }
}

/// Nobody leaves while something may lie on his stick that was not taken in, unless it is given up with a reason.
pub fn nothing_is_left(tables: &Tables, dismissed: &PersonDismissed) -> Result<()> {
    text::fits(&dismissed.abandoned, "причина")?;
    let open = read::open_strands_of(tables, &dismissed.login)?;
    if open.is_empty() || !dismissed.abandoned.trim().is_empty() {
        return Ok(());
    }
    let mut labels = Vec::new();
    for strand in open {
        labels.push(read::carrier(tables, &strand.carrier)?.map_or(strand.carrier, |carrier| carrier.label));
    }
    Err(Error::refused(format!(
        "у «{}» личный журнал на носителе «{}», и записи с него могут быть не переданы (§5.7)",
        dismissed.login,
        labels.join("», «")
    ))
    .next("сначала примите записи и носитель")
    .then_by("если это невозможно, скажите, почему они оставлены", Action::Give(Detail::Abandon)))
}
