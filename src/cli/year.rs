//! `letopis year`: the end of the school year.

use super::called::ME;
use super::recorder::{Recorder, say};
use super::{Common, ask, gaps, screen, session};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::read::{self, Pupil};
use crate::school::{ClassName, School, format_date};
use crate::work::year::{self, Loose, Outdated, OutdatedBook, Turn, YearStatus};
use clap::Subcommand;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Year {
    /// Как стоит год и чего в нём не хватает: отметок и решений по ученикам, подшитых журналов, ведомостей, архива
    #[command(visible_aliases = ["check", "состояние"])]
    Status,
    /// Закрыть учебный год: дальше в журнал записываются только печать, архив и проверки
    #[command(visible_alias = "закрыть")]
    Close {
        /// Закрываемый год, чтобы не закрыть его случайно: 2025/2026
        #[arg(long, value_name = "ГОД", visible_alias = "год")]
        year: Option<String>,
        /// Почему год закрывается, хотя чего-то не хватает; печатается на бумаге
        #[arg(long, value_name = "ПРИЧИНА", visible_alias = "причина")]
        reason: Option<String>,
    },
    /// Открыть закрытый год снова, пока не начат следующий: директор, с подтверждением второго лица
    #[command(visible_alias = "открыть")]
    Reopen {
        /// Почему; печатается в реестре
        #[arg(long, value_name = "ПРИЧИНА", visible_alias = "причина")]
        reason: String,
    },
}

impl Year {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Status => status(common),
            Self::Close { year, reason } => close(common, year, reason),
            Self::Reopen { reason } => reopen(common, &reason),
        }
    }
}

fn close(common: &Common, typed: Option<String>, reason: Option<String>) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let school = recorder.school()?;
    let missing = year::before_close(&mut recorder.workplace()?)?;
    let today = school.day_of(session::now());
    gaps::say_all(&missing, &Outdated::of(recorder.tables())?, &Loose::on(recorder.tables(), today)?);
    let typed = year_typed(&school, typed, "закрывается")?;
    let what = "учебный год закрывается с пробелами";
    let reason = reason_given(!missing.is_empty(), reason, what)?;
    let status = say(year::close(&mut recorder.workplace()?, &typed, &reason)?, "Учебный год закрыт")?;
    println!("Дальше: {ME} print all, {ME} archive create --period Год; новый год: {ME} init --previous.");
    println!("Пока новый год не начат, директор может открыть этот снова: {ME} year reopen --reason ПРИЧИНА.");
    Ok(status)
}

/// The year as it is typed, in an option or at the terminal; it is the journal's.
///
/// # Errors
/// Another year; none, and nobody at a terminal.
pub fn year_typed(school: &School, typed: Option<String>, what: &str) -> Result<String> {
    let name = &school.year.name;
    let asked = || ask::line(&format!("Это нельзя сделать случайно: наберите учебный год, {name}: "));
    let typed = typed.map_or_else(asked, |typed| Ok(Some(typed)))?.ok_or_else(|| {
        Error::input(format!("не указано, какой учебный год {what}"))
            .next_by("наберите год этого журнала", Action::Give(Detail::Year))
    })?;
    year::is_typed(school, &typed)?;
    Ok(typed)
}

/// Why something is done with gaps, from an option or the terminal; empty where nothing is missing.
///
/// # Errors
/// Gaps and no reason.
pub fn reason_given(missing: bool, reason: Option<String>, what: &str) -> Result<String> {
    if !missing {
        if reason.is_some() {
            screen::warning("ничего не пропущено, поэтому причина не записана");
        }
        return Ok(String::new());
    }
    let asked = || ask::line("Чего-то не хватает. Почему так, будет напечатано: ");
    let reason = reason.map_or_else(asked, |reason| Ok(Some(reason)))?.unwrap_or_default();
    if reason.trim().is_empty() { Err(year::without_reason(what)) } else { Ok(reason) }
}

fn reopen(common: &Common, reason: &str) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let done = year::reopen(&mut recorder.workplace()?, reason)?;
    let waits = !done.waiting.is_empty();
    let status = say(done, "Закрытый учебный год открыт снова")?;
    match waits {
        true => println!(
            "Когда второе лицо это подтвердит, выданные сводные ведомости на 25 лет перестанут действовать, и понадобится \
             новый архив за год."
        ),
        false => {
            println!(
                "Выданные сводные ведомости на 25 лет с этого не действуют: выдайте их заново, когда год будет закрыт."
            );
            println!("Понадобится и новый архив за год: {ME} archive status.");
        }
    }
    Ok(status)
}

fn status(common: &Common) -> Result<ExitCode> {
    session::not_on_stick(common, "смотреть, чего не хватает до конца года")?;
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let status = year::status(tables, read::school(tables)?.day_of(session::now()))?;
    if common.json {
        screen::json(&as_json(&status));
        return Ok(ExitCode::SUCCESS);
    }
    let YearStatus { school, closed, reopened, reopening_waits, continued, gaps: missing, outdated, loose } = &status;
    let (name, ends) = (&school.year.name, format_date(school.year.ends));
    let said = |turn: &Turn| {
        let reason = if turn.reason.is_empty() { String::new() } else { format!(": {}", turn.reason) };
        format!("{} ({}), запись № {}{reason}", format_date(school.day_of(turn.at)), turn.by, turn.entry)
    };
    match closed {
        Some(turn) if turn.reason.is_empty() => println!("{name} учебный год закрыт {}.", said(turn)),
        Some(turn) => println!("{name} учебный год закрыт с пробелами {}.", said(turn)),
        None => println!("{name} учебный год не закрыт, последний день {ends}."),
    }
    for turn in reopened {
        println!("Открыт снова {}.", said(turn));
    }
    if let Some(number) = reopening_waits {
        println!("Ждёт решения второго лица, открыть ли год снова: {ME} confirm show {number}");
    }
    if *continued {
        println!("Следующий год начат: этот больше не открывается.");
    }
    gaps::say_all(missing, outdated, loose);
    Ok(ExitCode::SUCCESS)
}

fn as_json(status: &YearStatus) -> Value {
    let turn =
        |turn: &Turn| json!({ "entry": turn.entry, "at": turn.at.to_rfc3339(), "by": turn.by, "reason": turn.reason });
    let sheet = |(class, number): &(ClassName, String)| json!({ "class": class.to_string(), "number": number });
    let book = |OutdatedBook { class, number, is_bound, since }: &OutdatedBook| json!({ "class": class.to_string(), "number": number, "bound": is_bound, "since": since });
    let pupil = |pupil: &Pupil| json!({ "pupil": pupil.file, "name": pupil.name.full() });
    let sheets: Vec<Value> = status.outdated.sheets.iter().map(sheet).collect();
    json!({
        "year": status.school.year.name, "begins": status.school.year.begins, "ends": status.school.year.ends,
        "closed": status.closed.as_ref().map(turn), "reopened": status.reopened.iter().map(turn).collect::<Vec<_>>(),
        "reopening_waits": status.reopening_waits, "continued": status.continued,
        "complete": status.gaps.is_empty(), "gaps": gaps::as_json(&status.gaps),
        "outdated": {
            "sheets": sheets, "archive": status.outdated.archive,
            "books": status.outdated.books.iter().map(book).collect::<Vec<_>>(),
        },
        "lessons_missing": status.loose.lessons,
        "without_class": status.loose.without_class.iter().map(pupil).collect::<Vec<_>>(),
    })
}
