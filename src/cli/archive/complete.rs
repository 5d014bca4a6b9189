//! `letopis archive complete`: the second copy of an archive that has only one.

use super::{Bar, Common};
use crate::cli::called::ME;
use crate::cli::recorder::Recorder;
use crate::cli::typed::quoted;
use crate::cli::{advice, screen};
use crate::error::Result;
use crate::work::archive::{self, Completed, Completion};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Complete {
    /// Имя архива: 2025-2026-q1
    #[arg(value_name = "АРХИВ")]
    name: String,
    /// Носитель с целой копией; только читается
    #[arg(long, visible_alias = "откуда", value_name = "НОСИТЕЛЬ")]
    from: PathBuf,
    /// Носитель, на который записать вторую
    #[arg(long, visible_alias = "куда", value_name = "НОСИТЕЛЬ")]
    to: PathBuf,
    /// Согласиться, что оба носителя могут быть одним устройством (§2.5 не будет доказан)
    #[arg(long, visible_alias = "одно-устройство")]
    allow_same_device: bool,
}

impl Complete {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let Self { name, from, to, allow_same_device } = &self;
        let wish = Completion { name, from, to, allow_same_device: *allow_same_device };
        let bar = Bar::new();
        let done = archive::complete(&mut recorder.workplace()?, &wish, &bar);
        bar.finish();
        let Completed { folder, notes } = done?;
        if common.json {
            screen::json(
                &serde_json::json!({ "name": name, "folder": folder, "notes": notes.iter().map(advice::warning).collect::<Vec<_>>() }),
            );
            return Ok(ExitCode::SUCCESS);
        }
        notes.iter().for_each(|note| screen::warning(&advice::warning(note)));
        println!("Вторая копия архива «{name}» записана, прочитана с носителя и сверена: {}.", folder.display());
        println!("Акт о создании копий с обоими носителями: {ME} print act {} --out ПАПКА", quoted(name));
        Ok(ExitCode::SUCCESS)
    }
}
