//! `letopis mark`: marks of a lesson (§2.3).

use super::lesson::Which;
use super::{Common, session};
use crate::error::{Error, Result};
use crate::journal::entry::{MarkLine, MarksSet};
use crate::journal::{find, resolve, standing};
use crate::school::{Marks, clean};
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Mark {
    /// Поставить отметки за урок
    #[command(visible_alias = "поставить")]
    Set {
        #[command(flatten)]
        which: Which,
        /// «Фамилия=отметка»: "Иванов=5" "Петрова=4/5"; «Иванов=-» убирает ошибочную в день урока
        #[arg(value_name = "УЧЕНИК=ОТМЕТКА", required = true)]
        marks: Vec<String>,
        /// Вид работы, если он не тот, что у урока: контрольная
        #[arg(long, value_name = "ВИД", default_value = "")]
        work: String,
        /// Документ, на основании которого отметка перенесена из другой организации (§2.3.5)
        #[arg(long, value_name = "ДОКУМЕНТ", default_value = "")]
        document: String,
    },
}

impl Mark {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Set { which, marks, work, document } = self;
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let at = which.recorded(&journal, &identity)?;
        let roster = find::roster(journal.tables(), &at.course, at.date)?;
        let mut lines = Vec::new();
        for typed in &marks {
            let (pupil, mark) = split(typed, "отметка")?;
            let pupil = resolve::pupil(&roster, pupil)?;
            let marks = if mark == "-" { None } else { Some(Marks::parse(mark).map_err(|e| e.at(typed))?) };
            lines.push(MarkLine { pupil: pupil.file.clone(), marks, document: clean(&document)? });
        }
        let set = MarksSet { at, work: clean(&work)?, marks: lines };
        let Some(set) = standing::new_marks(journal.tables(), set)? else { return session::unchanged() };
        let what = format!("Отметок записано: {}", set.marks.len());
        let recorded = journal.record(session::author(&identity), set)?;
        session::recorded(&journal, &identity, &what, recorded.seq)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// «Иванов=5» in two.
pub fn split<'t>(typed: &'t str, what: &str) -> Result<(&'t str, &'t str)> {
    typed.split_once('=').map(|(pupil, value)| (pupil.trim(), value.trim())).ok_or_else(|| {
        Error::input(format!("в «{typed}» нет знака «=»")).next(format!("укажите так: \"Фамилия={what}\""))
    })
}
