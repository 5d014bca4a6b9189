//! The lesson in the panel: its topic, kind of work and homework, line by line; of a new lesson the day and number too.

use super::keys::Key;
use crate::error::{Error, Result};
use crate::journal::read::Lesson;
use crate::journal::read::course_view::{CourseView, Keeper, Place};
use crate::school::{clean, day_meant, format_date, parse_date};
use crate::work::grid;
use crate::work::lesson::{LessonRef, LessonWish};
use chrono::NaiveDate;

/// No line is longer; the rules set a limit of their own.
const LONGEST: usize = 1000;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The day of a new lesson.
    Date,
    /// Its number in the day.
    Number,
    /// Что пройдено.
    Topic,
    /// Kind of work.
    Work,
    /// Homework.
    Homework,
}

/// A line that is edited.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is for.
    pub label: Label,
    /// What is typed.
    pub text: Vec<char>,
    /// Where the cursor stands: before this character.
    pub at: usize,
    original: String,
}

/// The lines of a lesson.
#[derive(Debug, Clone)]
pub struct Form {
    /// The lesson, unless it is a new one.
    pub place: Option<Place>,
    /// The lines.
    pub lines: Vec<Line>,
    /// The line that keys go to.
    pub active: usize,
    /// The day and hour of a new lesson that the timetable does not have, once that was said.
    insisted: Option<(NaiveDate, u8)>,
    /// The day on which a new lesson's form was opened, by which «вчера» is told.
    today: NaiveDate,
}

impl Label {
    /// As the panel names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Date => "Дата",
            Self::Number => "Урок №",
            Self::Topic => "Тема",
            Self::Work => "Вид работы",
            Self::Homework => "Задание",
        }
    }
}

impl Line {
    fn new(label: Label, text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        Self { label, at: chars.len(), text: chars, original: text.to_owned() }
    }

    fn typed(&self) -> String {
        self.text.iter().collect()
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Char(c) if self.text.len() < LONGEST => {
                self.text.insert(self.at, c);
                self.at += 1;
            }
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            Key::Delete if self.at < self.text.len() => {
                self.text.remove(self.at);
            }
            Key::Left => self.at = self.at.saturating_sub(1),
            Key::Right => self.at = (self.at + 1).min(self.text.len()),
            Key::Home => self.at = 0,
            Key::End => self.at = self.text.len(),
            _ => {}
        }
    }
}

impl Form {
    /// A lesson that was recorded.
    pub fn of(place: Place, lesson: &Lesson) -> Self {
        let lines = vec![
            Line::new(Label::Topic, &lesson.topic),
            Line::new(Label::Work, &lesson.work),
            Line::new(Label::Homework, &lesson.homework),
        ];
        Self { place: Some(place), lines, active: 0, insisted: None, today: NaiveDate::default() }
    }

    /// A new lesson: today, the timetable's number, the words of the plan's line for it.
    pub fn new_lesson(today: NaiveDate, view: &CourseView) -> Self {
        let number = view.next_number(today);
        let planned = grid::proposed(view, today, number);
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        let (topic, work, homework) = match planned {
            Some(line) => (line.topic.as_str(), line.work.as_str(), line.homework.as_str()),
            None => ("", "", ""),
        };
        let lines = vec![
            Line::new(Label::Date, &format_date(today)),
            Line::new(Label::Number, &number),
            Line::new(Label::Topic, topic),
            Line::new(Label::Work, work),
            Line::new(Label::Homework, homework),
        ];
        Self { place: None, lines, active: 2, insisted: None, today }
    }

    /// Takes a key that edits or goes to another line.
    pub fn press(&mut self, key: Key) {
        let last = self.lines.len() - 1;
        match key {
            Key::Up => self.active = self.active.saturating_sub(1),
            Key::Down => self.active = (self.active + 1).min(last),
            Key::Tab => self.active = (self.active + 1) % self.lines.len(),
            Key::BackTab => self.active = (self.active + last) % self.lines.len(),
            key => self.lines[self.active].press(key),
        }
    }

    /// Sets a new lesson's number from the timetable while the day is being typed.
    pub fn follow_timetable(&mut self, view: &CourseView) {
        if self.lines[self.active].label != Label::Date {
            return;
        }
        if let Ok(date) = self.date(view) {
            let number = view.next_number(date).map(|number| number.to_string()).unwrap_or_default();
            for line in self.lines.iter_mut().filter(|line| line.label == Label::Number) {
                *line = Line::new(Label::Number, &number);
            }
        }
    }

    /// Whether anything was typed that is not recorded.
    pub fn is_changed(&self) -> bool {
        self.lines.iter().any(|line| line.typed() != line.original)
    }

    /// The lesson as it was typed; nothing where it stands so already.
    ///
    /// # Errors
    /// A day or a number that is none; a new lesson in the place of one that was recorded.
    pub fn lesson(&self, view: &CourseView, keeper: &Keeper) -> Result<Option<LessonWish>> {
        let (date, lesson) = match &self.place {
            Some(Place::Lesson { .. }) if !self.is_changed() => return Ok(None),
            Some(Place::Lesson { date, number }) => (*date, *number),
            _ => self.new_place(view)?,
        };
        let text = |label: Label| clean(&self.typed(label)).map(Some).map_err(|error| error.at(label.word()));
        Ok(Some(LessonWish {
            at: LessonRef { course: view.course.key.clone(), date, lesson },
            topic: text(Label::Topic)?,
            work: text(Label::Work)?,
            homework: text(Label::Homework)?,
            substitute: self.place.is_none() && keeper.substitute,
            despite: self.insisted == Some((date, lesson)),
        }))
    }

    /// What is to be said before a new lesson is recorded at an hour that the timetable does not have: said once, the next
    /// Enter insists.
    pub fn doubt(&mut self, view: &CourseView, keeper: &Keeper) -> Option<Error> {
        let (date, number) = self.new_place(view).ok().filter(|_| self.place.is_none() && !keeper.substitute)?;
        let timetable = &view.timetable;
        let due = timetable.is_empty() || timetable.on(date).any(|due| due == number);
        if due || self.insisted == Some((date, number)) {
            return None;
        }
        self.insisted = Some((date, number));
        let what = format!("по расписанию {} урока {number} нет", format_date(date));
        Some(Error::input(what).next("проверьте дату и номер; если урок был, нажмите Enter ещё раз"))
    }

    /// The day of a new lesson, which may be typed short.
    fn date(&self, view: &CourseView) -> Result<NaiveDate> {
        let typed = self.typed(Label::Date);
        day_meant(&typed, self.today, Some(&view.span)).map_or_else(|| parse_date(&typed), Ok)
    }

    fn new_place(&self, view: &CourseView) -> Result<(NaiveDate, u8)> {
        let date = self.date(view)?;
        let typed = self.typed(Label::Number);
        let number: u8 = match typed.trim() {
            "" => Err(Error::input(format!("по расписанию {} урока нет или он уже записан", format_date(date)))
                .next("проверьте дату или впишите номер урока")),
            text => text
                .parse()
                .map_err(|_| Error::input(format!("«{text}» не номер урока")).next("впишите число от 1 до 15")),
        }?;
        if view.column(&Place::Lesson { date, number }).is_some() {
            return Err(Error::input(format!("урок {number} {} уже записан", format_date(date)))
                .next("Esc, затем выберите его столбец и нажмите Tab"));
        }
        Ok((date, number))
    }

    fn typed(&self, label: Label) -> String {
        self.lines.iter().find(|line| line.label == label).map(Line::typed).unwrap_or_default()
    }
}
