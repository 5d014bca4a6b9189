//! `letopis lesson`: lessons that were given (§2.1, §2.2).

use super::desk::{Desk, WhichCourse, say};
use super::{Common, agree, report, session};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::read::{self, Course, Tables};
use crate::journal::resolve;
use crate::report::missing;
use crate::school::{Login, format_date, parse_date};
use crate::work::lesson::{self, LessonRef, LessonWish};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Lesson {
    /// Записать проведённый урок: тему и домашнее задание
    #[command(visible_alias = "записать")]
    Record(Record),
    /// Аннулировать урок, записанный по ошибке: в день урока, его автором, вместе с отметками
    #[command(visible_alias = "аннулировать")]
    Annul {
        #[command(flatten)]
        which: Which,
        /// Причина
        #[arg(long, value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Уроки, которые должны быть по расписанию и не записаны
    #[command(visible_alias = "пропущенные")]
    Missing {
        /// По какой день (иначе по сегодняшний)
        #[arg(long, value_name = "ДАТА")]
        until: Option<String>,
        #[command(flatten)]
        courses: report::Which,
        #[command(flatten)]
        output: report::Output,
    },
}

/// Names a lesson: class, subject, day; shared by every command about one.
#[derive(Args)]
pub struct Which {
    #[command(flatten)]
    course: WhichCourse,
    /// Дата урока: 15.09.2025
    #[arg(value_name = "ДАТА")]
    date: String,
    /// Номер урока, если в этот день их несколько
    #[arg(long, value_name = "НОМЕР")]
    lesson: Option<u8>,
}

#[derive(Args)]
pub struct Record {
    #[command(flatten)]
    which: Which,
    /// Что пройдено на уроке; иначе то, что уже записано, иначе тема из плана
    #[arg(long, value_name = "ТЕМА")]
    topic: Option<String>,
    /// Домашнее задание; иначе то, что уже записано, иначе задание из плана
    #[arg(long, value_name = "ЗАДАНИЕ")]
    homework: Option<String>,
    /// Вид работы: «контрольная работа № 2»
    #[arg(long, value_name = "ВИД")]
    work: Option<String>,
    /// Урок проведён вместо основного учителя (§2.1)
    #[arg(long)]
    substitute: bool,
    /// Записать, хотя в расписании такого урока нет
    #[arg(long, visible_alias = "несмотря")]
    despite: bool,
}

impl Which {
    /// The course and the day that are meant.
    pub fn course(&self, tables: &Tables, login: &str) -> Result<(Course, NaiveDate)> {
        let date = parse_date(&self.date)?;
        Ok((self.course.find(tables, Some(login))?, date))
    }

    /// A lesson that was recorded before.
    pub fn recorded(&self, tables: &Tables, login: &str) -> Result<LessonRef> {
        let (course, date) = self.course(tables, login)?;
        let lesson = resolve::recorded_lesson(tables, &course, date, self.lesson)?;
        Ok(LessonRef { course: course.key, date, lesson })
    }

    /// A lesson that is to be given, by the timetable.
    pub fn timetabled(&self, tables: &Tables, login: &str) -> Result<LessonRef> {
        let (course, date) = self.course(tables, login)?;
        let lesson = resolve::timetabled_lesson(tables, &course, date, self.lesson)?;
        Ok(LessonRef { course: course.key, date, lesson })
    }
}

impl Lesson {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Record(record) => record.run(common),
            Self::Annul { which, reason } => {
                let mut desk = Desk::open(common)?;
                let at = which.recorded(desk.tables(), &desk.login)?;
                let (done, what) = lesson::annul(&mut desk.workplace()?, &at, &reason)?;
                say(done, &format!("Урок аннулирован: {}, {what}", at.course))
            }
            Self::Missing { until, courses, output } => missing(common, until.as_deref(), &courses, &output),
        }
    }
}

impl Record {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let Self { which, topic, homework, work, substitute, despite } = self;
        let mut desk = Desk::open(common)?;
        let at = which.timetabled(desk.tables(), &desk.login)?;
        let mut wish = LessonWish { at, topic, work, homework, substitute, despite };
        let mut place = desk.workplace()?;
        if !despite && let Some(why) = lesson::unexpected(&place, &wish)? {
            wish.despite = agree::agrees(&format!("{}. Урок всё же был?", in_capital(&why))).unwrap_or_default();
            if !wish.despite {
                return Err(Error::input(why)
                    .next("проверьте дату и номер урока")
                    .then_by("если урок был, подтвердите это", Action::Give(Detail::Despite)));
            }
        }
        let lesson = lesson::record(&mut place, &wish)?;
        let said =
            if lesson.was.is_some() { "Запись урока изменена" } else { "Урок записан" };
        let at = wish.at;
        let what =
            format!("{said}: {}, {}, урок {}: {}", at.course, format_date(at.date), at.lesson, lesson.says.topic);
        let waits = lesson.unconfirmed && !lesson.done.is_nothing();
        let status = say(lesson.done, &what)?;
        if waits {
            println!("Замена не подтверждена: её увидят учитель курса и завуч.");
        }
        Ok(status)
    }
}

fn in_capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What is missing of the courses that are named; where none is, it matters who asks.
fn missing(common: &Common, until: Option<&str>, which: &report::Which, output: &report::Output) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let today = read::school(tables)?.day_of(session::now());
    let until = until.map(parse_date).transpose()?.unwrap_or(today);
    let (filter, mut login) = (which.find(tables)?, None);
    if which.is_all() && common.identity.is_some() {
        login = session::signer(&journal, &session::identity(common)?)?.map(|(login, _)| Login::from(login));
    }
    let rows = lesson::missing(tables, filter, login.as_ref(), until)?;
    output.give(common, "missing", today, &rows, &missing::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}
