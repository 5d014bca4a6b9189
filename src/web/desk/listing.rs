//! A table of lines, as most pages have one.

use crate::report::table::{Cell, Kind, Table};
use askama::Template;

/// A table. A page puts it in with `{{ listing|safe }}`: its cells are escaped when it is rendered.
#[derive(Template)]
#[template(path = "desk/pages/listing.html")]
pub struct Listing {
    /// What it is, for those who hear it.
    pub caption: String,
    /// Headings of its columns.
    pub heads: Vec<Head>,
    /// Rows from the top; the first cell names the row.
    pub rows: Vec<Vec<Entry>>,
    /// What is said where it has no rows: «Заявок нет.»
    pub empty: String,
}

/// A column's heading.
pub struct Head {
    /// What it says.
    pub text: String,
    /// Whether its cells are numbers, which stand at the right.
    pub is_number: bool,
}

/// A cell.
#[derive(Default)]
pub struct Entry {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub link: Option<String>,
}

impl Entry {
    /// A cell that leads somewhere.
    pub fn to(address: impl Into<String>, text: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(address.into()) }
    }
}

impl<T: Into<String>> From<T> for Entry {
    fn from(text: T) -> Self {
        Self { text: text.into(), link: None }
    }
}

impl Listing {
    /// A table without rows.
    pub fn new(caption: &str, heads: &[&str], empty: &str) -> Self {
        let heads = heads.iter().map(|text| Head { text: (*text).to_owned(), is_number: false }).collect();
        Self { caption: caption.to_owned(), heads, rows: Vec::new(), empty: empty.to_owned() }
    }

    /// A report.
    pub fn of(report: &Table) -> Self {
        let heads = report
            .columns
            .iter()
            .map(|column| Head { text: column.heading.to_owned(), is_number: column.kind != Kind::Text });
        // A number below zero has a minus, and no hyphen.
        let shown = |(text, cell): (String, &Cell)| match cell {
            Cell::Number(_) => Entry::from(text.replace('-', "−")),
            Cell::Text(_) | Cell::Empty => Entry::from(text),
        };
        let rows = report.rows.iter().map(|row| report.texts(row).into_iter().zip(row).map(shown).collect());
        let (caption, empty) = (report.title.to_owned(), "Показывать нечего.".to_owned());
        Self { caption, heads: heads.collect(), rows: rows.collect(), empty }
    }

    /// Whether the cells of a column are numbers.
    fn is_number(&self, column: &usize) -> bool {
        self.heads.get(*column).is_some_and(|head| head.is_number)
    }
}
