//! `letopis lesson`: lessons that were given (§2.1, §2.2).

use super::cells::{self, Listed, both};
use super::days::Days;
use super::recorder::{Recorder, WhichCourse, say};
use super::{Common, agree, report, session};
use crate::error::{Action, Detail, Error, Result, every};
use crate::journal::read::{self, Course, Tables};
use crate::journal::resolve;
use crate::report::{Filter, missing};
use crate::school::{Attendance, Login, format_date};
use crate::work::lesson::{self, LessonRef, LessonWish};
use crate::work::marks::{CellWish, CellsWish};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Lesson {
    /// Записать проведённый урок: тему, домашнее задание, кто был и отметки — одной строкой
    #[command(visible_alias = "записать")]
    Record(Record),
    /// Аннулировать урок, записанный по ошибке: в день урока, его автором, вместе с отметками
    #[command(visible_alias = "аннулировать")]
    Annul {
        #[command(flatten)]
        which: Which,
        /// Причина
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Уроки, которые должны быть по расписанию и не записаны
    #[command(visible_alias = "пропущенные")]
    Missing {
        /// По какой день (иначе по сегодняшний)
        #[arg(long, visible_alias = "по", value_name = "ДАТА")]
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
    /// Дата урока: 15.09.2025, 15.09, сегодня, вчера, пн
    #[arg(value_name = "ДАТА")]
    date: String,
    /// Номер урока, если в этот день их несколько
    #[arg(long, visible_alias = "урок", value_name = "НОМЕР")]
    lesson: Option<u8>,
}

#[derive(Args)]
pub struct Record {
    #[command(flatten)]
    which: Which,
    /// Что пройдено на уроке; иначе то, что уже записано, иначе тема из плана
    #[arg(long, visible_alias = "тема", value_name = "ТЕМА")]
    topic: Option<String>,
    /// Домашнее задание; иначе то, что уже записано, иначе задание из плана
    #[arg(long, visible_alias = "задание", value_name = "ЗАДАНИЕ")]
    homework: Option<String>,
    /// Вид работы: «контрольная работа № 2»
    #[arg(long, visible_alias = "вид", value_name = "ВИД")]
    work: Option<String>,
    /// Кто отсутствовал, сколько угодно: Иванов "Сизов=б"
    #[arg(long, value_name = "УЧЕНИК", num_args = 1.., visible_alias = "нет")]
    absent: Vec<String>,
    /// Кто опоздал, сколько угодно
    #[arg(long, value_name = "УЧЕНИК", num_args = 1.., visible_alias = "опоздали")]
    late: Vec<String>,
    /// Отметки, сколько угодно: "Иванов=5" "Петр=4/5"; «все=зач» — всем, кто был и ещё без отметки
    #[arg(long, value_name = "УЧЕНИК=ОТМЕТКА", num_args = 1.., visible_alias = "отметки")]
    mark: Vec<String>,
    /// Урок проведён вместо основного учителя (§2.1)
    #[arg(long, visible_alias = "замена")]
    substitute: bool,
    /// Записать, хотя в расписании такого урока нет
    #[arg(long, visible_alias = "несмотря")]
    despite: bool,
}

impl Which {
    /// The course and the day that are meant.
    pub fn course(&self, tables: &Tables, login: &str) -> Result<(Course, NaiveDate)> {
        both(self.course.find(tables, Some(login)), Days::of(tables)?.read(&self.date))
    }

    /// A lesson that was recorded before.
    pub fn recorded(&self, tables: &Tables, login: &str) -> Result<LessonRef> {
        let (course, date) = self.course(tables, login)?;
        let lesson = resolve::recorded_lesson(tables, &course, date, self.lesson)?;
        Ok(LessonRef { course: course.key, date, lesson })
    }

    /// A lesson that is to be annulled.
    fn to_annul(&self, tables: &Tables, login: &str) -> Result<LessonRef> {
        let (course, date) = self.course(tables, login)?;
        let lesson = resolve::lesson_to_annul(tables, &course, date, self.lesson)?;
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
                let mut recorder = Recorder::open(common)?;
                let at = which.to_annul(recorder.tables(), &recorder.login)?;
                let (done, what) = lesson::annul(&mut recorder.workplace()?, &at, &reason)?;
                say(done, &format!("Урок аннулирован: {}, {what}", at.course))
            }
            Self::Missing { until, courses, output } => missing(common, until.as_deref(), &courses, &output),
        }
    }
}

impl Record {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let Self { which, topic, homework, work, substitute, despite, absent, late, mark } = self;
        let mut recorder = Recorder::open(common)?;
        let at = which.timetabled(recorder.tables(), &recorder.login)?;
        let listed = Listed::of_lesson(recorder.tables(), &at)?;
        let cells = of_lesson(&listed, CellsWish::of(at.clone()), &absent, &late, &mark)?;
        let mut wish = LessonWish { at, topic, work, homework, substitute, despite };
        let mut workplace = recorder.workplace()?;
        if !despite && let Some(why) = lesson::unexpected(&workplace, &wish)? {
            wish.despite = agree::agrees(&format!("{}. Урок всё же был?", in_capital(&why))).unwrap_or_default();
            if !wish.despite {
                return Err(Error::input(why)
                    .next("проверьте дату и номер урока")
                    .then_by("если урок был, подтвердите это", Action::Give(Detail::Despite)));
            }
        }
        let (lesson, set) = lesson::record_with(&mut workplace, &wish, &cells)?;
        let said =
            if lesson.was.is_some() { "Запись урока изменена" } else { "Урок записан" };
        let what = format!("{said}: {}: {}", place(&wish.at), lesson.says.topic);
        let waits = lesson.unconfirmed && !lesson.done.is_nothing();
        let nothing = lesson.done.is_nothing();
        let status = say(lesson.done, &what)?;
        if !nothing && !lesson.says.homework.is_empty() {
            println!("  Задание: {}", lesson.says.homework);
        }
        if set.marks + set.attendance > 0 {
            cells::say(&listed.told(&cells));
        }
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

/// «7А, Алгебра, 15.09.2025, урок 2».
pub fn place(at: &LessonRef) -> String {
    format!("{}, {}, урок {}", at.course, format_date(at.date), at.lesson)
}

/// The cells of a lesson that are named when it is recorded. Who was late may have a mark too.
fn of_lesson(
    listed: &Listed,
    wish: CellsWish,
    absent: &[String],
    late: &[String],
    mark: &[String],
) -> Result<CellsWish> {
    let missing = listed.absences(absent, Attendance::Absent);
    let late = listed.absences(late, Attendance::Late);
    let ((mut cells, late), (marks, others)) = both(both(missing, late), listed.marks(mark))?;
    cells.extend(late);
    for marked in marks {
        let late = |cell: &&mut CellWish| {
            let here = cell.attendance.flatten().is_none_or(|kind| !kind.is_absence());
            cell.pupil == marked.pupil && here && cell.marks.is_none() && marked.attendance.is_none()
        };
        match cells.iter_mut().find(late) {
            Some(cell) => cell.marks = marked.marks,
            None => cells.push(marked),
        }
    }
    every(cells.iter().enumerate().map(|(at, cell)| goes_together(listed, cell, &cells, at)))?;
    Ok(CellsWish { cells, others, ..wish })
}

/// Who is said to have been absent is said nothing else of.
fn goes_together(listed: &Listed, cell: &CellWish, cells: &[CellWish], at: usize) -> Result<()> {
    let absence = cell.attendance.flatten().filter(|kind| kind.is_absence() && cell.marks.is_none());
    let other = cells.iter().enumerate().find(|(place, other)| *place != at && other.pupil == cell.pupil);
    let (Some(kind), Some((_, other))) = (absence, other) else { return Ok(()) };
    let name = listed.name(&cell.pupil);
    Err(match (other.attendance.flatten(), &other.marks) {
        (Some(also), Some(_)) if also.is_absence() => Error::input(format!("{name}: отсутствие названо дважды"))
            .next(format!("отметка «{}/…» говорит и о нём: уберите имя из --absent", also.as_str())),
        (_, Some(_)) => Error::input(format!("{name}: и отсутствует, и с отметкой"))
            .next(format!("если отметка получена позже, укажите её одну: --mark \"{name}={}/4\"", kind.as_str())),
        (Some(Attendance::Late), None) => {
            Error::input(format!("{name}: и отсутствует, и {}", listed.agree(&cell.pupil, "опоздал")))
                .next("оставьте что-то одно")
        }
        _ => Error::input(format!("{name}: отсутствие названо дважды")).next("назовите каждого один раз"),
    })
}

/// What is missing of the courses that are named; where none is, it matters who asks.
fn missing(common: &Common, until: Option<&str>, which: &report::Which, output: &report::Output) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let today = read::school(tables)?.day_of(session::now());
    let until = Days::of(tables)?.given(until)?.unwrap_or(today);
    // Also of lessons given instead of another, which are nobody's own course.
    let filter = Filter { kept_by: None, ..which.find(&journal)? };
    let mut login = None;
    if which.is_all() && (common.identity.is_some() || journal.is_away()) {
        login = session::signer(&journal, &session::identity(common)?)?.map(|(login, _)| Login::from(login));
    }
    let rows = lesson::missing(tables, filter, login.as_ref(), until)?;
    output.give(common, "missing", today, &rows, &missing::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}
