//! Links, FIFOs, devices and holes that somebody planted where the program reads or writes: nothing is followed, nothing
//! hangs, and the file that a link leads to stays as it is.
//!
//! Each place is tried with each kind of link that fits there: to a file that is dear, to one that is not there yet, and to
//! a folder.

use super::{NOON, school};
use crate::common::peers;
use crate::common::school::{LETOPIS, Run, School, contents};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const DEAR: &str = "это чужой файл, и он должен остаться каким был\n";

/// What must not change: a folder with a file, of odd rights, beside the school.
struct Theirs(tempfile::TempDir);

impl Theirs {
    fn new() -> Self {
        let theirs = Self(tempfile::tempdir().unwrap());
        fs::write(theirs.file(), DEAR).unwrap();
        fs::set_permissions(theirs.file(), fs::Permissions::from_mode(0o640)).unwrap();
        theirs
    }

    fn folder(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn file(&self) -> PathBuf {
        self.folder().join("dear")
    }

    fn absent(&self) -> PathBuf {
        self.folder().join("absent")
    }

    #[track_caller]
    fn are_unharmed(&self, after: &str) {
        let names: Vec<_> = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["dear"], "{after}");
        assert_eq!(fs::read_to_string(self.file()).unwrap(), DEAR, "{after}");
        assert_eq!(self.file().metadata().unwrap().mode() & 0o777, 0o640, "{after}");
    }
}

/// Runs the program with a time limit, after which a FIFO has held it up.
fn run_within(school: &School, by: &str, args: &[&str]) -> Run {
    run_within_at(school, NOON, by, args)
}

fn run_within_at(school: &School, clock: &str, by: &str, args: &[&str]) -> Run {
    let line = school.shell_line(clock, Some(by), args);
    let run = Run(peers::run("timeout", ["-k", "1", "30", "sh", "-c", &format!("exec {line}")], &school.path(".")));
    assert_ne!(run.0.code, Some(124), "{args:?} hangs");
    run
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A stick that is registered, with an archive of the quarter on it and on another.
fn with_archive() -> Option<School> {
    let school = school()?;
    for (stick, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        fs::create_dir(school.path(stick)).unwrap();
        let args = ["carrier", "register", stick, "--label", stick, "--holder", holder, "--place", place];
        school.run(NOON, "petrova", &args).ok();
    }
    Some(school)
}

const LATER: &str = "2025-11-05 12:00:00";

fn make_archive(school: &School) -> PathBuf {
    let args = ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run(LATER, "petrova", &args).ok();
    bag_on(school, "usb-1")
}

fn bag_on(school: &School, stick: &str) -> PathBuf {
    let folders = fs::read_dir(school.path(stick).join("LETOPIS")).unwrap().map(|entry| entry.unwrap().path());
    folders.into_iter().find(|path| path.is_dir()).expect("an archive")
}

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
    let cases: [(&str, &[&str]); 5] = [
        ("semyonov", &["report", "progress", "--csv", "shared/out"]),
        ("semyonov", &["report", "progress", "--xlsx", "shared/out"]),
        ("semyonov", &["key", "new", "shared/out", "--no-passphrase"]),
        ("petrova", &["correction", "list", "--csv", "shared/out"]),
        ("ivanova", &["--journal", "shared/out", "init", "--school", "school/school.toml", "--admin", "ivanova"]),
    ];
    for (by, args) in cases {
        let place = school.path("shared/out");
        school.run(NOON, by, args).ok();
        assert_eq!(place.metadata().unwrap().mode() & 0o777, 0o600, "{args:?}");
        fs::remove_dir_all(school.path("shared")).unwrap();
        fs::create_dir(school.path("shared")).unwrap();
        symlink(theirs.file(), &place).unwrap();
        school.run(NOON, by, args).fails(2, &[]);
        theirs.are_unharmed(&format!("{args:?}"));
        fs::remove_file(&place).unwrap();
    }
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
    assert!(warned.stderr.contains("chmod 600 «passphrase»"), "{warned}");
}

#[test]
fn a_carrier_that_is_registered_is_written_to_through_no_link() {
    let Some(school) = school() else { return };
    let register = ["carrier", "register", "usb", "--label", "А-1", "--holder", "kuznetsov", "--place", "сейф"];
    let theirs = Theirs::new();
    let folder = school.path("usb/LETOPIS");
    fs::create_dir_all(&folder).unwrap();
    // Names that an earlier version wrote to first.
    for name in ["README.txt.new", "carrier.json.new", "SHA256SUMS.new"] {
        symlink(theirs.file(), folder.join(name)).unwrap();
    }
    school.run(NOON, "petrova", &register).ok();
    theirs.are_unharmed("*.new");
    for name in ["README.txt", "carrier.json", "SHA256SUMS"] {
        for target in [theirs.file(), theirs.absent()] {
            fs::remove_file(folder.join(name)).unwrap();
            symlink(target, folder.join(name)).unwrap();
            school.run(NOON, "petrova", &register).fails(2, &["ссылка"]);
            theirs.are_unharmed(name);
        }
        fs::remove_file(folder.join(name)).unwrap();
        fs::write(folder.join(name), "").unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
    symlink(theirs.folder(), &folder).unwrap();
    school.run(NOON, "petrova", &register).fails(2, &["ссылка"]);
    theirs.are_unharmed("LETOPIS");
}

#[test]
fn an_archive_is_not_made_or_cleared_up_through_a_linked_folder() {
    let Some(school) = with_archive() else { return };
    let theirs = Theirs::new();
    // What looks like a run that was interrupted is removed; here it would be somebody's folder.
    fs::create_dir(theirs.folder().join("data")).unwrap();
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    symlink(theirs.folder(), school.path("usb-1/LETOPIS/2025-2026-h1")).unwrap();
    school.run(LATER, "petrova", &create).fails(2, &["ссылка"]);
    fs::remove_dir(theirs.folder().join("data")).unwrap();
    theirs.are_unharmed("archive create");
    fs::remove_file(school.path("usb-1/LETOPIS/2025-2026-h1")).unwrap();
    make_archive(&school);
}

#[test]
fn a_repair_believes_no_folder_beside_the_bag_and_moves_only_what_the_signed_lists_name() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let whole = contents(&bag);
    let damage = || fs::write(bag.join("bag-info.txt"), "испорчено").unwrap();
    let repair = ["archive", "repair", "usb-1"];
    let beside = |name: &str| bag.with_file_name(format!("2025-2026-h1.repair{name}"));
    let theirs = Theirs::new();
    // Somebody's keys, marked as a repair that was interrupted while it moved files.
    for planted in ["data/keys.zip.age", "secret.key", "bag-info.txt"] {
        damage();
        let place = beside("/new").join(planted);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, "AGE-SECRET-KEY-1…").unwrap();
        fs::write(beside("/ready"), "").unwrap();
        school.run(LATER, "petrova", &repair).ok();
        assert_eq!(contents(&bag), whole, "{planted}");
        assert!(!beside("").exists());
    }
    // The folder, or a part of it, leads elsewhere.
    for part in ["", "/new", "/old", "/ready", "/par2"] {
        for target in [theirs.folder(), theirs.file()] {
            damage();
            fs::create_dir_all(beside("")).unwrap();
            if part.is_empty() {
                fs::remove_dir_all(beside("")).unwrap();
            }
            symlink(target, beside(part)).unwrap();
            let run = school.run(LATER, "petrova", &repair);
            theirs.are_unharmed(&format!("NAME.repair{part}"));
            if part.is_empty() {
                run.fails(2, &["ссылка"]);
                fs::remove_file(beside("")).unwrap();
                school.run(LATER, "petrova", &repair).ok();
            } else {
                run.ok();
            }
            assert_eq!(contents(&bag), whole, "NAME.repair{part}");
        }
    }
    // A file of the bag that leads elsewhere is set aside itself.
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        fs::remove_file(bag.join("bag-info.txt")).unwrap();
        symlink(target, bag.join("bag-info.txt")).unwrap();
        school.run(LATER, "petrova", &repair).ok();
        theirs.are_unharmed("bag-info.txt");
        assert_eq!(contents(&bag), whole);
    }
}

#[test]
fn a_folder_that_an_archive_is_taken_out_into_is_not_swapped_for_a_link() {
    let Some(school) = with_archive() else { return };
    make_archive(&school);
    let theirs = Theirs::new();
    fs::create_dir(school.path("shared")).unwrap();
    fs::set_permissions(school.path("shared"), fs::Permissions::from_mode(0o1777)).unwrap();
    let restore = ["archive", "restore", "usb-1", "--to", "shared/out"];
    symlink(theirs.file(), school.path("shared/out")).unwrap();
    assert_ne!(school.run(LATER, "kuznetsov", &restore).0.code, Some(0));
    theirs.are_unharmed("restore");
    fs::remove_file(school.path("shared/out")).unwrap();
    school.run(LATER, "kuznetsov", &restore).ok();
    for entry in walkdir::WalkDir::new(school.path("shared/out")) {
        let mode = entry.unwrap().metadata().unwrap().mode();
        assert_eq!(mode & 0o077, 0, "what was encrypted is its owner's alone");
    }
}

#[test]
fn what_a_killed_deep_check_left_in_the_clear_is_removed_by_the_next_command() {
    let Some(school) = with_archive() else { return };
    make_archive(&school);
    let temp = school.path("tmp");
    fs::create_dir(&temp).unwrap();
    let theirs = Theirs::new();
    // Links where the folder of an earlier version was, and its lock.
    symlink(theirs.folder(), temp.join("letopis-verify")).unwrap();
    let deep = ["archive", "verify", "usb-1", "--deep"];
    let line = school.shell_line(LATER, Some("kuznetsov"), &deep);
    let line = format!("export TMPDIR='{}'; exec {line}", temp.display());
    let left = || -> Vec<PathBuf> {
        let there = fs::read_dir(&temp).unwrap().map(|entry| entry.unwrap().path());
        there.filter(|path| path.is_dir() && !path.is_symlink()).collect()
    };
    let mut child = Command::new("sh").args(["-c", &line]).current_dir(school.path(".")).spawn().unwrap();
    let in_the_clear = (0..3000).any(|_| {
        std::thread::sleep(Duration::from_millis(2));
        left().iter().any(|folder| folder.join("journal.letopis").exists())
    });
    let _ = child.kill();
    child.wait().unwrap();
    crate::common::school::clear_after(child.id());
    if in_the_clear && !left().is_empty() {
        assert_eq!(left()[0].metadata().unwrap().mode() & 0o777, 0o700);
        let line = school.shell_line(LATER, Some("kuznetsov"), &["archive", "list"]);
        let line = format!("export TMPDIR='{}'; exec {line}", temp.display());
        Run(peers::run("sh", ["-c", &line], &school.path("."))).ok();
    }
    assert_eq!(left(), Vec::<PathBuf>::new());
    theirs.are_unharmed("letopis-verify");
}

/// Where a file is read: what is named by a person, what lies in a folder that he names, what lies on a carrier.
#[test]
fn a_fifo_or_a_device_in_the_place_of_a_file_is_refused_at_once() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let on_carrier: Vec<PathBuf> = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
        .iter()
        .map(|name| bag.join(name))
        .chain([school.path("usb-1/LETOPIS/carrier.json"), bag.join("data/database.zip.age")])
        .chain(fs::read_dir(bag.join("recovery")).unwrap().map(|entry| entry.unwrap().path()).take(1))
        .collect();
    for file in on_carrier {
        let (kept, shown) = (fs::read(&file).unwrap(), file.display().to_string());
        fs::remove_file(&file).unwrap();
        fifo(&file);
        for args in [
            &["archive", "verify", "usb-1"][..],
            &["archive", "verify", "usb-1", "--deep"],
            &["audit", "--against", "usb-1"],
        ] {
            let run = run_within(&school, "kuznetsov", args);
            // A witness is asked for what he has signed, not for all that he holds.
            assert!(run.0.code != Some(0) || args[0] == "audit", "{shown}: {}", run.0);
        }
        fs::remove_file(&file).unwrap();
        fs::write(&file, kept).unwrap();
    }
    school.run(LATER, "kuznetsov", &["archive", "verify", "usb-1", "--deep"]).ok();
    fifo(&school.path("fifo"));
    for special in ["fifo", "/dev/zero"] {
        let cases: [&[&str]; 8] = [
            &["--journal", special, "audit"],
            &["--identity", special, "mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"],
            &["key", "show", special],
            &["--passphrase-file", special, "key", "new", "new.key"],
            &["key", "recover", "new.key", "--from", special],
            &["school", "set", special],
            &["print", "check", special],
            &["plan", "import", "7А", "Алгебра", special],
        ];
        for args in cases {
            assert_ne!(run_within(&school, "semyonov", args).0.code, Some(0), "{args:?}");
        }
    }
    let csv = school.path("school/marks.csv");
    let _ = fs::remove_file(&csv);
    fifo(&csv);
    run_within(&school, "ivanova", &["import", "school"]).fails(2, &["marks.csv", "канал"]);
    fs::remove_file(&csv).unwrap();
    symlink(school.path("keys/ivanova.key"), &csv).unwrap();
    run_within(&school, "ivanova", &["import", "school"]).fails(2, &["marks.csv", "ссылка"]);
}

#[test]
fn a_terabyte_of_holes_on_a_carrier_is_named_and_not_read() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let recovery = fs::read_dir(bag.join("recovery")).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    for file in [bag.join("data/database.zip.age"), recovery, bag.join("bag-info.txt")] {
        let kept = fs::read(&file).unwrap();
        fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(1 << 40).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        run_within(&school, "kuznetsov", &["archive", "verify", "usb-1", "--deep"]).fails(1, &[&name]);
        fs::remove_file(&file).unwrap();
        fs::write(&file, kept).unwrap();
    }
}

/// Another account of this machine, made for one test.
struct Account(&'static str);

impl Account {
    fn new(name: &'static str) -> Option<Self> {
        let made = Command::new("useradd").args(["-M", "-N", "-s", "/bin/sh", name]).output();
        match made {
            Ok(made) if made.status.success() || String::from_utf8_lossy(&made.stderr).contains("already exists") => {
                Some(Self(name))
            }
            _ => {
                println!("skipped: only root may make accounts");
                None
            }
        }
    }

    /// Runs a line of `sh` as this account.
    fn sh(&self, line: &str, at: &Path) -> Run {
        Run(peers::run("su", [self.0, "-c", line], at))
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = Command::new("userdel").arg(self.0).output();
    }
}

#[test]
fn of_two_accounts_neither_touches_a_file_of_the_other_through_a_link() {
    let Some(mallory) = Account::new("letopis-mallory") else { return };
    let Some(teacher) = Account::new("letopis-teacher") else { return };
    let Some(school) = school() else { return };
    let program = school.path("letopis");
    fs::copy(LETOPIS, &program).unwrap();
    let everybody = fs::Permissions::from_mode(0o755);
    fs::set_permissions(school.path("."), everybody).unwrap();
    let run = |command: &str, args: &str| {
        let line = school.shell_line(NOON, Some("semyonov"), &[]).replace(LETOPIS, &program.display().to_string());
        let line = format!("export TMPDIR='{}'; {line} {args}", school.path("tmp").display());
        (format!("{command} {args}"), teacher.sh(&line, &school.path(".")))
    };
    // All of it is the teacher's; his dear file is what the other aims at.
    let own = Command::new("chown").args(["-R", teacher.0]).arg(school.path(".")).status().unwrap();
    assert!(own.success());
    let dear = school.path("dear");
    fs::write(&dear, DEAR).unwrap();
    fs::set_permissions(&dear, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Command::new("chown").arg(teacher.0).arg(&dear).status().unwrap().success());
    for mode in [0o1777, 0o777] {
        for shared in ["shared", "tmp"] {
            let _ = fs::remove_dir_all(school.path(shared));
            fs::create_dir(school.path(shared)).unwrap();
            fs::set_permissions(school.path(shared), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(school.path("."), fs::Permissions::from_mode(mode)).unwrap();
        let plant = |name: &str| {
            let line = format!("ln -sfn '{}' '{}'", dear.display(), school.path(name).display());
            mallory.sh(&line, &school.path(".")).ok();
        };
        for name in ["shared/journal-7a-draft.pdf", "shared/out", "tmp/letopis-verify", "tmp/letopis-verify-1"] {
            plant(name);
        }
        for name in ["journal.letopis-lock", "journal.letopis-wal", "journal.letopis-shm", "journal.letopis-journal"] {
            let _ = fs::remove_file(school.path(name));
            plant(name);
        }
        let commands = [
            "print class 7А --out shared --draft",
            "print class 7А --out shared/out --draft",
            "report progress --csv shared/out",
            "key new shared/out --no-passphrase",
            "mark set 7А Алгебра 15.09.2025 Петренко=5",
            "audit",
        ];
        for args in commands {
            let (what, run) = run("", args);
            assert_ne!(run.0.code, Some(101), "{what}: {}", run.0);
            assert_eq!(fs::read_to_string(&dear).unwrap(), DEAR, "{mode:o} {what}: {}", run.0);
            assert_eq!(dear.metadata().unwrap().mode() & 0o777, 0o600, "{mode:o} {what}");
        }
        for name in ["journal.letopis-lock", "journal.letopis-wal", "journal.letopis-shm", "journal.letopis-journal"] {
            fs::remove_file(school.path(name)).unwrap();
        }
    }
    // What is the teacher's own, the other reads nowhere.
    fs::remove_file(school.path("shared/journal-7a-draft.pdf")).unwrap();
    run("", "print class 7А --out shared --draft").1.ok();
    let read =
        mallory.sh(&format!("cat '{}'", school.path("shared/journal-7a-draft.pdf").display()), &school.path("."));
    assert_ne!(read.0.code, Some(0), "a paper in a shared folder is its owner's alone");
}
