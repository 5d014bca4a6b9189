//! `letopis archive destroyed`: an older journal whose term is over, and what stays of it.

use super::{Bar, Common};
use crate::cli::called::ME;
use crate::cli::recorder::{Recorder, say};
use crate::cli::year::year_typed;
use crate::cli::{screen, session};
use crate::error::{Error, Result};
use crate::journal::read;
use crate::ledger::chain::grouped;
use crate::school::format_date;
use crate::work::archive::destroyed::{self, Destroyed, Destruction, NamedArchive, Plan};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct DestroyedArgs {
    /// Файл старого журнала, срок хранения которого истёк
    #[arg(value_name = "СТАРЫЙ_ЖУРНАЛ")]
    old: PathBuf,
    /// Носитель или папка, где лежит архив его сводных ведомостей: он остаётся и проверяется
    #[arg(long, visible_alias = "ведомости", value_name = "ПУТЬ")]
    summaries: Vec<PathBuf>,
    /// Уничтожаются сами сводные ведомости: прошло 25 лет
    #[arg(long, visible_alias = "сами-ведомости", conflicts_with = "summaries")]
    sheets: bool,
    /// Протокол экспертной комиссии: «от 12.01.2032 № 3»
    #[arg(long, visible_alias = "протокол", value_name = "ПРОТОКОЛ", required_unless_present = "dry_run")]
    protocol: Option<String>,
    /// Способ уничтожения: «измельчение; стирание носителей»
    #[arg(long, visible_alias = "способ", value_name = "СПОСОБ", required_unless_present = "dry_run")]
    means: Option<String>,
    /// Учебный год старого журнала, чтобы не ошибиться файлом: 2025/2026
    #[arg(long, visible_alias = "год", value_name = "ГОД")]
    year: Option<String>,
    /// Только показать, что уничтожается и что остаётся
    #[arg(long, visible_alias = "проба")]
    dry_run: bool,
}

impl DestroyedArgs {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let what = if self.sheets { Destroyed::Summaries } else { Destroyed::Journal };
        let mut recorder = Recorder::open(common)?;
        let old = session::open(&self.old)?.prove(&mut |_| {}).map_err(|error| error.at("старый журнал"))?;
        let plan = destroyed::plan(&old, what, recorder.today()?)?;
        if !common.json || self.dry_run {
            show(common, &plan);
        }
        if self.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        if plan.stays.is_some() && self.summaries.is_empty() {
            return Err(Error::input("не указано, где лежит архив сводных ведомостей, который остаётся")
                .next("укажите --summaries НОСИТЕЛЬ: он будет прочитан и сверен"));
        }
        year_typed(&plan.school, self.year, "выделяется к уничтожению")?;
        let wish = Destruction {
            old: &old,
            what,
            summaries: &self.summaries,
            protocol: self.protocol.as_deref().unwrap_or_default(),
            means: self.means.as_deref().unwrap_or_default(),
        };
        let bar = Bar::new();
        let done = destroyed::destroyed(&mut recorder.workplace()?, &wish, &bar);
        bar.finish();
        let done = done?;
        let waits = !done.waiting.is_empty();
        let status = say(done, &format!("Документы за {} учебный год выделены к уничтожению", plan.school.year.name))?;
        let after = if waits {
            "Когда это подтвердят, напечатайте"
        } else {
            "Напечатайте"
        };
        println!("{after} акт: {ME} print destruction --out ПАПКА. Уничтожайте после его утверждения.");
        Ok(status)
    }
}

fn show(common: &Common, plan: &Plan) {
    if common.json {
        let archive = |archive: &NamedArchive| serde_json::json!({ "name": archive.name, "code": archive.code });
        screen::json(&serde_json::json!({
            "year": plan.school.year.name, "cases": plan.cases,
            "archives": plan.archives.iter().map(archive).collect::<Vec<_>>(), "stays": plan.stays.as_ref().map(archive),
        }));
        return;
    }
    println!("Уничтожается за {} учебный год:", plan.school.year.name);
    let rows: Vec<Vec<String>> = plan
        .cases
        .iter()
        .map(|case| vec![case.title.clone(), case.count.to_string(), case.term.clone(), case.note.clone()])
        .collect();
    screen::table(&["Заголовок", "Количество", "Срок", "Примечание"], &rows);
    if let Some(stays) = &plan.stays {
        println!("Остаётся (25 лет): архив сводных ведомостей «{}», код {}.", stays.name, grouped(&stays.code));
    }
}

/// Says what was set apart of older years.
pub fn say_destroyed(tables: &read::Tables) -> Result<()> {
    let school = read::school(tables)?;
    for gone in read::destroyed(tables)? {
        let what = match gone.what {
            Destroyed::Journal => "Журнал",
            Destroyed::Summaries => "Сводные ведомости",
        };
        let stays = gone.stays.map(|stays| format!("; остаётся архив «{}»", stays.name)).unwrap_or_default();
        println!(
            "{what} {} учебного года: срок хранения истёк, выделение к уничтожению {} (запись № {}){stays}.",
            gone.year,
            format_date(school.day_of(gone.at)),
            gone.entry
        );
    }
    Ok(())
}
