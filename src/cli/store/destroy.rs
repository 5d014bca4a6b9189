//! `letopis store destroy`: an archive removed from a third place after its term, by the act of the school.

use crate::cli::recorder::Recorder;
use crate::cli::{Common, screen, session};
use crate::error::Result;
use crate::school::Clock;
use crate::work::stores::{Destruction, Store as Opened};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub struct Destroy {
    /// Имя архива: 2025-2026-q1
    #[arg(value_name = "АРХИВ")]
    name: String,
    /// Номер акта о выделении к уничтожению в реестре документов журнала (--journal)
    #[arg(long, visible_alias = "акт", value_name = "НОМЕР")]
    act: String,
}

impl Destroy {
    pub fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let recorder = Recorder::open(common)?;
        let journal = session::prove(&recorder.journal, Some(&recorder.identity))?;
        let wish = Destruction {
            journal: &journal,
            bag: &self.name,
            act: &self.act,
            by: &recorder.login,
            at: session::SystemClock.now(),
        };
        let (shelf, removed) = store.destroy(&wish, &recorder.identity)?;
        if common.json {
            screen::json(&json!({ "place": shelf.to_string(), "act": self.act, "versions": removed.versions }));
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "Архив «{shelf}» удалён из хранилища ({}) по акту № {}, вместе с прежними версиями файлов: {}.",
            store.name(),
            self.act,
            removed.versions
        );
        println!("  Там осталась подписанная отметка об этом; копии на носителях уничтожают отдельно.");
        Ok(ExitCode::SUCCESS)
    }
}
