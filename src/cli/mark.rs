//! `letopis mark`: marks of a lesson (§2.3).

use super::desk::{Desk, say};
use super::lesson::Which;
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::journal::read::{self, Pupil, standing};
use crate::journal::resolve;
use crate::school::{Attendance, Cell, Marks, fold};
use crate::work::marks::{self, CellWish, CellsWish};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Mark {
    /// Поставить отметки за урок
    #[command(visible_alias = "поставить")]
    Set(Set),
    /// Поставить отметки всему классу одной строкой, по порядку списка
    #[command(visible_alias = "строка")]
    Row(Row),
    /// Что стоит в клетках урока, по порядку списка
    #[command(visible_alias = "список")]
    List {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub struct Set {
    #[command(flatten)]
    which: Which,
    /// «Фамилия=отметка»: "Иванов=5" "Петрова=4/5"; «все=зач» — всем, кто был и ещё без отметки; «Иванов=-» убирает ошибочную в день урока
    #[arg(value_name = "УЧЕНИК=ОТМЕТКА", required = true)]
    marks: Vec<String>,
    #[command(flatten)]
    about: About,
}

#[derive(Args)]
pub struct Row {
    #[command(flatten)]
    which: Which,
    /// Клетки по порядку списка: 5 4/5 . н "оп 4"; «.» оставляет клетку как есть
    #[arg(value_name = "КЛЕТКА", required = true)]
    cells: Vec<String>,
    #[command(flatten)]
    about: About,
}

/// What marks are for and rest on.
#[derive(Args)]
struct About {
    /// Вид работы, если он не тот, что у урока: контрольная
    #[arg(long, value_name = "ВИД")]
    work: Option<String>,
    /// Документ, на основании которого отметка перенесена из другой организации (§2.3.5)
    #[arg(long, value_name = "ДОКУМЕНТ")]
    document: Option<String>,
}

impl Mark {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Set(set) => set.run(common),
            Self::Row(row) => row.run(common),
            Self::List { which } => list(common, &which),
        }
    }
}

impl Set {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let at = self.which.recorded(desk.tables(), &desk.login)?;
        let roster = read::roster(desk.tables(), &at.course, at.date)?;
        let mut wish = self.about.of(CellsWish::of(at));
        for typed in &self.marks {
            let (pupil, mark) = split(typed, "отметка")?;
            if fold(pupil) == "все" {
                wish.others = if mark == "-" { None } else { Some(Marks::parse(mark).map_err(|e| e.at(typed))?) };
            } else {
                let (attendance, marks) =
                    if mark == "-" { (None, None) } else { marked(mark).map_err(|e| e.at(typed))? };
                let pupil = resolve::pupil(&roster, pupil)?.file.clone();
                wish.cells.push(CellWish { pupil, attendance: attendance.map(Some), marks: Some(marks) });
            }
        }
        let set = marks::set(&mut desk.workplace()?, &wish)?;
        say(set.done, &format!("Отметок записано: {}", set.marks))
    }
}

impl About {
    fn of(self, cells: CellsWish) -> CellsWish {
        CellsWish { work: self.work, document: self.document, ..cells }
    }
}

impl Row {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let at = self.which.recorded(desk.tables(), &desk.login)?;
        let row = marks::in_order(desk.tables(), &at, self.cells)?;
        let mut wish = self.about.of(CellsWish::of(at));
        for (pupil, typed) in row.into_iter().filter(|(_, typed)| typed.trim() != ".") {
            let cell = Cell::parse(&typed).map_err(|e| e.at(pupil.name.surname_given()))?;
            let (attendance, marks) = (cell.attendance.map(Some), cell.marks.map(Some));
            wish.cells.push(CellWish { pupil: pupil.file, attendance, marks });
        }
        let set = marks::set(&mut desk.workplace()?, &wish)?;
        say(set.done, &format!("Клетки урока записаны{}", taken_out(&set.taken_out)))
    }
}

fn list(common: &Common, which: &Which) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let at = which.recorded(tables, "")?;
    let Some(lesson) = read::lesson_at(tables, &at)? else { return Ok(ExitCode::SUCCESS) };
    let (marks, presence) = (standing::marks_of(tables, lesson.id)?, standing::attendance_of(tables, lesson.id)?);
    let row = |(number, pupil): (usize, &Pupil)| {
        let mark = marks.get(&pupil.file);
        let attendance = presence.get(&pupil.file).map_or("", |kind| kind.as_str());
        let text = |of: fn(&standing::StandingMarks) -> String| mark.map(of).unwrap_or_default();
        vec![
            number.into(),
            pupil.file.clone().into(),
            pupil.name.surname_given().into(),
            attendance.into(),
            text(|m| m.marks.to_string()).into(),
            text(|m| m.work.clone()).into(),
            text(|m| m.document.clone()).into(),
        ]
    };
    let roster = read::roster(tables, &at.course, at.date)?;
    let columns = [
        ("number", "№"),
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя"),
        ("attendance", "Посещение"),
        ("marks", "Отметки"),
        ("work", "Вид работы"),
        ("document", "Документ"),
    ];
    screen::list(common.json, &columns, (1..).zip(&roster).map(row).collect());
    Ok(ExitCode::SUCCESS)
}

/// Marks, or an absence with the marks that were earned later («н/4»).
fn marked(mark: &str) -> Result<(Option<Attendance>, Option<Marks>)> {
    match Cell::parse(mark) {
        Ok(Cell { attendance: Some(attendance), marks: Some(marks) }) => Ok((Some(attendance), Some(marks))),
        _ => Ok((None, Some(Marks::parse(mark)?))),
    }
}

/// Whose marks went because he is said to have been absent, after what is said of a lesson's cells.
pub fn taken_out(whose: &[String]) -> String {
    if whose.is_empty() { String::new() } else { format!("; сняты отметки: {}", whose.join(", ")) }
}

/// «Иванов=5» in two.
pub fn split<'t>(typed: &'t str, what: &str) -> Result<(&'t str, &'t str)> {
    typed.split_once('=').map(|(pupil, value)| (pupil.trim(), value.trim())).ok_or_else(|| {
        Error::input(format!("в «{typed}» нет знака «=»")).next(format!("укажите так: \"Фамилия={what}\""))
    })
}
