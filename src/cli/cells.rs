//! Pupils and what is said of them, as they are typed: «Иванов=5», «Петр=4/5», «Сизов»; and how it is said what was understood.

use crate::error::{Error, Result, every};
use crate::journal::read::{self, Pupil, Tables};
use crate::journal::resolve;
use crate::school::{Attendance, Cell, Marks, PersonalFile, Sex, fold};
use crate::work::lesson::LessonRef;
use crate::work::marks::{CellWish, CellsWish};

/// The list that pupils are looked for in.
pub struct Listed {
    pupils: Vec<Pupil>,
    names: Vec<String>,
}

impl Listed {
    /// The pupils of a lesson.
    pub fn of_lesson(tables: &Tables, at: &LessonRef) -> Result<Self> {
        Self::of(tables, read::roster(tables, &at.course, at.date)?)
    }

    /// Any pupils.
    pub fn of(tables: &Tables, pupils: Vec<Pupil>) -> Result<Self> {
        Ok(Self { names: read::names(tables, &pupils)?, pupils })
    }

    /// A text in the masculine that tells of the pupil with this file, in words that agree.
    pub fn agree(&self, file: &PersonalFile, text: &str) -> String {
        Sex::agree(self.pupils.iter().find(|pupil| pupil.file == *file).and_then(Pupil::sex), text)
    }

    /// The personal file of whoever is meant.
    pub fn file(&self, typed: &str) -> Result<PersonalFile> {
        Ok(resolve::pupil(&self.pupils, typed)?.file.clone())
    }

    /// What a pupil is called here.
    pub fn name<'a>(&'a self, file: &'a PersonalFile) -> &'a str {
        let at = self.pupils.iter().position(|pupil| pupil.file == *file);
        at.map_or(file.as_str(), |at| self.names[at].as_str())
    }

    /// Marks: of some, and of everybody else («все=зач»). All that is wrong with them is told at once.
    pub fn marks(&self, typed: &[String]) -> Result<(Vec<CellWish>, Option<Marks>)> {
        let mut others = None;
        let cells = every(typed.iter().map(|typed| {
            let (pupil, mark) = split(typed, "отметка")?;
            let at = |error: Error| error.at(typed);
            if fold(pupil) == "все" {
                others = if mark == "-" { None } else { Some(Marks::parse(mark).map_err(at)?) };
                return Ok(None);
            }
            let marked = if mark == "-" { Ok((None, None)) } else { marked(mark).map_err(at) };
            let (pupil, (attendance, marks)) = both(self.file(pupil), marked)?;
            Ok(Some(CellWish { pupil, attendance: attendance.map(Some), marks: Some(marks) }))
        }))?;
        Ok((cells.into_iter().flatten().collect(), others))
    }

    /// Who was absent or late: «Сизов», «Сизов=оп», «Сизов=-».
    pub fn absences(&self, typed: &[String], usual: Attendance) -> Result<Vec<CellWish>> {
        every(typed.iter().map(|typed| {
            let (pupil, kind) = if typed.contains('=') { split(typed, "н")? } else { (typed.trim(), usual.as_str()) };
            let attendance = match kind {
                "-" => Ok(None),
                kind => Attendance::parse(kind).map(Some).ok_or_else(|| {
                    Error::input(format!("«{kind}» в «{typed}» не отметка посещаемости"))
                        .next("допустимы: н, б, у, оп, а «-» снимает ошибочную")
                }),
            };
            let (pupil, attendance) = both(self.file(pupil), attendance)?;
            Ok(CellWish { pupil, attendance: Some(attendance), marks: None })
        }))
    }

    /// A line for each cell that was named: «Петренко Анна: оп, 5».
    pub fn told(&self, wish: &CellsWish) -> Vec<String> {
        let line = |cell: &CellWish| {
            let attendance = cell
                .attendance
                .map(|kind| kind.map_or_else(|| self.agree(&cell.pupil, "был"), |kind| kind.as_str().to_owned()));
            let marks = cell.marks.as_ref();
            let marks = marks.map(|marks| marks.as_ref().map_or_else(|| "без отметки".to_owned(), ToString::to_string));
            let said: Vec<String> = attendance.into_iter().chain(marks).collect();
            format!("{}: {}", self.name(&cell.pupil), said.join(", "))
        };
        let others = wish.others.iter().map(|marks| format!("остальные, кто был и без отметки: {marks}"));
        wish.cells.iter().map(line).chain(others).collect()
    }
}

/// Both, or the faults of both.
pub fn both<A, B>(a: Result<A>, b: Result<B>) -> Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => match every([a.map(drop), b.map(drop)]) {
            Err(faults) => Err(faults),
            Ok(_) => Err(Error::input("аргументы указаны неверно").next("повторите команду")),
        },
    }
}

/// Says of everybody who was named what was understood.
pub fn say(lines: &[String]) {
    for line in lines {
        println!("  {line}");
    }
}

/// Marks, or an absence with the marks that were earned later («н/4»).
fn marked(mark: &str) -> Result<(Option<Attendance>, Option<Marks>)> {
    match Cell::parse(mark) {
        Ok(Cell { attendance: Some(attendance), marks: Some(marks) }) => Ok((Some(attendance), Some(marks))),
        _ => Ok((None, Some(Marks::parse(mark)?))),
    }
}

/// «Иванов=5» in two.
pub fn split<'t>(typed: &'t str, what: &str) -> Result<(&'t str, &'t str)> {
    typed.split_once('=').map(|(pupil, value)| (pupil.trim(), value.trim())).ok_or_else(|| {
        Error::input(format!("в «{typed}» нет знака «=»")).next(format!("укажите так: \"Фамилия={what}\""))
    })
}
