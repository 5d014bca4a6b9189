//! Standard output and standard error, which whoever reads them may close at any time: `letopis pupil list 8Б | head`.
//!
//! The standard macros panic then. The ones here, which take their names in this layer, go on quietly where the reader
//! has gone, since the command's work must be done to its end all the same; anything else that cannot be written, such
//! as to a full disk, is kept for [`finish`] and ends the program with an error.

use super::screen;
use crate::error::Error;
use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

/// What went wrong first on standard output.
static FAULT: OnceLock<std::io::Error> = OnceLock::new();

macro_rules! print {
    ($($arguments:tt)*) => { $crate::cli::output::put(format_args!($($arguments)*)) };
}

macro_rules! println {
    () => { $crate::cli::output::put(format_args!("\n")) };
    ($($arguments:tt)*) => {{
        $crate::cli::output::put(format_args!($($arguments)*));
        $crate::cli::output::put(format_args!("\n"));
    }};
}

macro_rules! eprintln {
    ($($arguments:tt)*) => { $crate::cli::output::put_aside(format_args!($($arguments)*)) };
}

/// Writes to standard output.
pub(super) fn put(text: Arguments<'_>) {
    keep(std::io::stdout().lock().write_fmt(text));
}

/// Writes bytes to standard output.
pub(super) fn put_bytes(bytes: &[u8]) {
    keep(std::io::stdout().lock().write_all(bytes));
}

/// Writes a line to standard error. Where that cannot be written, there is nowhere to say so.
pub(super) fn put_aside(text: Arguments<'_>) {
    let mut error = std::io::stderr().lock();
    let _ = error.write_fmt(text).and_then(|()| error.write_all(b"\n"));
}

/// The exit status of a command that ended with `status`, once all it wrote has arrived.
pub(super) fn finish(status: ExitCode) -> ExitCode {
    keep(std::io::stdout().flush());
    let Some(fault) = FAULT.get() else { return status };
    let fault = Error::file("записать", Path::new("стандартный вывод"), fault)
        .next("команда выполнена, но показана не вся: проверьте, куда направлен вывод");
    screen::error(&fault);
    ExitCode::from(fault.exit_status())
}

fn keep(written: std::io::Result<()>) {
    if let Err(fault) = written
        && fault.kind() != ErrorKind::BrokenPipe
    {
        let _ = FAULT.set(fault);
    }
}
