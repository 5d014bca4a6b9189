//! The sample school is what its generator writes, and the generator writes the same everywhere.

use crate::common::peers;
use crate::common::school::{LETOPIS, contents};
use std::path::{Path, PathBuf};

/// `cargo test` builds the examples beside the program.
fn generator() -> PathBuf {
    Path::new(LETOPIS).with_file_name("examples").join(format!("generate-school{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn the_sample_school_is_what_the_generator_writes() {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("school-1");
    let output = peers::run(generator(), [&made], dir.path());
    assert_eq!(output.code, Some(0), "{output}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/school-1");
    let (made, kept) = (contents(&made), contents(&kept));
    let mut names: Vec<_> = kept.keys().collect();
    names.sort();
    assert_eq!(names.len(), 15);
    for name in names {
        assert!(made.get(name) == kept.get(name), "{} differs", name.display());
    }
    assert_eq!(made.len(), kept.len());
}

#[test]
fn the_sample_school_has_the_difficulties_it_promises() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/school-1");
    let staff = std::fs::read(dir.join("staff.csv")).unwrap();
    assert!(std::str::from_utf8(&staff).is_err(), "Windows-1251");
    let contacts = std::fs::read(dir.join("contacts.csv")).unwrap();
    assert!(contacts.starts_with(b"\xef\xbb\xbf"), "a byte order mark");
    let pupils = std::fs::read_to_string(dir.join("pupils.csv")).unwrap();
    assert!(pupils.contains("и\u{306}"), "a decomposed «й»");
    let names: Vec<Vec<&str>> = pupils.lines().skip(1).map(|line| line.split(';').collect()).collect();
    assert!(names.iter().any(|row| row[4].is_empty()), "no patronymic");
    assert!(names.iter().any(|row| row[2].starts_with('Ё')));
    assert!(names.iter().any(|row| row[2].contains('-')), "a double surname");
    let full = |row: &[&str]| format!("{} {} {}", row[2], row[3], row[4]).chars().count();
    assert!(names.iter().any(|row| full(row) == 40), "a full name of 40 characters");
    let twins = |a: &[&str], b: &[&str]| a[1] == b[1] && a[2] == b[2] && a[0] != b[0];
    assert!(names.iter().any(|a| names.iter().any(|b| twins(a, b))), "one surname twice in a class");
    assert!(names.iter().any(|row| row[1] == "8Б" && row[6] == "12.11.2025"), "one came in November");
    assert!(names.iter().any(|row| row[1] == "8Б" && row[7] == "03.02.2026"), "one left in February");
}
