//! `letopis clock`: the way out when a wrong clock has poisoned the ledger.

use super::Common;
use super::recorder::{Recorder, say};
use crate::error::Result;
use crate::work;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Clock {
    /// Записать, что прежние часы были неверны: дальше время отсчитывается от этой записи
    #[command(visible_alias = "поправить")]
    Reset {
        /// Что было с часами
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
}

impl Clock {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Reset { reason } = self;
        let mut recorder = Recorder::open(common)?;
        say(work::clock::reset(&mut recorder.workplace()?, &reason)?, "Часы поправлены")
    }
}
