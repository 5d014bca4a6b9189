//! Reading a table from a workbook: XLSX or ODS.
//!
//! A workbook is a stranger's zip file that may unpack to anything, so it is bounded before it is read and while it is: how
//! long the file is, how much it unpacks to, how many cells it has. What a cell holds is brought to the text that a CSV
//! file would have («5» for 5.0); a date stays one, since a spreadsheet turns «4/5» into a date unasked and only the
//! column tells which of the two was meant. What is not known (a formula without its value, a part of merged cells) is a
//! fault where it is needed, and never nothing.

mod ods;
mod shown;
mod xlsx;
mod xml;

use chrono::NaiveDate;
use std::collections::BTreeMap;

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
    /// Something that cannot be told, and why.
    Fault(Box<str>),
}

/// The formats of workbooks that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel 2007 and later.
    Xlsx,
    /// OpenDocument.
    Ods,
}

/// First and last, from 1.
type Span = (u64, u64);
/// Row and column, from 0.
type Place = (u64, u64);

/// A sheet's rows that have anything in them, by number from 1.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// How many other sheets the workbook shows.
    pub others: usize,
    /// How many sheets it hides.
    pub hidden_sheets: usize,
    /// The rows, each up to its last cell with anything in it.
    pub rows: BTreeMap<u64, Vec<Value>>,
    hidden_rows: Vec<Span>,
    hidden_columns: Vec<Span>,
    merged: Vec<(Place, Place)>,
    /// The notes of cells.
    notes: BTreeMap<Place, String>,
    cells: usize,
    text: usize,
}

/// The longest file that is read, in bytes.
pub const FILE: u64 = 64 << 20;
/// The most cells; a year of a large school's marks has three million.
const CELLS: usize = 6_000_000;
/// The most text in them, in bytes: one text may be that of any number of cells.
const TEXT: usize = 128 << 20;
/// The most columns, and rows.
pub const COLUMNS: u64 = 256;
/// The most rows: what Excel has room for.
pub const ROWS: u64 = 1 << 20;
/// The most merged areas, and the most notes.
const MERGED: usize = 1 << 16;
/// The most sheets that are read of one workbook.
const SHEETS: usize = 64;

const NO_SHEET: &str = "в файле нет ни одного листа, который был бы показан";
const UNVALUED: &str = "у формулы в ячейке нет сохранённого значения; откройте файл в редакторе таблиц и сохраните заново или впишите значение";
const COVERED: &str = "ячейка объединена с соседней, и что в ней, не сказано; разъедините ячейки и заполните каждую";

/// Reads the sheet named `name` of a workbook, else the first that is shown.
///
/// # Errors
/// What is wrong with the workbook, in Russian.
pub fn read(bytes: &[u8], format: Format, name: &str) -> Result<Sheet, String> {
    let mut members = opened(bytes)?;
    let mut sheet = match format {
        Format::Xlsx => xlsx::read(&mut members, name),
        Format::Ods => ods::read(&mut members, name),
    }?;
    sheet.spread_merged()?;
    Ok(sheet)
}

/// Reads every sheet of a workbook that is shown, merged cells and notes as they are.
///
/// # Errors
/// What is wrong with the workbook, in Russian.
pub fn read_all(bytes: &[u8], format: Format) -> Result<Vec<Sheet>, String> {
    let sheets = match format {
        Format::Xlsx => xlsx::read_all(&mut opened(bytes)?)?,
        Format::Ods => ods::read_all(&mut opened(bytes)?)?,
    };
    match sheets.iter().map(|sheet| sheet.cells).sum::<usize>() {
        cells if cells > CELLS => Err(format!("в файле больше {CELLS} ячеек; разделите его")),
        _ if sheets.is_empty() => Err(NO_SHEET.to_owned()),
        _ => Ok(sheets),
    }
}

fn opened(bytes: &[u8]) -> Result<xml::Members<'_>, String> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(
            "файл защищён паролем или сохранён в старом формате Excel; сохраните его без пароля как XLSX".into()
        );
    }
    if bytes.len() as u64 > FILE {
        return Err(too_long());
    }
    xml::Members::of(bytes)
}

/// Whether a workbook has no more sheets than are read of one.
fn not_too_many(sheets: usize) -> Result<(), String> {
    if sheets > SHEETS {
        Err(format!("в файле больше {SHEETS} листов; разделите его"))
    } else {
        Ok(())
    }
}

/// What is said of a file that is longer than [`FILE`].
pub fn too_long() -> String {
    format!("файл больше {} МБ; разделите таблицу", FILE >> 20)
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

    /// Notes an area of merged cells.
    fn merge(&mut self, from: Place, to: Place) -> Result<(), String> {
        if to == from {
            return Ok(());
        }
        if self.merged.len() >= MERGED {
            return Err(format!("в таблице больше {MERGED} объединённых ячеек; разъедините их"));
        }
        self.merged.push((from, to));
        Ok(())
    }

    /// Keeps the note of a cell.
    fn note(&mut self, at: Place, text: String) -> Result<(), String> {
        self.text += text.len();
        if self.notes.len() >= MERGED || self.text > TEXT {
            return Err("в таблице слишком много примечаний; удалите лишние".to_owned());
        }
        self.notes.insert(at, text);
        Ok(())
    }

    /// The merged areas, first and last cell of each, by row and column from 0.
    pub fn areas(&self) -> &[(Place, Place)] {
        &self.merged
    }

    /// The notes of cells, by row and column from 0.
    pub fn notes(&self) -> &BTreeMap<Place, String> {
        &self.notes
    }

    /// Makes faults of the cells that lie under a merged one with anything in it, in the rows that have anything else.
    fn spread_merged(&mut self) -> Result<(), String> {
        let mut steps = 0;
        for (from, to) in std::mem::take(&mut self.merged) {
            let first = usize::try_from(from.1).ok().zip(from.0.checked_add(1));
            let Some((column, line)) = first else { continue };
            if self.rows.get(&line).and_then(|row| row.get(column)).is_none_or(|value| *value == Value::Empty) {
                continue;
            }
            let last = to.1.min(COLUMNS - 1);
            let lines: Vec<u64> = self.rows.range(line..=to.0.saturating_add(1).max(line)).map(|(at, _)| *at).collect();
            for line in lines {
                steps += 1 + last.saturating_sub(from.1) as usize;
                if steps > CELLS {
                    return Err("в таблице слишком много объединённых ячеек; разъедините их".to_owned());
                }
                for column in from.1..=last {
                    if (line - 1, column) != from {
                        self.put(line - 1, column, Value::Fault(COVERED.into()))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The rows and the columns that are hidden and have something in them, by number from 1.
    pub fn hidden(&self) -> (Vec<u64>, Vec<u64>) {
        let rows = self.hidden_rows.iter().flat_map(|(first, last)| {
            let end = (*last).max(*first);
            self.rows.range(*first..=end).map(|(line, _)| *line)
        });
        let width = self.rows.values().map(Vec::len).max().unwrap_or_default() as u64;
        let filled = |column: &u64| {
            let at = usize::try_from(column - 1).unwrap_or(usize::MAX);
            self.rows.values().any(|row| row.get(at).is_some_and(|value| *value != Value::Empty))
        };
        let mut columns: Vec<u64> = self
            .hidden_columns
            .iter()
            .flat_map(|(first, last)| (*first).max(1)..=(*last).min(width))
            .take(1 << 12)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns.retain(filled);
        let mut rows: Vec<u64> = rows.take(ROWS as usize).collect();
        rows.sort_unstable();
        rows.dedup();
        (rows, columns)
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
