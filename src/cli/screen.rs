//! What goes to the screen: errors, tables, progress. Progress is drawn on a terminal and not in a pipe.

use crate::error::Error;
use crate::report::table::{Kind, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// Prints an error with its next step.
pub fn error(error: &Error) {
    eprintln!("Ошибка: {error}");
}

/// Prints something to look at that did not stop the work.
pub fn warning(text: &str) {
    eprintln!("Внимание: {text}");
}

/// A progress bar for a long step; its length is set when it is known.
pub fn progress(title: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:30} {pos}/{len}") {
        bar.set_style(style.progress_chars("█▌ "));
    }
    bar.set_message(title.to_owned());
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
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// Prints a value as JSON.
pub fn json(value: &serde_json::Value) {
    println!("{value:#}");
}
