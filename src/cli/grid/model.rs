//! The state of the grid and what a key does to it, without a terminal and without a journal.
//!
//! A cell of the grid is as it stands in the ledger, or it holds an **attempt**: a text that is being typed, or one that
//! was refused and stays visible with its reason until it is corrected or given up. Enter or an arrow ends typing:
//! [`Model::press`] then returns what is to be recorded, and whoever runs the model says how that went with
//! [`Model::recorded`] or [`Model::refused`]. The cursor has moved on by then, so that marks typed without looking
//! reach the pupils they were meant for even when one of them is refused.

use super::form::Form;
use super::keys::Key;
use crate::cli::advice;
use crate::error::{Error, Warning};
use crate::journal::read::course_view::{Column, CourseView, Keeper, Place};
use crate::school::{Cell, format_date};
use crate::work::grid::CellChange;
use crate::work::lesson::LessonWish;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Who looks at the grid.
#[derive(Debug, Clone)]
pub enum Access {
    /// May record; the name is shown, «Семёнов С. С.».
    Keeps(Keeper, String),
    /// May only look, for this reason.
    Looks(Error),
}

/// A text that is not in the ledger.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What was typed.
    pub text: String,
    /// Why it was refused; nothing while it is being typed.
    pub refused: Option<Error>,
}

/// A cell by names that outlive a change of the view: the pupil's personal file and the column.
pub type CellName = (String, Place);

/// What the keys go to.
#[derive(Debug, Clone)]
pub enum Focus {
    /// The cells.
    Grid,
    /// The lesson of the current column, or a new one.
    Panel(Form),
    /// The list of keys.
    Help,
}

/// What the grid asks for.
#[derive(Debug, Clone)]
pub enum Job {
    /// To bring a cell to what was typed.
    Cell(CellChange),
    /// To record a lesson.
    Lesson(LessonWish),
}

impl Job {
    /// What it is about.
    pub fn target(&self) -> Target {
        match self {
            Self::Cell(change) => Target::Cell((change.pupil.to_string(), change.place.clone())),
            Self::Lesson(wish) => Target::Lesson(Place::Lesson { date: wish.at.date, number: wish.at.lesson }),
        }
    }
}

/// What a job is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A cell.
    Cell(CellName),
    /// A lesson's topic, kind of work and homework.
    Lesson(Place),
}

/// What the status line says of the last action.
#[derive(Debug, Clone)]
pub enum Message {
    /// It was done.
    Done(String),
    /// It was refused, or cannot be done.
    Fault(Error),
}

/// The part of the grid that is on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// First pupil shown.
    pub row: usize,
    /// First column shown.
    pub column: usize,
    /// How many pupils fit.
    pub rows: usize,
}

/// The grid's state.
pub struct Model {
    /// What stands in the ledger.
    pub view: CourseView,
    /// Who looks at it.
    pub access: Access,
    /// The current pupil.
    pub row: usize,
    /// The current column.
    pub column: usize,
    /// What is not in the ledger.
    pub attempts: BTreeMap<CellName, Attempt>,
    /// What the keys go to.
    pub focus: Focus,
    /// What happened last.
    pub message: Option<Message>,
    /// What is on the screen.
    pub window: Window,
    /// Whether the grid is to be left.
    pub leaving: bool,
    /// The day on which the grid was opened or last looked at the clock.
    pub today: NaiveDate,
    warned: bool,
}

impl Model {
    /// A grid with the cursor on the first pupil and the last lesson up to today.
    pub fn new(view: CourseView, access: Access, today: NaiveDate) -> Self {
        let past = |column: &Column| matches!(&column.place, Place::Lesson { date, .. } if *date <= today);
        let column = view.columns.iter().rposition(past).unwrap_or_default();
        let present = view.columns.get(column).and_then(|column| column.present.iter().position(|there| *there));
        Self {
            view,
            access,
            row: present.unwrap_or_default(),
            column,
            attempts: BTreeMap::new(),
            focus: Focus::Grid,
            message: None,
            window: Window::default(),
            leaving: false,
            today,
            warned: false,
        }
    }

    /// Takes a key; returns what is to be recorded.
    pub fn press(&mut self, key: Key) -> Option<Job> {
        let warned = std::mem::take(&mut self.warned);
        match (&mut self.focus, key) {
            (_, Key::Quit) => return self.quit(warned),
            (Focus::Help, _) => self.focus = Focus::Grid,
            (_, Key::Help) => self.focus = Focus::Help,
            (Focus::Panel(_), key) => return self.press_in_panel(key),
            (Focus::Grid, key) => return self.press_in_grid(key),
        }
        None
    }

    /// Takes a pasted text: one line, as if it were typed.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500) {
            match &mut self.focus {
                Focus::Panel(form) => form.press(Key::Char(c)),
                Focus::Grid => self.type_char(c),
                Focus::Help => {}
            }
        }
    }

    /// The journal took a job as these entries, and stands as in `view` now.
    pub fn recorded(&mut self, target: &Target, view: CourseView, entries: &[u64], warnings: &[Warning]) {
        let numbers = entries.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let signed = match &self.access {
            Access::Keeps(_, name) => name.clone(),
            Access::Looks(_) => String::new(),
        };
        match target {
            Target::Cell(cell) => {
                self.attempts.remove(cell);
                self.replace_view(view);
                let text = self.view.row(&cell.0).map(|row| self.view.text(&cell.1, row)).unwrap_or_default();
                let what = if text.is_empty() { "пусто".to_owned() } else { format!("«{text}»") };
                let mut said =
                    format!("Записано: {} — {what}. № {numbers}, подписано: {signed}", self.cell_title(cell));
                warnings.iter().for_each(|warning| said += &format!(". Внимание: {}", advice::warning(warning)));
                self.message = Some(Message::Done(said));
            }
            Target::Lesson(place) => {
                self.focus = Focus::Grid;
                self.replace_view(view);
                self.column = self.view.column(place).unwrap_or(self.column);
                let said = match entries {
                    [] => "Изменений нет".to_owned(),
                    _ => format!("Урок записан: {}. № {numbers}, подписано: {signed}", place_title(place)),
                };
                self.message = Some(Message::Done(said));
            }
        }
    }

    /// The journal did not take a job. What was typed stays as it is.
    pub fn refused(&mut self, target: &Target, error: Error) {
        self.leaving = false;
        let mut error = error;
        if let Target::Cell(cell) = target {
            error = self.hint(cell, error);
            self.attempts.entry(cell.clone()).and_modify(|attempt| attempt.refused = Some(error.clone()));
        }
        self.message = Some(Message::Fault(error));
    }

    /// The ledger has grown otherwise: shows what stands now and keeps the cursor on its pupil and lesson.
    pub fn replace_view(&mut self, view: CourseView) {
        let at = self.cell();
        self.view = view;
        if let Some((file, place)) = at {
            self.row = self.view.row(&file).unwrap_or(self.row);
            self.column = self.view.column(&place).unwrap_or(self.column);
        }
        self.row = self.row.min(self.view.pupils.len().saturating_sub(1));
        self.column = self.column.min(self.view.columns.len().saturating_sub(1));
    }

    /// The current cell, unless there are no pupils or no columns.
    pub fn cell(&self) -> Option<CellName> {
        let pupil = self.view.pupils.get(self.row)?;
        let column = self.view.columns.get(self.column)?;
        Some((pupil.file.to_string(), column.place.clone()))
    }

    /// The current column.
    pub fn current(&self) -> Option<&Column> {
        self.view.columns.get(self.column)
    }

    /// The attempt of a cell.
    pub fn attempt(&self, row: usize, place: &Place) -> Option<&Attempt> {
        let file = &self.view.pupils.get(row)?.file;
        if self.attempts.is_empty() { None } else { self.attempts.get(&(file.to_string(), place.clone())) }
    }

    /// How many cells were refused and are not corrected.
    pub fn refusals(&self) -> usize {
        self.attempts.values().filter(|attempt| attempt.refused.is_some()).count()
    }

    /// «Иванов Павел, 15.09.2025».
    pub fn cell_title(&self, (file, place): &CellName) -> String {
        let name = self.view.row(file).and_then(|row| self.view.names.get(row)).cloned().unwrap_or_default();
        format!("{name}, {}", place_title(place))
    }

    fn press_in_grid(&mut self, key: Key) -> Option<Job> {
        match key {
            Key::Char(c) => self.type_char(c),
            Key::Backspace => self.rub_out(),
            Key::Delete => return self.empty(),
            Key::Esc => self.give_up(),
            Key::Edit => self.edit(),
            Key::Tab | Key::BackTab => {
                let job = self.commit();
                self.open_panel();
                return job;
            }
            Key::NewLesson => {
                let job = self.commit();
                self.open_new_lesson();
                return job;
            }
            Key::NextRefused => {
                let job = self.commit();
                self.go_to_next_refused();
                return job;
            }
            moving => {
                let job = self.commit();
                self.step(moving);
                return job;
            }
        }
        None
    }

    fn step(&mut self, key: Key) {
        let last_row = self.view.pupils.len().saturating_sub(1);
        let last_column = self.view.columns.len().saturating_sub(1);
        let page = self.window.rows.max(2) - 1;
        match key {
            Key::Up => self.row = (0..self.row).rev().find(|row| self.is_present(*row)).unwrap_or(self.row),
            Key::Down | Key::Enter => {
                self.row = (self.row + 1..=last_row).find(|row| self.is_present(*row)).unwrap_or(self.row);
            }
            Key::Left => self.column = self.column.saturating_sub(1),
            Key::Right => self.column = (self.column + 1).min(last_column),
            Key::Home => self.column = 0,
            Key::End => self.column = last_column,
            Key::PageUp => self.row = self.row.saturating_sub(page),
            Key::PageDown => self.row = (self.row + page).min(last_row),
            _ => {}
        }
    }

    /// Whether a pupil was on the course at the current column: the cursor goes down past those who were not.
    pub fn is_present(&self, row: usize) -> bool {
        self.current().is_none_or(|column| column.present.get(row).copied().unwrap_or(true))
    }

    fn type_char(&mut self, c: char) {
        if !self.may_record() {
            return;
        }
        let Some(cell) = self.cell() else { return };
        self.message = None;
        let attempt = self.attempts.entry(cell).or_insert_with(|| Attempt { text: String::new(), refused: None });
        if attempt.refused.take().is_some() {
            attempt.text.clear();
        }
        if attempt.text.chars().count() < 12 {
            attempt.text.push(super::keys::russian(c));
        }
    }

    fn rub_out(&mut self) {
        let Some(cell) = self.cell() else { return };
        if !self.attempts.contains_key(&cell) {
            self.edit();
        }
        if let Some(attempt) = self.attempts.get_mut(&cell) {
            attempt.refused = None;
            attempt.text.pop();
            if attempt.text.is_empty() {
                self.attempts.remove(&cell);
            }
        }
    }

    /// Goes on typing what stands, or what was refused.
    fn edit(&mut self) {
        if !self.may_record() {
            return;
        }
        let (Some(cell), Some(place)) = (self.cell(), self.current().map(|column| column.place.clone())) else {
            return;
        };
        let text = self.view.text(&place, self.row);
        self.message = None;
        self.attempts.entry(cell).or_insert(Attempt { text, refused: None }).refused = None;
    }

    fn give_up(&mut self) {
        self.message = None;
        if let Some(cell) = self.cell() {
            self.attempts.remove(&cell);
        }
    }

    /// Whether anything may be recorded; says why not.
    pub(super) fn may_record(&mut self) -> bool {
        match &self.access {
            Access::Keeps(..) => true,
            Access::Looks(why) => {
                self.message = Some(Message::Fault(why.clone().at("только просмотр")));
                false
            }
        }
    }

    /// Ends typing: what was typed into the current cell is to be recorded, unless it stands already.
    fn commit(&mut self) -> Option<Job> {
        self.message = None;
        let cell = self.cell()?;
        let attempt = self.attempts.get(&cell).filter(|attempt| attempt.refused.is_none())?;
        if attempt.text.trim().is_empty() {
            self.attempts.remove(&cell);
            return None;
        }
        match Cell::parse(&attempt.text) {
            Ok(new) => self.job(cell, new),
            Err(error) => {
                let place = self.cell_title(&cell);
                self.refused(&Target::Cell(cell), error.at(place));
                None
            }
        }
    }

    /// Empties a cell; an attempt in it is given up instead.
    fn empty(&mut self) -> Option<Job> {
        let cell = self.cell()?;
        if self.attempts.remove(&cell).is_some() || !self.may_record() {
            return None;
        }
        if self.view.text(&cell.1, self.row).is_empty() {
            self.message = Some(Message::Done("Клетка и так пуста".to_owned()));
            return None;
        }
        self.attempts.insert(cell.clone(), Attempt { text: "–".to_owned(), refused: None });
        self.job(cell, Cell::default())
    }

    fn job(&mut self, cell: CellName, becomes: Cell) -> Option<Job> {
        let change = CellChange { pupil: cell.0.as_str().into(), place: cell.1.clone(), becomes };
        match change.stands(&self.view) {
            Ok(true) => {
                self.attempts.remove(&cell);
                self.message = Some(Message::Done("Так уже записано".to_owned()));
                None
            }
            Ok(false) => Some(Job::Cell(change)),
            Err(error) => {
                let place = self.cell_title(&cell);
                self.refused(&Target::Cell(cell), error.at(place));
                None
            }
        }
    }

    /// Where a mark was typed over an absence, the way to keep both is worth a word.
    fn hint(&self, cell: &CellName, error: Error) -> Error {
        let standing = self.view.row(&cell.0).and_then(|row| self.view.standing(&cell.1, row));
        let absence = standing.and_then(|standing| standing.cell.attendance);
        let typed = self.attempts.get(cell).and_then(|attempt| Cell::parse(&attempt.text).ok());
        match (absence, typed) {
            (Some(absence), Some(Cell { attendance: None, marks: Some(marks) })) => {
                error.next(format!("чтобы добавить отметку к «{0}», наберите «{0} {marks}»", absence.as_str()))
            }
            _ => error,
        }
    }

    fn go_to_next_refused(&mut self) {
        let position = |(file, place): &CellName| Some((self.view.column(place)?, self.view.row(file)?));
        let mut all: Vec<_> = self
            .attempts
            .iter()
            .filter(|(_, attempt)| attempt.refused.is_some())
            .filter_map(|(cell, _)| position(cell))
            .collect();
        all.sort_unstable();
        let next = all.iter().find(|at| **at > (self.column, self.row)).or_else(|| all.first());
        match next {
            Some(&(column, row)) => (self.column, self.row) = (column, row),
            None => self.message = Some(Message::Done("Отклонённых клеток нет".to_owned())),
        }
    }

    /// Leaves, if nothing that was typed would be lost or the reader was warned of it.
    fn quit(&mut self, warned: bool) -> Option<Job> {
        let job = if warned { None } else { self.commit() };
        let changed = matches!(&self.focus, Focus::Panel(form) if form.is_changed());
        let lost = self.refusals();
        if warned || (lost == 0 && !changed) {
            self.leaving = true;
            return job;
        }
        self.warned = true;
        let what = if changed {
            "изменения урока не записаны".to_owned()
        } else {
            format!("не записано клеток: {lost}")
        };
        self.message = Some(Message::Fault(Error::input(what).next("F10 ещё раз — выйти без них, Esc — вернуться")));
        job
    }
}

/// «15.09.2025», with the lesson's number only in messages about lessons; a period's name for final marks.
fn place_title(place: &Place) -> String {
    match place {
        Place::Lesson { date, .. } => format_date(*date),
        Place::Final { period } => period.to_string(),
    }
}
