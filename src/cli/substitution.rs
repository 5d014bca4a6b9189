//! `letopis substitution`: who gives a lesson instead of the course's teacher (§2.1).

use super::absence::day;
use super::lesson::{Which, place};
use super::recorder::{Recorder, say};
use super::{Common, screen, session};
use crate::error::Result;
use crate::journal::read;
use crate::work::substitution;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Substitution {
    /// Назначить замену на урок
    #[command(visible_alias = "назначить")]
    Assign {
        #[command(flatten)]
        which: Which,
        /// Логин замещающего учителя
        #[arg(long, visible_alias = "учитель", value_name = "ЛОГИН")]
        teacher: String,
    },
    /// Отменить назначенную замену
    #[command(visible_alias = "отменить")]
    Cancel {
        #[command(flatten)]
        which: Which,
    },
    /// Подтвердить замену, которую записал сам замещающий
    #[command(visible_alias = "подтвердить")]
    Confirm {
        #[command(flatten)]
        which: Which,
    },
    /// Назначенные замены и уроки, проведённые по замене
    #[command(visible_alias = "список")]
    List {
        /// Только те, что ждут подтверждения
        #[arg(long, visible_alias = "неподтверждённые")]
        open: bool,
    },
}

impl Substitution {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Assign { which, teacher } => {
                let mut recorder = Recorder::open(common)?;
                let at = which.timetabled(recorder.tables(), &recorder.login)?;
                let assigned = substitution::assign(&mut recorder.workplace()?, &at, &teacher.into())?;
                let was = assigned.before.map(|before| format!(" (было: {before})")).unwrap_or_default();
                say(assigned.done, &format!("Замена назначена: {}: {}{was}", place(&at), assigned.name))
            }
            Self::Cancel { which } => {
                let mut recorder = Recorder::open(common)?;
                let at = which.timetabled(recorder.tables(), &recorder.login)?;
                let done = substitution::cancel(&mut recorder.workplace()?, &at)?;
                say(done, &format!("Замена отменена: {}", place(&at)))
            }
            Self::Confirm { which } => {
                let mut recorder = Recorder::open(common)?;
                let at = which.recorded(recorder.tables(), &recorder.login)?;
                let done = substitution::confirm(&mut recorder.workplace()?, &at)?;
                say(done, &format!("Замена подтверждена: {}", place(&at)))
            }
            Self::List { open } => list(common, open),
        }
    }
}

fn list(common: &Common, open: bool) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let substitutions = read::substitutions(journal.tables())?;
    let wanted = substitutions.into_iter().filter(|s| !open || (s.given && !s.confirmed));
    let rows = wanted.map(|s| {
        let state = match (s.given, s.confirmed) {
            (false, _) => "назначена",
            (true, true) => "подтверждена",
            (true, false) => "не подтверждена",
        };
        vec![
            s.at.course.class.to_string().into(),
            s.at.course.group.into(),
            s.at.course.subject.into(),
            day(common, s.at.date).into(),
            s.at.lesson.into(),
            s.teacher.into(),
            s.substitute.into(),
            state.into(),
        ]
    });
    let columns = [
        ("class", "Класс"),
        ("group", "Группа"),
        ("subject", "Предмет"),
        ("date", "Дата"),
        ("lesson", "Урок"),
        ("teacher", "Учитель курса"),
        ("substitute", "Замещает"),
        ("state", "Состояние"),
    ];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
