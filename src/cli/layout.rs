//! `letopis layout`: the looks of what is printed, to start from and to check.

use super::called::ME;
use super::{Common, output, screen};
use crate::error::{Error, Result};
use crate::print::layout::{self, Layouts};
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Layout {
    /// Показать встроенный макет, чтобы начать со своего
    #[command(visible_alias = "показать")]
    Show {
        /// Макет: class-book; без него — какие есть
        #[arg(value_name = "МАКЕТ")]
        name: Option<String>,
        /// Из набора для альбомных листов
        #[arg(long, visible_alias = "альбомный")]
        landscape: bool,
    },
    /// Проверить макеты в папке: все ошибки с файлом и строкой
    #[command(visible_alias = "проверить")]
    Check {
        /// Папка с макетами
        #[arg(value_name = "ПАПКА")]
        folder: PathBuf,
    },
}

impl Layout {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Show { name: None, .. } => {
                let names: Vec<&str> = layout::names().collect();
                if common.json {
                    screen::json(&names.into());
                } else {
                    names.iter().for_each(|name| println!("{name}"));
                }
                Ok(ExitCode::SUCCESS)
            }
            Self::Show { name: Some(name), landscape } => {
                let text = layout::built_in(name.trim_end_matches(".toml"), landscape).ok_or_else(|| {
                    let known = layout::names().collect::<Vec<_>>().join(", ");
                    Error::input(format!("макета «{name}» нет")).next(format!("есть {known}"))
                })?;
                output::put_lines(text);
                Ok(ExitCode::SUCCESS)
            }
            Self::Check { folder } => check(common, &folder),
        }
    }
}

fn check(common: &Common, folder: &std::path::Path) -> Result<ExitCode> {
    let faults = Layouts::check(folder)?;
    if common.json {
        let values = faults
            .iter()
            .map(|fault| serde_json::json!({ "file": fault.file, "line": fault.line, "fault": fault.what }));
        screen::json(&values.collect::<Vec<_>>().into());
    } else {
        faults.iter().for_each(|fault| println!("{fault}"));
        if faults.is_empty() {
            println!(
                "Ошибок нет. Посмотрите, что получилось: {ME} print class КЛАСС --draft --layouts ПАПКА --out ПАПКА"
            );
        } else {
            println!("Ошибок: {}. Встроенный макет для сравнения: {ME} layout show МАКЕТ", faults.len());
        }
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
