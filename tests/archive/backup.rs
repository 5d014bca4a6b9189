//! The copy of any day by the command line: killed at any moment, on a disk without room, while others write.

use crate::common::disk::Disk;
use crate::common::school::{School, contents};
use letopis::archive::carrier::locate;
use letopis::archive::progress::Quiet;
use letopis::archive::report::Verdict;
use letopis::archive::verify::{Request, verify};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the program is killed.
const KILLS: u32 = 100;

const COPY: [&str; 9] = ["archive", "backup", "--to", "disk", "--allow-same-device", "--daily", "2", "--weekly", "1"];

/// A school with its service and a folder for copies.
fn school() -> Option<School> {
    let school = School::small()?;
    school.run("2025-09-01 09:00:00", "ivanova", &["staff", "service", "backup", "--key", "keys/backup.key"]).ok();
    std::fs::create_dir(school.path("disk")).unwrap();
    Some(school)
}

/// The evening of a day of the year, counted from 1 September.
fn evening(day: u32) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(2025, 9, 1).unwrap() + chrono::Duration::days(day.into());
    format!("{date} 22:00:00")
}

/// The copies in a folder: each is whole, or plainly none. Gives the whole ones.
fn whole(to: &Path) -> Vec<PathBuf> {
    let found = locate(to).unwrap();
    for bag in &found.bags {
        let report = verify(bag, &Request::default(), &Quiet).unwrap();
        assert!(matches!(report.verdict, Verdict::Whole { .. }), "{}: {report:?}", bag.display());
    }
    for folder in &found.unfinished {
        // One that is sealed and was not declared yet, or is no more, is what a bag without its `bagit.txt` is.
        let verdict = verify(folder, &Request::default(), &Quiet).unwrap().verdict;
        assert!(matches!(verdict, Verdict::Unfinished | Verdict::Damaged), "{}: {verdict:?}", folder.display());
    }
    found.bags
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.txt")
        .collect();
    names.sort();
    names
}

#[test]
fn killed_at_any_moment_it_leaves_the_older_copies_whole_and_the_next_run_clears_up() {
    let Some(school) = school() else { return };
    let (disk, folder) = (school.path("disk"), school.path("disk/LETOPIS"));
    for day in 0..10 {
        school.run(&evening(day), "backup", &COPY).ok();
    }
    let started = Instant::now();
    school.run(&evening(10), "backup", &COPY).ok();
    let length = started.elapsed();
    assert_eq!(whole(&disk).len(), 3);
    let (mut unfinished, mut held) = (0, whole(&disk));
    for round in 0..KILLS {
        // Each on a new day, so that older ones are to go; spread over the run, and not in step with it.
        let (day, delay) = (11 + round, length.mul_f64(f64::from(round) * 0.618_034 % 1.0 * 1.05));
        school.run_and_kill(&evening(day), "backup", &COPY, delay);
        let copies = whole(&disk);
        // However many were left by runs that were killed before they cleared up: as many as are kept are there, and the
        // newest of them.
        let newest = held.iter().max();
        assert!(
            copies.len() >= 3 && newest.is_none_or(|bag| copies.contains(bag)),
            "round {round}: {copies:?}, before {held:?}"
        );
        held.clone_from(&copies);
        unfinished += names(&folder).len() - copies.len();
        if round % 25 == 24 {
            school.run(&evening(day), "backup", &COPY).ok();
            assert_eq!(names(&folder).len(), 3, "round {round}: {:?}", names(&folder));
            held = whole(&disk);
        }
    }
    assert!(unfinished > 0, "no run was killed while it was writing");
    let last = school.run(&evening(11 + KILLS), "backup", &COPY).ok();
    assert!(last.stdout.contains("Копий там теперь: 3"), "{last}");
    assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
    school.run(&evening(11 + KILLS), "petrova", &["archive", "verify", "disk"]).fails(0, &["ключ службы «backup»"]);
    school.run(&evening(11 + KILLS), "petrova", &["audit"]).ok();
    // Nothing of what lies in the clear meanwhile is left beside the journal.
    let beside = names(&school.path("."));
    assert!(!beside.iter().any(|name| name.contains("backup-")), "{beside:?}");
}

#[test]
fn a_disk_without_room_is_said_to_be_full_and_keeps_its_copies() {
    let Some(disk) = Disk::ext4(24) else { return };
    let Some(school) = school() else { return };
    let to = disk.mount.display().to_string();
    let copy = ["archive", "backup", "--to", &to, "--recovery", "0", "--allow-same-device"];
    let fill = || {
        let mut filling = std::fs::File::create(disk.mount.join("filling")).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while std::io::Write::write_all(&mut filling, &vec![7; size]).and_then(|()| filling.sync_all()).is_ok() {}
        }
    };
    // Where nothing of ours was, nothing of ours is.
    fill();
    let recorded = school.entries();
    school.run(&evening(0), "backup", &copy).fails(2, &["нет места", "освободите"]);
    assert!(!disk.mount.join("LETOPIS").exists() && school.entries() == recorded);
    std::fs::remove_file(disk.mount.join("filling")).unwrap();
    school.run(&evening(0), "backup", &copy).ok();
    let before = contents(&disk.mount.join("LETOPIS"));
    let (recorded, beside) = (school.entries(), names(&school.path(".")));
    fill();
    school.run(&evening(1), "backup", &copy).fails(2, &["нет места", "освободите"]);
    assert!(contents(&disk.mount.join("LETOPIS")) == before, "to the byte");
    assert_eq!(
        (school.entries(), names(&school.path("."))),
        (recorded, beside),
        "nor is anything left beside the journal"
    );
    assert_eq!(whole(&disk.mount).len(), 1);
    std::fs::remove_file(disk.mount.join("filling")).unwrap();
    school.run(&evening(2), "backup", &copy).fails(0, &["Копий там теперь: 2"]);
}

#[test]
fn a_copy_is_made_while_others_write_and_holds_what_was_there_when_it_began() {
    let Some(school) = school() else { return };
    let remark = |minute: u32| format!("2025-09-15 12:{minute:02}:00");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for minute in 0..8 {
                school.run(&remark(minute), "petrova", &["remark", "write", "7А", &format!("Замечание {minute}")]).ok();
            }
        });
        for _ in 0..3 {
            school.run("2025-09-15 12:04:00", "backup", &COPY).ok();
        }
        writer.join().unwrap();
    });
    let copies = whole(&school.path("disk"));
    assert_eq!(copies.len(), 1, "the last of the day: {copies:?}");
    std::thread::sleep(Duration::from_millis(10));
    let bag = copies[0].display().to_string();
    school
        .run("2025-09-15 13:00:00", "kuznetsov", &["archive", "verify", &bag, "--deep"])
        .fails(0, &["цел и подлинен"]);
    school.run("2025-09-15 13:00:00", "petrova", &["audit"]).ok();
}
