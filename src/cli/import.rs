//! `letopis import`: a folder of tables; and tables of marks that are kept elsewhere.

mod tables;

use super::called::ME;
use super::{Common, advice, recorder::Recorder, screen};
use crate::error::{Error, Result};
use crate::import::Outcome;
use crate::work::import::{self, How};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// How many faults and warnings are listed; the rest are counted.
const LISTED: usize = 200;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    /// Папка с файлами школы (school.toml, staff.csv, pupils.csv …)
    #[arg(value_name = "ПАПКА", required = true)]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    of: Option<Of>,
    /// Только проверить, ничего не записывать
    #[arg(long, visible_alias = "проба")]
    dry_run: bool,
    /// Ученики с тем же именем и датой рождения, что у других, — другие ученики
    #[arg(long, visible_alias = "другие")]
    another: bool,
    /// Принять расписание, хотя в нём уроки одного класса, группы или учителя совпадают: о каждом будет сказано
    #[arg(long, visible_alias = "несмотря")]
    despite: bool,
}

#[derive(Subcommand)]
enum Of {
    /// Внести таблицы отметок из другого дневника, по одной на курс: учитель — свои, администратор — перенос
    #[command(visible_alias = "таблица")]
    Grid(tables::Grid),
}

impl Import {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        if let Some(Of::Grid(grid)) = self.of {
            return grid.run(common);
        }
        let Some(dir) = self.dir else {
            return Err(Error::input("не указана папка с файлами школы").next("укажите её"));
        };
        let mut recorder = Recorder::open(common)?;
        let bar = screen::progress("Перенос уроков и отметок");
        let mut progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let how = How { trial: self.dry_run, another: self.another, despite: self.despite };
        let outcome = import::import(&mut recorder.workplace()?, &dir, how, &mut progress)?;
        bar.finish_and_clear();
        if common.json {
            screen::json(&serde_json::json!({
                "recorded": if self.dry_run || !outcome.faults.is_empty() { 0 } else { outcome.recorded },
                "waiting": outcome.waiting, "contacts": outcome.contacts, "warnings": outcome.warnings.iter().map(advice::warning).collect::<Vec<_>>(),
                "faults": outcome.faults.iter().map(|f| serde_json::json!({
                    "file": f.file, "line": f.line, "column": f.column.0, "heading": f.column.1, "what": advice::what(f),
                })).collect::<Vec<_>>(),
            }));
        } else {
            say(&outcome, self.dry_run);
        }
        Ok(if outcome.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }
}

fn say(outcome: &Outcome, dry_run: bool) {
    for warning in outcome.warnings.iter().take(LISTED) {
        screen::warning(&advice::warning(warning));
    }
    if outcome.warnings.len() > LISTED {
        eprintln!("… и ещё предупреждений: {}", outcome.warnings.len() - LISTED);
    }
    if !outcome.faults.is_empty() {
        for fault in outcome.faults.iter().take(LISTED) {
            eprintln!("{}", advice::fault(fault));
        }
        if outcome.faults.len() > LISTED {
            eprintln!("… и ещё: {}", outcome.faults.len() - LISTED);
        }
        eprintln!("Ошибок в файлах: {}. Ничего не записано: исправьте файлы и повторите.", outcome.faults.len());
        return;
    }
    match (outcome.recorded, outcome.contacts) {
        (0, 0) => println!("Всё это уже есть в журнале: ничего не изменено."),
        (recorded, _) if dry_run => println!("Файлы в порядке, будет сделано записей: {recorded}. Ничего не записано."),
        (recorded, contacts) => println!("Записей сделано: {recorded}, контактов родителей: {contacts}."),
    }
    if outcome.waiting > 0 {
        println!(
            "Из них ждут подтверждения второго лица и не в силе: {}. Посмотреть: {ME} confirm list",
            outcome.waiting
        );
    }
}
