//! Links, FIFOs, devices and holes that somebody planted where the program reads or writes: nothing is followed, nothing
//! hangs, and the file that a link leads to stays as it is.
//!
//! Each place is tried with each kind of link that fits there: to a file that is dear, to one that is not there yet, and to
//! a folder.

mod accounts;
mod beside;
mod carriers;
mod special;

use super::{NOON, school};
use crate::common::peers;
use crate::common::school::{Run, School};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

const DEAR: &str = "это чужой файл, и он должен остаться каким был\n";

/// What must not change: a folder with a file, of odd rights, beside the school.
struct Theirs(tempfile::TempDir);

impl Theirs {
    fn new() -> Self {
        let theirs = Self(tempfile::tempdir().unwrap());
        fs::write(theirs.file(), DEAR).unwrap();
        fs::set_permissions(theirs.file(), fs::Permissions::from_mode(0o640)).unwrap();
        theirs
    }

    fn folder(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn file(&self) -> PathBuf {
        self.folder().join("dear")
    }

    fn absent(&self) -> PathBuf {
        self.folder().join("absent")
    }

    #[track_caller]
    fn are_unharmed(&self, after: &str) {
        let names: Vec<_> = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["dear"], "{after}");
        assert_eq!(fs::read_to_string(self.file()).unwrap(), DEAR, "{after}");
        assert_eq!(self.file().metadata().unwrap().mode() & 0o777, 0o640, "{after}");
    }
}

/// Runs the program with a time limit, after which a FIFO has held it up.
fn run_within(school: &School, by: &str, args: &[&str]) -> Run {
    run_within_at(school, NOON, by, args)
}

fn run_within_at(school: &School, clock: &str, by: &str, args: &[&str]) -> Run {
    let line = school.shell_line(clock, Some(by), args);
    let run = Run(peers::run("timeout", ["-k", "1", "30", "sh", "-c", &format!("exec {line}")], &school.path(".")));
    assert_ne!(run.0.code, Some(124), "{args:?} hangs");
    run
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A stick that is registered, with an archive of the quarter on it and on another.
fn with_archive() -> Option<School> {
    let school = school()?;
    for (stick, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        fs::create_dir(school.path(stick)).unwrap();
        let args = ["carrier", "register", stick, "--label", stick, "--holder", holder, "--place", place];
        school.run(NOON, "petrova", &args).ok();
    }
    Some(school)
}

const LATER: &str = "2025-11-05 12:00:00";

fn make_archive(school: &School) -> PathBuf {
    let args = ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run(LATER, "petrova", &args).ok();
    bag_on(school, "usb-1")
}

fn bag_on(school: &School, stick: &str) -> PathBuf {
    let folders = fs::read_dir(school.path(stick).join("LETOPIS")).unwrap().map(|entry| entry.unwrap().path());
    folders.into_iter().find(|path| path.is_dir()).expect("an archive")
}
