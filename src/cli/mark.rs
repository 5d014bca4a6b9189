//! `letopis mark`: marks of a lesson (§2.3).

use super::cells::{self, Listed};
use super::lesson::{Which, place};
use super::recorder::{Recorder, say};
use super::{Common, screen, session};
use crate::error::{Result, every};
use crate::journal::read::{self, Pupil, standing};
use crate::school::Cell;
use crate::work::Done;
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
    #[arg(long, visible_alias = "вид", value_name = "ВИД")]
    work: Option<String>,
    /// Документ, на основании которого отметка перенесена из другой организации (§2.3.5)
    #[arg(long, visible_alias = "документ", value_name = "ДОКУМЕНТ")]
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
        let mut recorder = Recorder::open(common)?;
        let at = self.which.recorded(recorder.tables(), &recorder.login)?;
        let listed = Listed::of_lesson(recorder.tables(), &at)?;
        let (cells, others) = listed.marks(&self.marks)?;
        let wish = CellsWish { cells, others, ..self.about.of(CellsWish::of(at)) };
        let set = marks::set(&mut recorder.workplace()?, &wish)?;
        // «н/3» over a mark that stands records the absence alone.
        let taken = wish.others.is_none() && wish.cells.iter().all(|cell| cell.marks == Some(None));
        let what = match (set.marks, set.attendance) {
            (marks, 0) if taken => format!("Отметок убрано: {marks}"),
            (0, attendance) if attendance > 0 => format!("Посещаемость записана: {attendance}"),
            (marks, _) => format!("Отметок записано: {marks}"),
        };
        told(set.done, &format!("{what} ({})", place(&wish.at)), &listed.told(&wish))
    }
}

/// Says what was recorded, and of everybody who was named what was understood; of what stood already only that.
pub fn told(done: Done, what: &str, lines: &[String]) -> Result<ExitCode> {
    let nothing = done.is_nothing();
    let status = say(done, what)?;
    if !nothing {
        cells::say(lines);
    }
    Ok(status)
}

impl About {
    fn of(self, cells: CellsWish) -> CellsWish {
        CellsWish { work: self.work, document: self.document, ..cells }
    }
}

impl Row {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let at = self.which.recorded(recorder.tables(), &recorder.login)?;
        let row = marks::in_order(recorder.tables(), &at, self.cells)?;
        let listed = Listed::of_lesson(recorder.tables(), &at)?;
        let (mut wish, mut cells) = (self.about.of(CellsWish::of(at)), Vec::new());
        for (pupil, typed) in row.into_iter().filter(|(_, typed)| typed.trim() != ".") {
            let cell = Cell::parse(&typed).map_err(|e| e.at(listed.name(&pupil.file)));
            cells.push(cell.map(|cell| {
                let (attendance, marks) = (cell.attendance.map(Some), cell.marks.map(Some));
                CellWish { pupil: pupil.file, attendance, marks }
            }));
        }
        wish.cells = every(cells)?;
        let set = marks::set(&mut recorder.workplace()?, &wish)?;
        let what = format!("Клетки урока записаны ({}){}", place(&wish.at), taken_out(&set.taken_out));
        told(set.done, &what, &listed.told(&wish))
    }
}

fn list(common: &Common, which: &Which) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let at = which.recorded(tables, "")?;
    let Some(lesson) = read::lesson_at(tables, &at)? else { return Ok(ExitCode::SUCCESS) };
    let (marks, presence) = (standing::marks_of(tables, lesson.id)?, standing::attendance_of(tables, lesson.id)?);
    let roster = read::roster(tables, &at.course, at.date)?;
    let names = read::names(tables, &roster)?;
    let exempted = read::explain::exempted(tables, &at.course.subject, at.date)?;
    let row = |(number, pupil): (usize, &Pupil)| {
        let mark = marks.get(&pupil.file);
        let attendance = presence.get(&pupil.file).map_or("", |kind| kind.as_str());
        let text = |of: fn(&standing::StandingMarks) -> String| mark.map(of).unwrap_or_default();
        vec![
            number.into(),
            pupil.file.clone().into(),
            names[number - 1].clone().into(),
            attendance.into(),
            text(|m| m.marks.to_string()).into(),
            text(|m| m.work.clone()).into(),
            text(|m| m.document.clone()).into(),
            (if exempted.contains(&pupil.id) { "осв" } else { "" }).into(),
        ]
    };
    let columns = [
        ("number", "№"),
        ("pupil", "Личное дело"),
        ("name", "Фамилия, имя"),
        ("attendance", "Посещение"),
        ("marks", "Отметки"),
        ("work", "Вид работы"),
        ("document", "Документ"),
        ("exempted", "Освобождение"),
    ];
    screen::list(common.json, &columns, (1..).zip(&roster).map(row).collect());
    Ok(ExitCode::SUCCESS)
}

/// Whose marks went because he is said to have been absent, after what is said of a lesson's cells.
pub fn taken_out(whose: &[String]) -> String {
    if whose.is_empty() { String::new() } else { format!("; сняты отметки: {}", whose.join(", ")) }
}
