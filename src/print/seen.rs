//! A page as an eye compares it with paper: its lines, and its tables with every column and every empty cell.
//!
//! The kept record of a page has its texts by row and column and nothing of what is empty. Where the page was laid out
//! again with the same text, its tables are known; otherwise rows of several columns that follow one another are taken
//! for one.

use super::page::TableRows;
use super::seal::read_record;
use crate::error::{Action, Error, Result};
use std::collections::BTreeMap;

/// A page taken apart for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The document's number.
    pub number: String,
    /// The page, from 1.
    pub page: u32,
    /// Its lines and tables from the top.
    pub parts: Vec<Part>,
}

/// A line or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A line of text outside tables: its cells from the left.
    Line(Vec<String>),
    /// A table.
    Table(Grid),
}

/// A table: every row has every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// How many of the rows are its heading.
    pub heads: usize,
    /// The rows from the top.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }
}

/// The texts of a page by row and column.
type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

/// More columns than any form has are no table.
const MOST_COLUMNS: u32 = 200;

/// Takes the record of a page apart. `tables` are those of the same page laid out again; none where it differs.
///
/// # Errors
/// A record that does not read.
pub fn seen(record: &[u8], tables: &[TableRows]) -> Result<Seen> {
    let (number, page, runs) = read_record(record).ok_or_else(|| {
        Error::damaged("сохранённый текст страницы не читается").next_by("проверьте журнал", Action::Audit)
    })?;
    let mut cells = Cells::new();
    for (row, column, text) in runs {
        let cell = cells.entry(row).or_default().entry(column).or_default();
        if !cell.is_empty() {
            cell.push(' ');
        }
        // What a terminal would take for a command is shown as what it is: no letter.
        cell.extend(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
    }
    let guessed;
    let tables = match tables {
        [] => {
            guessed = guess(&cells);
            &guessed[..]
        }
        known => known,
    };
    let mut parts = Vec::new();
    while let Some((row, line)) = cells.pop_first() {
        let table = tables.iter().find(|table| (table.heads.start..table.body.end).contains(&row));
        match table.filter(|_| line.keys().all(|column| *column < MOST_COLUMNS)) {
            None => parts.push(Part::Line(line.into_values().collect())),
            Some(table) => {
                cells.insert(row, line);
                parts.push(Part::Table(grid(&mut cells, table)));
            }
        }
    }
    Ok(Seen { number: number.to_owned(), page, parts })
}

/// Takes the rows of a table out of a page.
fn grid(cells: &mut Cells, table: &TableRows) -> Grid {
    let mut rest = cells.split_off(&table.heads.start);
    let mut after = rest.split_off(&table.body.end);
    cells.append(&mut after);
    let columns =
        rest.values().filter_map(|line| line.keys().next_back()).max().map_or(0, |last| last.saturating_add(1));
    let first = rest.keys().next().copied().unwrap_or(table.heads.start);
    let heads = table.heads.end.saturating_sub(first) as usize;
    let line = |row: u32| {
        let line = rest.get(&row);
        let cell = |column: u32| line.and_then(|line| line.get(&column)).cloned().unwrap_or_default();
        (0..columns.min(MOST_COLUMNS)).map(cell).collect()
    };
    // A row without any text is a row all the same: it stands on paper.
    Grid { heads, rows: (first..table.body.end).map(line).collect() }
}

/// Rows of several columns that follow one another, with single cells among them.
fn guess(cells: &Cells) -> Vec<TableRows> {
    let mut found: Vec<TableRows> = Vec::new();
    for (row, line) in cells.iter().filter(|(_, line)| line.len() > 1) {
        let alone = |row: u32| cells.get(&row).is_none_or(|line| line.len() == 1 && line.contains_key(&0));
        match found.last_mut() {
            Some(last) if last.body.end == *row => last.body.end = row + 1,
            Some(last) if last.body.end + 1 == *row && alone(row - 1) => last.body.end = row + 1,
            _ => found.push(TableRows {
                heads: *row..row.saturating_add(1),
                body: row.saturating_add(1)..row.saturating_add(1),
            }),
        }
        if line.keys().next_back().is_some_and(|last| *last >= MOST_COLUMNS) || *row == u32::MAX {
            found.pop();
        }
    }
    // A line of two cells is a line.
    found.retain(|table| table.body.end > table.heads.end);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(runs: &[(u32, u32, &str)]) -> Vec<u8> {
        let mut record = b"letopis-page-1\n2025-0001\n4\n".to_vec();
        for (row, column, text) in runs {
            record.extend(format!("{row} {column} {} {text}\n", text.len()).bytes());
        }
        record
    }

    const PAGE: [(u32, u32, &str); 10] = [
        (0, 0, "Алгебра"),
        (1, 0, "№"),
        (1, 1, "Ученик"),
        (1, 2, "01.09"),
        (1, 3, "02.09"),
        (2, 0, "1"),
        (2, 1, "Ёлкина Анна"),
        (2, 3, "5"),
        (4, 0, "3"),
        (5, 0, "Примечания"),
    ];

    #[test]
    fn empty_cells_and_empty_rows_of_a_table_are_there() {
        let tables = [TableRows { heads: 1..2, body: 2..5 }];
        let seen = seen(&record(&PAGE), &tables).unwrap();
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["№", "Ученик", "01.09", "02.09"]),
            row(["1", "Ёлкина Анна", "", "5"]),
            row(["", "", "", ""]),
            row(["3", "", "", ""]),
        ];
        let line = |text: &str| Part::Line(vec![text.to_owned()]);
        assert_eq!(seen.parts, [line("Алгебра"), Part::Table(Grid { heads: 1, rows }), line("Примечания")]);
    }

    #[test]
    fn of_a_page_that_is_printed_otherwise_today_tables_are_guessed() {
        let seen = seen(&record(&PAGE), &[]).unwrap();
        let Some(Part::Table(grid)) = seen.parts.get(1) else { panic!("{seen:?}") };
        assert_eq!((grid.heads, grid.rows.len(), grid.columns()), (1, 2, 4));
    }

    proptest! {
        #[test]
        fn no_record_makes_it_panic_or_grow(
            runs in prop::collection::vec((any::<u32>(), any::<u32>(), "[а-я]{0,3}"), 0..8), heads in 0u32..4, body in 0u32..6,
        ) {
            let runs: Vec<_> = runs.iter().map(|(row, column, text)| (*row, *column, &text[..])).collect();
            for tables in [&[][..], &[TableRows { heads: 0..heads, body: heads..heads + body }]] {
                let seen = seen(&record(&runs), tables).unwrap();
                let cells = seen.parts.iter().map(|part| match part {
                    Part::Line(cells) => cells.len(),
                    Part::Table(grid) => grid.rows.len() * grid.columns(),
                });
                prop_assert!(cells.sum::<usize>() <= 10 * MOST_COLUMNS as usize);
            }
        }
    }
}
