//! `letopis correction`: the register «Замена сведений в электронном журнале» (§2.3.3).

use super::absence::day;
use super::called::ME;
use super::cells::{self, both};
use super::days::Days;
use super::recorder::{Recorder, WhichCourse, say};
use super::{Common, screen, session};
use crate::error::{Error, Result, every};
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::{self, Course, Pupil, Tables};
use crate::journal::resolve;
use crate::school::{Attendance, Cell, Marks, PersonalFile, format_date};
use crate::work::correction::{self, CorrectionWish, FinalChanges, LessonChanges, LineChange, What};
use crate::work::finals;
use crate::work::lesson::LessonRef;
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
        #[arg(long, visible_alias = "нерешённые")]
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
        #[arg(long, visible_alias = "примечание", value_name = "ТЕКСТ", default_value = "")]
        note: String,
    },
    /// Отклонить заявку: в журнале ничего не меняется (§2.3.3.2)
    #[command(visible_alias = "отклонить")]
    Reject {
        /// Номер заявки
        #[arg(value_name = "НОМЕР")]
        number: u64,
        /// Почему отклонена
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
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
    #[arg(long, visible_alias = "урок", value_name = "НОМЕР")]
    lesson: Option<u8>,
    /// Исправить отметку: "Иванов=4", «Иванов=н/4» (отсутствовал, отметка получена позже), «Иванов=-» убирает
    #[arg(long, visible_alias = "отметка", value_name = "УЧЕНИК=ОТМЕТКА", num_args = 1..)]
    mark: Vec<String>,
    /// Исправить посещение: "Иванов=н", «Иванов=-»: был
    #[arg(long, visible_alias = "посещение", value_name = "УЧЕНИК=Н", num_args = 1..)]
    absence: Vec<String>,
    /// Исправить тему урока или добавить невнесённый урок
    #[arg(long, visible_alias = "тема", value_name = "ТЕМА")]
    topic: Option<String>,
    /// Исправить домашнее задание
    #[arg(long, visible_alias = "задание", value_name = "ЗАДАНИЕ")]
    homework: Option<String>,
    /// Вид работы: урока, а с одними --mark — отметки
    #[arg(long, visible_alias = "вид", value_name = "ВИД")]
    work: Option<String>,
    /// Логин того, кто провёл урок вместо учителя курса
    #[arg(long, visible_alias = "замена", value_name = "ЛОГИН")]
    substitute: Option<String>,
    /// Документ, на основании которого ставится отметка (§2.3.5)
    #[arg(long, visible_alias = "документ", value_name = "ДОКУМЕНТ", default_value = "")]
    document: String,
    /// Период, итоговые отметки за который исправляются
    #[arg(long, visible_alias = "период", value_name = "ПЕРИОД")]
    period: Option<String>,
    /// Исправить итоговую отметку за период: "Иванов=4"
    #[arg(long = "final", visible_alias = "итоговая", value_name = "УЧЕНИК=ОТМЕТКА", num_args = 1.., requires = "period")]
    finals: Vec<String>,
    /// Аннулировать урок, записанный по ошибке, вместе с отметками и посещаемостью
    #[arg(long, visible_alias = "аннулировать")]
    annul: bool,
    /// Причина, по которой нужны изменения (§2.3.3.1)
    #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
    reason: String,
}

impl Register {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Request(request) => request.run(common),
            Self::List { open, csv } => list(common, open, csv),
            Self::Show { number } => show(common, number),
            Self::Approve { number, note } => {
                let done = correction::approve(&mut Recorder::open(common)?.workplace()?, number, &note)?;
                say(done, &format!("Заявка № {number} удовлетворена, изменения внесены"))
            }
            Self::Reject { number, reason } => {
                let done = correction::reject(&mut Recorder::open(common)?.workplace()?, number, &reason)?;
                say(done, &format!("Заявка № {number} отклонена, изменений нет"))
            }
        }
    }
}

impl Request {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let course = self.course.find(recorder.tables(), Some(&recorder.login))?;
        let what = match (&self.period, &self.date) {
            (Some(period), None) => What::Finals(self.of_period(&recorder, &course, period)?),
            (None, Some(date)) if self.annul => What::Annulment(self.annulled(recorder.tables(), &course, date)?),
            (None, Some(date)) => What::Lesson(self.of_lesson(recorder.tables(), &course, date)?),
            _ => {
                return Err(Error::input("указывается либо дата урока, либо --period и --final")
                    .next("отметка за урок: дата и --mark; итоговая: --period \"I четверть\" --final \"Иванов=4\""));
            }
        };
        let wish = CorrectionWish { what, reason: self.reason };
        let asked = correction::request(&mut recorder.workplace()?, &wish)?;
        let changes = corrections::in_words(recorder.tables(), &asked.changes)?;
        // Its number is that of the register, which is at school.
        let number = if recorder.journal.is_away() { String::new() } else { format!(" № {}", asked.number) };
        say(asked.done, &format!("Заявка{number} подана: {}: {changes}", asked.at.course))
    }

    fn of_lesson(&self, tables: &Tables, course: &Course, date: &str) -> Result<LessonChanges> {
        let date = Days::of(tables)?.read(date)?;
        let at = correction::lesson(tables, course, date, self.lesson, self.topic.is_some())?;
        let roster = read::roster(tables, &at.course, date)?;
        let mut changes = LessonChanges { document: self.document.clone(), ..LessonChanges::of(at) };
        changes.line = self.line();
        if self.work_is_of_marks() {
            changes.work = self.work.clone().unwrap_or_default();
        }
        let mut later = Vec::new();
        let marked = every(self.mark.iter().map(|typed| {
            let (pupil, becomes) = named(&roster, typed)?;
            if let Some((absence, marks)) = earned(becomes) {
                later.push((pupil, absence, marks));
                return Ok(None);
            }
            Ok(Some((pupil, marks(typed, becomes)?)))
        }));
        let absent = every(self.absence.iter().map(|typed| {
            let (pupil, kind) = named(&roster, typed)?;
            if let Some((absence, marks)) = earned(kind) {
                later.push((pupil, absence, marks));
                return Ok(None);
            }
            Ok(Some((pupil, if kind == "-" { None } else { Some(presence(typed, kind)?) })))
        }));
        let (marked, absent) = both(marked, absent)?;
        changes.marks = marked.into_iter().flatten().collect();
        changes.attendance = absent.into_iter().flatten().collect();
        changes.earned = later;
        if !self.finals.is_empty() {
            return Err(Error::input("итоговые отметки исправляются отдельной заявкой").next("уберите дату"));
        }
        if !self.document.is_empty() && changes.marks.is_empty() && changes.earned.is_empty() {
            return Err(Error::input("документ относится к отметке (§2.3.5), а отметки не указаны")
                .next("укажите отметку: --mark \"Иванов=4\""));
        }
        Ok(changes)
    }

    /// The lesson that is to be annulled: nothing else is said of it.
    fn annulled(&self, tables: &Tables, course: &Course, date: &str) -> Result<LessonRef> {
        if self.says_more_of_the_lesson() || !self.finals.is_empty() {
            return Err(Error::input("урок аннулируется целиком, другие изменения к нему не добавляются")
                .next("подайте заявку только с --annul и --reason"));
        }
        let date = Days::of(tables)?.read(date)?;
        let lesson = resolve::lesson_to_annul(tables, course, date, self.lesson)?;
        Ok(LessonRef { course: course.key.clone(), date, lesson })
    }

    /// Whether anything is said of a lesson but which one it is.
    fn says_more_of_the_lesson(&self) -> bool {
        let lists = [&self.mark, &self.absence].iter().any(|list| !list.is_empty());
        lists || !self.document.is_empty() || !self.line().is_empty() || self.work.is_some()
    }

    /// Whether the kind of work is that of the marks: where they are typed without the lesson's topic and homework.
    fn work_is_of_marks(&self) -> bool {
        !self.mark.is_empty() && self.topic.is_none() && self.homework.is_none()
    }

    /// The lesson's line, if it is to be changed.
    fn line(&self) -> LineChange {
        let of_marks = self.work_is_of_marks();
        let (topic, homework, substitute) = (self.topic.clone(), self.homework.clone(), self.substitute.clone());
        LineChange { topic, work: self.work.clone().filter(|_| !of_marks), homework, substitute }
    }

    fn of_period(&self, recorder: &Recorder, course: &Course, typed: &str) -> Result<FinalChanges> {
        if self.annul || self.lesson.is_some() || self.says_more_of_the_lesson() {
            return Err(Error::input("с --period исправляются только итоговые отметки: --final \"Иванов=4\"")
                .next("урок и отметки за урок исправляются отдельной заявкой, с датой и без --period"));
        }
        let period = resolve::period(&recorder.school()?, &course.key.class, typed)?;
        let pupils = finals::pupils(recorder.tables(), &course.key.class, &period)?;
        let change = |typed: &String| -> Result<_> {
            let (pupil, becomes) = named(&pupils, typed)?;
            Ok((pupil, marks(typed, becomes)?))
        };
        let marks = every(self.finals.iter().map(change))?;
        Ok(FinalChanges { course: course.key.clone(), period, marks })
    }
}

/// The personal file and the value of «Иванов=4».
fn named<'t>(pupils: &[Pupil], typed: &'t str) -> Result<(PersonalFile, &'t str)> {
    let (pupil, value) = cells::split(typed, "отметка")?;
    Ok((resolve::pupil(pupils, pupil)?.file.clone(), value))
}

fn marks(typed: &str, value: &str) -> Result<Option<Marks>> {
    if value == "-" { Ok(None) } else { Marks::parse(value).map(Some).map_err(|e| e.at(typed)) }
}

/// An absence with the marks that were earned later: «н/4», «н 4».
fn earned(value: &str) -> Option<(Attendance, Marks)> {
    match Cell::parse(value) {
        Ok(Cell { attendance: Some(absence), marks: Some(marks) }) if absence.is_absence() => Some((absence, marks)),
        _ => None,
    }
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
            .next(format!("список: {ME} correction list"))
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
