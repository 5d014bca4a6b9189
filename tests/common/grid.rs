//! Tables of marks as web diaries and teachers make them, one description written as CSV, XLSX and ODS.

// Each test that names this module uses only a part of it.
#![allow(dead_code)]

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Note, Workbook};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// What stands in a cell.
#[derive(Clone)]
pub enum Is {
    Text(String),
    Number(f64),
    Day(NaiveDate),
}

/// A sheet: its rows, merged areas (first row, first column, last row, last column) and notes, from 0.
#[derive(Clone, Default)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<Vec<Is>>,
    pub merged: Vec<(u32, u16, u32, u16)>,
    pub notes: Vec<(u32, u16, String)>,
}

impl Sheet {
    /// Of lines with `;` between cells. `=5` is a number, `@2025-09-01` a day as a spreadsheet keeps one.
    pub fn of(name: &str, lines: &str) -> Self {
        let cell = |text: &str| match (text.strip_prefix('='), text.strip_prefix('@')) {
            (Some(number), _) => Is::Number(number.parse().unwrap()),
            (_, Some(day)) => Is::Day(day.parse().unwrap()),
            _ => Is::Text(text.to_owned()),
        };
        let rows = lines.trim().lines().map(|line| line.trim().split(';').map(cell).collect()).collect();
        Self { name: name.to_owned(), rows, ..Self::default() }
    }

    pub fn merge(mut self, area: (u32, u16, u32, u16)) -> Self {
        self.merged.push(area);
        self
    }

    pub fn note(mut self, row: u32, column: u16, text: &str) -> Self {
        self.notes.push((row, column, text.to_owned()));
        self
    }
}

/// Each format's ending and bytes; CSV has the sheets one below another.
pub fn each_format(sheets: &[Sheet]) -> [(&'static str, Vec<u8>); 3] {
    [("csv", csv(sheets)), ("xlsx", xlsx(sheets)), ("ods", ods(sheets))]
}

pub fn csv(sheets: &[Sheet]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for sheet in sheets {
        for row in &sheet.rows {
            let cell = |is: &Is| match is {
                Is::Text(text) if text.contains(['"', '\n']) => format!("\"{}\"", text.replace('"', "\"\"")),
                Is::Text(text) => text.clone(),
                Is::Number(number) => number.to_string(),
                Is::Day(day) => day.format("%d.%m.%Y").to_string(),
            };
            text += &row.iter().map(cell).collect::<Vec<_>>().join(";");
            text += "\r\n";
        }
        text += "\r\n";
    }
    text.into_bytes()
}

pub fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("dd.mm");
    for of in sheets {
        let sheet = book.add_worksheet().set_name(&of.name).unwrap();
        for (row, cells) in (0..).zip(&of.rows) {
            for (column, is) in (0..).zip(cells) {
                match is {
                    Is::Text(text) if text.is_empty() => continue,
                    Is::Text(text) => sheet.write(row, column, text.as_str()).unwrap(),
                    Is::Number(number) => sheet.write(row, column, *number).unwrap(),
                    Is::Day(day) => {
                        let day =
                            ExcelDateTime::from_ymd(day.year().try_into().unwrap(), day.month() as u8, day.day() as u8);
                        sheet.write_with_format(row, column, day.unwrap(), &date).unwrap()
                    }
                };
            }
        }
        for (row, column, last_row, last_column) in &of.merged {
            let is = of.rows.get(*row as usize).and_then(|cells| cells.get(usize::from(*column)));
            let Some(Is::Text(text)) = is else { continue };
            sheet.merge_range(*row, *column, *last_row, *last_column, text, &Format::new()).unwrap();
        }
        for (row, column, text) in &of.notes {
            sheet.insert_note(*row, *column, &Note::new(text.as_str())).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

pub fn ods(sheets: &[Sheet]) -> Vec<u8> {
    ods_of(&tables(sheets))
}

fn tables(sheets: &[Sheet]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut tables = String::new();
    for sheet in sheets {
        tables += &format!("<table:table table:name=\"{}\">", escaped(&sheet.name));
        for (row, cells) in (0u32..).zip(&sheet.rows) {
            tables += "<table:table-row>";
            for (column, is) in (0u16..).zip(cells) {
                let within =
                    |(r, c, lr, lc): &&(u32, u16, u32, u16)| (*r..=*lr).contains(&row) && (*c..=*lc).contains(&column);
                let area = sheet.merged.iter().find(within);
                if area.is_some_and(|(r, c, ..)| (*r, *c) != (row, column)) {
                    tables += "<table:covered-table-cell/>";
                    continue;
                }
                let spans = area.map_or(String::new(), |(r, c, lr, lc)| {
                    format!(
                        " table:number-rows-spanned=\"{}\" table:number-columns-spanned=\"{}\"",
                        lr - r + 1,
                        lc - c + 1
                    )
                });
                let note = sheet.notes.iter().find(|(r, c, _)| (*r, *c) == (row, column));
                let note = note.map_or(String::new(), |(.., text)| {
                    format!(
                        "<office:annotation><dc:creator>С. С.</dc:creator><text:p>{}</text:p></office:annotation>",
                        escaped(text)
                    )
                });
                tables += &match is {
                    Is::Text(text) if text.is_empty() => format!("<table:table-cell{spans}>{note}</table:table-cell>"),
                    Is::Text(text) => format!(
                        "<table:table-cell office:value-type=\"string\"{spans}>{note}<text:p>{}</text:p></table:table-cell>",
                        escaped(text)
                    ),
                    Is::Number(number) => format!(
                        "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"{spans}>{note}</table:table-cell>"
                    ),
                    Is::Day(day) => format!(
                        "<table:table-cell office:value-type=\"date\" office:date-value=\"{day}\"{spans}>{note}</table:table-cell>"
                    ),
                };
            }
            tables += "</table:table-row>";
        }
        tables += "</table:table>";
    }
    tables
}

/// A workbook of tables that are written as ODS has them.
pub fn ods_of(tables: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
