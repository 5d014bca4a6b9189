//! `letopis remark`: remarks on how the journal is kept, and their answers (§3.3.5).

use super::absence::day;
use super::recorder::{Recorder, say};
use super::{Common, screen, session};
use crate::error::Result;
use crate::journal::{read, resolve};
use crate::work::remark::{self, RemarkWish};
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Remark {
    /// Записать замечание по ведению журнала класса
    #[command(visible_alias = "записать")]
    Write {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
        /// Замечания и предложения
        #[arg(value_name = "ТЕКСТ")]
        text: String,
        /// Предмет, если замечание относится к одному
        #[arg(long, visible_alias = "предмет", value_name = "ПРЕДМЕТ")]
        subject: Option<String>,
        /// Группа, если класс делится на группы
        #[arg(long, visible_alias = "группа", value_name = "ГРУППА", requires = "subject")]
        group: Option<String>,
    },
    /// Отметить, что сделано по замечанию
    #[command(visible_alias = "ответить")]
    Answer {
        /// Номер замечания
        #[arg(value_name = "НОМЕР")]
        number: u64,
        /// Отметка о выполнении
        #[arg(value_name = "ТЕКСТ")]
        text: String,
    },
    /// Замечания
    #[command(visible_alias = "список")]
    List {
        /// Только этого класса
        #[arg(value_name = "КЛАСС")]
        class: Option<String>,
        /// Только без отметки о выполнении
        #[arg(long, visible_alias = "невыполненные")]
        open: bool,
    },
}

impl Remark {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Write { class, text, subject, group } => {
                let mut recorder = Recorder::open(common)?;
                let class = resolve::class(recorder.tables(), &class)?;
                let course = subject
                    .map(|subject| resolve::course(recorder.tables(), &class, &subject, group.as_deref(), None))
                    .transpose()?
                    .map(|course| course.key);
                let what = class.to_string();
                let written = remark::write(&mut recorder.workplace()?, RemarkWish { class, course, text })?;
                say(written.done, &format!("Замечание № {} записано: {what}", written.number))
            }
            Self::Answer { number, text } => {
                let done = remark::answer(&mut Recorder::open(common)?.workplace()?, number, &text)?;
                say(done, &format!("Замечание № {number}: отметка о выполнении записана"))
            }
            Self::List { class, open } => list(common, class, open),
        }
    }
}

fn list(common: &Common, class: Option<String>, open: bool) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let class = class.map(|typed| resolve::class(tables, &typed)).transpose()?;
    let all = read::remarks(tables)?.into_iter();
    let wanted = all.filter(|r| class.as_ref().is_none_or(|class| r.class == *class) && (!open || r.answer.is_empty()));
    let rows = wanted.map(|r| {
        let date = day(common, r.written_at.date_naive());
        vec![
            r.number.into(),
            date.into(),
            r.class.to_string().into(),
            r.subject.into(),
            r.text.into(),
            r.author.into(),
            r.answer.into(),
        ]
    });
    let columns = [
        ("number", "№"),
        ("date", "Дата"),
        ("class", "Класс"),
        ("subject", "Предмет"),
        ("text", "Замечание"),
        ("author", "Кем сделано"),
        ("answer", "Отметка о выполнении"),
    ];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
