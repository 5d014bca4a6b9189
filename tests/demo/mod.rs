//! The whole way: `letopis demo` runs once, and what it made is held against the programs that a school, an inspector
//! or a stranger would use. No test changes it: who wants to falsify takes a copy.

mod archive;
mod carriers;
mod derived;
mod flips;
mod forged;
mod heal;
mod imported;
#[cfg(unix)]
mod kill;
mod marks;
mod pages;
mod paper;
mod slips;
mod spread;
mod strays;

use crate::common::peers;
use crate::common::school::{LETOPIS, Run, School, copy_folder};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Two days after the demonstration's last entry.
const LATER: &str = "2026-06-01 10:00:00";
/// What the demo prints: a book and a summary sheet a class, four registers, and the act on its archive.
const DOCUMENTS: usize = 11;

/// The name of the archive it made.
const BAG: &str = "2025-2026-year";

/// The books of the classes, in `print/`.
const BOOKS: [(&str, &str); 3] = [("5А", "journal-5a.pdf"), ("8Б", "journal-8b.pdf"), ("10А", "journal-10a.pdf")];

/// A finished demonstration.
struct Demo {
    dir: PathBuf,
    said: String,
    /// Keeps another run of these tests out of the folder.
    _alone: File,
}

/// Runs the demonstration, the first time it is asked for.
fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let alone = File::create(target.join("demo.lock")).unwrap();
        alone.lock().unwrap();
        let dir = target.join("demo");
        let said = bare(&["demo", dir.to_str().unwrap()], target).ok().stdout;
        Demo { dir, said, _alone: alone }
    })
}

impl Demo {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The archive on the carrier `usb-1` or `usb-2`.
    fn bag(&self, carrier: &str) -> PathBuf {
        bag_on(&self.path(carrier))
    }

    /// The printed files, sorted by name.
    fn printed(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.path("print")).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), DOCUMENTS);
        files
    }

    /// The archive's code and the signer's fingerprint, as said for the act.
    fn act(&self) -> (String, String) {
        let after = |label: &str| {
            let line = self.said.lines().find_map(|line| line.split_once(label)).unwrap_or_else(|| panic!("{label}"));
            line.1.trim().to_owned()
        };
        (after("код архива  "), after("отпечаток ключа"))
    }

    /// A copy to work on, with `faketime`; nothing where that is missing.
    fn copy(&self) -> Option<School> {
        peers::require("faketime")?;
        let dir = tempfile::tempdir().unwrap();
        copy_folder(&self.dir, dir.path());
        Some(School::in_folder(dir))
    }
}

fn bag_on(mount: &Path) -> PathBuf {
    mount.join("LETOPIS").join(BAG)
}

/// Runs the program as a stranger would: at the system's time, without a journal and a key.
fn bare(args: &[&str], cwd: &Path) -> Run {
    let env = ["-u", "LETOPIS_JOURNAL", "-u", "LETOPIS_IDENTITY", LETOPIS];
    Run(peers::run("env", [&env, args].concat(), cwd))
}

#[test]
fn the_demonstration_says_what_it_made_and_what_each_check_found() {
    let demo = demo();
    for text in [
        "перенесён год классов 5А, 8Б, 10А",
        "поздняя отметка отклонена: §2.3.2",
        "выдано документов: 10",
        "повторная печать дала тот же файл",
        "обе копии целы и подлинны",
        "всё сходится",
        "ключи без паролей: только для пробы",
        "serve --config ",
        "откройте http://127.0.0.1:8880/in/",
    ] {
        assert!(demo.said.contains(text), "«{text}» is missing in\n{}", demo.said);
    }
}
