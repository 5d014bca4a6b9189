//! Faults of the files that are brought in. All of them are collected, so that a school mends its files once and not
//! thirty times.

use std::collections::HashMap;
use std::fmt;

use crate::error::{Error, Next, Warning};

/// One fault with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's name in the folder.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u64,
    /// Column, from 1, and its heading; 0 where the whole line is meant.
    pub column: (usize, String),
    /// What is wrong and what was expected, in Russian.
    pub what: String,
    /// What to do, where a rule refused it.
    pub next: Option<Next>,
}

impl Fault {
    /// The file, line and column.
    pub fn place(&self) -> String {
        let mut place = self.file.clone();
        if self.line > 0 {
            place += &format!(", строка {}", self.line);
        }
        if self.column.0 > 0 {
            place += &format!(", столбец {} «{}»", self.column.0, self.column.1);
        }
        place
    }
}

/// The place, what is wrong, and the words of the next step; commands and buttons a face adds.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.what)?;
        self.next.iter().try_for_each(|next| write!(f, "; {next}"))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let error = Self::input(format!("{}: {}", fault.place(), fault.what));
        match fault.next {
            Some(next) => error.next(next),
            None => error,
        }
    }
}

/// Where a fact came from: a file and a line of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The table, by the name of its CSV file.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u64,
}

/// The faults and warnings found so far.
#[derive(Debug, Default)]
pub struct Faults {
    /// What must be mended.
    pub list: Vec<Fault>,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
    /// Where the columns of each file stand, from 1.
    pub columns: HashMap<(&'static str, &'static str), usize>,
    /// The tables that are in workbooks: the CSV file's name, and the file's that there is.
    pub names: HashMap<&'static str, String>,
}

impl Faults {
    /// The name of the file that holds a table, which is its CSV file's unless there is a workbook.
    pub fn name<'n>(&'n self, file: &'n str) -> &'n str {
        self.names.get(file).map_or(file, String::as_str)
    }

    /// Adds what was found of other tables.
    pub fn take(&mut self, other: Self) {
        self.list.extend(other.list);
        self.warnings.extend(other.warnings);
        self.columns.extend(other.columns);
        self.names.extend(other.names);
    }

    /// A fault of a line as a whole.
    pub fn add(&mut self, at: Source, what: impl Into<String>) {
        let (file, column) = (self.name(at.file).to_owned(), (0, String::new()));
        self.list.push(Fault { file, line: at.line, column, what: what.into(), next: None });
    }

    /// A fault of one column of a line.
    pub fn column(&mut self, at: Source, heading: &'static str, what: impl Into<String>) {
        let place = self.columns.get(&(at.file, heading)).copied().unwrap_or_default();
        let (file, column) = (self.name(at.file).to_owned(), (place, heading.to_owned()));
        self.list.push(Fault { file, line: at.line, column, what: what.into(), next: None });
    }

    /// A fault of one column of a line that a rule refused.
    pub fn refused(&mut self, at: Source, heading: &'static str, error: &Error) {
        self.column(at, heading, error.message());
        self.list.last_mut().into_iter().for_each(|fault| fault.next = error.next_step().cloned());
    }

    /// A fault of a file as a whole.
    pub fn file(&mut self, file: &'static str, what: impl Into<String>) {
        self.add(Source { file, line: 0 }, what);
    }
}
