//! Rules for carriers: registered, given out, handed in, lost, replaced (§2.5, §5.5.4, §5.6–5.8).

use super::two_eyes::OFFICES;
use super::{Context, strand, text};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::{
    CarrierIssued, CarrierLost, CarrierRegistered, CarrierRestored, CarrierRetired, CarrierReturned,
};
use crate::journal::read::Tables;
use crate::journal::read::{self, Carrier};
use crate::school::{alike, format_date};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

/// A carrier with an id and a label of its own, held by somebody who works here. Registered again, it takes what is said
/// of it now; to say the same again is a mistake.
pub fn registration(context: &Context<'_>, rules: u32, carrier: &CarrierRegistered) -> Result<()> {
    let tables = context.tables;
    text::is_given(&carrier.id, "номер носителя")?;
    text::is_given(&carrier.label, "надпись на носителе")?;
    text::is_given(&carrier.place, "место хранения")?;
    if !works_here(tables, &carrier.holder)? {
        return Err(Error::input(format!("хранителя «{}» нет среди сотрудников", carrier.holder))
            .next_by("укажите логин из списка сотрудников", Action::ListStaff));
    }
    is_not_lost(tables, &carrier.id)?;
    let same = "SELECT 1 FROM carriers WHERE id = ?1 AND label = ?2 AND holder = ?3 AND place = ?4 AND device = ?5";
    let CarrierRegistered { id, label, holder, place, device } = carrier;
    if tables.prepare_cached(same)?.exists(params![id, label, holder, place, device])? {
        return Err(Error::refused(format!("носитель «{label}» уже зарегистрирован")).next("выберите другую надпись"));
    }
    if tables.prepare_cached("SELECT 1 FROM carriers WHERE id <> ?1 AND label = ?2")?.exists(params![id, label])? {
        return Err(Error::refused(format!("надпись «{label}» уже зарегистрирована за другим носителем"))
            .next_by("дайте носителю другую надпись", Action::Give(Detail::Label)));
    }
    if rules < TOLD_APART { Ok(()) } else { is_told_apart(tables, id, label) }
}

/// Since these rules two labels that look alike are one.
const TOLD_APART: u32 = 2;

/// A label is not taken for that of another carrier: whoever reads it types what he sees.
fn is_told_apart(tables: &Tables, id: &str, label: &str) -> Result<()> {
    let mut others = tables.prepare_cached("SELECT label FROM carriers WHERE id <> ?1 ORDER BY entry")?;
    let others = others.query_map([id], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let Some(other) = others.iter().find(|other| alike(other) == alike(label)) else { return Ok(()) };
    Err(Error::refused(format!("надпись «{label}» не отличить от надписи «{other}» другого носителя"))
        .next_by("дайте носителю другую надпись", Action::Give(Detail::Label))
        .then_by("если это тот же носитель, назовите его, как в списке", Action::ListCarriers))
}

/// §5.6: a carrier that nobody has is given to somebody who works here.
pub fn issue(context: &Context<'_>, issued: &CarrierIssued) -> Result<()> {
    let carrier = at_hand(context, &issued.carrier)?;
    if !works_here(context.tables, &issued.to)? {
        let known = read::staff(context.tables, &issued.to)?;
        let what = match known {
            Some(person) => {
                format!("{} уволен(а): носитель выдаётся тому, кто работает в школе (§5.6)", person.name.full())
            }
            None => format!("«{}» нет среди сотрудников", issued.to),
        };
        return Err(Error::input(what).next_by("укажите логин из списка сотрудников", Action::ListStaff));
    }
    let Some(issue) = &carrier.issue else { return Ok(()) };
    let (label, since) = (&carrier.label, format_date(context.school.day_of(issue.at)));
    let name = full_name(context.tables, &issue.to)?;
    Err(Error::refused(format!("носитель «{label}» уже выдан: {name}, {since}"))
        .next_by("сначала примите его", taking_back(context.tables, &carrier)?))
}

/// How a carrier is taken back: a stick that somebody records on, with what lies on it.
pub(super) fn taking_back(tables: &Tables, carrier: &Carrier) -> Result<Action> {
    let label = carrier.label.clone();
    Ok(match read::open_strand_on(tables, &carrier.id)? {
        Some(_) => Action::ReturnCarrier { label },
        None => Action::ReturnEmptyCarrier { label },
    })
}

/// §5.7: a carrier that was given out is handed in; what somebody records on it has been brought to its end.
pub fn handing_in(context: &Context<'_>, returned: &CarrierReturned) -> Result<()> {
    text::is_given(&returned.place, "место хранения")?;
    text::fits(&returned.place, "место хранения")?;
    let carrier = at_hand(context, &returned.carrier)?;
    strand::has_ended(context.tables, &carrier)?;
    if carrier.issue.is_some() {
        return Ok(());
    }
    Err(Error::refused(format!(
        "носитель «{}» никому не выдан: он и так хранится здесь: {}",
        carrier.label, carrier.place
    ))
    .next_by("чтобы исправить место хранения, зарегистрируйте носитель заново", Action::RegisterCarrier))
}

/// §5.8.1: the loss is reported once, not before the carrier was there and not ahead of time. A key on it that is not revoked
/// with it goes into `warnings`.
pub fn loss(context: &Context<'_>, lost: &CarrierLost, today: NaiveDate, warnings: &mut Vec<Warning>) -> Result<()> {
    text::is_given(&lost.circumstances, "обстоятельства утери")?;
    text::fits(&lost.circumstances, "обстоятельства утери")?;
    let carrier = at_hand(context, &lost.carrier)?;
    let since = match &carrier.issue {
        Some(issue) => context.school.day_of(issue.at),
        None => context.school.day_of(carrier.registered_at),
    };
    let why = if lost.reported < since {
        format!("тогда он ещё не был выдан или зарегистрирован ({})", format_date(since))
    } else if lost.reported > today {
        "этот день ещё не наступил".to_owned()
    } else {
        return key_stays(context.tables, &carrier, warnings);
    };
    let reported = format_date(lost.reported);
    Err(Error::input(format!("об утере носителя «{}» не могли сообщить {reported}: {why}", carrier.label))
        .next_by("укажите день, когда сообщено об утере", Action::Give(Detail::DayOfReport)))
}

/// The key of who has an office is revoked by two people, so the loss of a stick alone does not do it. Any other goes with the
/// stick, and with it whatever else he signs with it.
fn key_stays(tables: &Tables, carrier: &Carrier, warnings: &mut Vec<Warning>) -> Result<()> {
    let Some(strand) = read::open_strand_on(tables, &carrier.id)? else { return Ok(()) };
    let in_office = read::roles_of(tables, &strand.login)?.iter().any(|role| OFFICES.contains(role));
    if !in_office {
        return strand::of_revoked(tables, &strand.key, Some(carrier), warnings);
    }
    if read::key(tables, &strand.key)?.is_some_and(|key| key.revoked_at.is_none()) {
        let what = format!("ключ {} сотрудника «{}», который был на нём, действует и дальше", strand.key, strand.login);
        warnings.push(Warning::from(what).next_by("отзовите его, второе лицо это подтвердит", Action::RevokeKey));
    }
    Ok(())
}

/// A carrier is retired when it was handed in and no archive would lose its last copy.
pub fn retirement(context: &Context<'_>, retired: &CarrierRetired) -> Result<()> {
    text::is_given(&retired.reason, "причина списания")?;
    text::fits(&retired.reason, "причина списания")?;
    let carrier = at_hand(context, &retired.carrier)?;
    let label = &carrier.label;
    if carrier.issue.is_some() {
        return Err(Error::refused(format!("носитель «{label}» выдан: списывают сданный"))
            .next_by("сначала запишите, что он сдан", taking_back(context.tables, &carrier)?));
    }
    strand::has_ended(context.tables, &carrier)?;
    let sql = "SELECT archive FROM archive_copies WHERE carrier = ?1 AND archive NOT IN (
                   SELECT archive FROM archive_copies WHERE carrier <> ?1
                   AND carrier NOT IN (SELECT carrier FROM carrier_losses)) ORDER BY entry LIMIT 1";
    let last: Option<String> =
        context.tables.prepare_cached(sql)?.query_row([&retired.carrier], |row| row.get(0)).optional()?;
    let Some(archive) = last else { return Ok(()) };
    Err(Error::refused(format!("на носителе «{label}» последняя копия архива «{archive}»"))
        .next_by("сначала перепишите её на другой", Action::CompleteArchive { name: Some(archive) }))
}

/// §5.8.2: what was on a lost carrier is restored on another that is at hand.
pub fn restoring(context: &Context<'_>, restored: &CarrierRestored) -> Result<()> {
    let lost = known(context.tables, &restored.carrier)?;
    let label = &lost.label;
    let Some(loss) = lost.loss.as_ref().filter(|loss| !loss.retired) else {
        return Err(Error::refused(format!("носитель «{label}» не записан как утерянный: восстанавливать нечего"))
            .next_by("сначала запишите утерю", Action::ReportLoss { label: Some(label.clone()) }));
    };
    if let Some(restored) = &loss.restored {
        let on = read::carrier(context.tables, &restored.on)?.map_or_else(|| restored.on.clone(), |known| known.label);
        return Err(Error::refused(format!("данные носителя «{label}» уже восстановлены на «{on}»"))
            .next_by("если утерян и он, запишите это", Action::ReportLoss { label: Some(on) }));
    }
    at_hand(context, &restored.replacement).map(|_| ())
}

/// Refuses a carrier that was lost. One that is not registered is not refused here.
///
/// # Errors
/// A carrier that was lost.
pub fn is_not_lost(tables: &Tables, id: &str) -> Result<()> {
    let Some(carrier) = read::carrier(tables, id)? else { return Ok(()) };
    let Some(loss) = &carrier.loss else { return Ok(()) };
    let (label, reported) = (&carrier.label, format_date(loss.reported));
    if loss.retired {
        return Err(Error::refused(format!("носитель «{label}» списан {reported}"))
            .next("возьмите другой носитель")
            .then_by("новый сначала зарегистрируйте", Action::RegisterCarrier));
    }
    Err(Error::refused(format!("носитель «{label}» утерян, об этом сообщено {reported} (§5.8)"))
        .next("возьмите другой носитель")
        .then_by("на найденном сначала проверьте архивы, которых нет больше нигде", Action::VerifyArchive)
        .then_by("извлеките их", Action::RestoreArchive)
        .then_by("потом очистите его и зарегистрируйте под новой надписью", Action::RegisterCarrier))
}

/// A carrier that is registered and was not lost.
fn at_hand(context: &Context<'_>, id: &str) -> Result<Carrier> {
    let carrier = known(context.tables, id)?;
    is_not_lost(context.tables, id)?;
    Ok(carrier)
}

fn known(tables: &Tables, id: &str) -> Result<Carrier> {
    read::carrier(tables, id)?.ok_or_else(|| {
        Error::refused(format!("носитель {id} не зарегистрирован"))
            .next_by("зарегистрируйте его", Action::RegisterCarrier)
    })
}

fn works_here(tables: &Tables, login: &str) -> Result<bool> {
    Ok(read::staff(tables, login)?.is_some_and(|person| !person.dismissed))
}

fn full_name(tables: &Tables, login: &str) -> Result<String> {
    Ok(read::staff(tables, login)?.map_or_else(|| login.to_owned(), |person| person.name.full()))
}
