//! The school at full size, 30 classes and a whole year: every page of every document is held against «How it must look».

use crate::common::peers;
use crate::common::school::LETOPIS;
use crate::common::{issued, legible};
use letopis::journal::Journal;
use letopis::print::{Layouts, issue, lay_out};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// `cargo test` builds the examples beside the program.
fn generator() -> PathBuf {
    Path::new(LETOPIS).with_file_name("examples").join(format!("generate-school{}", std::env::consts::EXE_SUFFIX))
}

/// A journal that has taken the generated school over.
fn journal(folder: &Path) -> Option<PathBuf> {
    let faketime = peers::require("faketime")?;
    let made = peers::run(generator(), ["school", "--classes", "30"], folder);
    assert_eq!(made.code, Some(0), "{made}");
    let run = |clock: &str, args: &[&str]| {
        let said = faketime.run([&[clock, "env", "TZ=MSK-3", LETOPIS], args].concat(), folder);
        assert_eq!(said.code, Some(0), "{said}");
    };
    let school = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--identity", "ivanova.key"];
    let keys = ["--no-passphrase", "--recovery-sheet", "recovery.txt"];
    run("2026-05-29 12:00:00", &[&school[..], &keys].concat());
    run("2026-05-29 12:10:00", &["import", "school", "--another", "--identity", "ivanova.key"]);
    Some(folder.join("journal.letopis"))
}

#[test]
fn no_text_leaves_its_cell_or_touches_a_rule_on_any_page_of_the_school() {
    let folder = tempfile::tempdir().unwrap();
    let Some(journal) = journal(folder.path()) else { return };
    let layouts = Layouts::load(None).unwrap();
    let context = issued::context("2025-0143");
    let wanted = issue::everything(Journal::open(&journal).unwrap().tables()).unwrap();
    let pages = AtomicUsize::new(0);
    wanted.par_iter().for_each(|wanted| {
        let tables = Journal::open(&journal).unwrap().reader().unwrap();
        let document = lay_out(&tables, &layouts, wanted, &context).unwrap();
        document.pages.iter().zip(1..).for_each(|(page, number)| legible::assert_legible(page, number));
        pages.fetch_add(document.pages.len(), Ordering::Relaxed);
    });
    let pages = pages.into_inner();
    assert!((2500..3500).contains(&pages), "the school prints another number of pages than it should: {pages}");
}
