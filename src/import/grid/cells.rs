//! A file's sheets as cells with their places, whatever wrote them: a workbook has sheets, merged cells and notes, a CSV file
//! is one sheet without any.

use crate::import::csv;
use crate::import::sheet::{self, COLUMNS, Format, Value};
use crate::import::table::decode;
use crate::school::{format_date, printable};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sheet's name; empty where the file has one sheet without a name.
    pub sheet: String,
    /// Row, from 1.
    pub row: u64,
    /// Column, from 0.
    pub column: usize,
}

impl Place {
    /// As a table names it, after the sheet where it has a name: `I четверть!F5`.
    pub fn key(&self) -> String {
        match self.sheet.as_str() {
            "" => self.cell(),
            sheet => format!("{sheet}!{}", self.cell()),
        }
    }

    /// `F5`.
    pub fn cell(&self) -> String {
        format!("{}{}", letters(self.column), self.row)
    }
}

/// «лист «I четверть», F5».
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sheet.is_empty() {
            write!(f, "лист «{}», ", self.sheet)?;
        }
        write!(f, "ячейка {}", self.cell())
    }
}

/// The letters of a column, from 0: A, Z, AA.
fn letters(column: usize) -> String {
    let (mut left, mut out) = (column + 1, Vec::new());
    while left > 0 {
        out.push(char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or_default()));
        left = (left - 1) / 26;
    }
    out.iter().rev().collect()
}

/// Places in the order given, those one below another as one span: `F5:F9`.
pub fn spans(places: &[Place]) -> Vec<String> {
    let mut spans: Vec<(&Place, u64)> = Vec::new();
    for place in places {
        match spans.last_mut() {
            Some((first, last))
                if first.sheet == place.sheet && first.column == place.column && place.row == *last + 1 =>
            {
                *last += 1;
            }
            _ => spans.push((place, place.row)),
        }
    }
    let text = |(first, last): (&Place, u64)| match last == first.row {
        true => first.key(),
        false => format!("{}:{}{last}", first.key(), letters(first.column)),
    };
    spans.into_iter().map(text).collect()
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its bytes, in digits.
    pub sha256: String,
    /// The sheets that it shows.
    pub leaves: Vec<Leaf>,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

/// A sheet.
#[derive(Debug, Default)]
pub struct Leaf {
    /// Its name, empty in a CSV file.
    pub name: String,
    /// The rows that have anything in them, by number from 1.
    pub rows: BTreeMap<u64, Vec<Value>>,
    /// The first cell of the merged area that a cell lies in, by row from 1 and column from 0: of the first rows.
    covered: HashMap<(u64, usize), (u64, usize)>,
    /// Notes of cells.
    notes: HashMap<(u64, usize), String>,
}

/// So much of a sheet's name is kept, in characters; Excel gives it 31.
const LONGEST_NAME: usize = 60;
/// In how many rows from the top merged cells are looked at, and how many columns one may lie over: they make headings.
const MERGED_ROWS: u64 = 200;
/// So many rows with anything in them a file of one course has at most; a year of five periods with its topics has 1,500.
const MOST_ROWS: usize = 5_000;

impl File {
    /// Reads the bytes of a file, whose format its name tells.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, in Russian.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let sha256 = crate::ledger::chain::hex(&Sha256::digest(bytes));
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let mut warnings = Vec::new();
        let leaves = match ending.as_str() {
            "xlsx" | "xlsm" => workbook(bytes, Format::Xlsx, &mut warnings)?,
            "ods" => workbook(bytes, Format::Ods, &mut warnings)?,
            "xls" | "xlsb" => return Err("этот формат не читается; сохраните таблицу как XLSX, ODS или CSV".into()),
            _ => vec![of_csv(bytes)?],
        };
        if leaves.iter().map(|leaf| leaf.rows.len()).sum::<usize>() > MOST_ROWS {
            return Err(too_many());
        }
        Ok(Self { name: name.to_owned(), sha256, leaves, warnings })
    }
}

fn workbook(bytes: &[u8], format: Format, warnings: &mut Vec<String>) -> Result<Vec<Leaf>, String> {
    let sheets = sheet::read_all(bytes, format)?;
    if let Some(hidden) = sheets.first().map(|sheet| sheet.hidden_sheets).filter(|hidden| *hidden > 0) {
        warnings.push(format!("скрытых листов: {hidden}; они не прочитаны"));
    }
    for sheet in &sheets {
        let (rows, columns) = sheet.hidden();
        for (what, numbers) in [("строк", rows), ("столбцов", columns)] {
            if !numbers.is_empty() {
                warnings.push(format!("лист «{}»: скрытых {what}: {}; они тоже прочитаны", sheet.name, numbers.len()));
            }
        }
    }
    sheets.into_iter().map(leaf).collect()
}

fn too_many() -> String {
    format!("заполненных строк больше {MOST_ROWS}: это не таблица одного курса; оставьте в файле один курс")
}

fn leaf(sheet: sheet::Sheet) -> Result<Leaf, String> {
    let (mut covered, mut steps) = (HashMap::new(), 0u64);
    for ((row, column), (last_row, last_column)) in sheet.areas().iter().copied() {
        for line in row..=last_row.min(MERGED_ROWS) {
            // Areas that do not lie over each other have no more cells than the sheet.
            steps += 1 + last_column.min(COLUMNS).saturating_sub(column);
            if steps > (MERGED_ROWS + 1) * (COLUMNS + 2) {
                return Err(format!("лист «{}»: объединённые ячейки лежат одна на другой; разъедините их", sheet.name));
            }
            for across in column..=last_column.min(COLUMNS) {
                let at = |column: u64| usize::try_from(column).unwrap_or_default();
                covered.insert((line + 1, at(across)), (row + 1, at(column)));
            }
        }
    }
    let place = |(row, column): &(u64, u64)| (row.saturating_add(1), usize::try_from(*column).unwrap_or(usize::MAX));
    let notes = sheet.notes().iter().map(|(at, note)| (place(at), printable(note).trim().to_owned())).collect();
    let name: String = printable(&sheet.name).trim().chars().take(LONGEST_NAME).collect();
    Ok(Leaf { name: name.trim().to_owned(), rows: sheet.rows, covered, notes })
}

fn of_csv(bytes: &[u8]) -> Result<Leaf, String> {
    let text = decode(bytes)?;
    let mut leaf = Leaf::default();
    for row in csv::Reader::of_any(&text) {
        let row = row.map_err(|broken| format!("строка {}: {}", broken.line, broken.what))?;
        if row.width() as u64 > COLUMNS {
            return Err(format!("в таблице больше {COLUMNS} столбцов; удалите лишнее"));
        }
        if leaf.rows.len() > MOST_ROWS {
            return Err(too_many());
        }
        let value = |field: &std::borrow::Cow<'_, str>| match field.trim() {
            "" => Value::Empty,
            text => Value::Text(text.to_owned()),
        };
        if !row.is_empty() {
            leaf.rows.insert(row.line, row.fields.iter().take(row.width()).map(value).collect());
        }
    }
    Ok(leaf)
}

impl Leaf {
    /// What a cell holds.
    pub fn at(&self, row: u64, column: usize) -> &Value {
        self.rows.get(&row).and_then(|cells| cells.get(column)).unwrap_or(&Value::Empty)
    }

    /// What a cell shows: of one that lies in a merged area, what that has.
    pub fn shown(&self, row: u64, column: usize) -> &Value {
        match (self.at(row, column), self.covered.get(&(row, column))) {
            (Value::Empty, Some((row, column))) => self.at(*row, *column),
            (value, _) => value,
        }
    }

    /// Whether a cell lies in a merged area that begins elsewhere.
    pub fn is_covered(&self, row: u64, column: usize) -> bool {
        self.covered.get(&(row, column)).is_some_and(|first| *first != (row, column))
    }

    /// A cell's text.
    pub fn text(&self, row: u64, column: usize) -> String {
        text(self.at(row, column))
    }

    /// A cell's note.
    pub fn note(&self, row: u64, column: usize) -> Option<&str> {
        self.notes.get(&(row, column)).map(String::as_str)
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.rows.values().map(Vec::len).max().unwrap_or_default()
    }

    /// The place of a cell.
    pub fn place(&self, row: u64, column: usize) -> Place {
        Place { sheet: self.name.clone(), row, column }
    }
}

/// A value as a text, spaces folded; a day as «15.09.2025».
pub fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => printable(text).split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Date(day) => format_date(*day),
        Value::Time => "время".to_owned(),
        Value::Error | Value::Fault(_) => "?".to_owned(),
        Value::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_tables_name_them_and_those_below_each_other_as_one_span() {
        let place = |row, column| Place { sheet: "I".into(), row, column };
        assert_eq!((place(1, 0).cell(), place(7, 26).key()), ("A1".into(), "I!AA7".into()));
        assert_eq!((letters(51), letters(52), letters(255)), ("AZ".into(), "BA".into(), "IV".into()));
        let places = [place(2, 1), place(5, 5), place(6, 5), place(7, 5), place(9, 5), place(10, 6)];
        assert_eq!(spans(&places), ["I!B2", "I!F5:F7", "I!F9", "I!G10"]);
    }

    #[test]
    fn a_caption_with_commas_is_not_what_separates_the_fields_of_csv() {
        let file =
            File::read("8Б.csv", "8Б, Алгебра, учитель С. С.\n№;Имя;01.09;03.09\n1;Ли;4,5;\n".as_bytes()).unwrap();
        assert_eq!(file.leaves[0].text(3, 2), "4,5");
        assert_eq!(file.leaves[0].text(1, 0), "8Б, Алгебра, учитель С. С.");
        assert_eq!(file.sha256.len(), 64);
        assert!(File::read("a.xls", b"").unwrap_err().contains("формат"));
    }
}
