//! What a mail says of one child, in sections of lines, before it is set as text and HTML.
//!
//! Each kind of mail gathers it from the diary ([`crate::inform::diary`]): the digest of a day, a notice of an absence, the
//! weekly forecast, final marks. What has been told to the same reader already is left out; what has changed since it was
//! told is told as a change. What a mail tells is named by facts, each with its value then:
//!
//! * `cell/DAY/NUMBER/SUBJECT/GROUP`: what stands in the pupil's cell of a lesson, marks and absence;
//! * `corrected/DAY/SUBJECT/PERIOD`: what a decision made of a mark;
//! * `reason/FIRST/LAST`: the reason of an absence;
//! * `final/PERIOD/SUBJECT`: a final mark;
//! * `away/DAY` and `forecast/MONDAY`: that a notice of that day, a forecast of that week was written.

pub mod absence;
pub mod digest;
pub mod finals;
pub mod forecast;
#[cfg(test)]
mod tests;

use super::letter::one_line;
use crate::error::Result;
use crate::inform::diary::Shown;
use crate::inform::outbox::Fact;
use crate::journal::read::Pupil;
use crate::school::{ClassName, Day, day_in_words};

/// What a mail says of one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// «Алиев Али, 7А».
    pub name: String,
    /// What is said, in order; none is empty.
    pub sections: Vec<Section>,
    /// What is told by it.
    pub facts: Vec<Fact>,
}

/// Lines under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// «Отметки».
    pub heading: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line: what it is about, and what is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// «Алгебра».
    pub about: String,
    /// «5 (контрольная работа)».
    pub said: String,
}

/// What a reader has been told of a pupil before.
pub trait Before {
    /// The value that was told of a fact.
    ///
    /// # Errors
    /// An outbox that does not read.
    fn value(&self, fact: &str) -> Result<Option<String>>;

    /// The facts whose keys begin so, with their values.
    ///
    /// # Errors
    /// An outbox that does not read.
    fn beginning(&self, prefix: &str) -> Result<Vec<(String, String)>>;
}

impl Child {
    fn new(pupil: &Pupil, class: &ClassName) -> Self {
        let name = format!("{}, {class}", one_line(&pupil.name.full()));
        Self { name, sections: Vec::new(), facts: Vec::new() }
    }

    fn say(&mut self, heading: impl Into<String>, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.sections.push(Section { heading: heading.into(), lines });
        }
    }

    fn tell(&mut self, pupil: &Pupil, fact: impl Into<String>, value: impl Into<String>) {
        self.facts.push(Fact { pupil: pupil.file.clone(), fact: fact.into(), value: value.into() });
    }

    /// The child, where there is anything to say.
    fn if_anything(self) -> Option<Self> {
        (!self.sections.is_empty()).then_some(self)
    }
}

impl Line {
    fn new(about: impl AsRef<str>, said: impl AsRef<str>) -> Self {
        Self { about: one_line(about.as_ref()), said: one_line(said.as_ref()) }
    }
}

/// The key of a pupil's cell of a lesson.
fn cell(lesson: &Shown) -> String {
    format!("cell/{}/{}/{}/{}", lesson.date, lesson.number, lesson.subject, lesson.group)
}

/// What stands in the cell: marks, a semicolon, the letters of an absence.
fn standing(lesson: &Shown) -> String {
    let marks = lesson.mark.as_ref().map(|mark| mark.marks.as_str()).unwrap_or_default();
    let absence = lesson.absence.map(|absence| absence.kind.as_str()).unwrap_or_default();
    format!("{marks};{absence}")
}

/// «Алгебра», of another day than the mail's «Алгебра, 26.11.2025».
fn subject(lesson: &Shown, day: Day) -> String {
    let group = if lesson.group.is_empty() { String::new() } else { format!(" ({})", lesson.group) };
    let date =
        if lesson.date == day { String::new() } else { format!(", {}", crate::school::format_date(lesson.date)) };
    format!("{}{group}{date}", lesson.subject)
}

/// «28 ноября»: a day without its weekday and year.
pub fn short_day(day: Day) -> String {
    let words = day_in_words(day);
    let rest = words.split_once(", ").map_or(words.as_str(), |(_, rest)| rest);
    rest.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
