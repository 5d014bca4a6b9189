//! What goes to the screen: errors, tables, progress. Progress is drawn on a terminal and not in a pipe.

use super::{advice, columns, output, shown};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::report::table::{Kind, Table};
use crate::school::grouped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::path::Path;

/// Prints an error with its next step, and those that were found with it.
pub fn error(error: &Error) {
    eprintln!("Ошибка: {}", error.message());
    if let Some(next) = error.next_step() {
        eprintln!("  Что делать: {}.", advice::advice(next));
    }
    error.also().iter().for_each(self::error);
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
    let drawn = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = out.write_str(&stage(state.pos(), state.len().unwrap_or_default()));
    };
    if let Ok(style) = ProgressStyle::with_template("{msg:32} {stage}") {
        bar.set_style(style.with_key("stage", drawn));
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
    let same = match output::width() {
        Some(width) if columns::width(&headings, &rows) > width => same_throughout(&rows, &right),
        _ => Vec::new(),
    };
    let told = same.iter().filter_map(|at| rows.first()?.get(*at).map(|text| (headings[*at], text)));
    let told: Vec<String> =
        told.filter(|(_, text)| !text.is_empty()).map(|(of, text)| format!("{of}: {text}")).collect();
    if !told.is_empty() {
        println!("{}", told.join(", "));
    }
    aligned(
        &without(&headings, &same),
        &rows.iter().map(|row| without(row, &same)).collect::<Vec<_>>(),
        &without(&right, &same),
    );
}

/// The columns of texts that say the same in every row: they are said once, above a table that is too wide.
fn same_throughout(rows: &[Vec<String>], right: &[bool]) -> Vec<usize> {
    let Some((first, others)) = rows.split_first().filter(|(_, others)| !others.is_empty()) else { return Vec::new() };
    (0..first.len()).filter(|at| !right[*at] && others.iter().all(|row| row[*at] == first[*at])).collect()
}

fn without<T: Clone>(row: &[T], columns: &[usize]) -> Vec<T> {
    row.iter().enumerate().filter(|(at, _)| !columns.contains(at)).map(|(_, cell)| cell.clone()).collect()
}

fn aligned(headings: &[&str], rows: &[Vec<String>], right: &[bool]) {
    // As they will be shown, or they would be wider than their columns.
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| shown::line(cell)).collect()).collect();
    for line in columns::lines(headings, &rows, right, output::width()) {
        println!("{line}");
    }
}

/// A bar and how much is done; where it is not known yet how much there is, only what is done so far.
fn stage(done: u64, all: u64) -> String {
    const WIDTH: u64 = 30;
    match (done, all) {
        (0, 0) => "…".to_owned(),
        (done, 0) => grouped(done),
        _ => {
            let halves = (done.min(all) * WIDTH * 2 / all) as usize;
            let bar = "█".repeat(halves / 2) + if halves % 2 == 1 { "▌" } else { "" };
            format!("{bar:30} {} из {}", grouped(done), grouped(all))
        }
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

#[cfg(test)]
mod tests {
    use super::{same_throughout, stage, without};

    #[test]
    fn what_is_the_same_in_every_row_is_said_once() {
        let row = |pupil: &str, mark: &str| ["7А", "", pupil, mark].map(str::to_owned).to_vec();
        let rows = [row("Ким", "5"), row("Ли", "5")];
        let right = [false, false, false, true];
        assert_eq!(same_throughout(&rows, &right), [0, 1], "a number is a column of its own");
        assert_eq!(without(&rows[0], &[0, 1]), ["Ким", "5"]);
        assert!(same_throughout(&rows[..1], &right).is_empty());
    }

    #[test]
    fn a_bar_shows_how_much_is_done_of_how_much_and_never_nothing_of_nothing() {
        assert_eq!(stage(0, 0), "…");
        assert_eq!(stage(4121, 0), "4\u{a0}121");
        assert_eq!(stage(1, 4), format!("{:30} 1 из 4", "███████▌"));
        assert_eq!(stage(9, 4), format!("{} 9 из 4", "█".repeat(30)));
        assert_eq!(stage(0, 5), format!("{:30} 0 из 5", ""));
    }
}
