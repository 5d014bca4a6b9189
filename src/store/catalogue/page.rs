//! The catalogue as one static page: no script, nothing fetched from elsewhere, to be opened as a file or put on any server.

use super::{Catalogue, Row};
use crate::error::{Error, Result};
use crate::school::{counted, grouped};
use askama::Template;

#[derive(Template)]
#[template(path = "catalogue/page.html")]
struct Page<'a> {
    place: &'a str,
    at: String,
    days: String,
    summary: String,
    /// Rows that somebody should do something about, and the others.
    sections: [Section; 2],
    strangers: &'a [String],
    strange: usize,
    doubtful: &'a [String],
}

/// A table with its heading.
struct Section {
    title: &'static str,
    due: bool,
    lines: Vec<Line>,
}

/// A row of a table.
struct Line {
    /// The school, which heads it.
    school: String,
    cells: Vec<Cell>,
    state: String,
}

/// A cell, and how it is set: `n` of a number, `w` of what stays in one line.
struct Cell {
    text: String,
    set: &'static str,
}

impl Line {
    fn of(row: &Row) -> Self {
        let mut cells = row.cells();
        let state = cells.pop().unwrap_or_default();
        let school = cells.remove(0);
        // The code is in the table for programs: nobody compares 64 digits by eye here.
        cells.remove(5);
        let cell = |(at, text): (usize, String)| match at {
            0 | 1 => Cell { text, set: "w" },
            4 => Cell { text: text.parse().map(|bytes: u64| grouped(bytes)).unwrap_or(text), set: "n" },
            _ => Cell { text, set: "" },
        };
        let cells = cells.into_iter().enumerate().map(cell).collect();
        Self { school, cells, state }
    }
}

/// The page.
///
/// # Errors
/// None in practice.
pub fn page(catalogue: &Catalogue) -> Result<String> {
    let (due, fine): (Vec<&Row>, Vec<&Row>) = catalogue.rows.iter().partition(|row| row.is_due());
    let lines = |rows: Vec<&Row>| rows.into_iter().map(Line::of).collect();
    let page = Page {
        place: &catalogue.place,
        at: catalogue.at.format("%d.%m.%Y %H:%M").to_string(),
        days: counted(catalogue.days, ["дня", "дней", "дней"]),
        summary: catalogue.in_words(),
        sections: [
            Section { title: "Требуют внимания", due: true, lines: lines(due) },
            Section { title: "В порядке", due: false, lines: lines(fine) },
        ],
        strangers: &catalogue.strangers,
        strange: catalogue.strange,
        doubtful: &catalogue.doubtful,
    };
    page.render().map_err(|cause| {
        Error::environment(format!("страница каталога не составляется: {cause}"))
            .next("сообщите разработчику")
            .caused_by(cause)
    })
}
