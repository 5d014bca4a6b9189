//! `letopis lesson`: lessons that were given (§2.1, §2.2).

use super::{Common, report, session};
use crate::error::Result;
use crate::journal::entry::{LessonRecorded, LessonRef};
use crate::journal::find::{self, Course};
use crate::journal::{Journal, resolve, standing};
use crate::ledger::identity::Identity;
use crate::report::missing;
use crate::school::{ClassName, Role, clean, format_date, parse_date};
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
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Предмет, можно кратко: Алгебра
    #[arg(value_name = "ПРЕДМЕТ")]
    subject: String,
    /// Дата урока: 15.09.2025
    #[arg(value_name = "ДАТА")]
    date: String,
    /// Группа, если класс делится на группы
    #[arg(long, value_name = "ГРУППА")]
    group: Option<String>,
    /// Номер урока, если в этот день их несколько
    #[arg(long, value_name = "НОМЕР")]
    lesson: Option<u8>,
}

#[derive(Args)]
pub struct Record {
    #[command(flatten)]
    which: Which,
    /// Что пройдено на уроке
    #[arg(long, value_name = "ТЕМА")]
    topic: String,
    /// Домашнее задание
    #[arg(long, value_name = "ЗАДАНИЕ", default_value = "")]
    homework: String,
    /// Вид работы: «контрольная работа № 2»
    #[arg(long, value_name = "ВИД", default_value = "")]
    work: String,
    /// Урок проведён вместо основного учителя (§2.1)
    #[arg(long)]
    substitute: bool,
}

impl Which {
    /// The course and the day that are meant.
    pub fn course(&self, journal: &Journal, identity: &Identity) -> Result<(Course, NaiveDate)> {
        let class = ClassName::parse(&self.class)?;
        let date = parse_date(&self.date)?;
        let login = session::signer(journal, identity)?.map(|(login, _)| login);
        let group = self.group.as_deref();
        let course = resolve::course(journal.tables(), &class, &self.subject, group, login.as_deref())?;
        Ok((course, date))
    }

    /// A lesson that was recorded before.
    pub fn recorded(&self, journal: &Journal, identity: &Identity) -> Result<LessonRef> {
        let (course, date) = self.course(journal, identity)?;
        let lesson = resolve::recorded_lesson(journal.tables(), &course, date, self.lesson)?;
        Ok(LessonRef { course: course.key, date, lesson })
    }
}

impl Lesson {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let record = match self {
            Self::Missing { until, courses, output } => return missing(common, until.as_deref(), &courses, &output),
            Self::Record(record) => record,
        };
        let mut journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let (course, date) = record.which.course(&journal, &identity)?;
        let lesson = resolve::timetabled_lesson(journal.tables(), &course, date, record.which.lesson)?;
        let login = session::signer(&journal, &identity)?.map(|(login, _)| login).unwrap_or_default();
        let body = LessonRecorded {
            at: LessonRef { course: course.key.clone(), date, lesson },
            topic: clean(&record.topic)?,
            work: clean(&record.work)?,
            homework: clean(&record.homework)?,
            substitute: if record.substitute { login } else { String::new() },
            cells: Vec::new(),
        };
        if standing::is_recorded(journal.tables(), &body)? {
            return session::unchanged();
        }
        let recorded = journal.record(session::author(&identity), body)?;
        let what = format!("Урок записан: {}, {}, урок {lesson}", course.key, format_date(date));
        session::recorded(&journal, &identity, &what, recorded.seq)?;
        if record.substitute {
            println!("Замена не подтверждена: её увидят учитель курса и завуч.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What is missing of the courses that are named; of the caller's own where a key says who that is and nothing is named,
/// unless it is the one who controls all.
fn missing(common: &Common, until: Option<&str>, which: &report::Which, output: &report::Output) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let today = find::school(tables)?.day_of(session::now());
    let until = until.map(parse_date).transpose()?.unwrap_or(today);
    let mut filter = which.find(tables)?;
    if which.is_all() && common.identity.is_some() {
        let login = session::signer(&journal, &session::identity(common)?)?.map(|(login, _)| login);
        let roles = login.as_deref().map(|login| find::roles_of(tables, login)).transpose()?.unwrap_or_default();
        if !roles.iter().any(|role| matches!(role, Role::DeputyHead | Role::Director | Role::Administrator)) {
            filter.teacher = login;
        }
    }
    let rows = missing::missing(tables, &filter, until)?;
    output.give(common, "missing", today, &rows, &missing::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}
