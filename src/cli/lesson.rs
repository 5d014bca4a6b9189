//! `letopis lesson`: lessons that were given (§2.1, §2.2).

use super::desk::{Desk, WhichCourse};
use super::{Common, report, session};
use crate::error::{Error, Result};
use crate::journal::entry::{LessonRecorded, LessonRef};
use crate::journal::read::Tables;
use crate::journal::read::{self, Course};
use crate::journal::{plan, read::standing, resolve};
use crate::report::missing;
use crate::school::{Login, Role, clean, format_date, parse_date};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Lesson {
    /// Записать проведённый урок: тему и домашнее задание
    #[command(visible_alias = "записать")]
    Record(Record),
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
    pub fn timetabled(&self, tables: &Tables, login: &str) -> Result<(Course, LessonRef)> {
        let (course, date) = self.course(tables, login)?;
        let lesson = resolve::timetabled_lesson(tables, &course, date, self.lesson)?;
        let at = LessonRef { course: course.key.clone(), date, lesson };
        Ok((course, at))
    }
}

impl Lesson {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Record(record) => record.run(common),
            Self::Missing { until, courses, output } => missing(common, until.as_deref(), &courses, &output),
        }
    }
}

impl Record {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let (course, at) = self.which.timetabled(desk.tables(), &desk.login)?;
        let body = self.body(&desk, &course, at.clone())?;
        if standing::is_recorded(desk.tables(), &body)? {
            return session::unchanged();
        }
        let said = if read::lesson_at(desk.tables(), &at)?.is_some() {
            "Запись урока изменена"
        } else {
            "Урок записан"
        };
        let what = format!("{said}: {}, {}, урок {}: {}", course.key, format_date(at.date), at.lesson, body.topic);
        let is_substitute = !body.substitute.is_empty();
        let status = desk.record(body, &what)?;
        if is_substitute && read::lesson_at(desk.tables(), &at)?.is_some_and(|lesson| !lesson.confirmed) {
            println!("Замена не подтверждена: её увидят учитель курса и завуч.");
        }
        Ok(status)
    }

    /// What is not typed stays as it stands, or comes from the plan when the lesson is new.
    fn body(&self, desk: &Desk, course: &Course, at: LessonRef) -> Result<LessonRecorded> {
        let tables = desk.tables();
        let known = read::lesson_at(tables, &at)?;
        let planned = if known.is_none() { plan::proposed(tables, course, at.date, at.lesson)? } else { None };
        let typed = |text: &Option<String>| text.as_deref().map(clean).transpose();
        let or = |typed: Option<String>, stands: Option<String>, planned: Option<String>| {
            typed.or(stands).or(planned).unwrap_or_default()
        };
        let topic =
            or(typed(&self.topic)?, known.as_ref().map(|l| l.topic.clone()), planned.as_ref().map(|l| l.topic.clone()));
        if topic.is_empty() {
            return Err(Error::input("не указана тема урока, и в плане её нет").next("укажите тему: --topic \"…\""));
        }
        let homework = or(
            typed(&self.homework)?,
            known.as_ref().map(|l| l.homework.clone()),
            planned.as_ref().map(|l| l.homework.clone()),
        );
        let work = or(typed(&self.work)?, known.as_ref().map(|l| l.work.clone()), planned.map(|l| l.work));
        let assigned = read::assigned_substitute(tables, course.id, at.date, at.lesson)?;
        let mine = course.teacher != desk.login && assigned.is_some_and(|login| login == desk.login);
        let substitute = match &known {
            _ if self.substitute || mine => desk.login.clone(),
            Some(known) => known.substitute.to_string(),
            None => String::new(),
        };
        Ok(LessonRecorded { at, topic, work, homework, substitute, cells: Vec::new() })
    }
}

/// What is missing of the courses that are named; of the caller's own where a key says who that is and nothing is named,
/// unless it is the one who controls all.
fn missing(common: &Common, until: Option<&str>, which: &report::Which, output: &report::Output) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let today = read::school(tables)?.day_of(session::now());
    let until = until.map(parse_date).transpose()?.unwrap_or(today);
    let mut filter = which.find(tables)?;
    if which.is_all() && common.identity.is_some() {
        let login = session::signer(&journal, &session::identity(common)?)?.map(|(login, _)| login);
        let roles = login.as_deref().map(|login| read::roles_of(tables, login)).transpose()?.unwrap_or_default();
        if !roles.iter().any(|role| matches!(role, Role::DeputyHead | Role::Director | Role::Administrator)) {
            filter.teacher = login.map(Login::from);
        }
    }
    let rows = missing::missing(tables, &filter, until)?;
    output.give(common, "missing", today, &rows, &missing::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}
