//! `letopis mark`: marks of a lesson (§2.3).

use super::lesson::Which;
use super::{Common, desk::Desk, screen, session};
use crate::error::{Error, Result};
use crate::journal::cell::{self, Typed};
use crate::journal::entry::{Body, LessonRef};
use crate::journal::read::{self, Pupil};
use crate::journal::{read::standing, resolve};
use crate::school::{Cell, Marks, PersonalFile, clean, fold};
use clap::{Args, Subcommand};
use std::collections::HashSet;
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
        let mut named: Vec<(&Pupil, Option<Marks>)> = Vec::new();
        let mut everyone = None;
        for typed in &self.marks {
            let (pupil, mark) = split(typed, "отметка")?;
            let marks = if mark == "-" { None } else { Some(Marks::parse(mark).map_err(|e| e.at(typed))?) };
            if fold(pupil) == "все" {
                everyone = marks;
            } else {
                named.push((resolve::pupil(&roster, pupil)?, marks));
            }
        }
        no_pupil_twice(named.iter().map(|(pupil, _)| *pupil))?;
        if let Some(marks) = everyone {
            let absent = absent(&desk, &at)?;
            let taken: HashSet<&str> = named.iter().map(|(pupil, _)| pupil.file.as_str()).collect();
            let present = roster.iter().filter(|pupil| !absent.contains(&pupil.file));
            let marked = marked(&desk, &at)?;
            let free = |pupil: &&Pupil| !taken.contains(pupil.file.as_str()) && !marked.contains(&pupil.file);
            let others: Vec<_> = present.filter(free).collect();
            named.extend(others.into_iter().map(|pupil| (pupil, Some(marks.clone()))));
        }
        let cells: Vec<Typed> =
            named.into_iter().map(|(pupil, marks)| self.about.typed(pupil, Some(marks))).collect::<Result<_>>()?;
        let bodies = cell::entries(desk.tables(), &at, cells)?;
        let count: usize =
            bodies.iter().map(|body| if let Body::MarksSet(set) = body { set.marks.len() } else { 0 }).sum();
        desk.record_all(bodies, &format!("Отметок записано: {count}"))
    }
}

impl About {
    fn typed(&self, pupil: &Pupil, marks: Option<Option<Marks>>) -> Result<Typed> {
        let said = |text: &Option<String>| text.as_deref().map(clean).transpose();
        let (work, document) = (said(&self.work)?, said(&self.document)?);
        Ok(Typed { pupil: pupil.file.clone(), attendance: None, marks, work, document })
    }
}

impl Row {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let at = self.which.recorded(desk.tables(), &desk.login)?;
        let roster = read::roster(desk.tables(), &at.course, at.date)?;
        if self.cells.len() != roster.len() {
            return Err(Error::input(format!("клеток {}, а в списке учеников {}", self.cells.len(), roster.len()))
                .next("список по порядку: letopis mark list; пропуск обозначьте точкой"));
        }
        let mut cells = Vec::new();
        for (pupil, typed) in roster.iter().zip(&self.cells).filter(|(_, typed)| typed.trim() != ".") {
            let cell = Cell::parse(typed).map_err(|e| e.at(pupil.name.surname_given()))?;
            let typed = self.about.typed(pupil, cell.marks.map(Some))?;
            cells.push(Typed { attendance: cell.attendance.map(Some), ..typed });
        }
        desk.record_all(cell::entries(desk.tables(), &at, cells)?, "Клетки урока записаны")
    }
}

/// Personal files of those who were not at a lesson.
fn absent(desk: &Desk, at: &LessonRef) -> Result<HashSet<PersonalFile>> {
    let Some(lesson) = read::lesson_at(desk.tables(), at)? else { return Ok(HashSet::new()) };
    let standing = standing::attendance_of(desk.tables(), lesson.id)?;
    Ok(standing.into_iter().filter(|(_, kind)| kind.is_absence()).map(|(pupil, _)| pupil).collect())
}

/// Personal files of those who have a mark at a lesson.
fn marked(desk: &Desk, at: &LessonRef) -> Result<HashSet<PersonalFile>> {
    let Some(lesson) = read::lesson_at(desk.tables(), at)? else { return Ok(HashSet::new()) };
    Ok(standing::marks_of(desk.tables(), lesson.id)?.into_keys().collect())
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

/// «Иванов=5» in two.
pub fn split<'t>(typed: &'t str, what: &str) -> Result<(&'t str, &'t str)> {
    typed.split_once('=').map(|(pupil, value)| (pupil.trim(), value.trim())).ok_or_else(|| {
        Error::input(format!("в «{typed}» нет знака «=»")).next(format!("укажите так: \"Фамилия={what}\""))
    })
}

/// Nobody may be named twice in one command: which of the two was meant?
pub fn no_pupil_twice<'p>(pupils: impl Iterator<Item = &'p Pupil>) -> Result<()> {
    let mut seen = HashSet::new();
    for pupil in pupils {
        if !seen.insert(pupil.id) {
            return Err(Error::input(format!("ученик указан дважды: {}", pupil.name.surname_given()))
                .next("оставьте одно значение на ученика"));
        }
    }
    Ok(())
}
