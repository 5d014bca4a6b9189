//! Damage: one flipped bit in any file, a file that is missing, put there or cut off. It is found, and the file is named.

use super::{bag_on, bare, demo};
use crate::common::school::{contents, copy_folder};
use letopis::archive::progress::Quiet;
use letopis::archive::report::Report;
use letopis::archive::verify::{Request, verify};
use std::fs;
use std::path::{Path, PathBuf};

/// How many bits of a file are flipped, one at a time.
const FLIPS: usize = 24;

/// A copy of a carrier.
fn carrier() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&demo().path("usb-1"), dir.path());
    let bag = bag_on(dir.path());
    (dir, bag)
}

fn check(bag: &Path) -> Report {
    verify(bag, &Request::default(), &Quiet).unwrap()
}

#[track_caller]
fn blames(report: &Report, name: &str, what: &str) {
    assert_eq!(report.verdict.exit_status(), 1, "{name}, {what}");
    assert!(report.findings.iter().any(|finding| finding.path == name), "{name}, {what}: {:?}", report.findings);
}

#[test]
fn one_flipped_bit_anywhere_in_the_bag_is_found_and_its_file_named() {
    let (_dir, bag) = carrier();
    let files = contents(&bag);
    assert_eq!(files.len(), 20);
    for (name, intact) in files {
        let (path, name) = (bag.join(&name), name.to_str().unwrap());
        let last = intact.len() - 1;
        for flip in 0..FLIPS {
            // The first and the last byte, and others between them.
            let byte = last * flip / (FLIPS - 1);
            let mut flipped = intact.clone();
            flipped[byte] ^= 1 << (flip % 8);
            fs::write(&path, flipped).unwrap();
            blames(&check(&bag), name, &format!("byte {byte}"));
        }
        fs::write(&path, intact).unwrap();
    }
    assert_eq!(check(&bag).verdict.exit_status(), 0, "all is whole again");
}

#[test]
fn a_file_that_is_missing_or_cut_off_is_named() {
    let (_dir, bag) = carrier();
    for (name, intact) in contents(&bag) {
        let (path, name) = (bag.join(&name), name.to_str().unwrap());
        for length in [0, intact.len() / 2, intact.len() - 1] {
            fs::write(&path, &intact[..length]).unwrap();
            blames(&check(&bag), name, &format!("cut off at {length}"));
        }
        fs::remove_file(&path).unwrap();
        blames(&check(&bag), name, "missing");
        fs::write(&path, intact).unwrap();
    }
}

#[test]
fn a_file_that_was_put_there_is_named() {
    let (_dir, bag) = carrier();
    // No list names it and nothing opens it, so it harms nothing, as what Windows leaves on a stick; it is named as a stray.
    for name in ["data/class-9a.zip.age", "data/class-5a.zip.age.001", "data/deeper/file", "desktop.ini"] {
        let path = bag.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "put there").unwrap();
        let report = check(&bag);
        let strays: Vec<&str> = report.strays().map(|finding| finding.path.as_str()).collect();
        assert_eq!(strays, [name], "{:?}", report.findings);
        assert_eq!(report.verdict.exit_status(), 0);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn the_program_says_which_file_is_damaged_and_exits_1() {
    let (dir, bag) = carrier();
    let mount = dir.path().to_str().unwrap().to_owned();
    for name in ["data/database.zip.age", "data/class-8b.zip.age", "bag-info.txt", "tagmanifest-sha256.txt.sig"] {
        flip(&bag.join(name), |path| {
            let output =
                bare(&["archive", "verify", &mount], dir.path()).fails(1, &["повреждён", &format!("{name}: ")]);
            assert!(
                !output.stdout.contains("цел;") && !output.stdout.contains("подлинен"),
                "{}: {output}",
                path.display()
            );
        });
    }
    for name in ["README.txt", "carrier.json", "SHA256SUMS"] {
        flip(&dir.path().join("LETOPIS").join(name), |_| {
            bare(&["archive", "verify", &mount], dir.path()).fails(1, &[name]);
        });
    }
    fs::remove_file(bag.join("data/class-5a.zip.age")).unwrap();
    bare(&["archive", "verify", &mount], dir.path()).fails(1, &["data/class-5a.zip.age: ", "повреждён"]);
}

/// Flips a bit in the middle of a file while `f` looks.
fn flip(path: &Path, f: impl FnOnce(&Path)) {
    let intact = fs::read(path).unwrap();
    let mut flipped = intact.clone();
    flipped[intact.len() / 2] ^= 4;
    fs::write(path, flipped).unwrap();
    f(path);
    fs::write(path, intact).unwrap();
}
