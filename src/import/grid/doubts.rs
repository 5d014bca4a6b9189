//! What cannot be told from a table: each doubt with its sheet and cell, and, where an answer settles it, the question that
//! a map of answers is asked.

use super::cells::Place;
use crate::error::{Error, Next};
use std::collections::HashSet;
use std::fmt;

/// The sections of a map of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Who is meant: the number of a personal file.
    Pupils,
    /// What stands in a cell: a cell as the journal writes it.
    Marks,
    /// Which lesson or which final mark a column is of.
    Dates,
}

impl Section {
    /// Its name in the map.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pupils => "pupils",
            Self::Marks => "marks",
            Self::Dates => "dates",
        }
    }
}

/// What a map would have to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// Where it says so.
    pub section: Section,
    /// For which class.
    pub class: String,
    /// Of which text, or of which cell.
    pub key: String,
    /// What it may be; empty where nothing can be guessed.
    pub guess: String,
}

/// What cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The file.
    pub file: String,
    /// The cell; nothing where the file as a whole is meant.
    pub place: Option<Place>,
    /// What is doubted, in Russian.
    pub what: String,
    /// What to do, where a rule refused it.
    pub next: Option<Next>,
    /// The question that settles it, where one does.
    pub question: Option<Question>,
}

impl Doubt {
    /// The file, the sheet and the cell.
    pub fn at(&self) -> String {
        match &self.place {
            Some(place) => format!("{}, {place}", self.file),
            None => self.file.clone(),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at(), self.what)
    }
}

/// The doubts and warnings about one file.
#[derive(Debug, Default)]
pub struct Doubts {
    /// The file's name.
    pub file: String,
    /// What must be settled.
    pub list: Vec<Doubt>,
    /// What should be looked at.
    pub warnings: Vec<String>,
    /// What was told of which cell.
    told: HashSet<(Place, String)>,
    /// How many doubts there were beyond the list.
    more: usize,
}

/// So many doubts of one file are listed: whoever has that many brings the wrong file, or has one fault many times.
const MOST: usize = 2_000;

impl Doubts {
    /// None about a file.
    pub fn of(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// Of the file as a whole.
    pub fn whole(&mut self, what: impl Into<String>) {
        self.push(Doubt { file: self.file.clone(), place: None, what: what.into(), next: None, question: None });
    }

    /// Of a cell; one is told once.
    pub fn cell(&mut self, place: &Place, what: impl Into<String>, question: Option<Question>) {
        let what = what.into();
        if self.told.insert((place.clone(), what.clone())) {
            self.push(Doubt { file: self.file.clone(), place: Some(place.clone()), what, next: None, question });
        }
    }

    fn push(&mut self, doubt: Doubt) {
        if self.list.len() < MOST {
            self.list.push(doubt);
        } else {
            self.more += 1;
        }
    }

    /// How many there are, those not listed included.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// All of them, and how many are not listed.
    pub fn all(mut self) -> (Vec<Doubt>, Vec<String>) {
        if self.more > 0 {
            let what = format!("и ещё сомнений: {}; разберите названные и повторите", self.more);
            self.list.push(Doubt { file: self.file, place: None, what, next: None, question: None });
        }
        (self.list, self.warnings)
    }

    /// That a rule refuses what stands in a cell.
    pub fn refused(&mut self, place: Option<&Place>, error: &Error) {
        let (place, next) = (place.cloned(), error.next_step().cloned());
        let what = error.message().to_owned();
        self.push(Doubt { file: self.file.clone(), place, what, next, question: None });
    }

    /// What is not recorded and harms nothing.
    pub fn warn(&mut self, place: &Place, what: &str) {
        self.warnings.push(format!("{}, {place}: {what}", self.file));
    }
}
