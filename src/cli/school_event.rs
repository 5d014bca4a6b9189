//! `letopis school event`: what happens at school beside the lessons, for pupils and parents to know (§1.6).

use super::days::Days;
use super::recorder::{Recorder, say};
use super::{Common, screen, session};
use crate::error::Result;
use crate::journal::{read, resolve};
use crate::school::format_date;
use crate::work::event::{self, EventWish};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Event {
    /// Объявить мероприятие
    #[command(visible_alias = "объявить")]
    Add(Add),
    /// Отменить мероприятие, которое не состоится или объявлено по ошибке
    #[command(visible_alias = "отменить")]
    Annul {
        /// Номер мероприятия
        #[arg(value_name = "НОМЕР")]
        number: u64,
        /// Почему
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Мероприятия
    #[command(visible_alias = "список")]
    List {
        /// Только те, что касаются этого класса
        #[arg(value_name = "КЛАСС")]
        class: Option<String>,
    },
}

#[derive(Args)]
pub struct Add {
    /// Название: «Родительское собрание»
    #[arg(value_name = "НАЗВАНИЕ")]
    title: String,
    /// День: 25.09.2025
    #[arg(value_name = "ДЕНЬ")]
    day: String,
    /// Последний день, если дней несколько
    #[arg(long, visible_alias = "по", value_name = "ДЕНЬ")]
    until: Option<String>,
    /// Когда начинается: 18:00; иначе на весь день
    #[arg(long, visible_alias = "начало", value_name = "ВРЕМЯ", default_value = "")]
    at: String,
    /// Где
    #[arg(long, visible_alias = "место", value_name = "МЕСТО", default_value = "")]
    place: String,
    /// Для каких классов; иначе для всей школы
    #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
    class: Vec<String>,
}

impl Event {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Add(add) => add.run(common),
            Self::Annul { number, reason } => {
                let done = event::annul(&mut Recorder::open(common)?.workplace()?, number, &reason)?;
                say(done, &format!("Мероприятие № {number} отменено"))
            }
            Self::List { class } => list(common, class.as_deref()),
        }
    }
}

impl Add {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let days = Days::of(recorder.tables())?;
        let first = days.read(&self.day)?;
        let last = days.given(self.until.as_deref())?.unwrap_or(first);
        let classes = self.class.iter().map(|typed| resolve::class(recorder.tables(), typed)).collect::<Result<_>>()?;
        let until = if last == first { String::new() } else { format!("–{}", format_date(last)) };
        let title = self.title;
        let told = format!("{title}, {}{until}", format_date(first));
        let wish = EventWish { title, days: (first, last), begins: self.at, place: self.place, classes };
        let (done, number) = event::announce(&mut recorder.workplace()?, wish)?;
        say(done, &format!("Мероприятие № {number} объявлено: {told}"))
    }
}

fn list(common: &Common, class: Option<&str>) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let class = class.map(|typed| resolve::class(journal.tables(), typed)).transpose()?;
    let concerns = |event: &read::Event| {
        class.as_ref().is_none_or(|class| event.classes.is_empty() || event.classes.contains(class))
    };
    let rows = read::events(journal.tables())?.into_iter().filter(concerns).map(|event| {
        let classes: Vec<String> = event.classes.iter().map(ToString::to_string).collect();
        vec![
            event.number.into(),
            super::absence::day(common, event.first).into(),
            super::absence::day(common, event.last).into(),
            event.begins.into(),
            event.title.into(),
            event.place.into(),
            classes.join(", ").into(),
            event.annulled.unwrap_or_default().into(),
        ]
    });
    let columns = [
        ("number", "№"),
        ("first", "С"),
        ("last", "По"),
        ("begins", "Начало"),
        ("title", "Мероприятие"),
        ("place", "Место"),
        ("classes", "Классы"),
        ("annulled", "Отменено"),
    ];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
