//! Reading a table from a workbook: XLSX or ODS.
//!
//! A workbook is a stranger's zip file that may unpack to anything, so it is bounded before it is read: how long the
//! file is, how much it unpacks to, how many cells it has. What a cell holds is brought to the text that a CSV file
//! would have («5» for 5.0); a date stays one, since a spreadsheet turns «4/5» into a date unasked and only the column
//! tells which of the two was meant.

mod ods;
mod xlsx;

use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Text; numbers and booleans as text.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// A time of day or a span of time.
    Time,
    /// A formula's error.
    Error,
}

/// The formats of workbooks that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel 2007 and later.
    Xlsx,
    /// OpenDocument.
    Ods,
}

/// A sheet's rows that have anything in them, by number from 1.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// How many other sheets the workbook has.
    pub others: usize,
    /// The rows, each up to its last cell with anything in it.
    pub rows: BTreeMap<u64, Vec<Value>>,
    cells: usize,
    text: usize,
}

/// The longest file that is read, in bytes.
const FILE: u64 = 64 << 20;
/// The most that it may unpack to, in bytes.
const UNPACKED: u64 = 512 << 20;
/// The most cells; a year of a large school's marks has three million.
const CELLS: usize = 12_000_000;
/// The most text in them, in bytes: one text may be that of any number of cells.
const TEXT: usize = 128 << 20;
/// The most columns, and rows.
const COLUMNS: u64 = 256;
const ROWS: u64 = 1 << 20;

/// Reads the sheet named `name` of a workbook, else its first.
///
/// # Errors
/// What is wrong with the workbook, in Russian.
pub fn read(bytes: &[u8], format: Format, name: &str) -> Result<Sheet, String> {
    check(bytes, UNPACKED)?;
    match format {
        Format::Xlsx => xlsx::read(bytes, name),
        Format::Ods => ods::read(bytes, name),
    }
}

/// Whether the file is a zip that unpacks to at most so many bytes. What its directory says of lengths is not believed.
fn check(bytes: &[u8], unpacked: u64) -> Result<(), String> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(
            "файл защищён паролем или сохранён в старом формате Excel; сохраните его без пароля как XLSX".into()
        );
    }
    if bytes.len() as u64 > FILE {
        return Err(format!("файл больше {} МБ; разделите таблицу или сохраните её как CSV", FILE >> 20));
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = unpacked;
    for index in 0..zip.len() {
        let mut member = zip.by_index(index).map_err(unreadable)?;
        let name = member.name().map_err(unreadable)?.to_ascii_lowercase();
        let mut start = Vec::new();
        (&mut member).take(START).read_to_end(&mut start).map_err(unreadable)?;
        let rest = std::io::copy(&mut (&mut member).take(left), &mut std::io::sink()).map_err(unreadable)?;
        let length = start.len() as u64 + rest;
        if name.ends_with("sharedstrings.xml") {
            xlsx::check_strings(&start, length)?;
        }
        left = left
            .checked_sub(length)
            .filter(|left| *left > 0)
            .ok_or_else(|| format!("файл распаковывается больше чем в {} МБ; это не таблица школы", unpacked >> 20))?;
    }
    Ok(())
}

/// How much of a member's beginning is looked at, in bytes.
const START: u64 = 4096;

fn unreadable(cause: impl std::fmt::Display) -> String {
    format!("файл повреждён или не является таблицей ({cause}); откройте его в редакторе таблиц и сохраните заново")
}

impl Sheet {
    /// Puts a value into a cell, both numbers from 0.
    fn put(&mut self, row: u64, column: u64, value: Value) -> Result<(), String> {
        if value == Value::Empty || matches!(&value, Value::Text(text) if text.trim().is_empty()) {
            return Ok(());
        }
        let line = row.saturating_add(1);
        if column >= COLUMNS {
            return Err(format!("в строке {line} занято больше {COLUMNS} столбцов; удалите лишнее"));
        }
        if line > ROWS {
            return Err(format!("в таблице больше {ROWS} строк; разделите её"));
        }
        let place = usize::try_from(column).unwrap_or_default();
        let cells = self.rows.entry(line).or_default();
        if cells.len() <= place {
            self.cells += place + 1 - cells.len();
            if self.cells > CELLS {
                return Err(format!("в таблице больше {CELLS} ячеек; разделите её или сохраните как CSV"));
            }
            cells.resize(place + 1, Value::Empty);
        }
        if let Value::Text(text) = &value {
            self.text += text.len();
            if self.text > TEXT {
                return Err(format!("в таблице больше {} МБ текста; разделите её", TEXT >> 20));
            }
        }
        cells[place] = value;
        Ok(())
    }
}

impl Value {
    /// A number as a spreadsheet shows it: 15 digits, no fraction where there is none.
    fn number(number: f64) -> Self {
        if !number.is_finite() {
            return Self::Error;
        }
        let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
        Self::Text(if rounded == 0.0 { "0".to_owned() } else { format!("{rounded}") })
    }

    fn yes_or_no(yes: bool) -> Self {
        Self::Text(if yes { "да" } else { "нет" }.to_owned())
    }
}

/// The sheet to read among the names of all: the one that was asked for, else the first.
fn choose(names: &[String], wanted: &str) -> Option<usize> {
    let same = names.iter().position(|name| crate::school::same_word(name.trim(), wanted));
    same.or(if names.is_empty() { None } else { Some(0) })
}

#[cfg(test)]
mod tests;
