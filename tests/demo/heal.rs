//! A carrier that was damaged is healed, and the journal comes back from it.

use super::{BAG, LATER, bag_on, bare, demo};
use crate::common::school::{contents, copy_folder};
use std::fs;
use std::path::Path;

fn spoil(path: &Path, at: usize, length: usize) {
    let mut bytes = fs::read(path).unwrap();
    let end = bytes.len().min(at + length);
    bytes[at..end].fill(0);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_carrier_is_healed_and_verifies_again() {
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&demo().path("usb-1"), dir.path());
    let bag = bag_on(dir.path());
    let intact = contents(&bag);
    spoil(&bag.join("data/database.zip.age"), 100_000, 4096);
    spoil(&bag.join("data/class-8b.zip.age"), 5_000, 300);
    fs::remove_file(bag.join("bag-info.txt")).unwrap();
    let usb = dir.path().to_str().unwrap();
    let found = bare(&["archive", "verify", usb], dir.path());
    assert_eq!(found.0.code, Some(1), "{}", found.0);
    for text in ["data/database.zip.age", "data/class-8b.zip.age", "bag-info.txt", "исправимо", "archive repair"]
    {
        assert!(found.0.stdout.contains(text), "{text}: {}", found.0);
    }
    let repaired = bare(&["archive", "repair", usb], dir.path()).ok();
    assert!(repaired.stdout.contains("по данным для восстановления: файлов — 3"), "{repaired}");
    assert!(contents(&bag) == intact);
    bare(&["archive", "verify", usb], dir.path()).ok();
    let again = bare(&["archive", "repair", usb], dir.path()).ok();
    assert!(again.stdout.contains("исправлять нечего"), "{again}");
}

#[test]
fn a_repair_by_the_staff_is_recorded_and_told_in_the_carriers_history() {
    let Some(school) = demo().copy() else { return };
    let bag = bag_on(&school.path("usb-1"));
    spoil(&bag.join("data/database.zip.age"), 7_000, 200);
    let run = |args: &[&str]| school.run(LATER, "petrova", args);
    let found = run(&["archive", "verify", "usb-1", "--json"]).fails(1, &[]);
    let value: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(value["paths"][0]["archives"][0]["healing"]["lost"].as_u64(), Some(1), "{found}");
    let before = school.entries();
    let repaired = run(&["archive", "repair", "usb-1"]).ok();
    assert!(repaired.stdout.contains("Исправление записано в журнал"), "{repaired}");
    assert_eq!(school.entries(), before + 1);
    let label = value["paths"][0]["path"].as_str().unwrap();
    assert_eq!(label, "usb-1");
    let carriers = run(&["carrier", "list", "--json"]).ok().stdout;
    let carriers: serde_json::Value = serde_json::from_str(&carriers).unwrap();
    let history = run(&["carrier", "history", carriers[0]["label"].as_str().unwrap()]).ok();
    assert!(history.stdout.contains("повреждён") && history.stdout.contains("исправ"), "{history}");
    run(&["audit"]).ok();
}

#[test]
fn what_one_carrier_cannot_heal_comes_from_both() {
    let dir = tempfile::tempdir().unwrap();
    for carrier in ["usb-1", "usb-2"] {
        copy_folder(&demo().path(carrier), &dir.path().join(carrier));
    }
    let (one, other) = (bag_on(&dir.path().join("usb-1")), bag_on(&dir.path().join("usb-2")));
    let intact = contents(&one);
    let size = fs::metadata(one.join("data/database.zip.age")).unwrap().len() as usize;
    spoil(&one.join("data/database.zip.age"), 0, size / 2);
    spoil(&other.join("data/database.zip.age"), size / 2, size);
    let refused = bare(&["archive", "repair", "usb-1"], dir.path());
    assert_eq!(refused.0.code, Some(1), "{}", refused.0);
    assert!(refused.0.stderr.contains("ничего не изменено") && refused.0.stderr.contains("--from"), "{}", refused.0);
    // By way of a disk, as the program says after it.
    fs::create_dir(dir.path().join("disk")).unwrap();
    let beside = ["archive", "repair", "usb-1", "--from", "usb-2", "--to", "disk"];
    let mended = format!("disk/{}", one.file_name().unwrap().to_str().unwrap());
    bare(&beside, dir.path()).fails(0, &["Целый архив записан", &format!("repair НОСИТЕЛЬ --from {mended}")]);
    bare(&["archive", "repair", "usb-1", "--from", &mended], dir.path()).ok();
    bare(&["archive", "repair", "usb-2", "--from", "usb-1"], dir.path()).ok();
    assert!(contents(&one) == intact && contents(&other) == intact);
}

#[test]
fn the_journal_comes_back_and_is_the_one_that_was_archived() {
    let dir = tempfile::tempdir().unwrap();
    let key = demo().path("keys/director.key");
    let (usb, key) = (demo().path("usb-2"), key.to_str().unwrap());
    let restore = ["archive", "restore", usb.to_str().unwrap(), "--identity", key, "--to"];
    let said = bare(&[&restore[..], &["out"]].concat(), dir.path()).ok();
    assert!(said.stdout.contains("подписи, таблицы и документы сошлись"), "{said}");
    bare(&["audit", "--journal", "out/journal.letopis", "--against", usb.to_str().unwrap()], dir.path()).ok();
    let book = dir.path().join("out/print/class-8b/journal-8b.pdf");
    assert!(fs::read(book).unwrap() == fs::read(demo().path("print/journal-8b.pdf")).unwrap());
    let full = bare(&[&restore[..], &["out"]].concat(), dir.path());
    assert_eq!(full.0.code, Some(2), "{}", full.0);

    bare(&[&restore[..], &["one", "--only", "8 «б»"]].concat(), dir.path()).ok();
    let files: Vec<_> = contents(&dir.path().join("one")).into_keys().collect();
    assert!(files.iter().all(|file| file.starts_with("print/class-8b")) && !files.is_empty(), "{files:?}");
    // A part with the journal in it is no archive that lost the rest.
    let part = ["part", "--only", "журнал", "--only", "8Б", "--only", "class-8b"];
    let said = bare(&[&restore[..], &part].concat(), dir.path()).ok();
    assert!(said.stdout.contains("class-8b") && !said.stdout.contains("registers"), "{said}");
    bare(&["audit", "--journal", "part/journal.letopis"], dir.path()).ok();
    for on_carrier in ["out", "LETOPIS/out", "LETOPIS/deep/out"] {
        let to = demo().path("usb-2").join(on_carrier);
        let open = bare(&[&restore[..], &[to.to_str().unwrap()]].concat(), dir.path());
        assert!(open.0.code == Some(2) && open.0.stderr.contains("не зашифровано"), "{}", open.0);
        assert!(!to.exists());
    }
    let unknown = bare(&[&restore[..], &["two", "--only", "9Я"]].concat(), dir.path());
    assert!(unknown.0.code == Some(2) && unknown.0.stderr.contains("class-8b"), "{}", unknown.0);
    let stranger = demo().path("keys/semyonov.key");
    let locked = bare(
        &["archive", "restore", usb.to_str().unwrap(), "--identity", stranger.to_str().unwrap(), "--to", "two"],
        dir.path(),
    );
    assert!(locked.0.code == Some(1) && locked.0.stderr.contains("ключ директора"), "{}", locked.0);
    assert!(!dir.path().join("two").exists(), "{BAG} left something");
}
