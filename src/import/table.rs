//! Reading a table as schools save it: any of three separators, UTF-8 or Windows-1251, columns in any order.

use super::fault::{Fault, Faults, Source};
use crate::error::{Error, Result};
use crate::school::{clean, fold};
use std::path::Path;

/// A file and the headings of its columns; those after the first `required` may be missing.
pub struct Shape {
    /// The file's name.
    pub file: &'static str,
    /// Headings.
    pub columns: &'static [&'static str],
    /// How many of them must be there.
    pub required: usize,
}

/// A table that was read: its lines, each with the fields in the order of the shape's columns.
pub struct Table {
    shape: &'static Shape,
    /// Where each of the shape's columns stands in the file.
    places: Vec<Option<usize>>,
    lines: Vec<(u64, Vec<String>)>,
}

impl Table {
    /// Reads `shape.file` from `dir`; nothing where it does not exist. Faults of form are added to `faults`.
    ///
    /// # Errors
    /// A file that exists and cannot be read.
    pub fn read(dir: &Path, shape: &'static Shape, faults: &mut Faults) -> Result<Option<Self>> {
        let path = dir.join(shape.file);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file("прочитать", &path, &error)),
        };
        Ok(Self::parse(&bytes, shape, faults))
    }

    /// Reads a table from the bytes of its file.
    pub fn parse(bytes: &[u8], shape: &'static Shape, faults: &mut Faults) -> Option<Self> {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(what) => {
                faults.file(shape.file, what);
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let heading = match records.next() {
            Some(Ok(record)) => record,
            _ => {
                faults.file(shape.file, "файл пуст: нет строки с названиями столбцов");
                return None;
            }
        };
        let places = places(&heading, shape, faults)?;
        for (column, place) in shape.columns.iter().zip(&places) {
            if let Some(place) = place {
                faults.columns.insert((shape.file, column), place + 1);
            }
        }
        let mut table = Self { shape, places, lines: Vec::new() };
        for record in records {
            table.take(&text, record, heading.len(), faults);
        }
        Some(table)
    }

    fn take(&mut self, text: &str, record: csv::Result<csv::StringRecord>, width: usize, faults: &mut Faults) {
        let file = self.shape.file;
        let record = match record {
            Ok(record) => record,
            Err(error) => return faults.file(file, format!("строка таблицы не читается: {error}")),
        };
        let line = record.position().map_or(0, |position| line_of(text, position));
        if record.iter().all(|field| field.trim().is_empty()) {
            return;
        }
        if record.len() != width {
            let what = format!("в строке {} столбцов, а в заголовке {width}", record.len());
            return faults.add(Source { file, line }, what);
        }
        let fields = self.places.iter().enumerate().map(|(i, place)| {
            let raw = place.and_then(|at| record.get(at)).unwrap_or_default();
            clean(raw).unwrap_or_else(|error| {
                faults.list.push(self.fault(line, i, error.message()));
                String::new()
            })
        });
        let fields = fields.collect();
        self.lines.push((line, fields));
    }

    fn fault(&self, line: u64, column: usize, what: &str) -> Fault {
        let place = self.places[column].map_or(0, |at| at + 1);
        let heading = self.shape.columns[column].to_owned();
        Fault { file: self.shape.file.to_owned(), line, column: (place, heading), what: what.to_owned() }
    }

    /// Turns every line into a value with `read`. A line for which it gives nothing has had its faults added and is
    /// shown to `broken`.
    pub fn map<T>(
        self,
        faults: &mut Faults,
        mut read: impl FnMut(&mut Line<'_>) -> Option<T>,
        mut broken: impl FnMut(&Line<'_>),
    ) -> Vec<(Source, T)> {
        let mut out = Vec::with_capacity(self.lines.len());
        for (number, fields) in &self.lines {
            let before = faults.list.len();
            let mut line = Line { table: &self, number: *number, fields, faults };
            match read(&mut line) {
                Some(value) => out.push((Source { file: self.shape.file, line: *number }, value)),
                None => broken(&line),
            }
            debug_assert!(out.last().is_some_and(|(at, _)| at.line == *number) || faults.list.len() > before);
        }
        out
    }
}

/// One line of a table, read field by field. Columns are named by their position in the shape.
pub struct Line<'a> {
    table: &'a Table,
    number: u64,
    fields: &'a [String],
    faults: &'a mut Faults,
}

impl Line<'_> {
    /// A field that may be empty.
    pub fn text(&self, column: usize) -> String {
        self.fields.get(column).cloned().unwrap_or_default()
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

    /// Adds a fault of a field.
    pub fn fault(&mut self, column: usize, what: &str) {
        let fault = self.table.fault(self.number, column, what);
        self.faults.list.push(fault);
    }

    fn error(&mut self, column: usize, error: &Error) {
        let what = match error.next_step() {
            Some(step) => format!("{}; {step}", error.message()),
            None => error.message().to_owned(),
        };
        self.fault(column, &what);
    }
}

/// The line a record begins on. The reader gives the place after the record before, which may be an empty line.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

/// UTF-8 with or without a byte order mark, UTF-16 with one (as spreadsheets save «Unicode text»), else Windows-1251.
fn decode(bytes: &[u8]) -> std::result::Result<String, &'static str> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _, broken) = encoding.decode(bytes);
        return if broken {
            Err("текст повреждён: кодировка не та, что указана в начале файла")
        } else {
            Ok(text.into())
        };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    // Every byte is a character of it; one that is no letter or sign is refused as unprintable, with its place.
    Ok(encoding_rs::WINDOWS_1251.decode_without_bom_handling(bytes).0.into_owned())
}

/// The separator that the heading line has most of.
fn separator(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: u8| heading.bytes().filter(|b| *b == c).count();
    [b';', b',', b'\t'].into_iter().max_by_key(|c| (count(*c), *c == b';')).unwrap_or(b';')
}

/// Where each column of the shape stands; nothing where a required one is missing.
fn places(heading: &csv::StringRecord, shape: &Shape, faults: &mut Faults) -> Option<Vec<Option<usize>>> {
    let plain = |text: &str| fold(clean(text).unwrap_or_default().split(" (").next().unwrap_or_default());
    let found: Vec<String> = heading.iter().map(plain).collect();
    for (i, name) in found.iter().enumerate() {
        let known = shape.columns.iter().any(|column| plain(column) == *name);
        if found[..i].contains(name) && known {
            let what = format!("столбец «{}» стоит дважды", heading[i].trim());
            faults.add(Source { file: shape.file, line: 1 }, what);
            return None;
        }
        if !known && !name.is_empty() {
            let what = format!("{}: столбец {} «{}» не используется", shape.file, i + 1, heading[i].trim());
            faults.warnings.push(what);
        }
    }
    let places: Vec<Option<usize>> =
        shape.columns.iter().map(|column| found.iter().position(|name| *name == plain(column))).collect();
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
    faults.add(Source { file: shape.file, line: 1 }, what);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static SHAPE: Shape = Shape { file: "t.csv", columns: &["Класс", "Учитель", "Ещё"], required: 2 };

    fn read(bytes: &[u8]) -> (Vec<Vec<String>>, Faults) {
        let mut faults = Faults::default();
        let table = Table::parse(bytes, &SHAPE, &mut faults);
        (table.map(|t| t.lines.into_iter().map(|(_, fields)| fields).collect()).unwrap_or_default(), faults)
    }

    #[test]
    fn separators_encodings_and_order_of_columns_do_not_matter() {
        let expected = vec![vec!["7А".to_owned(), "Иванова".to_owned(), "да".to_owned()]];
        let text = "учитель (логин);еще;КЛАСС\nИванова;да;7А\n";
        let (utf16, _, _) = encoding_rs::UTF_16LE.encode(text);
        assert_eq!(utf16.len(), text.len(), "the web's UTF-16 encoder writes UTF-8");
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let (cp1251, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        for bytes in [
            text.as_bytes().to_vec(),
            text.replace(';', ",").into_bytes(),
            text.replace(';', "\t").into_bytes(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            cp1251.into_owned(),
            utf16,
            text.replace('\n', "\r\n").into_bytes(),
        ] {
            let (lines, faults) = read(&bytes);
            assert_eq!((lines, faults.list), (expected.clone(), vec![]));
        }
    }

    #[test]
    fn faults_of_form_name_their_place() {
        let (_, faults) = read("Класс;Имя\n".as_bytes());
        assert_eq!(faults.list[0].to_string(), "t.csv, строка 1: нет столбцов: «Учитель»");
        assert_eq!(faults.warnings, ["t.csv: столбец 2 «Имя» не используется"]);
        let (_, faults) = read("Класс;Учитель\n\n7А\n".as_bytes());
        assert_eq!(faults.list[0].to_string(), "t.csv, строка 3: в строке 1 столбцов, а в заголовке 2");
        let (_, faults) = read("Класс;Учитель\n7А;\u{1}\n".as_bytes());
        assert_eq!(faults.list[0].to_string(), "t.csv, строка 2, столбец 2 «Учитель»: символ U+0001 нельзя напечатать");
        let (_, faults) = read(b"");
        assert!(faults.list[0].to_string().contains("файл пуст"));
        let (_, faults) = read(b"\xff\xfe\x00\xd8\n");
        assert!(faults.list[0].to_string().contains("кодировка"), "half a surrogate pair");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
            read(&[b"\xd0\x9a;\xd0\xa3\n".as_slice(), &bytes].concat());
        }
    }
}
