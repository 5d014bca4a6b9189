//! `letopis absence`: who was absent or late (§2.1), why, and who is exempted (§3.3.4).

use super::cells::Listed;
use super::days::Days;
use super::lesson::{Which, place};
use super::recorder::{Recorder, say};
use super::{Common, mark, screen, session};
use crate::error::{Error, Result};
use crate::journal::read::{self, Tables, explain};
use crate::journal::resolve;
use crate::school::{Attendance, ClassName, Day, format_date};
use crate::work::absence::{self, Absent, Reason};
use crate::work::marks::{self, CellsWish};
use clap::{Args, Subcommand};
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
    /// Записать причину отсутствия за день или за несколько дней
    #[command(visible_alias = "причина")]
    Excuse {
        #[command(flatten)]
        whose: Whose,
        /// Причина: болезнь, уважительная, неуважительная
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
        /// Документ: справка, заявление
        #[arg(long, visible_alias = "документ", value_name = "ДОКУМЕНТ", default_value = "")]
        document: String,
        /// Вместо причины, которая на эти дни уже записана
        #[arg(long, visible_alias = "вместо")]
        instead: bool,
    },
    /// Освободить от занятий по предмету на срок
    #[command(visible_alias = "освободить")]
    Exempt {
        #[command(flatten)]
        whose: Whose,
        /// Предмет, можно несколько раз
        #[arg(long, visible_alias = "предмет", value_name = "ПРЕДМЕТ", required = true)]
        subject: Vec<String>,
        /// Документ: справка
        #[arg(long, visible_alias = "документ", value_name = "ДОКУМЕНТ")]
        document: String,
        /// Вместо освобождения, которое на эти дни уже записано
        #[arg(long, visible_alias = "вместо")]
        instead: bool,
    },
    /// Отменить причину или освобождение, записанные по ошибке
    #[command(visible_alias = "отменить")]
    Withdraw {
        #[command(flatten)]
        whose: Whose,
        /// Отменить освобождение от этого предмета
        #[arg(long, visible_alias = "предмет", value_name = "ПРЕДМЕТ")]
        subject: Option<String>,
    },
    /// Записанные причины и освобождения класса
    #[command(visible_alias = "список")]
    List(Span),
    /// Пропуски, причина которых ещё не указана
    #[command(visible_alias = "без-причины")]
    Unexplained(Span),
}

/// A pupil and a span of days.
#[derive(Args)]
pub struct Whose {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Ученик
    #[arg(value_name = "УЧЕНИК")]
    pupil: String,
    /// Первый день
    #[arg(value_name = "С")]
    since: String,
    /// Последний день; иначе тот же
    #[arg(value_name = "ПО")]
    until: Option<String>,
}

/// A class and a span of days.
#[derive(Args)]
pub struct Span {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// С какого дня; иначе с начала года
    #[arg(long, visible_alias = "с", value_name = "ДАТА")]
    from: Option<String>,
    /// По какой день; иначе по конец года
    #[arg(long, visible_alias = "по", value_name = "ДАТА")]
    to: Option<String>,
}

impl Absence {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Set { which, pupils } => set(common, &which, &pupils),
            Self::Excuse { whose, reason, document, instead } => {
                let reason = Reason::parse(&reason).ok_or_else(|| {
                    Error::input(format!("причины «{reason}» нет"))
                        .next("допустимы: болезнь, уважительная, неуважительная")
                })?;
                let (mut recorder, who, what) = whose.find(common)?;
                let said = absence::excuse(&mut recorder.workplace()?, &who, reason, &document, instead)?;
                say(said.done, &format!("Причина записана: {what}{}", replaced(&said.withdrawn)))
            }
            Self::Exempt { whose, subject, document, instead } => {
                let (mut recorder, who, what) = whose.find(common)?;
                let subjects = subject.iter().map(|typed| resolve::subject(recorder.tables(), typed));
                let subjects: Vec<String> = subjects.collect::<Result<_>>()?;
                let said = absence::exempt(&mut recorder.workplace()?, &who, &subjects, &document, instead)?;
                say(said.done, &format!("Освобождение записано: {what}{}", replaced(&said.withdrawn)))
            }
            Self::Withdraw { whose, subject } => {
                let (mut recorder, who, what) = whose.find(common)?;
                let subject = subject.map(|typed| resolve::subject(recorder.tables(), &typed)).transpose()?;
                let mut place = recorder.workplace()?;
                let done = match subject {
                    Some(subject) => absence::withdraw_exemption(&mut place, &who.pupil, &subject, who.since)?,
                    None => absence::withdraw_reason(&mut place, &who)?,
                };
                say(done, &format!("Запись отменена: {what}"))
            }
            Self::List(span) => list(common, &span),
            Self::Unexplained(span) => unexplained(common, &span),
        }
    }
}

/// What was withdrawn for it, after what was recorded.
fn replaced(withdrawn: &[String]) -> String {
    if withdrawn.is_empty() { String::new() } else { format!("; вместо: {}", withdrawn.join("; ")) }
}

fn set(common: &Common, which: &Which, pupils: &[String]) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let at = which.recorded(recorder.tables(), &recorder.login)?;
    let listed = Listed::of_lesson(recorder.tables(), &at)?;
    let wish = CellsWish { cells: listed.absences(pupils, Attendance::Absent)?, ..CellsWish::of(at) };
    let set = marks::set(&mut recorder.workplace()?, &wish)?;
    let taken_out = mark::taken_out(&set.taken_out);
    let what = format!("Посещаемость записана: {} ({}){taken_out}", set.attendance, place(&wish.at));
    mark::told(set.done, &what, &listed.told(&wish))
}

impl Whose {
    /// The recorder, who is meant and in which days, and how that is said.
    fn find(&self, common: &Common) -> Result<(Recorder, Absent, String)> {
        let recorder = Recorder::open(common)?;
        let class = ClassName::parse(&self.class)?;
        let days = Days::of(recorder.tables())?;
        let since = days.read(&self.since)?;
        let until = days.given(self.until.as_deref())?.unwrap_or(since);
        let pupils = absence::pupils(recorder.tables(), &class, since, until)?;
        let pupil = resolve::pupil(&pupils, &self.pupil)?;
        let days = if since == until {
            format_date(since)
        } else {
            format!("{}–{}", format_date(since), format_date(until))
        };
        let what = format!("{}, {class}, {days}", read::name_of(recorder.tables(), pupil)?);
        Ok((recorder, Absent { pupil: pupil.file.clone(), since, until }, what))
    }
}

impl Span {
    fn read(&self, tables: &Tables) -> Result<(ClassName, Day, Day)> {
        let year = read::school(tables)?.year;
        let class = resolve::class(tables, &self.class)?;
        let days = Days::of(tables)?;
        let first = days.given(self.from.as_deref())?.unwrap_or(year.begins);
        Ok((class, first, days.given(self.to.as_deref())?.unwrap_or(year.ends)))
    }
}

fn list(common: &Common, span: &Span) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let (class, first, last) = span.read(tables)?;
    let members = read::members_of_class(tables, &class, first, last)?;
    let names = read::names_by_file(tables, &members)?;
    let mut rows = Vec::new();
    let reasons = explain::reasons(tables, first, last)?
        .into_iter()
        .map(|row| ("reason", row.pupil, row.reason.word().to_owned(), (row.since, row.until), row.document));
    let exemptions = explain::exemptions(tables, first, last)?
        .into_iter()
        .map(|row| ("exemption", row.pupil, row.subject, (row.since, row.until), row.document));
    for (kind, file, what, (since, until), document) in reasons.chain(exemptions) {
        let Some(name) = names.get(&file) else { continue };
        let shown = if common.json {
            kind
        } else if kind == "reason" {
            "причина"
        } else {
            "освобождение"
        };
        rows.push(vec![
            file.into(),
            name.clone().into(),
            shown.into(),
            what.into(),
            day(common, since).into(),
            day(common, until).into(),
            document.into(),
        ]);
    }
    let columns = [
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя"),
        ("kind", "Что"),
        ("what", "Причина, предмет"),
        ("since", "С"),
        ("until", "По"),
        ("document", "Документ"),
    ];
    screen::list(common.json, &columns, rows);
    Ok(ExitCode::SUCCESS)
}

/// A day: as the tables keep it for programs, the Russian way for people.
pub fn day(common: &Common, day: Day) -> String {
    if common.json { read::iso(day) } else { format_date(day) }
}

fn unexplained(common: &Common, span: &Span) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let (class, first, last) = span.read(tables)?;
    let members = read::members_of_class(tables, &class, first, last)?;
    let names = read::names_by_file(tables, &members)?;
    let rows = explain::unexplained(tables, &class, first, last)?.into_iter().filter_map(|row| {
        let name = names.get(&row.pupil)?.clone();
        Some(vec![row.pupil.into(), name.into(), day(common, row.date).into(), row.lessons.into()])
    });
    let columns = [("pupil", "Личное дело"), ("name", "Фамилия, имя"), ("date", "Дата"), ("lessons", "Уроков")];
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}
