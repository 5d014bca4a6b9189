//! Teachers' sticks through the program itself (§5.6–5.8): prepared, worked on, taken in, lost, copied, exchanged.

mod closed;
#[cfg(target_os = "linux")]
mod cuts;
mod faults;
mod lost;
mod passphrase;
mod restored;
#[cfg(unix)]
pub mod server;
mod year;

use crate::common::peers::Output;
use crate::common::school::{Run, School, copy_folder};
use std::path::PathBuf;

/// The small school, and a stick of semyonov's.
pub struct OnStick {
    pub school: School,
    pub mount: &'static str,
}

/// Prepares a stick for somebody whose key is at hand, on 8 September; gives it with its passphrase in a file.
fn prepare(school: &School, mount: &str, label: &str, login: &str) -> Output {
    std::fs::create_dir_all(school.path(mount)).unwrap();
    let key = format!("keys/{login}.key");
    let args = [
        "stick",
        "prepare",
        mount,
        "--to",
        login,
        "--label",
        label,
        "--owner-key",
        &key,
        "--programs",
        "school",
        "--json",
    ];
    let output = school.run("2025-09-08 08:00:00", "petrova", &args).ok();
    keep_passphrase(school, mount, &output);
    output
}

fn keep_passphrase(school: &School, mount: &str, output: &Output) {
    let told: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    std::fs::write(school.path(&format!("{mount}.pass")), told["passphrase"].as_str().unwrap()).unwrap();
}

/// Runs a command with a stick's passphrase at hand.
fn with_passphrase(school: &School, clock: &str, mount: &str, args: &[&str]) -> Run {
    let file = format!("{mount}.pass");
    school.run(clock, "nobody", &[args, &["--passphrase-file", &file]].concat())
}

impl OnStick {
    pub fn new() -> Option<Self> {
        let school = School::small()?;
        prepare(&school, "usb", "У-7", "semyonov");
        Some(Self { school, mount: "usb" })
    }

    /// Runs a command on the stick.
    pub fn away(&self, clock: &str, args: &[&str]) -> Run {
        with_passphrase(&self.school, clock, self.mount, &[args, &["--journal", self.mount]].concat())
    }

    /// Hands it over by its owner.
    pub fn sync(&self, clock: &str) -> Run {
        with_passphrase(&self.school, clock, self.mount, &["stick", "sync", self.mount, "--programs", "school"])
    }

    pub fn at_school(&self, clock: &str, login: &str, args: &[&str]) -> Run {
        self.school.run(clock, login, args)
    }

    /// A lesson of algebra and a mark, on the stick.
    pub fn teach(&self, day: &str, time: &str, mark: &str) {
        let russian = day.split('-').rev().collect::<Vec<_>>().join(".");
        let at = format!("{day} {time}");
        self.away(&format!("{at}:00"), &["lesson", "record", "7А", "Алгебра", &russian, "--topic", "Дроби"]).ok();
        self.away(&format!("{at}:30"), &["mark", "set", "7А", "Алгебра", &russian, mark]).ok();
    }

    fn copy(&self, to: &str) -> PathBuf {
        copy_folder(&self.school.path(self.mount), &self.school.path(to));
        self.school.path(to)
    }

    fn audited(&self, clock: &str) {
        self.at_school(clock, "ivanova", &["audit"]).ok();
    }
}
