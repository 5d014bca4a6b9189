//! A disk without room: it is called so, nothing is half written, and reading goes on.

use super::{NOON, school};
use crate::carriers::real::Disk;
use crate::common::school::{School, contents, copy_folder};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The small school on a disk of its own.
fn on_disk(disk: &Disk) -> Option<School> {
    let built = school()?;
    let folder = tempfile::tempdir_in(&disk.mount).unwrap();
    copy_folder(&built.path("."), folder.path());
    Some(School::in_folder(folder))
}

/// Fills the disk to its last byte.
fn fill(mount: &Path) {
    let mut file = fs::File::create(mount.join("filling")).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        let block = vec![7; size];
        while file.write_all(&block).and_then(|()| file.sync_all()).is_ok() {}
    }
}

const READING: [&[&str]; 7] = [
    &["audit"],
    &["report", "progress"],
    &["report", "attendance"],
    &["lesson", "missing"],
    &["pupil", "list", "7А"],
    &["correction", "list"],
    &["note", "list"],
];

fn reads_and_refuses(school: &School, state: &str) {
    for args in READING {
        school.run(NOON, "petrova", args).ok();
    }
    let entries = entries(school);
    let set = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    let refused = school.run("2025-09-15 12:10:00", "semyonov", &set);
    assert_eq!(refused.0.code, Some(2), "{state}: {}", refused.0);
    assert!(refused.0.stderr.contains("мест"), "{state}: {}", refused.0);
    assert!(!refused.0.stderr.contains("letopis audit"), "{state}: {}", refused.0);
    assert_eq!(self::entries(school), entries, "{state}");
    for args in [
        &["print", "class", "7А", "--out", "out", "--draft"][..],
        &["report", "progress", "--csv", "out.csv"],
        &["report", "progress", "--xlsx", "out.xlsx"],
        &["key", "new", "new.key", "--no-passphrase"],
    ] {
        let before = names(school);
        school.run(NOON, "petrova", args).fails(2, &["нет места", "освободите"]);
        assert_eq!(names(school), before, "{state}: {args:?} has left something");
    }
}

/// How many entries the ledger has, counted on another disk.
fn entries(school: &School) -> u64 {
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["journal.letopis", "journal.letopis-wal"] {
        let _ = fs::copy(school.path(name), elsewhere.path().join(name));
    }
    let file = rusqlite::Connection::open(elsewhere.path().join("journal.letopis")).unwrap();
    file.query_row("SELECT count(*) FROM ledger", [], |row| row.get(0)).unwrap()
}

fn names(school: &School) -> Vec<String> {
    let shown = |path: &Path| path.display().to_string();
    let mut names: Vec<String> = contents(&school.path(".")).keys().map(|path| shown(path)).collect();
    // SQLite's own may come and go.
    names.retain(|name| !name.ends_with("-shm") && !name.ends_with("-wal"));
    names.sort();
    names
}

#[test]
fn on_a_full_disk_the_journal_is_read_and_nothing_is_half_written() {
    let Some(disk) = Disk::ext4(24) else { return };
    let Some(school) = on_disk(&disk) else { return };
    // As it is between two commands: nothing lies beside the journal.
    fs::create_dir(school.path("out")).unwrap();
    fill(&disk.mount);
    reads_and_refuses(&school, "nothing beside the journal");
    fs::remove_file(disk.mount.join("filling")).unwrap();
    school.run("2025-09-15 12:20:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"]).ok();
    school.run(NOON, "petrova", &["audit"]).ok();
}

#[test]
fn on_a_full_disk_what_was_recorded_last_is_read_from_the_log_too() {
    let Some(disk) = Disk::ext4(24) else { return };
    let Some(school) = on_disk(&disk) else { return };
    fs::create_dir(school.path("out")).unwrap();
    // A writer that was killed: its records lie in the log alone, and the index of the log is gone.
    let file = school.file();
    file.pragma_update(None, "journal_mode", "WAL").unwrap();
    file.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    school.run("2025-09-15 12:05:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=3"]).ok();
    let entries = school.entries();
    let log = fs::read(school.path("journal.letopis-wal")).unwrap();
    assert!(!log.is_empty());
    let database = fs::read(school.path("journal.letopis")).unwrap();
    drop(file);
    fs::write(school.path("journal.letopis"), database).unwrap();
    fs::write(school.path("journal.letopis-wal"), log).unwrap();
    let _ = fs::remove_file(school.path("journal.letopis-shm"));
    fill(&disk.mount);
    for args in READING {
        school.run("2025-09-15 12:30:00", "petrova", args).ok();
    }
    fs::remove_file(disk.mount.join("filling")).unwrap();
    assert_eq!(school.entries(), entries);
    school.run("2025-09-15 12:30:00", "petrova", &["audit"]).ok();
}
