//! Files of other programs on a carrier, and files of the archive under other names: what the program says and does.

use super::{BAG, LATER, bag_on, bare, demo};
use crate::common::school::{contents, copy_folder};
use std::fs;
use std::path::Path;

/// A PAR2 file of a set that has nothing to do with the archive.
const FOREIGN: &[u8] = include_bytes!("foreign.par2");

fn carrier(dir: &Path) -> (String, std::path::PathBuf) {
    let mount = dir.join("u");
    copy_folder(&demo().path("usb-1"), &mount);
    (mount.to_str().unwrap().to_owned(), bag_on(&mount))
}

fn flip(bag: &Path) {
    let path = bag.join("data/class-8b.zip.age");
    let mut bytes = fs::read(&path).unwrap();
    bytes[12_345..12_349].fill(0xFF);
    fs::write(path, bytes).unwrap();
}

#[test]
fn files_that_other_programs_left_are_named_set_aside_and_hinder_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (usb, bag) = carrier(dir.path());
    let intact = contents(&bag);
    let other = demo().path("usb-2");
    for from in [&[][..], &["--from", other.to_str().unwrap()]] {
        let ours = fs::read(bag.join(format!("recovery/{BAG}.par2"))).unwrap();
        for (name, content) in [
            ("recovery/.DS_Store", &b"x"[..]),
            ("recovery/00.par2", FOREIGN),
            ("recovery/01.par2", &ours[..ours.len() / 2]),
            (&format!("recovery/{BAG} (2).par2"), &ours),
            ("data/Thumbs.db", b"x"),
            ("desktop.ini", b"x"),
        ] {
            fs::write(bag.join(name), content).unwrap();
        }
        let found = bare(&["archive", "verify", &usb], dir.path()).ok();
        let repairs = format!("letopis archive repair {}».", bag.display());
        for words in ["recovery/.DS_Store: посторонний файл", "recovery/00.par2", "data/Thumbs.db", &repairs]
        {
            assert!(found.stdout.contains(words), "{words}: {found}");
        }
        assert!(found.stdout.contains("цел; подпись") && !found.stdout.contains("повреждён"), "{found}");
        flip(&bag);
        let found = bare(&["archive", "verify", &usb], dir.path());
        assert!(found.0.code == Some(1) && found.0.stdout.contains("исправимо"), "{}", found.0);
        let repaired = bare(&[&["archive", "repair", &usb], from].concat(), dir.path()).ok();
        assert!(repaired.stdout.contains("Посторонние файлы перенесены"), "{repaired}");
        assert!(contents(&bag) == intact);
    }
    let aside = bag.parent().unwrap().join(format!("{BAG}.extra/files-2"));
    assert_eq!(fs::read(aside.join("recovery/00.par2")).unwrap(), FOREIGN);
    // What was set aside is no archive and nobody's damage.
    bare(&["archive", "verify", &usb], dir.path()).ok();
}

#[test]
fn a_payload_under_another_name_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let (usb, bag) = carrier(dir.path());
    let intact = contents(&bag);
    fs::rename(bag.join("data/class-8b.zip.age"), bag.join("data/class-8b.zip (1).age")).unwrap();
    let found = bare(&["archive", "verify", &usb], dir.path());
    for words in ["под другим именем", "частей повреждено: 0", "исправимо"] {
        assert!(found.0.stdout.contains(words), "{words}: {}", found.0);
    }
    let repaired = bare(&["archive", "repair", &usb], dir.path()).ok();
    assert!(repaired.stdout.contains("по его же файлам: файлов — 1"), "{repaired}");
    assert!(contents(&bag) == intact);
}

#[test]
fn recovery_data_made_anew_stand_in_the_ledger_as_made_from_the_copy_itself() {
    let Some(school) = demo().copy() else { return };
    fs::remove_dir_all(bag_on(&school.path("usb-1")).join("recovery")).unwrap();
    let repaired = school.run(LATER, "petrova", &["archive", "repair", "usb-1"]).ok();
    assert!(repaired.stdout.contains("по его же файлам") && !repaired.stdout.contains("копии:"), "{repaired}");
    let carriers = school.run(LATER, "petrova", &["carrier", "list", "--json"]).ok().stdout;
    let carriers: serde_json::Value = serde_json::from_str(&carriers).unwrap();
    let label = carriers[0]["label"].as_str().unwrap();
    let history = school.run(LATER, "petrova", &["carrier", "history", label, "--json"]).ok();
    assert!(history.stdout.contains("\"itself\""), "{history}");
    school.run(LATER, "petrova", &["audit"]).ok();
}

#[test]
fn each_of_several_paths_is_told_of_and_an_emptied_folder_is_to_be_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let (usb, bag) = carrier(dir.path());
    let second = demo().path("usb-2");
    let paths = ["nowhere", &usb, second.to_str().unwrap()];
    let found = bare(&[&["archive", "verify"], &paths[..]].concat(), dir.path());
    assert_eq!(found.0.code, Some(2), "{}", found.0);
    assert!(found.0.stderr.contains("nowhere") && found.0.stdout.matches("цел; подпись").count() >= 2, "{}", found.0);
    let found = bare(&[&["archive", "verify", "--json"], &paths[..]].concat(), dir.path());
    let value: serde_json::Value = serde_json::from_str(&found.0.stdout).unwrap();
    assert_eq!(value["paths"].as_array().unwrap().len(), 3, "{value}");
    assert_eq!(value["paths"][0]["failed"].as_array().unwrap().len(), 1, "{value}");
    fs::remove_dir_all(&bag).unwrap();
    fs::create_dir(&bag).unwrap();
    let place = bag.to_str().unwrap();
    let complete = format!("archive complete {BAG}");
    for args in [&["archive", "repair", place][..], &["archive", "repair", &usb, "--from", paths[2]]] {
        let found = bare(args, dir.path());
        let said = format!("{}{}", found.0.stdout, found.0.stderr);
        assert!(found.0.code == Some(1) && said.contains(&complete), "{}", found.0);
    }
    let found = bare(&["archive", "verify", place], dir.path());
    assert!(found.0.code == Some(2) && found.0.stderr.contains(&complete), "{}", found.0);
}

#[test]
fn a_package_that_no_list_names_is_never_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (usb, bag) = carrier(dir.path());
    for name in ["class-99.zip.age", "database.zip.age.001"] {
        fs::copy(bag.join("data/class-8b.zip.age"), bag.join("data").join(name)).unwrap();
    }
    let key = demo().path("keys/director.key");
    let key = key.to_str().unwrap();
    let found = bare(&["archive", "verify", &usb, "--deep", "--identity", key], dir.path()).ok();
    assert!(found.stdout.contains("data/class-99.zip.age: посторонний файл"), "{found}");
    bare(&["archive", "restore", &usb, "--identity", key, "--to", "out"], dir.path()).ok();
    assert!(dir.path().join("out/print/class-8b").is_dir() && !dir.path().join("out/print/class-99").exists());
}
