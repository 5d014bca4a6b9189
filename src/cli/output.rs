//! Standard output and standard error, which whoever reads them may close at any time: `letopis pupil list 8Б | head`.
//!
//! What is written goes through [`shown`] first, whatever it is: nothing that is printed reaches a terminal otherwise.
//!
//! The standard macros panic where it is closed. The ones here, which take their names in this layer, go on quietly where the reader
//! has gone, since the command's work must be done to its end all the same; anything else that cannot be written, such
//! as to a full disk, is kept for [`finish`] and ends the program with an error.

use super::called::{ME, in_ones_words};
use super::{screen, shown};
use crate::error::Error;
use std::fmt::Arguments;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use unicode_width::UnicodeWidthStr;

/// What went wrong first on standard output.
static FAULT: OnceLock<std::io::Error> = OnceLock::new();

macro_rules! print {
    ($words:literal $($arguments:tt)*) => {
        $crate::cli::output::put(const { $crate::cli::shown::breaks($words) }, format_args!($words $($arguments)*))
    };
}

macro_rules! println {
    () => { $crate::cli::output::put(1, format_args!("\n")) };
    ($words:literal $($arguments:tt)*) => {
        $crate::cli::output::put_line(const { $crate::cli::shown::breaks($words) }, format_args!($words $($arguments)*))
    };
}

macro_rules! eprintln {
    ($words:literal $($arguments:tt)*) => {
        $crate::cli::output::put_aside(const { $crate::cli::shown::breaks($words) }, format_args!($words $($arguments)*))
    };
}

/// Writes to standard output what has so many line breaks of its own.
pub(super) fn put(breaks: usize, text: Arguments<'_>) {
    put_shown(&shown::page(&in_ones_words(&text.to_string()), breaks));
}

/// As [`put`], and a line break.
pub(super) fn put_line(breaks: usize, text: Arguments<'_>) {
    let text = shown::page(&in_ones_words(&text.to_string()), breaks).into_owned();
    put_shown(&(in_width(&text, width()) + "\n"));
}

/// Writes lines to standard output that are ours as a whole.
pub(super) fn put_lines(text: &str) {
    put_shown(&shown::lines(text));
}

/// Writes JSON to standard output.
pub(super) fn put_json(value: &serde_json::Value) {
    put_shown(&(shown::json(&format!("{value:#}")) + "\n"));
}

fn put_shown(text: &str) {
    keep(std::io::stdout().lock().write_all(text.as_bytes()));
}

/// Has everything that was written to standard output arrive.
pub(super) fn flush() {
    keep(std::io::stdout().flush());
}

/// Writes a line to standard error. Where that cannot be written, there is nowhere to say so.
pub(super) fn put_aside(breaks: usize, text: Arguments<'_>) {
    let text = shown::page(&in_ones_words(&text.to_string()), breaks).into_owned();
    let text = in_width(&text, width_of(is_watched())) + "\n";
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a line of JSON to standard error.
pub(super) fn put_json_aside(line: &str) {
    let _ = std::io::stderr().lock().write_all((shown::json(line) + "\n").as_bytes());
}

/// Writes lines to standard error that are ours as a whole.
pub(super) fn put_lines_aside(text: &str) {
    let _ = std::io::stderr().lock().write_all(shown::lines(text).as_bytes());
}

/// Whether tables are to be as wide as they are, whatever the window is.
static WIDE: AtomicBool = AtomicBool::new(false);

/// Has tables be as wide as they are.
pub(super) fn be_wide() {
    WIDE.store(true, Ordering::Relaxed);
}

/// How many columns the window has that standard output goes to; nothing where it goes elsewhere, or where nobody minds.
pub(super) fn width() -> Option<usize> {
    width_of(std::io::stdout().is_terminal())
}

fn width_of(is_terminal: bool) -> Option<usize> {
    if WIDE.load(Ordering::Relaxed) || !is_terminal {
        return None;
    }
    let (columns, _) = ratatui::crossterm::terminal::size().ok()?;
    (columns > 0).then(|| usize::from(columns))
}

/// Lines of a window of this width, broken between words. A command line that is to be typed is one word, which is never
/// broken: what is copied from two lines is two commands.
fn in_width(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| text.lines().any(|line| line.width() > *width)) else {
        return text.to_owned();
    };
    let me = ME.to_string();
    let mut out: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let mut row = String::new();
        let mut in_command = false;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            if row.is_empty() || !in_command && row.width() + 1 + word.width() > width {
                out.extend((!row.is_empty()).then(|| std::mem::take(&mut row)));
                row = format!("{indent}{word}");
            } else {
                row = format!("{row} {word}");
            }
            in_command =
                (in_command || word.trim_start_matches(['«', '(']) == me) && !word.ends_with([';', '»', ',', ')']);
        }
        out.push(row);
    }
    out.join("\n")
}

/// Whether somebody looks at standard error.
pub(super) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// The exit status of a command that ended with `status`, once all it wrote has arrived.
pub(super) fn finish(status: ExitCode) -> ExitCode {
    flush();
    let Some(fault) = FAULT.get() else { return status };
    let fault = Error::file("записать", Path::new("стандартный вывод"), fault)
        .next("команда выполнена, но показана не вся: проверьте, куда направлен вывод");
    screen::error(&fault);
    ExitCode::from(fault.exit_status())
}

fn keep(written: std::io::Result<()>) {
    if let Err(fault) = written
        && !reader_has_gone(&fault)
    {
        let _ = FAULT.set(fault);
    }
}

/// Windows has a word of its own for it, which the standard library does not translate: a pipe that is not connected.
fn reader_has_gone(fault: &std::io::Error) -> bool {
    const PIPE_NOT_CONNECTED: i32 = 233;
    fault.kind() == ErrorKind::BrokenPipe || (cfg!(windows) && fault.raw_os_error() == Some(PIPE_NOT_CONNECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_a_command_line_never() {
        let told =
            "  Что делать: подайте заявку на исправление: letopis correction request 7А Алгебра; иначе подождите.";
        let told = in_width(told, Some(40));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "  Что делать: подайте заявку на");
        assert!(lines[1].contains("letopis correction request 7А Алгебра;"), "{told}");
        assert_eq!(lines[2], "  иначе подождите.");
        assert_eq!(in_width("Коротко  и ясно", Some(40)), "Коротко  и ясно");
        assert_eq!(in_width(&"а ".repeat(60), None), "а ".repeat(60));
    }
}
