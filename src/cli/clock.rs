//! `letopis clock`: the way out when a wrong clock has poisoned the ledger.

use super::{Common, session};
use crate::error::Result;
use crate::journal::entry::ClockReset;
use crate::school::clean;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Clock {
    /// Записать, что прежние часы были неверны: дальше время отсчитывается от этой записи
    #[command(visible_alias = "поправить")]
    Reset {
        /// Что было с часами
        #[arg(long, value_name = "ПРИЧИНА")]
        reason: String,
    },
}

impl Clock {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Reset { reason } = self;
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let recorded = journal.record(session::author(&identity), ClockReset { reason: clean(&reason)? })?;
        session::recorded(&journal, &identity, "Часы поправлены", recorded.seq)?;
        Ok(ExitCode::SUCCESS)
    }
}
