//! The public programs that Letopis is held against: qpdf, age, par2, veraPDF and their like.
//!
//! Letopis promises that each of its files can be checked and opened without it, so tests hand
//! them to these programs, its peers. On a user's machine a peer may be missing: the test then says
//! `skipped: qpdf is not installed` and ends early. Where `LETOPIS_REQUIRE_PEERS=1` is set, as in
//! CI, a missing peer fails the test, so that nothing goes untested unseen. `.ci/run` installs them
//! all; `tests/peers/verapdf/build.sh` builds the veraPDF runner, which is found on `PATH` or named
//! by `LETOPIS_VERAPDF`.
//!
//! ```ignore
//! mod common;
//! use common::peers;
//!
//! #[test]
//! fn qpdf_finds_the_printed_book_sound() {
//!     let Some(qpdf) = peers::require("qpdf") else { return };
//!     let check = qpdf.run(["--check", "book.pdf"], dir);
//!     assert_eq!(check.code, Some(0), "{check}");
//! }
//! ```

// Each integration test compiles this module for itself and uses only a part of it.
#![allow(dead_code)]

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::thread;

/// A program that was found on this machine.
pub struct Peer {
    program: PathBuf,
}

/// How a program ended and what it wrote, as text; bytes that are not UTF-8 are replaced.
///
/// Shown with `{}` it tells the whole run, for the message of a failed assertion.
pub struct Output {
    pub command: String,
    /// `None` where a signal ended the program.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Finds the program `name`, as one would type it in a shell.
///
/// Returns `None`, and says that the test is skipped, where it is not installed.
///
/// # Panics
/// Where it is not installed and `LETOPIS_REQUIRE_PEERS=1` is set.
#[track_caller]
pub fn require(name: &str) -> Option<Peer> {
    if let Some(program) = find(name) {
        return Some(Peer { program });
    }
    assert!(
        env::var_os("LETOPIS_REQUIRE_PEERS").is_none_or(|value| value != "1"),
        "{name} is not installed, and LETOPIS_REQUIRE_PEERS=1 lets no test skip; \
         .ci/run shows how to install it"
    );
    let test = thread::current().name().unwrap_or("a test").to_owned();
    // Not eprintln!: the test harness swallows what a passing test prints with it.
    let _ = writeln!(io::stderr(), "skipped: {name} is not installed ({test})");
    None
}

/// Finds `openssl` with the engine that has the algorithms of ГОСТ (Debian's `libengine-gost-openssl`); as [`require`] where
/// either is missing.
///
/// # Panics
/// As [`require`].
#[track_caller]
pub fn require_gost() -> Option<Peer> {
    let openssl = require("openssl")?;
    let told = openssl.run(["engine", "-t", "gost"], Path::new("."));
    if told.code == Some(0) && told.stdout.contains("[ available ]") {
        return Some(openssl);
    }
    // No program has this name: it is said to be missing.
    require("libengine-gost-openssl")
}

/// Finds a file that is no program, `axe.min.js`, in the folders of `PATH`; as [`require`] where it is missing.
///
/// # Panics
/// As [`require`].
#[track_caller]
pub fn require_file(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let found = env::split_paths(&folders).map(|dir| dir.join(name)).find(|file| file.is_file());
    if found.is_none() {
        require(name)?;
    }
    found
}

impl Peer {
    /// Runs the program in the folder `cwd` with an empty standard input.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, cwd: &Path) -> Output {
        run(&self.program, args, cwd)
    }

    /// Runs the program in the folder `cwd` with the file `input` as its standard input.
    pub fn run_reading<A: AsRef<OsStr>>(&self, input: &Path, args: impl IntoIterator<Item = A>, cwd: &Path) -> Output {
        let file = File::open(input).unwrap_or_else(|error| panic!("{}: {error}", input.display()));
        execute(&self.program, args, cwd, file.into())
    }
}

/// Runs any program in the folder `cwd` with an empty standard input, and waits for its end.
pub fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = A>, cwd: &Path) -> Output {
    execute(program.as_ref(), args, cwd, Stdio::null())
}

/// Holds PDF files against a standard with veraPDF, all in one run. `flavour` is `2u`, `2a`, `ua1`
/// or several: `2a,ua1`.
///
/// Returns what veraPDF wrote where a file does not pass. Where veraPDF is missing it says so and
/// returns `Ok`, or panics, as [`require`] does.
#[track_caller]
pub fn verapdf(flavour: &str, paths: &[impl AsRef<Path>]) -> Result<(), String> {
    let Some(verapdf) = require("verapdf") else {
        return Ok(());
    };
    let paths = paths.iter().map(|path| path.as_ref().as_os_str());
    let report = verapdf.run([OsStr::new(flavour)].into_iter().chain(paths), Path::new("."));
    if report.code == Some(0) { Ok(()) } else { Err(report.to_string()) }
}

fn find(name: &str) -> Option<PathBuf> {
    if name == "verapdf"
        && let Some(program) = env::var_os("LETOPIS_VERAPDF").map(PathBuf::from)
    {
        assert!(program.is_file(), "LETOPIS_VERAPDF names {}, which is no file", program.display());
        return Some(program);
    }
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(&file_name)).find(|program| program.is_file())
}

fn execute<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = A>,
    cwd: &Path,
    stdin: Stdio,
) -> Output {
    let mut command = Command::new(program);
    // Messages in English, file names in UTF-8.
    command.args(args).current_dir(cwd).stdin(stdin).env("LC_ALL", "C.UTF-8");
    let shown = format!("{command:?}");
    // What the program remembers of a journal is no other run's, and stays out of the account's own folder.
    let state = env::temp_dir().join(format!("letopis-state-{}-{:?}", process::id(), thread::current().id()));
    let output = command.env("XDG_STATE_HOME", &state).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {shown}: {error}"));
    let _ = std::fs::remove_dir_all(&state);
    Output {
        command: shown,
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.command)?;
        match self.code {
            Some(code) => writeln!(f, "exit status {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        write!(f, "{}{}", self.stdout, self.stderr)
    }
}
