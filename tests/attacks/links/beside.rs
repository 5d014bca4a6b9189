//! Links beside the journal, in a folder for papers, and where a person names a new file.

use super::{NOON, Theirs, fifo, run_within, run_within_at, school};
use crate::common::school::contents;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

#[test]
fn the_lock_beside_the_journal_is_not_followed_and_gives_nobody_rights() {
    let Some(school) = school() else { return };
    fs::set_permissions(school.path("journal.letopis"), fs::Permissions::from_mode(0o666)).unwrap();
    let set = |value: &str| ["mark", "set", "7А", "Алгебра", "15.09.2025", value].map(str::to_owned);
    for (number, target) in [0, 1, 2].into_iter().zip([Theirs::file, Theirs::absent, Theirs::folder]) {
        let theirs = Theirs::new();
        let lock = school.path("journal.letopis-lock");
        let _ = fs::remove_file(&lock);
        symlink(target(&theirs), &lock).unwrap();
        let args = set(["Петренко=5", "Петренко=3", "Петренко=2"][number]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        school.run("2025-09-15 12:30:00", "semyonov", &args).ok();
        theirs.are_unharmed("mark set");
    }
    // A second name of somebody's file.
    let theirs = Theirs::new();
    let lock = school.path("journal.letopis-lock");
    fs::remove_file(&lock).unwrap();
    if fs::hard_link(theirs.file(), &lock).is_ok() {
        school
            .run("2025-09-15 12:40:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"])
            .ok();
        theirs.are_unharmed("mark set with a hard link");
    }
    fs::remove_file(&lock).unwrap();
    fifo(&lock);
    let set = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    run_within_at(&school, "2025-09-15 12:50:00", "semyonov", &set).ok();
}

#[test]
fn what_sqlite_keeps_beside_the_journal_is_no_link_and_no_fifo() {
    let Some(school) = school() else { return };
    for name in ["journal.letopis-wal", "journal.letopis-shm", "journal.letopis-journal"] {
        let theirs = Theirs::new();
        for target in [theirs.file(), theirs.absent()] {
            let place = school.path(name);
            let _ = fs::remove_file(&place);
            symlink(target, &place).unwrap();
            for args in [&["audit"][..], &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"]]
            {
                run_within(&school, "semyonov", args).fails(2, &["ссылка", name]);
            }
            theirs.are_unharmed(name);
            fs::remove_file(&place).unwrap();
        }
        fifo(&school.path(name));
        run_within(&school, "semyonov", &["audit"]).fails(2, &["канал", name]);
        fs::remove_file(school.path(name)).unwrap();
    }
    school.run(NOON, "semyonov", &["audit"]).ok();
}

#[test]
fn contacts_beside_the_journal_are_no_link() {
    let Some(school) = school() else { return };
    let theirs = Theirs::new();
    for target in [theirs.file(), theirs.absent()] {
        let place = school.path("journal.contacts");
        let _ = fs::remove_file(&place);
        symlink(target, &place).unwrap();
        run_within(&school, "petrova", &["contact", "list", "7А"]).fails(2, &["ссылка"]);
        theirs.are_unharmed("contacts");
    }
}

#[test]
fn papers_replace_plain_files_only_and_are_their_owners_alone() {
    let Some(school) = school() else { return };
    let draft = ["print", "class", "7А", "--out", "out", "--draft"];
    school.run(NOON, "petrova", &draft).ok();
    school.run(NOON, "petrova", &["print", "list", "7А", "--out", "out"]).0.code.unwrap();
    let made: Vec<PathBuf> =
        contents(&school.path("out")).into_keys().map(|name| school.path("out").join(name)).collect();
    assert!(!made.is_empty());
    for file in &made {
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{}", file.display());
    }
    let theirs = Theirs::new();
    let file = made.iter().find(|file| file.to_string_lossy().contains("draft")).unwrap();
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        fs::remove_file(file).unwrap();
        symlink(target, file).unwrap();
        school.run(NOON, "petrova", &draft).fails(2, &["ссылка"]);
        theirs.are_unharmed("print --draft");
    }
    fs::remove_file(file).unwrap();
    fifo(file);
    run_within(&school, "petrova", &draft).fails(2, &["канал"]);
    fs::remove_file(file).unwrap();
    // The name that an earlier version wrote to first.
    let part = file.with_extension("pdf.part");
    symlink(theirs.file(), &part).unwrap();
    symlink(theirs.file(), school.path("out/journal-7a.pdf.part")).unwrap();
    school.run(NOON, "petrova", &draft).ok();
    school.run(NOON, "petrova", &["print", "class", "7А", "--out", "out"]).ok();
    theirs.are_unharmed("*.pdf.part");
    let issued = school.path("out/journal-7a.pdf");
    fs::remove_file(&issued).unwrap();
    symlink(theirs.file(), &issued).unwrap();
    school.run(NOON, "petrova", &["print", "class", "7А", "--out", "out"]).fails(2, &["ссылка"]);
    theirs.are_unharmed("print");
    assert!(contents(&school.path("out")).keys().all(|name| !name.to_string_lossy().starts_with("letopis-")));
}

#[test]
fn new_files_that_a_person_names_are_never_made_through_a_link() {
    let Some(school) = school() else { return };
    let theirs = Theirs::new();
    fs::create_dir(school.path("shared")).unwrap();
    let cases: [(&str, &[&str]); 7] = [
        ("semyonov", &["report", "progress", "--csv", "shared/out"]),
        ("semyonov", &["report", "progress", "--xlsx", "shared/out"]),
        ("semyonov", &["key", "new", "shared/out", "--no-passphrase"]),
        ("petrova", &["correction", "list", "--csv", "shared/out"]),
        ("ivanova", &["--journal", "shared/out", "init", "--school", "school/school.toml", "--admin", "ivanova"]),
        ("ivanova", &[&FOUND[..], &["--recovery-sheet", "shared/out"]].concat()),
        ("ivanova", &[&FOUND[..], &["--emergency-sheet", "shared/out"]].concat()),
    ];
    for (by, args) in cases {
        let place = school.path("shared/out");
        let _ = fs::remove_file(school.path("another.letopis"));
        school.run(NOON, by, args).ok();
        assert_eq!(place.metadata().unwrap().mode() & 0o777, 0o600, "{args:?}");
        fs::remove_dir_all(school.path("shared")).unwrap();
        fs::create_dir(school.path("shared")).unwrap();
        for target in [theirs.file(), theirs.absent(), theirs.folder()] {
            let _ = fs::remove_file(school.path("another.letopis"));
            symlink(target, &place).unwrap();
            school.run(NOON, by, args).fails(2, &[]);
            theirs.are_unharmed(&format!("{args:?}"));
            fs::remove_file(&place).unwrap();
        }
    }
}

/// A journal of its own.
const FOUND: [&str; 8] =
    ["--journal", "another.letopis", "init", "--school", "school/school.toml", "--admin", "ivanova", "--no-passphrase"];

#[test]
fn a_kept_proof_is_neither_read_nor_written_through_a_link() {
    let Some(school) = school() else { return };
    let print = ["print", "class", "7А", "--out", "out"];
    school.run(NOON, "petrova", &print).ok();
    let kept: Vec<PathBuf> =
        contents(&school.path("cache")).into_keys().map(|name| school.path("cache").join(name)).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let (file, folder) = (&kept[0], kept[0].parent().unwrap().to_owned());
    let proof = fs::read(file).unwrap();
    let theirs = Theirs::new();
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        let _ = fs::remove_file(file);
        symlink(target, file).unwrap();
        school.run(NOON, "petrova", &print).ok();
        theirs.are_unharmed("a kept proof");
    }
    let _ = fs::remove_file(file);
    fifo(file);
    run_within(&school, "petrova", &print).ok();
    // A whole proof, that lies in a folder of somebody else's.
    fs::remove_dir_all(&folder).unwrap();
    fs::write(theirs.folder().join(file.file_name().unwrap()), proof).unwrap();
    symlink(theirs.folder(), &folder).unwrap();
    school.run(NOON, "petrova", &print).ok();
    fs::remove_file(theirs.folder().join(file.file_name().unwrap())).unwrap();
    theirs.are_unharmed("a linked cache");
}

#[test]
fn a_key_that_others_may_read_is_warned_of() {
    let Some(school) = school() else { return };
    let mark = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    let quiet = school.run(NOON, "semyonov", &mark).ok();
    assert!(!quiet.stderr.contains("chmod"), "{quiet}");
    fs::set_permissions(school.path("keys/semyonov.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let warned = school.run(NOON, "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=3"]).ok();
    assert!(warned.stderr.contains("chmod 600") && warned.stderr.contains("semyonov.key"), "{warned}");
    fs::write(school.path("passphrase"), "ёлка в снегу\n").unwrap();
    fs::set_permissions(school.path("passphrase"), fs::Permissions::from_mode(0o644)).unwrap();
    let args = ["--passphrase-file", "passphrase", "key", "new", "new.key"];
    let warned = school.run(NOON, "semyonov", &args).ok();
    assert!(warned.stderr.contains("chmod 600 passphrase"), "{warned}");
}
