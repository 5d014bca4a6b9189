//! A disk without room: it is called so, nothing is half written, and reading goes on.

use super::{NOON, school};
use crate::common::disk::Disk;
use crate::common::peers;
use crate::common::school::{Run, School, contents, copy_folder};
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

#[test]
fn tables_of_another_version_are_not_half_rebuilt_on_a_full_disk() {
    let Some(disk) = Disk::ext4(24) else { return };
    let Some(school) = on_disk(&disk) else { return };
    school.file().pragma_update(None, "user_version", 7).unwrap();
    fill(&disk.mount);
    let names = names(&school);
    for args in READING {
        school.run(NOON, "petrova", args).ok();
    }
    let set = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    school.run("2025-09-15 12:10:00", "semyonov", &set).fails(2, &["мест"]);
    assert_eq!(self::names(&school), names);
    fs::remove_file(disk.mount.join("filling")).unwrap();
    school.run("2025-09-15 12:20:00", "semyonov", &set).ok();
    school.run(NOON, "petrova", &["audit"]).ok();
}

/// The system's number of «quota exceeded».
const EDQUOT: i32 = 122;

/// Runs the program where each call of this name fails.
fn failing(school: &School, point: &str, error: i32, by: &str, args: &[&str]) -> Run {
    let line = school.shell_line("2025-09-15 12:10:00", Some(by), args);
    // The library that makes calls fail, beside that of the clock.
    let line = line.replacen("'LD_PRELOAD=", "\"LD_PRELOAD=$LD_PRELOAD:\"'", 1);
    let enable = format!("enable name={point},failinfo={error}");
    Run(peers::run("fiu-run", ["-x", "-f", "", "-c", &enable, "sh", "-c", &format!("exec {line}")], &school.path(".")))
}

#[test]
fn a_quota_that_is_used_up_is_called_so_and_nothing_is_half_written() {
    let Some(_) = peers::require("fiu-run") else { return };
    let Some(school) = school() else { return };
    let before = entries(&school);
    let set = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    let refused = failing(&school, "posix/io/rw/pwrite", EDQUOT, "semyonov", &set).fails(2, &["квот"]);
    assert!(!refused.stderr.contains("letopis audit"), "{refused}");
    assert_eq!(entries(&school), before);
    // Here nothing can be said either: what is printed is written as files are.
    let names = names(&school);
    for args in [
        &["print", "class", "7А", "--out", "out", "--draft"][..],
        &["report", "progress", "--csv", "out.csv"],
        &["key", "new", "new.key", "--no-passphrase"],
    ] {
        assert_eq!(failing(&school, "posix/io/rw/write", EDQUOT, "petrova", args).0.code, Some(2), "{args:?}");
        assert_eq!(self::names(&school), names, "{args:?} has left something");
    }
    school.run("2025-09-15 12:20:00", "semyonov", &set).ok();
    school.run(NOON, "petrova", &["audit"]).ok();
}
