//! Archives on real file systems: exFAT and FAT through FUSE, an ext4 disk that is full, carriers that vanish while they
//! are written, reading and writing that fails.
//!
//! These tests mount images, so they need root, loop devices and FUSE, and say that they are skipped where the machine
//! does not allow that.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::archive::facts;
use crate::common::disk::{Disk, run};
use crate::common::peers;
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Created, Plan, complete, create};
use letopis::archive::package::{Package, Source};
use letopis::archive::progress::{Progress, Quiet};
use letopis::archive::repair;
use letopis::archive::report::Verdict;
use letopis::archive::settle::{State, settle};
use letopis::archive::signature::AllowedSigners;
use letopis::archive::verify::{Request, verify};
use letopis::error::{Action, Detail};
use letopis::ledger::identity::Identity;

const NAME: &str = "2025-2026-q1";

/// Tells the child where its carriers are.
const DIR: &str = "LETOPIS_FAILING_CARRIERS";

/// Tells the child what to do.
const WORK: &str = "LETOPIS_FAILING_WORK";

fn register(mount: &Path, label: &str) -> Carrier {
    let card = Card::new(label, label, "Орлов Пётр Ильич", label, "2025-09-01T09:00:00+03:00");
    Carrier::register(mount, &card).unwrap()
}

/// Makes an archive of about a megabyte.
fn archive(carriers: &[Carrier], scratch: &Path, progress: &dyn Progress) -> letopis::Result<Created> {
    let signer = Identity::generate();
    let mut packages = Vec::new();
    for (name, size) in [("database", 600_000_u32), ("class-7a", 300_000), ("registers", 90_000)] {
        let mut package = Package::new(name).unwrap();
        let content = (0..size).map(|n| (n.wrapping_mul(2_654_435_761).rotate_left(n % 29) >> 24) as u8).collect();
        package.add("content.bin", Source::Bytes(content)).unwrap();
        packages.push(package);
    }
    let plan = Plan {
        name: NAME,
        carriers,
        recipients: &[signer.public().recipient().to_owned()],
        signer: &signer,
        signers: &AllowedSigners::new([("petrova".to_owned(), signer.public())]),
        facts: &facts(10),
        packages: &packages,
        scratch,
    };
    create(&plan, progress)
}

fn verdict(carrier: &Carrier) -> Verdict {
    verify(carrier.bag(NAME).root(), &Request::default(), &Quiet).unwrap().verdict
}

fn is_whole(carrier: &Carrier) -> bool {
    matches!(verdict(carrier), Verdict::Whole { .. })
}

/// A carrier in a plain folder.
fn plain(dir: &Path) -> Carrier {
    let mount = dir.join("plain");
    fs::create_dir_all(&mount).unwrap();
    register(&mount, "А-2")
}

/// Calls a function once, when a step begins or so many bytes of it are done.
struct When<F: Fn()> {
    step: &'static str,
    after: u64,
    now: Mutex<(String, bool)>,
    done: AtomicU64,
    then: F,
}

impl<F: Fn()> When<F> {
    fn new(step: &'static str, after: u64, then: F) -> Self {
        Self { step, after, now: Mutex::default(), done: AtomicU64::new(0), then }
    }

    fn look(&self) {
        let mut now = self.now.lock().unwrap();
        if now.0 == self.step && !now.1 && self.done.load(Ordering::Relaxed) >= self.after {
            now.1 = true;
            (self.then)();
        }
    }
}

impl<F: Fn() + Sync> Progress for When<F> {
    fn begin(&self, step: &str, _: u64) {
        step.clone_into(&mut self.now.lock().unwrap().0);
        self.done.store(0, Ordering::Relaxed);
        self.look();
    }

    fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        self.look();
    }
}

/// An archive is made there, comes back after the carrier was pulled out and plugged in, and is healed there.
fn holds_an_archive(disk: &Disk, mount: &[&str], heals: bool) {
    let dir = tempfile::tempdir().unwrap();
    let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
    let created = archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap();
    for copy in created.copies {
        copy.outcome.unwrap();
    }
    assert!(is_whole(&carriers[0]) && is_whole(&carriers[1]));
    disk.unmount();
    disk.mount_with(mount);
    assert!(is_whole(&carriers[0]));
    if heals {
        heal(disk, mount, &carriers[0]);
    }
    // The other copy is lost, and made up for from this one.
    fs::remove_dir_all(carriers[1].bag(NAME).root()).unwrap();
    complete(NAME, &carriers[0], &carriers[1], &Quiet).unwrap();
    assert!(is_whole(&carriers[1]));
}

fn heal(disk: &Disk, mount: &[&str], carrier: &Carrier) {
    let bag = carrier.bag(NAME);
    let path = bag.root().join("data/database.zip.age");
    let mut damaged = fs::read(&path).unwrap();
    damaged[40_000..60_000].fill(0);
    fs::write(&path, damaged).unwrap();
    fs::remove_file(bag.root().join("manifest-sha256.txt")).unwrap();
    let wish = repair::Wish { bag: bag.root(), other: None, to: None };
    assert!(repair::repair(&wish, &Quiet).unwrap().is_some());
    disk.unmount();
    disk.mount_with(mount);
    assert!(is_whole(carrier));
}

#[test]
fn exfat_holds_an_archive_and_lets_it_be_healed() {
    let Some(disk) = Disk::exfat() else { return };
    holds_an_archive(&disk, &["mount.exfat-fuse"], true);
}

/// fusefat neither shortens nor removes files, so nothing is damaged and healed there.
#[test]
fn fat_holds_an_archive() {
    let Some(disk) = Disk::new(48, &["mkfs.vfat"], &["fusefat", "-o", "rw+"]) else { return };
    holds_an_archive(&disk, &["fusefat", "-o", "rw+"], false);
}

#[test]
fn a_disk_that_is_too_small_or_read_only_is_refused_before_anything_is_written() {
    let Some(disk) = Disk::ext4(4) else { return };
    let dir = tempfile::tempdir().unwrap();
    let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
    // An archive of less than a mebibyte, and room for a third of it.
    let mut filler = File::create(disk.mount.join("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    filler.set_len(filler.metadata().unwrap().len().saturating_sub(300 * 1024)).unwrap();
    filler.sync_all().unwrap();
    drop(filler);
    let error = archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap_err();
    assert!(error.message().contains("свободно") && error.next_step().is_some(), "{error}");
    run(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.mount));
    assert!(letopis::device::is_read_only(&disk.mount).unwrap());
    assert!(!letopis::device::is_read_only(dir.path()).unwrap());
    assert!(!carriers.iter().any(|carrier| carrier.bag(NAME).root().exists()));
}

#[test]
fn a_disk_that_fills_up_at_any_stage_leaves_the_other_copy_whole_and_is_clean_afterwards() {
    let Some(disk) = Disk::ext4(24) else { return };
    let dir = tempfile::tempdir().unwrap();
    let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
    let filler = disk.mount.join("filler");
    let (mut full, mut fitted) = (0, 0);
    let bytes = archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap().bytes;
    carriers.iter().for_each(|carrier| fs::remove_dir_all(carrier.bag(NAME).root()).unwrap());
    // From no room at all to enough for everything, in steps that become small where the last files are written.
    let mut rooms: Vec<u64> = (0..20).map(|n| bytes * n / 20).collect();
    rooms.extend((0..16).map(|n| bytes + n * 12 * 1024));
    for left in rooms {
        let fill = || {
            let mut file = File::create(&filler).unwrap();
            while file.write_all(&[0; 64 * 1024]).is_ok() {}
            file.sync_all().unwrap();
            let length = file.metadata().unwrap().len();
            file.set_len(length.saturating_sub(left)).unwrap();
            file.sync_all().unwrap();
        };
        let created = archive(&carriers, &dir.path().join("scratch"), &When::new("запись архива", 0, fill)).unwrap();
        assert!(created.copies[1].outcome.is_ok() && is_whole(&carriers[1]), "{left}");
        match &created.copies[0].outcome {
            Ok(()) => {
                fitted += 1;
                assert!(is_whole(&carriers[0]), "{left}");
            }
            Err(error) => {
                full += 1;
                assert!(error.message().contains("на диске нет места"), "{left}: {error}");
                // What is left, if anything, is plainly no archive.
                let bag = carriers[0].bag(NAME);
                assert!(!bag.root().exists() || verdict(&carriers[0]) == Verdict::Unfinished, "{left}");
            }
        }
        if created.copies[0].outcome.is_err() && left < bytes / 2 {
            let error = complete(NAME, &carriers[1], &carriers[0], &Quiet).unwrap_err();
            assert!(error.message().contains("свободно") && !carriers[0].bag(NAME).root().exists(), "{left}: {error}");
        }
        fs::remove_file(&filler).unwrap();
        if created.copies[0].outcome.is_err() {
            complete(NAME, &carriers[1], &carriers[0], &Quiet).unwrap();
            assert!(is_whole(&carriers[0]), "{left}");
        }
        carriers.iter().for_each(|carrier| fs::remove_dir_all(carrier.bag(NAME).root()).unwrap());
    }
    assert!(full > 15 && fitted > 0, "{full} full, {fitted} fitted");
}

/// The moments at which a carrier is pulled out.
const MOMENTS: [(&str, u64); 8] = [
    ("запись архива", 0),
    ("запись архива", 100_000),
    ("запись архива", 900_000),
    ("суммы для восстановления", 1),
    ("данные для восстановления", 1),
    ("запись данных для восстановления", 0),
    ("запись данных для восстановления", 60_000),
    ("чтение записанного с носителей", 0),
];

#[test]
fn a_carrier_that_is_pulled_out_at_any_moment_leaves_the_other_whole() {
    for (step, after) in MOMENTS {
        let Some(disk) = Disk::ext4(24) else { return };
        let dir = tempfile::tempdir().unwrap();
        let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
        let pull = || run(Command::new("umount").arg("-l").arg(&disk.mount));
        let created = archive(&carriers, &dir.path().join("scratch"), &When::new(step, after, pull)).unwrap();
        assert!(created.copies[0].outcome.is_err(), "{step} {after}");
        assert!(created.copies[1].outcome.is_ok() && is_whole(&carriers[1]), "{step} {after}");
        // Nothing was written in its place on this machine's own disk.
        assert!(!disk.mount.join("LETOPIS").exists(), "{step} {after}");
    }
}

#[test]
fn a_carrier_whose_file_system_dies_leaves_the_other_whole() {
    for (step, after) in MOMENTS {
        let Some(disk) = Disk::exfat() else { return };
        let dir = tempfile::tempdir().unwrap();
        let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
        let die = || disk.die();
        let created = archive(&carriers, &dir.path().join("scratch"), &When::new(step, after, die)).unwrap();
        assert!(created.copies[0].outcome.is_err(), "{step} {after}");
        assert!(created.copies[1].outcome.is_ok() && is_whole(&carriers[1]), "{step} {after}");
        disk.bring_back();
        // Plugged in again it holds no archive, or a whole one; and takes one.
        if settle(&carriers[0], NAME, &Quiet).unwrap().0 == State::Absent {
            complete(NAME, &carriers[1], &carriers[0], &Quiet).unwrap();
        }
        assert!(is_whole(&carriers[0]), "{step} {after}");
    }
}

/// Not a test of its own: what the test below runs as another process, whose reading and writing fails now and then.
#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Some(dir) = std::env::var_os(DIR).map(PathBuf::from) else { return };
    // The harness would take its time to print a failure, with a standard output that fails.
    std::process::exit(if at_work(&dir).unwrap_or_default() { 0 } else { 7 });
}

/// Does what the child is to do; whether it says that all is well.
fn at_work(dir: &Path) -> letopis::Result<bool> {
    let [one, two] = ["one", "two"].map(|label| Carrier::open(&dir.join(label)));
    let carriers = [one?, two?];
    let [bag, other] = carriers.each_ref().map(|carrier| carrier.bag(NAME));
    match std::env::var(WORK).as_deref() {
        Ok("verify") => {
            let report = verify(bag.root(), &Request::default(), &Quiet)?;
            Ok(matches!(report.verdict, Verdict::Whole { .. }))
        }
        Ok("repair") => {
            let wish = repair::Wish { bag: bag.root(), other: Some(other.root()), to: None };
            repair::repair(&wish, &Quiet).map(|_| true)
        }
        _ => {
            let created = archive(&carriers, &dir.join("scratch"), &Quiet)?;
            Ok(created.copies.iter().all(|copy| copy.outcome.is_ok()))
        }
    }
}

/// Runs the child with a call of the system that fails with `error` by `chance`; whether it said that all was well.
fn with_faults(dir: &Path, work: &str, point: &str, error: i32, chance: f64) -> bool {
    let enable = format!("enable_random name={point},probability={chance},failinfo={error}");
    let child = Command::new("fiu-run")
        .args(["-x", "-f", "", "-c", &enable])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "carriers::real::child"])
        .env(DIR, dir)
        .env(WORK, work)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    child.success()
}

/// Two carriers for the child in a folder.
fn for_the_child(dir: &Path) -> [Carrier; 2] {
    ["one", "two"].map(|label| {
        fs::create_dir(dir.join(label)).unwrap();
        register(&dir.join(label), label)
    })
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

#[test]
fn reading_and_writing_that_fails_now_and_then_never_gives_a_false_archive() {
    let Some(_) = peers::require("fiu-run") else { return };
    let dir = tempfile::tempdir().unwrap();
    let carriers = for_the_child(dir.path());
    let (mut failed, mut written) = (0, 0);
    for round in 0..60 {
        // Each a fault of its own: EIO or ENOSPC in writing, syncing, reading.
        let (point, error) = [
            ("posix/io/rw/write", EIO),
            ("posix/io/sync/*", EIO),
            ("posix/io/rw/read", EIO),
            ("posix/io/rw/write", ENOSPC),
        ][round % 4];
        let well = with_faults(dir.path(), "create", point, error, [0.3, 0.05, 0.01][round / 4 % 3]);
        let _ = fs::remove_dir_all(dir.path().join("scratch"));
        let states = carriers.each_ref().map(|carrier| settle(carrier, NAME, &Quiet).unwrap().0);
        for (carrier, state) in carriers.iter().zip(&states) {
            assert!(*state == State::Absent || is_whole(carrier), "round {round}, {point}");
        }
        if well {
            written += 1;
            assert!(states.iter().all(|state| *state != State::Absent), "round {round}: said to be written");
        } else {
            failed += 1;
        }
        for carrier in &carriers {
            let _ = fs::remove_dir_all(carrier.bag(NAME).root());
        }
    }
    assert!(failed > 10 && written > 0, "{failed} failed, {written} written");
    archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap();
}

#[test]
fn a_carrier_that_fails_to_be_read_is_never_called_whole_and_repairing_it_loses_nothing() {
    let Some(_) = peers::require("fiu-run") else { return };
    let dir = tempfile::tempdir().unwrap();
    let carriers = for_the_child(dir.path());
    archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap();
    let bag = carriers[0].bag(NAME);
    let path = bag.root().join("data/database.zip.age");
    let intact = fs::read(&path).unwrap();
    let mut damaged = intact.clone();
    damaged[200_000..260_000].fill(0);
    let (mut failed, mut healed) = (0, 0);
    for round in 0..40 {
        fs::write(&path, &damaged).unwrap();
        let chance = [0.2, 0.05, 0.01, 0.002][round / 4 % 4];
        let false_verdict = with_faults(dir.path(), "verify", "posix/io/rw/read", EIO, chance);
        assert!(!false_verdict, "round {round}: damage passed for whole");
        let (point, error) = [
            ("posix/io/rw/read", EIO),
            ("posix/io/rw/write", EIO),
            ("posix/io/sync/*", EIO),
            ("posix/io/rw/write", ENOSPC),
        ][round % 4];
        if with_faults(dir.path(), "repair", point, error, chance) {
            healed += 1;
            assert!(is_whole(&carriers[0]), "round {round}, {point}: said to be healed");
        } else {
            failed += 1;
        }
        assert!(is_whole(&carriers[1]), "round {round}, {point}: the other copy");
        // Whatever was left half done, the next run takes it up.
        let wish = repair::Wish { bag: bag.root(), other: None, to: None };
        repair::repair(&wish, &Quiet).unwrap();
        assert!(is_whole(&carriers[0]) && fs::read(&path).unwrap() == intact, "round {round}, {point}");
        let beside: Vec<_> =
            fs::read_dir(bag.root().parent().unwrap()).unwrap().flatten().map(|e| e.file_name()).collect();
        assert!(beside.iter().all(|name| !name.to_string_lossy().contains("repair")), "{beside:?}");
    }
    assert!(failed > 5 && healed > 0, "{failed} failed, {healed} healed");
}

#[test]
fn a_carrier_without_room_for_healed_files_is_left_alone() {
    let Some(disk) = Disk::ext4(24) else { return };
    let dir = tempfile::tempdir().unwrap();
    let carriers = [register(&disk.mount, "А-1"), plain(dir.path())];
    archive(&carriers, &dir.path().join("scratch"), &Quiet).unwrap();
    let bag = carriers[0].bag(NAME);
    let path = bag.root().join("data/database.zip.age");
    let mut damaged = fs::read(&path).unwrap();
    damaged[300_000] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let filler = disk.mount.join("filler");
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 64 * 1024]).is_ok() {}
    let wish = repair::Wish { bag: bag.root(), other: None, to: None };
    let error = repair::repair(&wish, &Quiet).unwrap_err();
    assert!(
        error.message().contains("свободно") && error.next_step().unwrap().offers(&Action::Give(Detail::Folder)),
        "{error}"
    );
    assert!(fs::read(&path).unwrap() == damaged);
    drop(file);
    // Elsewhere there is room.
    let to = dir.path().join("elsewhere");
    fs::create_dir(&to).unwrap();
    assert!(repair::repair(&repair::Wish { to: Some(&to), ..wish }, &Quiet).unwrap().is_some());
    fs::remove_file(&filler).unwrap();
    let wish = repair::Wish { bag: bag.root(), other: None, to: None };
    assert!(repair::repair(&wish, &Quiet).unwrap().is_some() && is_whole(&carriers[0]));
}

/// A journal on a disk, and the keys beside it.
fn journal_on(disk: &Disk) -> Option<crate::common::school::School> {
    let school = crate::common::school::School::small()?;
    crate::common::school::copy_folder(&school.path("."), &disk.mount.join("school"));
    Some(school)
}

/// Runs the program on the disk's journal.
fn on_disk(school: &crate::common::school::School, disk: &Disk, by: &str, args: &[&str]) -> crate::common::school::Run {
    let journal = disk.mount.join("school/journal.letopis");
    school.run("2025-09-15 12:00:00", by, &[args, &["--journal", journal.to_str().unwrap()]].concat())
}

#[test]
fn a_journal_on_a_medium_that_cannot_be_written_is_read() {
    let Some(disk) = Disk::ext4(64) else { return };
    let Some(school) = journal_on(&disk) else { return };
    run(Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.mount));
    for (by, args) in [
        ("ivanova", &["audit"][..]),
        ("ivanova", &["report", "progress"]),
        ("ivanova", &["staff", "list"]),
        ("petrova", &["print", "list"]),
        ("petrova", &["print", "class", "7А", "--draft", "--out", "drafts"]),
    ] {
        on_disk(&school, &disk, by, args).ok();
    }
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Тема"];
    on_disk(&school, &disk, "semyonov", &lesson).fails(2, &["открыт только для чтения", "защиту носителя"]);
    on_disk(&school, &disk, "petrova", &["print", "class", "7А", "--out", "out"]).fails(2, &["только для чтения"]);
}

#[test]
fn a_journal_on_a_full_disk_is_read() {
    let Some(disk) = Disk::ext4(64) else { return };
    let Some(school) = journal_on(&disk) else { return };
    let before = fs::read(disk.mount.join("school/journal.letopis")).unwrap();
    let mut rest = File::create(disk.mount.join("rest")).unwrap();
    let block = vec![1u8; 4096];
    while rest.write_all(&block).is_ok() {}
    drop(rest);
    for (by, args) in
        [("ivanova", &["audit"][..]), ("ivanova", &["report", "progress"]), ("petrova", &["print", "list"])]
    {
        on_disk(&school, &disk, by, args).ok();
    }
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Тема"];
    on_disk(&school, &disk, "semyonov", &lesson).fails(2, &["место"]);
    assert!(fs::read(disk.mount.join("school/journal.letopis")).unwrap() == before, "what was there is whole");
}
