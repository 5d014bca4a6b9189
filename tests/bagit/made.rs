//! Bags that another program made, `bagit.py`, with whatever names people give files, as they were made and changed since:
//! the verdict is that of `bagit.py --validate` but where it is known to depart from RFC 8493.

use super::bag::{self, VERSIONS};
use crate::common::archive::Dice;
use crate::common::peers;
use letopis::archive::report::{Severity, Verdict};
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that people, systems and other programs give, those of our own archives among them.
const NAMES: [&str; 28] = [
    "photos.zip.age",
    "database.zip.age",
    "class-7a.zip.age.001",
    "summaries.zip.age",
    "tagmanifest-sha256.txt.sig",
    "allowed_signers",
    "carrier.json",
    "LETOPIS/q1/bagit.txt",
    "LETOPIS/q1/tagmanifest-sha256.txt.sig",
    "recovery/x.vol000+001.par2",
    "x.par2",
    ".DS_Store",
    "._a.txt",
    "Thumbs.db",
    "desktop.ini",
    "a (2).txt",
    "Ёж «7А».txt",
    "back\\slash",
    "a:b",
    "~lock.doc#",
    "#hash",
    "* star",
    "100.txt",
    "bagit.txt",
    "manifest-md5.txt",
    "folder/of a folder/x",
    "empty",
    "  leading",
];

/// What is done to a bag after it was made.
const CHANGES: [Change; 16] = [
    Change { name: "nothing", apply: |_, _| {}, departs: None },
    Change { name: "a byte flipped", apply: |root, dice| flip(&payload(root, dice)), departs: None },
    Change { name: "a file lost", apply: |root, dice| fs::remove_file(payload(root, dice)).unwrap(), departs: None },
    Change { name: "a file added", apply: |root, _| put(root, "data/.DS_Store", "x"), departs: None },
    Change { name: "recovery data added", apply: |root, _| put(root, "recovery/a.par2", "x"), departs: None },
    Change { name: "a tag folder added", apply: |root, _| put(root, "tags/deep/~$x\\y", "x"), departs: None },
    Change { name: "hidden files added", apply: |root, _| put(root, ".Trashes/._x", "x"), departs: None },
    Change {
        name: "an empty folder",
        apply: |root, _| fs::create_dir(root.join("data/nothing")).unwrap(),
        departs: None,
    },
    Change {
        name: "a tag file lost",
        apply: |root, _| fs::remove_file(root.join("bag-info.txt")).unwrap(),
        departs: None,
    },
    Change { name: "a tag file changed", apply: |root, _| append(root, "bag-info.txt", "Note: x\n"), departs: None },
    Change { name: "no tag manifests", apply: |root, _| remove(root, "tagmanifest-"), departs: None },
    Change { name: "no payload manifests", apply: |root, _| remove(root, "manifest-"), departs: None },
    Change { name: "CR LF", apply: |root, _| rewrite(root, &|text| text.replace('\n', "\r\n")), departs: None },
    Change { name: "sums in capitals", apply: |root, _| rewrite(root, &capitals), departs: None },
    Change { name: "no bagit.txt", apply: |root, _| fs::remove_file(root.join("bagit.txt")).unwrap(), departs: None },
    Change {
        name: "a file to be fetched that no list names",
        apply: |root, _| put(root, "fetch.txt", "http://example.org/x 1 data/never\n"),
        departs: Some("it does not ask what fetch.txt may name"),
    },
];

struct Change {
    name: &'static str,
    apply: fn(&Path, &mut Dice),
    /// Why `bagit.py` accepts what RFC 8493 does not.
    departs: Option<&'static str>,
}

fn payload(root: &Path, dice: &mut Dice) -> PathBuf {
    let files = walkdir::WalkDir::new(root.join("data")).sort_by_file_name().into_iter().flatten();
    let files: Vec<PathBuf> =
        files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect();
    files[dice.roll(files.len())].clone()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    match bytes.last_mut() {
        Some(last) => *last ^= 1,
        None => bytes.push(0),
    }
    fs::write(path, bytes).unwrap();
}

fn put(root: &Path, name: &str, content: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn append(root: &Path, name: &str, text: &str) {
    let before = fs::read_to_string(root.join(name)).unwrap();
    fs::write(root.join(name), before + text).unwrap();
}

fn remove(root: &Path, begin: &str) {
    let files = fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    let named = files.filter(|entry| entry.file_name().to_str().unwrap().starts_with(begin));
    named.for_each(|entry| fs::remove_file(entry.path()).unwrap());
}

/// Rewrites the payload manifests; the tag manifests, which would not fit any more, go.
fn rewrite(root: &Path, change: &dyn Fn(&str) -> String) {
    remove(root, "tagmanifest-");
    for entry in fs::read_dir(root).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_name().to_str().unwrap().starts_with("manifest-") {
            let text = fs::read_to_string(entry.path()).unwrap();
            fs::write(entry.path(), change(&text)).unwrap();
        }
    }
}

fn capitals(text: &str) -> String {
    let line = |line: &str| {
        let (sum, rest) = line.split_once(' ').unwrap();
        format!("{} {rest}\n", sum.to_uppercase())
    };
    text.lines().map(line).collect()
}

/// Folders with random payloads under the names above, made into bags by `bagit.py`, some hundred at once.
fn make(peer: &peers::Peer, dir: &Path, count: usize) -> Vec<PathBuf> {
    let mut dice = Dice(0xBA6);
    let roots: Vec<PathBuf> = (0..count).map(|number| dir.join(format!("bag-{number:03}"))).collect();
    for root in &roots {
        fs::create_dir(root).unwrap();
        for _ in 0..1 + dice.roll(6) {
            let name = NAMES[dice.roll(NAMES.len())];
            let size = [0, 1, 30, 5000][dice.roll(4)];
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, dice.bytes(size)).unwrap();
        }
    }
    let sets: [&[&str]; 4] = [&["--md5"], &["--sha256", "--sha512"], &["--sha1", "--md5"], &[]];
    for (set, roots) in sets.iter().zip(roots.chunks(count.div_ceil(sets.len()))) {
        let mut args: Vec<&str> = ["--quiet", "--contact-name", "Петрова", "--external-description", "a bag"].to_vec();
        args.extend(*set);
        args.extend(roots.iter().map(|root| root.to_str().unwrap()));
        let made = peer.run(args, dir);
        assert_eq!(made.code, Some(0), "{made}");
    }
    roots
}

#[test]
fn two_hundred_bags_of_another_program_are_judged_as_the_rfc_says() {
    let Some(peer) = peers::require("bagit.py") else { return };
    let dir = tempfile::tempdir().unwrap();
    let roots = make(&peer, dir.path(), 208);
    let judge = |(number, root): (usize, &PathBuf)| {
        let change = &CHANGES[number % CHANGES.len()];
        (change.apply)(root, &mut Dice(number as u64 + 1));
        // Drafts and the RFC differ in no rule that these bags touch.
        let version = VERSIONS[number / CHANGES.len() % VERSIONS.len()];
        let is_changed = number / CHANGES.len() > VERSIONS.len();
        if is_changed && change.name != "no bagit.txt" && version == "1.0" {
            remove(root, "tagmanifest-");
            fs::write(root.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n").unwrap();
        }
        let accepts = peer.run(["--validate", "--quiet", root.to_str().unwrap()], dir.path()).code == Some(0);
        let report = bag::verify(root);
        let ours = matches!(report.verdict, Verdict::Bag { .. });
        let expected = accepts && change.departs.is_none();
        let told_to_delete = report.findings.iter().any(|finding| finding.what.contains("удалите"));
        let fits = ours == expected && report.is_foreign() && !told_to_delete;
        (!fits).then(|| format!("{} {}: it {accepts}, {:?}, {:?}", root.display(), change.name, change.departs, report))
    };
    let wrong: Vec<String> = roots.par_iter().enumerate().filter_map(judge).collect();
    assert!(wrong.is_empty(), "{} bags:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bags_whose_files_are_called_as_ours_are_valid_bags_and_nothing_is_said_of_their_manifests() {
    for name in ["data-zip-age", "recovery-par2"] {
        let report = bag::verify(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bagit/cases").join(name));
        assert_eq!(report.verdict, Verdict::Bag { bagit: "0.97".to_owned() }, "{:?}", report.findings);
        assert!(report.findings.iter().all(|finding| finding.severity < Severity::Warning), "{:?}", report.findings);
    }
}

#[test]
fn a_declaration_alone_is_no_valid_bag_and_no_archive() {
    let dir = tempfile::tempdir().unwrap();
    for files in [&["bagit.txt"][..], &["bagit.txt", ".DS_Store"], &["bagit.txt", "data/.DS_Store"]] {
        let root = dir.path().join(files.len().to_string()).join(files.concat().replace('/', "-"));
        files.iter().for_each(|name| put(&root, name, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"));
        let report = bag::verify(&root);
        assert_eq!(report.verdict, Verdict::BrokenBag { bagit: Some("1.0".to_owned()) }, "{:?}", report.findings);
        assert!(report.findings.iter().any(|finding| finding.what.contains("manifest-")), "{:?}", report.findings);
    }
}
