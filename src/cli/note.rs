//! `letopis note`: the «Блокнот», private to its author (§2.3.4).

use super::absence::day;
use super::days::Days;
use super::recorder::{Recorder, say};
use super::{Common, screen};
use crate::error::Result;
use crate::work::note::{self, Note};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Notebook {
    /// Записать в «Блокнот»; прочитать запись сможете только вы
    #[command(visible_alias = "записать")]
    Add(Add),
    /// Ваши записи
    #[command(visible_alias = "список")]
    List {
        /// И выполненные
        #[arg(long, visible_alias = "все")]
        all: bool,
    },
    /// Отметить запись выполненной
    #[command(visible_alias = "выполнено")]
    Done {
        /// Номер записи
        #[arg(value_name = "НОМЕР")]
        number: u64,
    },
}

#[derive(Args)]
pub struct Add {
    /// Что сделать: «пересдать § 12»
    #[arg(value_name = "ТЕКСТ")]
    text: String,
    /// Ученик
    #[arg(long, visible_alias = "ученик", value_name = "УЧЕНИК", default_value = "")]
    pupil: String,
    /// Курс: «7А, Алгебра»
    #[arg(long, visible_alias = "курс", value_name = "КУРС", default_value = "")]
    course: String,
    /// К какому дню
    #[arg(long, visible_alias = "срок", value_name = "ДАТА")]
    due: Option<String>,
}

impl Notebook {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        match self {
            Self::Add(Add { text, pupil, course, due }) => {
                let due = Days::of(recorder.tables())?.given(due.as_deref())?;
                let done = note::add(&mut recorder.workplace()?, &Note { text, pupil, course, due })?;
                say(done, "В «Блокнот» записано, прочитать сможете только вы")
            }
            Self::Done { number } => {
                let done = note::done(&mut recorder.workplace()?, number)?;
                say(done, &format!("Запись «Блокнота» № {number} выполнена"))
            }
            Self::List { all } => list(common, &recorder, all),
        }
    }
}

fn list(common: &Common, recorder: &Recorder, all: bool) -> Result<ExitCode> {
    let today = recorder.today()?;
    let notes = note::all(recorder.tables(), &recorder.login, &recorder.identity)?;
    let rows = notes.into_iter().filter(|opened| all || !opened.done).map(|opened| {
        let readable = opened.note.is_some();
        let note = opened.note.unwrap_or_default();
        let text =
            if readable { note.text } else { "зашифровано другим вашим ключом".to_owned() };
        let overdue = !opened.done && note.due.is_some_and(|due| due < today);
        let due = note.due.map(|due| day(common, due)).unwrap_or_default();
        vec![
            opened.number.into(),
            due.into(),
            overdue.into(),
            note.course.into(),
            note.pupil.into(),
            text.into(),
            opened.done.into(),
        ]
    });
    let columns = [
        ("number", "№"),
        ("due", "К дню"),
        ("overdue", "Просрочено"),
        ("course", "Курс"),
        ("pupil", "Ученик"),
        ("text", "Что сделать"),
        ("done", "Выполнено"),
    ];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
