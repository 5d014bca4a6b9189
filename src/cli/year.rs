//! `letopis year`: the end of the school year.

use super::Common;
use super::called::ME;
use super::desk::{Desk, say};
use crate::error::Result;
use crate::work::year;
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
        let status = say(year::close(&mut Desk::open(common)?.workplace()?)?, "Учебный год закрыт")?;
        println!("Дальше: {ME} print all, {ME} archive create --period Год; новый год: {ME} init --previous.");
        Ok(status)
    }
}
