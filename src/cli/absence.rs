//! `letopis absence`: who was absent or late (§2.1).

use super::lesson::Which;
use super::{Common, mark, session};
use crate::error::{Error, Result};
use crate::journal::entry::{AttendanceSet, PresenceLine};
use crate::journal::{find, resolve, standing};
use crate::school::Attendance;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Absence {
    /// Отметить отсутствующих и опоздавших на уроке
    #[command(visible_alias = "отметить")]
    Set {
        #[command(flatten)]
        which: Which,
        /// «Фамилия» (отсутствует), «Фамилия=оп» (опоздал), «Фамилия=-» (был, отмечен по ошибке)
        #[arg(value_name = "УЧЕНИК", required = true)]
        pupils: Vec<String>,
    },
}

impl Absence {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let Self::Set { which, pupils } = self;
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let at = which.recorded(&journal, &identity)?;
        let roster = find::roster(journal.tables(), &at.course, at.date)?;
        let mut lines = Vec::new();
        for typed in &pupils {
            let (pupil, kind) = if typed.contains('=') { mark::split(typed, "н")? } else { (typed.as_str(), "н") };
            let attendance = if kind == "-" {
                None
            } else {
                Some(Attendance::parse(kind).ok_or_else(|| {
                    Error::input(format!("«{kind}» в «{typed}» не отметка посещаемости"))
                        .next("допустимы: н, б, у, оп, а «-» снимает ошибочную")
                })?)
            };
            lines.push(PresenceLine { pupil: resolve::pupil(&roster, pupil)?.file.clone(), attendance });
        }
        let set = AttendanceSet { at, pupils: lines };
        let Some(set) = standing::new_attendance(journal.tables(), set)? else { return session::unchanged() };
        let what = format!("Посещаемость записана: {}", set.pupils.len());
        let recorded = journal.record(session::author(&identity), set)?;
        session::recorded(&journal, &identity, &what, recorded.seq)?;
        Ok(ExitCode::SUCCESS)
    }
}
