//! `letopis carrier history`: what a stick went through, and whether it is failing.

use super::name;
use crate::cli::called::ME;
use crate::cli::typed::quoted;
use crate::cli::{Common, screen, session};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::{read, resolve};
use crate::school::{counted, format_date};
use crate::work::carriers::history::{Event, History, What};

/// Shows the history of a carrier.
pub fn run(common: &Common, typed: &str) -> Result<()> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let carrier = resolve::carrier(tables, typed)?;
    let history = History::of(tables, &carrier.id)?;
    if common.json {
        screen::json(&serde_json::json!({
            "id": carrier.id, "label": carrier.label, "failures": history.failures, "failing": history.is_failing(),
            "events": history.events,
        }));
        return Ok(());
    }
    println!("Носитель «{}», номер {}", carrier.label, carrier.id);
    let school = read::school(tables)?;
    let mut rows = Vec::new();
    for event in &history.events {
        let day = format_date(school.day_of(event.at));
        rows.push(vec![day, words(tables, event)?, event.entry.to_string()]);
    }
    screen::table(&["Дата", "Что было", "Запись №"], &rows);
    if history.is_failing() && !carrier.is_lost() {
        let times = counted(history.failures, ["раз", "раза", "раз"]);
        screen::warning(&format!(
            "замените носитель: повреждения на нём найдены {times}. Зарегистрируйте новый ({ME} carrier register), перепишите на него \
             архивы со второй копии ({ME} archive complete АРХИВ --from ВТОРАЯ --to НОВЫЙ), а этот спишите ({ME} carrier retire {} --reason ПРИЧИНА)",
            quoted(&carrier.label)
        ));
    }
    Ok(())
}

fn words(tables: &Tables, event: &Event) -> Result<String> {
    let label = |id: &str| -> Result<String> {
        Ok(read::carrier(tables, id)?.map_or_else(|| id.to_owned(), |carrier| carrier.label))
    };
    Ok(match &event.what {
        What::Registered { holder, place } => {
            format!("зарегистрирован: хранит {}, {place}", name(tables, holder)?)
        }
        What::Issued { to } => format!("выдан: {}", name(tables, to)?),
        What::Returned { place } => format!("сдан, место хранения: {place}"),
        What::Archived { archive, again: false } => format!("записан архив «{archive}»"),
        What::Archived { archive, again: true } => {
            format!("записан снова архив «{archive}»: прежней копии там не стало")
        }
        What::Verified { archive, depth, result, damaged, healable } => {
            let files = damaged.map_or_else(String::new, |n| format!(", файлов повреждено или пропало: {n}"));
            let heals = match healable {
                Some(true) => "; данных для восстановления хватает",
                Some(false) => "; данных для восстановления не хватает",
                None => "",
            };
            format!("проверен архив «{archive}» ({depth}): {result}{files}{heals}")
        }
        What::Repaired { archive, files, bytes, from } => {
            let from = match from.as_str() {
                "recovery" => "по данным для восстановления",
                "copy" => "по второй копии",
                _ => "по данным для восстановления и второй копии",
            };
            format!("исправлен архив «{archive}» {from}: файлов {files}, байт {bytes}")
        }
        What::Lost { reported, circumstances, by_fault } => {
            let day = format_date(*reported);
            let fault = if *by_fault { ", по вине держателя" } else { "" };
            format!("утерян, сообщено {day}: {circumstances}{fault}")
        }
        What::Retired { reason } => format!("списан: {reason}"),
        What::Restored { replacement } => format!("данные восстановлены на «{}»", label(replacement)?),
        What::Replaces { lost } => format!("на нём восстановлены данные утерянного «{}»", label(lost)?),
    })
}
