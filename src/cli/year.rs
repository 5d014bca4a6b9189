//! `letopis year`: the end of the school year.

use super::{Common, desk::Desk};
use crate::error::Result;
use crate::journal::entry::YearClosed;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Year {
    /// Закрыть учебный год: дальше в журнал записываются только печать, архив и проверки
    #[command(visible_alias = "закрыть")]
    Close,
}

impl Year {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Close = self;
        let status = Desk::open(common)?.record(YearClosed {}, "Учебный год закрыт")?;
        println!("Дальше: letopis print all, letopis archive create --period Год; новый год: letopis init --previous.");
        Ok(status)
    }
}
