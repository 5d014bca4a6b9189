//! `letopis confirm`: the second person (DESIGN «One idea» 6).

use super::called::ME;
use super::recorder::{Recorder, say};
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::read::extraordinary::Extraordinary;
use crate::work::confirm::{self, List, Shown, Span, Which};
use crate::work::memory::Errand;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Confirm {
    /// Что ждёт второго лица
    #[command(visible_alias = "список")]
    List,
    /// Показать одну запись: что в ней, кто внёс, кто может решить
    #[command(visible_alias = "показать")]
    Show {
        /// Номер записи
        #[arg(value_name = "НОМЕР")]
        number: u64,
    },
    /// Подтвердить: запись вступает в силу
    #[command(visible_alias = "дать")]
    Give {
        #[command(flatten)]
        which: Numbers,
    },
    /// Отказать: запись в силу не вступит
    #[command(visible_alias = "отказать")]
    Refuse {
        #[command(flatten)]
        which: Numbers,
        /// Причина
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
}

#[derive(Args)]
pub struct Numbers {
    /// Номера записей из списка
    #[arg(value_name = "НОМЕР", required_unless_present = "all", conflicts_with = "all")]
    numbers: Vec<u64>,
    /// Все записи списка; код печатает «confirm list» под ним
    #[arg(long, visible_alias = "все", value_name = "КОД", num_args = 0..=1, default_missing_value = "")]
    all: Option<String>,
}

impl Numbers {
    fn which(self) -> Result<Which> {
        match self.all {
            None => Ok(Which::Numbers(self.numbers)),
            Some(code) if code.is_empty() => Err(Error::input("не сказано, какой список вы видели")
                .next(format!("посмотрите его, «{ME} confirm list», и укажите код под ним: --all КОД"))),
            Some(code) => Ok(Which::All(code)),
        }
    }
}

impl Confirm {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::List => list(common),
            Self::Show { number } => show(common, number),
            Self::Give { which } => {
                let which = which.which()?;
                let (done, entries) =
                    confirm::give(&mut Recorder::open_for(common, Errand::Decide)?.workplace()?, &which)?;
                say(done, &format!("Подтверждено и в силе: № {}", named(&entries)))
            }
            Self::Refuse { which, reason } => {
                let which = which.which()?;
                let (done, entries) =
                    confirm::refuse(&mut Recorder::open_for(common, Errand::Decide)?.workplace()?, &which, &reason)?;
                say(done, &format!("Отказано: № {}", named(&entries)))
            }
        }
    }
}

/// «3; 5–9»
fn named(entries: &[Span]) -> String {
    entries.iter().map(Span::to_string).collect::<Vec<_>>().join("; ")
}

/// One entry, or several alike, for programs.
pub fn json(one: &Extraordinary) -> serde_json::Value {
    let decided = one.decided.as_ref();
    serde_json::json!({
        "from": one.entries.from, "to": one.entries.last(), "count": one.count, "kind": one.kind,
        "author": one.author, "at": one.at.to_rfc3339(), "what": one.what, "state": one.state.word(),
        "decided_by": decided.map(|decided| &decided.by), "decided_at": decided.map(|decided| decided.at.to_rfc3339()),
        "reason": decided.map(|decided| &decided.reason),
    })
}

fn list(common: &Common) -> Result<ExitCode> {
    session::not_on_stick(common, "смотреть, что ждёт второго лица")?;
    let journal = session::journal(common)?;
    let List { waiting, code } = confirm::list(journal.tables())?;
    if common.json {
        let entries: Vec<_> = waiting.iter().map(json).collect();
        screen::json(&serde_json::json!({"code": code, "entries": entries}));
        return Ok(ExitCode::SUCCESS);
    }
    if waiting.is_empty() {
        println!("Ничто не ждёт подтверждения.");
        return Ok(ExitCode::SUCCESS);
    }
    let row = |one: &Extraordinary| {
        let at = one.at.format("%d.%m.%Y %H:%M").to_string();
        vec![one.entries.to_string(), at, one.author.to_string(), one.what.clone()]
    };
    screen::table(&["№", "Внесено", "Кем", "Что"], &waiting.iter().map(row).collect::<Vec<_>>());
    let first = waiting.first().map_or(0, |one| one.entries.from);
    println!("Подробности: {ME} confirm show {first}");
    println!("Подтвердить: {ME} confirm give {first}, всё сразу: {ME} confirm give --all {code}");
    Ok(ExitCode::SUCCESS)
}

fn show(common: &Common, number: u64) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let Shown { held, author, keys, deciders } = confirm::show(journal.tables(), number)?;
    if common.json {
        let mut shown = json(&held);
        shown["keys"] = keys.into();
        shown["deciders"] = deciders.iter().map(ToString::to_string).collect::<Vec<_>>().into();
        screen::json(&shown);
        return Ok(ExitCode::SUCCESS);
    }
    let who = author.map(|name| format!("{} ({})", name.full(), held.author)).unwrap_or_default();
    println!("Запись № {}, ждёт подтверждения", held.entries);
    println!("Внесена: {}, {who}", held.at.format("%d.%m.%Y %H:%M"));
    println!("Что: {}", held.what);
    if !keys.is_empty() {
        println!("Действующие ключи этого сотрудника: {}", keys.join(", "));
    }
    match deciders[..] {
        [] => println!("Решить о ней сейчас некому: нужен ещё один независимый ключ или аварийный ключ с листа."),
        _ => println!("Решить могут: {}", deciders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
    println!(
        "Подтвердить: {ME} confirm give {number}; отказать или отозвать своё: {ME} confirm refuse {number} --reason ПРИЧИНА"
    );
    Ok(ExitCode::SUCCESS)
}
