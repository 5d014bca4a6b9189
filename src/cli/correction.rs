//! `letopis correction`: the register «Замена сведений в электронном журнале» (§2.3.3).

use super::absence::day;
use super::desk::{Desk, WhichCourse};
use super::{Common, mark, screen, session};
use crate::error::{Error, Result};
use crate::journal::entry::{Change, CorrectionDecided, CorrectionRequested, LessonRef, LessonText};
use crate::journal::read::Tables;
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::{self, Course, Pupil};
use crate::journal::resolve;
use crate::school::{Attendance, Marks, clean, format_date, parse_date};
use chrono::{DateTime, FixedOffset};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Register {
    /// Подать заявку на исправление (§2.3.3.1)
    #[command(visible_alias = "заявка")]
    Request(Box<Request>),
    /// Журнал «Замена сведений»
    #[command(visible_alias = "список")]
    List {
        /// Только нерешённые
        #[arg(long)]
        open: bool,
        /// Записать журнал в файл CSV
        #[arg(long, value_name = "ФАЙЛ")]
        csv: Option<PathBuf>,
    },
    /// Показать заявку
    #[command(visible_alias = "показать")]
    Show {
        /// Номер в журнале «Замена сведений»
        #[arg(value_name = "НОМЕР")]
        number: u64,
    },
    /// Удовлетворить заявку: изменения вносятся сразу (§2.3.3.2)
    #[command(visible_alias = "удовлетворить")]
    Approve {
        /// Номер заявки
        #[arg(value_name = "НОМЕР")]
        number: u64,
        /// Примечание
        #[arg(long, value_name = "ТЕКСТ", default_value = "")]
        note: String,
    },
    /// Отклонить заявку: в журнале ничего не меняется (§2.3.3.2)
    #[command(visible_alias = "отклонить")]
    Reject {
        /// Номер заявки
        #[arg(value_name = "НОМЕР")]
        number: u64,
        /// Почему отклонена
        #[arg(long, value_name = "ПРИЧИНА")]
        reason: String,
    },
}

#[derive(Args)]
pub struct Request {
    #[command(flatten)]
    course: WhichCourse,
    /// Дата, на которую вносятся изменения; для итоговых отметок не нужна
    #[arg(value_name = "ДАТА")]
    date: Option<String>,
    /// Номер урока, если в этот день их несколько
    #[arg(long, value_name = "НОМЕР")]
    lesson: Option<u8>,
    /// Исправить отметку: "Иванов=4", «Иванов=-» убирает
    #[arg(long, value_name = "УЧЕНИК=ОТМЕТКА")]
    mark: Vec<String>,
    /// Исправить посещение: "Иванов=н", «Иванов=-»: был
    #[arg(long, value_name = "УЧЕНИК=Н")]
    absence: Vec<String>,
    /// Исправить тему урока или добавить невнесённый урок
    #[arg(long, value_name = "ТЕМА")]
    topic: Option<String>,
    /// Исправить домашнее задание
    #[arg(long, value_name = "ЗАДАНИЕ")]
    homework: Option<String>,
    /// Вид работы: урока, а с --mark — отметки
    #[arg(long, value_name = "ВИД")]
    work: Option<String>,
    /// Логин того, кто провёл урок вместо учителя курса
    #[arg(long, value_name = "ЛОГИН")]
    substitute: Option<String>,
    /// Документ, на основании которого ставится отметка (§2.3.5)
    #[arg(long, value_name = "ДОКУМЕНТ", default_value = "")]
    document: String,
    /// Период, итоговые отметки за который исправляются
    #[arg(long, value_name = "ПЕРИОД")]
    period: Option<String>,
    /// Исправить итоговую отметку за период: "Иванов=4"
    #[arg(long = "final", value_name = "УЧЕНИК=ОТМЕТКА", requires = "period")]
    finals: Vec<String>,
    /// Причина, по которой нужны изменения (§2.3.3.1)
    #[arg(long, value_name = "ПРИЧИНА")]
    reason: String,
}

impl Register {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Request(request) => request.run(common),
            Self::List { open, csv } => list(common, open, csv),
            Self::Show { number } => show(common, number),
            Self::Approve { number, note } => {
                let decided = CorrectionDecided { number, approved: true, note: clean(&note)? };
                Desk::open(common)?.record(decided, &format!("Заявка № {number} удовлетворена, изменения внесены"))
            }
            Self::Reject { number, reason } => {
                let decided = CorrectionDecided { number, approved: false, note: clean(&reason)? };
                Desk::open(common)?.record(decided, &format!("Заявка № {number} отклонена, изменений нет"))
            }
        }
    }
}

impl Request {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let course = self.course.find(desk.tables(), Some(&desk.login))?;
        let (at, typed) = match (&self.period, &self.date) {
            (Some(period), None) => self.of_period(&desk, &course, period)?,
            (None, Some(date)) => self.of_lesson(desk.tables(), &course, date)?,
            _ => {
                return Err(Error::input("указывается либо дата урока, либо --period и --final")
                    .next("отметка за урок: дата и --mark; итоговая: --period \"I четверть\" --final \"Иванов=4\""));
            }
        };
        let changes = typed
            .into_iter()
            .map(|change| corrections::with_standing(desk.tables(), &at, change))
            .collect::<Result<Vec<_>>>()?;
        let number = corrections::next_number(desk.tables())?;
        let what =
            format!("Заявка № {number} подана: {}: {}", at.course, corrections::in_words(desk.tables(), &changes)?);
        let (course, date, lesson) = (at.course, at.date, at.lesson);
        desk.record(CorrectionRequested { course, date, lesson, changes, reason: clean(&self.reason)? }, &what)
    }

    fn of_lesson(&self, tables: &Tables, course: &Course, date: &str) -> Result<(LessonRef, Vec<Change>)> {
        let date = parse_date(date)?;
        let adds = self.topic.is_some();
        let lesson = match resolve::recorded_lesson(tables, course, date, self.lesson) {
            Err(_) if adds => resolve::timetabled_lesson(tables, course, date, self.lesson)?,
            found => found?,
        };
        let at = LessonRef { course: course.key.clone(), date, lesson };
        let mut changes: Vec<Change> = self.line(tables, &at)?.into_iter().collect();
        let roster = read::roster(tables, &at.course, date)?;
        let work = if changes.is_empty() { clean(self.work.as_deref().unwrap_or_default())? } else { String::new() };
        for typed in &self.mark {
            let (pupil, becomes) = named(&roster, typed)?;
            let document = clean(&self.document)?;
            changes.push(Change::Mark {
                pupil,
                was: None,
                becomes: marks(typed, becomes)?,
                work: work.clone(),
                document,
            });
        }
        for typed in &self.absence {
            let (pupil, kind) = named(&roster, typed)?;
            let becomes = if kind == "-" { None } else { Some(presence(typed, kind)?) };
            changes.push(Change::Attendance { pupil, was: None, becomes });
        }
        if !self.finals.is_empty() {
            return Err(Error::input("итоговые отметки исправляются отдельной заявкой").next("уберите дату"));
        }
        Ok((at, changes))
    }

    /// The lesson's line, if it is to be changed: what is not typed stays.
    fn line(&self, tables: &Tables, at: &LessonRef) -> Result<Option<Change>> {
        let of_marks = !self.mark.is_empty() && self.topic.is_none() && self.homework.is_none();
        if self.topic.is_none()
            && self.homework.is_none()
            && self.substitute.is_none()
            && (self.work.is_none() || of_marks)
        {
            return Ok(None);
        }
        let known = read::lesson_at(tables, at)?.map(|lesson| LessonText {
            topic: lesson.topic,
            work: lesson.work,
            homework: lesson.homework,
            substitute: lesson.substitute.into(),
        });
        let stands = known.unwrap_or_default();
        let or = |typed: &Option<String>, stands: String| typed.as_deref().map_or(Ok(stands), clean);
        let becomes = LessonText {
            topic: or(&self.topic, stands.topic)?,
            work: if of_marks { stands.work } else { or(&self.work, stands.work)? },
            homework: or(&self.homework, stands.homework)?,
            substitute: or(&self.substitute, stands.substitute)?,
        };
        Ok(Some(Change::Lesson { was: None, becomes }))
    }

    fn of_period(&self, desk: &Desk, course: &Course, typed: &str) -> Result<(LessonRef, Vec<Change>)> {
        let school = desk.school()?;
        let period = resolve::period(&school, &course.key.class, typed)?;
        let span = school.periods_of(&course.key.class).into_iter().find(|p| p.name == period);
        let (first, last) = span.map_or((school.year.begins, school.year.ends), |p| (p.begins, p.ends));
        let pupils = read::members_of_class(desk.tables(), &course.key.class, first, last)?;
        let change = |typed: &String| -> Result<Change> {
            let (pupil, becomes) = named(&pupils, typed)?;
            Ok(Change::Final { pupil, period: period.to_string(), was: None, becomes: marks(typed, becomes)? })
        };
        let changes = self.finals.iter().map(change).collect::<Result<_>>()?;
        Ok((LessonRef { course: course.key.clone(), date: last, lesson: 0 }, changes))
    }
}

/// The personal file and the value of «Иванов=4».
fn named<'t>(pupils: &[Pupil], typed: &'t str) -> Result<(String, &'t str)> {
    let (pupil, value) = mark::split(typed, "отметка")?;
    Ok((resolve::pupil(pupils, pupil)?.file.to_string(), value))
}

fn marks(typed: &str, value: &str) -> Result<Option<Marks>> {
    if value == "-" { Ok(None) } else { Marks::parse(value).map(Some).map_err(|e| e.at(typed)) }
}

fn presence(typed: &str, value: &str) -> Result<Attendance> {
    Attendance::parse(value).ok_or_else(|| {
        Error::input(format!("«{value}» в «{typed}» не отметка посещаемости"))
            .next("допустимы: н, б, у, оп, а «-»: был")
    })
}

/// The columns of form 10, and two for programs.
const COLUMNS: [(&str, &str); 13] = [
    ("number", "№"),
    ("requested_at", "Дата обращения"),
    ("class", "Класс"),
    ("teacher", "Фамилия и инициалы"),
    ("date", "Дата изменений"),
    ("lesson", "Урок"),
    ("subject", "Предмет"),
    ("changes", "Перечень изменений"),
    ("reason", "Причина"),
    ("decision", "Решение"),
    ("note", "Примечание"),
    ("decided_at", "Дата решения"),
    ("decided_by", "Кем принято"),
];

fn row(common: &Common, tables: &Tables, line: &Correction) -> Result<Vec<String>> {
    let person = |login: &str| -> Result<String> {
        Ok(read::staff(tables, login)?.map_or(login.to_owned(), |person| person.name.initials()))
    };
    let moment = |at: DateTime<FixedOffset>| {
        if common.json { at.to_rfc3339() } else { format_date(at.date_naive()) }
    };
    let group = if line.course.group.is_empty() { String::new() } else { format!(" ({})", line.course.group) };
    let (decision, note, at, by) = match &line.decision {
        None => (String::new(), String::new(), String::new(), String::new()),
        Some(d) => {
            let word = if d.approved { corrections::APPROVED } else { corrections::REJECTED };
            (word.to_owned(), d.note.clone(), moment(d.at), person(&d.by)?)
        }
    };
    Ok(vec![
        line.number.to_string(),
        moment(line.requested_at),
        line.course.class.to_string(),
        person(&line.requested_by)?,
        day(common, line.date),
        if line.lesson == 0 { String::new() } else { line.lesson.to_string() },
        format!("{}{group}", line.course.subject),
        corrections::in_words(tables, &line.changes)?,
        line.reason.clone(),
        decision,
        note,
        at,
        by,
    ])
}

fn list(common: &Common, open: bool, csv: Option<PathBuf>) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let lines = corrections::all(tables)?.into_iter().filter(|line| !open || line.decision.is_none());
    let rows = lines.map(|line| row(common, tables, &line)).collect::<Result<Vec<_>>>()?;
    if let Some(path) = csv {
        let headings: Vec<&str> = COLUMNS.iter().map(|(_, heading)| *heading).collect();
        screen::csv(&path, &headings, &rows)?;
        println!("Журнал «Замена сведений» записан в «{}», строк: {}.", path.display(), rows.len());
        return Ok(ExitCode::SUCCESS);
    }
    screen::list(
        common.json,
        &COLUMNS,
        rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect(),
    );
    Ok(ExitCode::SUCCESS)
}

fn show(common: &Common, number: u64) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let line = corrections::by_number(tables, number)?.ok_or_else(|| {
        Error::input(format!("заявки № {number} нет в журнале «Замена сведений»"))
            .next("список: letopis correction list")
    })?;
    let row = row(common, tables, &line)?;
    if common.json {
        screen::list(true, &COLUMNS, vec![row.into_iter().map(Into::into).collect()]);
    } else {
        for ((_, heading), text) in COLUMNS.iter().zip(&row).filter(|(_, text)| !text.is_empty()) {
            println!("{heading:<20} {text}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
