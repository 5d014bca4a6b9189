//! The school at full size, 30 classes and a whole year: every page of every document is held against «How it must look».

use crate::common::peers;
use crate::common::school::{LETOPIS, School};
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
fn school() -> Option<School> {
    peers::require("faketime")?;
    let school = School::in_folder(tempfile::tempdir().unwrap());
    let made = peers::run(generator(), ["school", "--classes", "30"], &school.path(""));
    assert_eq!(made.code, Some(0), "{made}");
    std::fs::create_dir(school.path("keys")).unwrap();
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova"];
    let keys = ["--no-passphrase", "--recovery-sheet", "recovery.txt"];
    school.run("2026-05-29 12:00:00", "ivanova", &[&init[..], &keys].concat()).ok();
    school.run("2026-05-29 12:10:00", "ivanova", &["import", "school", "--another"]).ok();
    Some(school)
}

#[test]
fn no_text_leaves_its_cell_or_touches_a_rule_on_any_page_of_the_school() {
    let Some(school) = school() else { return };
    let journal = school.path("journal.letopis");
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
