//! Reading a table as schools save it: a CSV file with any of three separators, in UTF-8 or Windows-1251, or a sheet of
//! a workbook; columns in any order.

use super::csv::{self, Broken};
use super::fault::{Fault, Faults, Source};
use super::sheet::{self, COLUMNS, Format, ROWS, Value};
use crate::error::{Error, Result};
use crate::school::{ClassName, clean, counted, fold, format_date, parse_date};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::HashSet;

/// A file and the headings of its columns; those after the first `required` may be missing.
pub struct Shape {
    /// The file's name.
    pub file: &'static str,
    /// Headings.
    pub columns: &'static [&'static str],
    /// How many of them must be there.
    pub required: usize,
}

impl Shape {
    /// The table's name: the file's without `.csv`.
    pub fn stem(&self) -> &'static str {
        self.file.strip_suffix(".csv").unwrap_or(self.file)
    }
}

const EMPTY: &str = "файл пуст: нет строки с названиями столбцов";
/// Headings of the columns that hold dates.
const DATES: [&str; 6] = ["Дата", "Дата рождения", "Зачислен", "Выбыл", "С", "По"];
const TURNED: &str = "редактор таблиц превратил значение в";
const RETYPE: &str = "задайте ячейке текстовый формат и введите значение заново";

/// Stands between the fields of a line while the table is kept: no text that the journal takes holds it.
const BETWEEN: char = '\0';

/// A table that was read: its lines, each with the fields in the order of the shape's columns.
pub struct Table {
    shape: &'static Shape,
    /// Where each of the shape's columns stands in the file.
    places: Vec<Option<usize>>,
    /// Number and fields, these in one text: a year has half a million lines.
    lines: Vec<(u64, String)>,
    /// The lines that are not to be read, since a cell of theirs is not what was typed.
    misread: HashSet<u64>,
    /// Whether there may be rows that were not read: then what seems to be missing may stand in one of them.
    pub incomplete: bool,
}

impl Table {
    /// Reads a table from the bytes of a CSV file.
    pub fn parse(bytes: &[u8], shape: &'static Shape, faults: &mut Faults) -> Option<Self> {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(what) => {
                faults.file(shape.file, what);
                return None;
            }
        };
        let mut reader = csv::Reader::of(&text);
        let heading = loop {
            match reader.next() {
                Some(Ok(row)) if row.is_empty() => {}
                Some(Ok(row)) => break row,
                Some(Err(broken)) => {
                    faults.add(Source { file: shape.file, line: broken.line }, broken.what);
                    return None;
                }
                None => {
                    faults.file(shape.file, EMPTY);
                    return None;
                }
            }
        };
        let width = heading.width();
        if width as u64 > COLUMNS {
            faults.add(Source { file: shape.file, line: heading.line }, too_wide());
            return None;
        }
        let mut table = Self::headed(&heading.fields, heading.line, shape, faults)?;
        while let Some(row) = reader.next() {
            match row {
                Ok(row) if row.line > ROWS => {
                    faults.file(shape.file, format!("в таблице больше {ROWS} строк; разделите её"));
                    return None;
                }
                Ok(row) if table.swallowed(&row, reader.separator()) => {
                    let what =
                        "кавычка открыта в этой строке и закрыта лишь через несколько, а между ними — строки таблицы";
                    table.broken(Broken { line: row.line, what }, faults);
                }
                Ok(row) => {
                    if table.fits(row.line, &row.fields, width, faults) {
                        table.take(row.line, &row.fields, faults);
                    }
                }
                Err(broken) => table.broken(broken, faults),
            }
        }
        Some(table)
    }

    /// A row that cannot be taken apart; others may have gone with it.
    fn broken(&mut self, broken: Broken, faults: &mut Faults) {
        faults.add(Source { file: self.shape.file, line: broken.line }, broken.what);
        self.incomplete = true;
    }

    /// Whether a field in quotes has swallowed rows: a line of it has a field for every column that must be there, and
    /// those that can be told are what they should be.
    fn swallowed(&self, row: &csv::Row<'_>, separator: char) -> bool {
        let must = |column: usize| column < self.shape.required;
        let last = self.places.iter().enumerate().filter(|(column, _)| must(*column)).filter_map(|(_, at)| *at).max();
        let is_row = |line: &str| {
            let fields: Vec<&str> = line.split(separator).map(|field| field.trim().trim_matches('"')).collect();
            fields.len() > last.unwrap_or_default().max(1)
                && self.shape.columns.iter().zip(&self.places).enumerate().all(|(i, (column, place))| {
                    let Some(field) = place.filter(|_| must(i)).and_then(|at| fields.get(at)) else { return true };
                    match *column {
                        "Класс" => ClassName::parse(field).is_ok(),
                        column if DATES.contains(&column) => date(field).is_ok(),
                        _ => true,
                    }
                })
        };
        row.fields.iter().any(|field| field.split(['\n', '\r']).skip(1).any(is_row))
    }

    /// Reads a table from a workbook: the sheet that is named as the table, else the first.
    pub fn of_workbook(bytes: &[u8], format: Format, shape: &'static Shape, faults: &mut Faults) -> Option<Self> {
        let sheet = match sheet::read(bytes, format, shape.stem()) {
            Ok(sheet) => sheet,
            Err(what) => {
                faults.file(shape.file, what);
                return None;
            }
        };
        warn_of_what_is_left(&sheet, shape, faults);
        let mut rows = sheet.rows.into_iter();
        let Some((line, heading)) = rows.next() else {
            faults.file(shape.file, EMPTY);
            return None;
        };
        let heading: Vec<Cow<'_, str>> = heading.iter().map(text_of).collect();
        let heading: Vec<&str> = heading.iter().map(AsRef::as_ref).collect();
        let mut table = Self::headed(&heading, line, shape, faults)?;
        for (line, mut row) in rows {
            row.resize(row.len().max(heading.len()), Value::Empty);
            let fields: Vec<Cow<'_, str>> = row.iter().map(text_of).collect();
            let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
            if table.fits(line, &fields, heading.len(), faults) {
                table.misread(line, &row, faults);
                table.take(line, &fields, faults);
            }
        }
        Some(table)
    }

    /// An empty table with these headings.
    fn headed(heading: &[impl AsRef<str>], line: u64, shape: &'static Shape, faults: &mut Faults) -> Option<Self> {
        let places = places(heading, line, shape, faults)?;
        for (column, place) in shape.columns.iter().zip(&places) {
            if let Some(place) = place {
                faults.columns.insert((shape.file, column), place + 1);
            }
        }
        Some(Self { shape, places, lines: Vec::new(), misread: HashSet::new(), incomplete: false })
    }

    /// Whether a line is as wide as the heading; one without anything in it is passed over. At its end empty fields may
    /// be too many, and those missing that may be empty: spreadsheets leave out their separators.
    fn fits(&mut self, line: u64, fields: &[impl AsRef<str>], width: usize, faults: &mut Faults) -> bool {
        if fields.iter().all(|field| field.as_ref().trim().is_empty()) {
            return false;
        }
        let last = self.places[..self.shape.required].iter().flatten().max();
        let fits = fields.len() > last.copied().unwrap_or_default()
            && fields.iter().skip(width).all(|field| field.as_ref().trim().is_empty());
        if !fits {
            let what = format!(
                "в строке {}, а в заголовке {width}",
                counted(fields.len() as u64, ["столбец", "столбца", "столбцов"])
            );
            self.broken(Broken { line, what: &what }, faults);
        }
        fits
    }

    fn take(&mut self, line: u64, fields: &[impl AsRef<str>], faults: &mut Faults) {
        let mut text = String::new();
        for (i, place) in self.places.iter().enumerate() {
            let raw = place.and_then(|at| fields.get(at)).map(AsRef::as_ref).unwrap_or_default();
            text.extend((i > 0).then_some(BETWEEN));
            match clean(raw) {
                Ok(field) => text += &field,
                Err(error) => {
                    faults.list.push(self.fault(faults, line, i, error.message()));
                    self.misread.insert(line);
                }
            }
        }
        text.shrink_to_fit();
        self.lines.push((line, text));
    }

    /// Adds the faults of cells that hold what their column cannot: an error, a time, a date that is none.
    fn misread(&mut self, line: u64, row: &[Value], faults: &mut Faults) {
        for (i, column) in self.shape.columns.iter().enumerate() {
            let what = match self.places[i].and_then(|at| row.get(at)) {
                Some(Value::Fault(what)) => what.to_string(),
                Some(Value::Error) => "формула в ячейке даёт ошибку; впишите значение".to_owned(),
                Some(Value::Time) => format!("{TURNED} время; {RETYPE}"),
                Some(Value::Date(day)) if !DATES.contains(column) => {
                    format!("{TURNED} дату {}, например из «4/5»; {RETYPE}", format_date(*day))
                }
                _ => continue,
            };
            let fault = self.fault(faults, line, i, &what);
            faults.list.push(fault);
            self.misread.insert(line);
        }
    }

    fn fault(&self, faults: &Faults, line: u64, column: usize, what: &str) -> Fault {
        let place = self.places[column].map_or(0, |at| at + 1);
        let heading = self.shape.columns[column].to_owned();
        Fault {
            file: faults.name(self.shape.file).to_owned(),
            line,
            column: (place, heading),
            what: what.to_owned(),
            next: None,
        }
    }

    /// Turns every line into a value with `read`. A line for which it gives nothing has had its faults added and is
    /// shown to `broken`.
    pub fn map<T>(
        mut self,
        faults: &mut Faults,
        mut read: impl FnMut(&mut Line<'_>) -> Option<T>,
        mut broken: impl FnMut(&Line<'_>),
    ) -> Vec<(Source, T)> {
        // Each line is let go when it was read: the tables of a year are large.
        let lines = std::mem::take(&mut self.lines);
        let mut out = Vec::with_capacity(lines.len());
        for (number, fields) in lines {
            let before = faults.list.len();
            let mut line = Line { table: &self, number, fields: &fields, faults };
            let value = if self.misread.contains(&number) { None } else { read(&mut line) };
            match value {
                Some(value) => out.push((Source { file: self.shape.file, line: number }, value)),
                None => broken(&line),
            }
            let read = out.last().is_some_and(|(at, _)| at.line == number);
            debug_assert!(read || faults.list.len() > before || self.misread.contains(&number));
        }
        out
    }
}

/// One line of a table, read field by field. Columns are named by their position in the shape.
pub struct Line<'a> {
    table: &'a Table,
    number: u64,
    fields: &'a str,
    faults: &'a mut Faults,
}

impl Line<'_> {
    /// A field that may be empty.
    pub fn text(&self, column: usize) -> String {
        self.fields.split(BETWEEN).nth(column).unwrap_or_default().to_owned()
    }

    /// A field that must be filled in.
    pub fn given(&mut self, column: usize) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.fault(column, "поле не заполнено");
            return None;
        }
        Some(text)
    }

    /// A field that must be filled in, read by `read`.
    pub fn parse<T>(&mut self, column: usize, read: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        let text = self.given(column)?;
        read(&text).map_err(|error| self.error(column, &error)).ok()
    }

    /// A field that may be empty, read by `read`. The outer option is empty where it was filled in wrongly.
    #[allow(clippy::option_option)] // the two are different answers
    pub fn parse_optional<T>(&mut self, column: usize, read: impl FnOnce(&str) -> Result<T>) -> Option<Option<T>> {
        if self.text(column).is_empty() { Some(None) } else { self.parse(column, read).map(Some) }
    }

    /// Adds something to look at in a field.
    pub fn warn(&mut self, column: usize, what: &str) {
        let place = self.table.fault(self.faults, self.number, column, what).place();
        self.faults.warnings.push(format!("{place}: {what}").into());
    }

    /// Adds a fault of a field.
    pub fn fault(&mut self, column: usize, what: &str) {
        let fault = self.table.fault(self.faults, self.number, column, what);
        self.faults.list.push(fault);
    }

    fn error(&mut self, column: usize, error: &Error) {
        self.fault(column, error.message());
        self.faults.list.last_mut().into_iter().for_each(|fault| fault.next = error.next_step().cloned());
    }
}

/// A cell's text as a CSV file would have it.
fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Date(day) => Cow::Owned(format_date(*day)),
        // Something, so that its line is not taken for an empty one.
        Value::Time | Value::Error | Value::Fault(_) => Cow::Borrowed("?"),
        Value::Empty => Cow::Borrowed(""),
    }
}

/// Says which sheet was read of several, and what of it nobody sees.
fn warn_of_what_is_left(sheet: &sheet::Sheet, shape: &Shape, faults: &mut Faults) {
    let file = faults.name(shape.file).to_owned();
    let mut warn = |what: String| faults.warnings.push(format!("{file}: {what}").into());
    if sheet.others + sheet.hidden_sheets > 0 && !crate::school::same_word(sheet.name.trim(), shape.stem()) {
        let hidden = match sheet.hidden_sheets {
            0 => String::new(),
            number => format!(", скрытых: {number}"),
        };
        warn(format!("прочитан лист «{}», листов ещё: {}{hidden}", sheet.name, sheet.others));
    }
    let (rows, columns) = sheet.hidden();
    if !rows.is_empty() {
        warn(format!("скрытые строки тоже прочитаны: {}", spans(&rows)));
    }
    if !columns.is_empty() {
        warn(format!("скрытые столбцы тоже прочитаны: {}", spans(&columns)));
    }
}

/// «2, 5–7» of sorted numbers, the first dozen of it.
fn spans(numbers: &[u64]) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => spans.push((*number, *number)),
        }
    }
    let rest = spans.len().saturating_sub(12);
    let shown = spans.iter().take(12).map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    if rest > 0 { format!("{shown} и другие") } else { shown }
}

fn too_wide() -> String {
    format!("в таблице больше {COLUMNS} столбцов; удалите лишнее")
}

/// A day, also as programs write it that know of no day without a time: «01.09.2025 0:00:00».
///
/// # Errors
/// As [`crate::school::parse_date`].
pub fn date(text: &str) -> Result<NaiveDate> {
    let midnight = |time: &str| {
        let time = time.trim().trim_end_matches('Z');
        time.contains(':') && time.chars().all(|c| matches!(c, '0' | ':' | '.'))
    };
    match text.trim().split_once([' ', 'T']) {
        Some((day, time)) if midnight(time) => parse_date(day),
        _ => parse_date(text),
    }
}

/// UTF-8 with or without a byte order mark, UTF-16 with one (as spreadsheets save «Unicode text»), else Windows-1251.
pub(super) fn decode(bytes: &[u8]) -> std::result::Result<Cow<'_, str>, &'static str> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken {
            Err("текст повреждён: кодировка не та, что указана в начале файла")
        } else {
            Ok(text)
        };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    if bytes.starts_with(b"%PDF") || bytes.contains(&0) {
        return Err("это не таблица; сохраните её как CSV, XLSX или ODS");
    }
    // Every byte is a character of it; one that is no letter or sign is refused as unprintable, with its place.
    Ok(encoding_rs::WINDOWS_1251.decode_without_bom_handling(bytes).0)
}

/// Where each column of the shape stands; nothing where a required one is missing.
fn places(heading: &[impl AsRef<str>], line: u64, shape: &Shape, faults: &mut Faults) -> Option<Vec<Option<usize>>> {
    let plain = |text: &str| fold(clean(text).unwrap_or_default().split(" (").next().unwrap_or_default());
    let found: Vec<String> = heading.iter().map(|text| plain(text.as_ref())).collect();
    let columns: Vec<String> = shape.columns.iter().map(|column| plain(column)).collect();
    for (i, name) in found.iter().enumerate() {
        let known = columns.contains(name);
        // A file may have any number of columns that are not known: each is not compared with all before it.
        if known && found[..i].contains(name) {
            let what = format!("столбец «{}» стоит дважды", heading[i].as_ref().trim());
            faults.add(Source { file: shape.file, line }, what);
            return None;
        }
        if !known && !name.is_empty() {
            let what = format!(
                "{}: столбец {} «{}» не используется",
                faults.name(shape.file),
                i + 1,
                heading[i].as_ref().trim()
            );
            faults.warnings.push(what.into());
        }
    }
    let places: Vec<Option<usize>> =
        columns.iter().map(|column| found.iter().position(|name| name == column)).collect();
    let missing: Vec<&str> = shape.columns[..shape.required]
        .iter()
        .zip(&places)
        .filter(|(_, place)| place.is_none())
        .map(|(column, _)| *column)
        .collect();
    if missing.is_empty() {
        return Some(places);
    }
    let what = format!("нет столбцов: «{}»", missing.join("», «"));
    faults.add(Source { file: shape.file, line }, what);
    None
}

#[cfg(test)]
mod tests;
