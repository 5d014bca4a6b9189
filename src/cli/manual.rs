//! `letopis man`: the pages of the manual, a page a command.

use super::typed::quoted;
use super::{Cli, help};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use clap::{Args, Command, CommandFactory};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Headings of the pages, which the generator knows in English only.
const HEADINGS: &[(&str, &str)] = &[
    ("NAME", "НАЗВАНИЕ"),
    ("SYNOPSIS", "ОБЗОР"),
    ("DESCRIPTION", "ОПИСАНИЕ"),
    ("OPTIONS", "ПАРАМЕТРЫ"),
    ("SUBCOMMANDS", "КОМАНДЫ"),
    ("VERSION", "ВЕРСИЯ"),
    ("EXTRA", "ПРИМЕЧАНИЯ"),
];

#[derive(Args)]
pub struct Manual {
    /// Папка, куда записать страницы: letopis.1, letopis-mark-set.1 …
    #[arg(value_name = "ПАПКА")]
    dir: PathBuf,
}

impl Manual {
    pub fn run(self) -> Result<ExitCode> {
        let dir = files::named(&self.dir)?;
        files::make_folders(&dir, Readers::All).map_err(|e| Error::file("создать папку", &self.dir, &e))?;
        let mut command = help::in_russian(Cli::command());
        command.build();
        let count = pages(&command, &dir)?;
        println!(
            "Страниц справочника: {count}. Прочитать: man -l {}",
            quoted(&self.dir.join("letopis.1").display().to_string())
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the page of a command and of those below it; gives their number.
fn pages(command: &Command, dir: &Path) -> Result<usize> {
    let page = clap_mangen::Man::new(command.clone()).manual("Летопись").source("Летопись");
    let file = dir.join(page.get_filename());
    let mut text = Vec::new();
    page.render(&mut text).map_err(|e| Error::file("записать", &file, &e))?;
    files::replace(&file, in_russian(&String::from_utf8_lossy(&text)).as_bytes(), Readers::All)
        .map_err(|e| Error::file("записать", &file, &e))?;
    command.get_subcommands().try_fold(1, |count, sub| Ok(count + pages(sub, dir)?))
}

fn in_russian(page: &str) -> String {
    let line = |line: &str| {
        let heading = line.strip_prefix(".SH ");
        let known = heading.and_then(|heading| HEADINGS.iter().find(|(english, _)| *english == heading));
        match known {
            Some((_, russian)) => format!(".SH {russian}\n"),
            None => format!("{line}\n"),
        }
    };
    page.lines().map(line).collect()
}
