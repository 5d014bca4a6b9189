//! What goes to the screen: errors, tables, progress. Progress is drawn on a terminal and not in a pipe.

use super::{advice, output, shown};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::report::table::{Kind, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;

/// Prints an error with its next step.
pub fn error(error: &Error) {
    eprintln!("Ошибка: {}", error.message());
    if let Some(next) = error.next_step() {
        eprintln!("  Что делать: {}.", advice::advice(next));
    }
}

/// Prints something to look at that did not stop the work.
pub fn warning(text: &str) {
    eprintln!("Внимание: {text}");
}

/// A progress bar for a long step; its length is set when it is known.
pub fn progress(title: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !output::is_watched() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:30} {pos}/{len}") {
        bar.set_style(style.progress_chars("█▌ "));
    }
    bar.set_message(shown::line(title).into_owned());
    bar
}

/// Prints a table with aligned columns under its headings.
pub fn table(headings: &[&str], rows: &[Vec<String>]) {
    aligned(headings, rows, &vec![false; headings.len()]);
}

/// Prints a report, numbers to the right.
pub fn report(report: &Table) {
    if report.rows.is_empty() {
        println!("{}: ничего не найдено.", report.title);
        return;
    }
    let headings: Vec<&str> = report.columns.iter().map(|column| column.heading).collect();
    let rows: Vec<Vec<String>> = report.rows.iter().map(|row| report.texts(row)).collect();
    let right: Vec<bool> = report.columns.iter().map(|column| column.kind != Kind::Text).collect();
    aligned(&headings, &rows, &right);
}

fn aligned(headings: &[&str], rows: &[Vec<String>], right: &[bool]) {
    // As they will be shown, or they would be wider than their columns.
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| shown::line(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(&widths).zip(right).map(|((cell, width), right)| match right {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        });
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    line(headings);
    line(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    for row in &rows {
        line(&row.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    }
}

/// Prints a list as a table, or for scripts as an array of objects. A column is a field's name and its heading; a list
/// in a cell is shown with commas, `true` as «да», what is missing as nothing.
pub fn list(as_json: bool, columns: &[(&str, &str)], rows: Vec<Vec<serde_json::Value>>) {
    use serde_json::Value;
    if as_json {
        let object = |row: Vec<Value>| -> Value {
            Value::Object(columns.iter().map(|(field, _)| (*field).to_owned()).zip(row).collect())
        };
        return json(&rows.into_iter().map(object).collect());
    }
    fn shown(value: &Value) -> String {
        match value {
            Value::Null | Value::Bool(false) => String::new(),
            Value::Bool(true) => "да".to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        }
    }
    if rows.is_empty() {
        return println!("Список пуст.");
    }
    let headings: Vec<&str> = columns.iter().map(|(_, heading)| *heading).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    table(&headings, &rows);
}

/// Writes a list of texts as CSV for a Russian office program (see [`crate::report::csv_of_texts`]).
///
/// # Errors
/// A file that exists already or cannot be written.
pub fn csv(path: &Path, headings: &[&str], rows: &[Vec<String>]) -> Result<()> {
    write_new(path, &crate::report::csv_of_texts(headings, rows))
}

/// Writes a new file.
///
/// # Errors
/// A file that exists already or cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    files::write_new_named(path, bytes, Readers::Owner).map_err(|e| Error::file("записать", path, &e))
}

/// Prints a value as JSON.
pub fn json(value: &serde_json::Value) {
    output::put_json(value);
}
