//! `letopis stick status`: every stick by the ledger, or what lies on one.

use super::super::called::ME;
use super::super::typed::quoted;
use super::super::{Common, advice, screen, session};
use super::{request, say_refused};
use crate::away::card::Card;
use crate::away::stick::Stick as OnMount;
use crate::error::{Action, Error, Result, Warning};
use crate::journal::read;
use crate::school::format_date;
use crate::work::sticks::at_work;
use crate::work::sticks::status::{self, OnStick};
use std::path::Path;
use std::process::ExitCode;

/// Every stick, by the ledger.
pub fn all(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let school = read::school(journal.tables())?;
    let all = status::known(journal.tables())?;
    if common.json {
        let value = |of: &status::Known| {
            serde_json::json!({
                "label": of.label, "carrier": of.strand.carrier, "owner": of.strand.login,
                "prepared_at": of.strand.opened_at.to_rfc3339(), "taken": of.strand.number, "taken_on": of.taken_on,
                "refused": of.refused, "key_revoked": of.key_revoked, "closed": of.strand.closed.as_ref().map(|closed| closed.why.word()),
            })
        };
        screen::json(&all.iter().map(value).collect::<Vec<_>>().into());
        return Ok(ExitCode::SUCCESS);
    }
    let row = |of: &status::Known| {
        let closed = of.strand.closed.as_ref();
        vec![
            of.label.clone(),
            of.owner.clone(),
            format_date(school.day_of(of.strand.opened_at)),
            of.strand.number.to_string(),
            of.taken_on.map(format_date).unwrap_or_default(),
            of.refused.to_string(),
            match closed {
                Some(closed) => closed.why.in_words().to_owned(),
                None if of.is_dead() => "ключ отозван".to_owned(),
                None => "в работе".to_owned(),
            },
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    screen::table(
        &["Носитель", "Владелец", "Подготовлен", "Принято", "Последний раз", "Отклонено", "Состояние"],
        &rows,
    );
    all.iter().filter_map(status::Known::dead).for_each(|dead| screen::warning(&advice::warning(&dead)));
    Ok(ExitCode::SUCCESS)
}

/// What the journal at hand knows of a stick, beyond what that says of itself.
fn known_at_school(common: &Common, card: &Card, found: &OnStick) -> Option<Warning> {
    if session::stick(common).is_some() || !session::journal_path(common).exists() {
        return None;
    }
    let journal = session::journal(common).ok()?;
    let known = status::known(journal.tables()).ok()?.into_iter().find(|known| known.strand.id == card.strand)?;
    match &known.strand.closed {
        Some(end) if found.closed.is_none() => {
            let what = format!("по журналу носитель закрыт записью № {}: {}", end.entry, end.why.in_words());
            Some(Warning::from(what).next_by("отметьте это на нём", Action::SyncStick))
        }
        Some(_) => None,
        None => known.dead().filter(|_| !found.key_revoked),
    }
}

/// What lies on a stick.
pub fn on_stick(common: &Common, mount: &Path) -> Result<ExitCode> {
    let card = OnMount::open(mount)?.card().clone();
    let prompt = format!("Пароль носителя «{}»: ", card.label);
    let look = || at_work::look(mount, || session::passphrase(common, &prompt));
    let found = session::asked_again(common, look)?;
    let today = session::now().date_naive();
    let known = known_at_school(common, &card, &found);
    let OnStick { label, owner, owner_name, knows, until, unsent, unsent_since, refused, room, warnings, .. } = &found;
    if common.json {
        screen::json(&serde_json::json!({
            "label": label, "owner": owner, "knows": knows.to_rfc3339(), "until": until, "unsent": unsent,
            "unsent_since": unsent_since, "room": room.0, "size": room.1,
            "refused": refused.iter().map(|one| serde_json::json!({
                "number": one.number, "why": one.why, "what": one.said.as_ref().map(|said| &said.what),
                "request": one.said.as_ref().and_then(request),
            })).collect::<Vec<_>>(),
            "closed": found.closed.map(|at| at.to_rfc3339()), "key_revoked": found.key_revoked,
            "warnings": warnings.iter().map(Error::message).chain(known.iter().map(|known| &*known.message))
                .collect::<Vec<_>>(),
        }));
        return Ok(ExitCode::SUCCESS);
    }
    println!("Носитель «{label}», владелец {owner_name}");
    println!("Журнал на нём — по {}", knows.format("%d.%m.%Y %H:%M"));
    if found.closed.is_none() {
        let is = if found.has_run_out(today) { "можно было" } else { "можно" };
        println!("Записывать {is} до {}", format_date(*until));
    }
    match unsent_since {
        Some(since) => println!("Не передано записей: {unsent}, первая от {}", format_date(*since)),
        None => println!("Всё передано."),
    }
    if let Some(days) = found.late(today) {
        screen::warning(&session::late(days, mount));
    }
    if found.has_run_out(today) && found.closed.is_none() {
        screen::warning(&format!(
            "срок основы носителя истёк: записывать на него нельзя; обновите его в школе ({ME} stick sync {})",
            quoted(&mount.display().to_string())
        ));
    }
    refused.iter().for_each(|one| say_refused(one.number, one.said.as_ref(), &one.why));
    warnings.iter().for_each(|error| screen::warning(&advice::warning(&Warning::of(error))));
    known.iter().chain(&found.dead()).for_each(|warning| screen::warning(&advice::warning(warning)));
    Ok(ExitCode::SUCCESS)
}
