//! `kill -9` at any moment of `archive create`: carriers hold whole archives, or a partial one that the next run removes
//! or completes; the journal is sound, and what was said to be done is recorded.

use super::{LATER, demo};
use crate::common::school::School;
use letopis::archive::carrier::locate;
use letopis::archive::progress::Quiet;
use letopis::archive::report::Verdict;
use letopis::archive::verify::{Request, verify};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How often the program is killed.
const KILLS: u32 = 24;

const CREATE: [&str; 9] =
    ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];

/// Every folder on the carriers is a whole archive, or plainly none. Returns how many are none. Archives that were
/// recorded before are left to the end.
fn settled(school: &School, before: &[String]) -> usize {
    let mut unfinished = 0;
    for mount in ["usb-1", "usb-2"] {
        let found = locate(&school.path(mount)).unwrap();
        assert!(found.bags.iter().any(|bag| bag.ends_with(super::BAG)), "the first archive is still there");
        for bag in found.bags.iter().filter(|bag| !before.iter().any(|name| bag.ends_with(name))) {
            let report = verify(bag, &Request::default(), &Quiet).unwrap();
            assert!(matches!(report.verdict, Verdict::Whole { .. }), "{}: {report:?}", bag.display());
        }
        for folder in &found.unfinished {
            assert!(verify(folder, &Request::default(), &Quiet).unwrap().verdict == Verdict::Unfinished);
        }
        unfinished += found.unfinished.len();
    }
    unfinished
}

/// Waits until a folder on the first carrier is being written.
fn writing(school: &School) {
    let started = SystemTime::now();
    let carrier = school.path("usb-1/LETOPIS");
    let is_new = |folder: &Path| folder.metadata().and_then(|known| known.modified()).is_ok_and(|at| at > started);
    while started.elapsed().unwrap() < Duration::from_secs(60) {
        let folders = std::fs::read_dir(&carrier).unwrap().map(|entry| entry.unwrap().path());
        if folders.filter(|path| path.is_dir()).any(|folder| is_new(&folder)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn recorded(school: &School) -> Vec<String> {
    let file = school.file();
    let mut statement = file.prepare("SELECT name FROM archives ORDER BY entry").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn killed_at_any_moment_it_leaves_whole_archives_or_what_the_next_run_clears_up() {
    let Some(school) = demo().copy() else { return };
    let started = Instant::now();
    school.run(LATER, "petrova", &CREATE).ok();
    let whole = started.elapsed();
    let (mut partial, mut said) = (0, 0);
    for round in 0..KILLS {
        let before = recorded(&school);
        // Once of three at any moment, else soon after writing has begun; spread, and not in step with it.
        let stdout = school.run_and_kill_after(LATER, "petrova", &CREATE, || {
            if round % 3 == 0 {
                std::thread::sleep(whole * (round * 37 % 101) / 100);
            } else {
                writing(&school);
                std::thread::sleep(Duration::from_millis((round * 37 % 250).into()));
            }
        });
        partial += usize::from(settled(&school, &before) > 0);
        school.run(LATER, "petrova", &["audit"]).ok();
        let now = recorded(&school);
        if let Some((_, line)) = stdout.split_once("Архив «") {
            let name = line.split('»').next().unwrap();
            assert!(
                now.len() == before.len() + 1 && now.last().unwrap() == name,
                "«{name}» was said to be made: {now:?}"
            );
            said += 1;
        }
    }
    assert!(partial > 0, "no run was killed while it was writing");
    assert!(said < KILLS, "no run was killed at all");

    let before = recorded(&school).len();
    let made = school.run(LATER, "petrova", &CREATE).ok();
    let now = recorded(&school);
    assert!(now.len() == before + 1 && made.stdout.contains(&format!("Архив «{}»", now.last().unwrap())), "{made}");
    assert_eq!(settled(&school, &[]), 0, "nothing unfinished is left");
    // Every archive on the carriers is recorded, vouched for by the journal, and on both.
    for mount in ["usb-1", "usb-2"] {
        let mut names = locate(&school.path(mount)).unwrap().bags;
        names.sort_by_key(|bag| now.iter().position(|name| bag.ends_with(name)));
        assert!(names.iter().zip(&now).all(|(bag, name)| bag.ends_with(name)) && names.len() == now.len(), "{names:?}");
        school.run(LATER, "petrova", &["archive", "verify", mount]).fails(0, &["цел и подлинен"]);
    }
    // Nothing of what lies in the clear while an archive is made is left beside the journal.
    let mut beside: Vec<String> = std::fs::read_dir(school.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("journal."))
        .collect();
    beside.sort();
    assert_eq!(beside, ["journal.contacts", "journal.letopis", "journal.letopis-lock", "journal.outbox"]);
    let lock = std::fs::metadata(school.path("journal.letopis-lock")).unwrap();
    assert_eq!(lock.len(), 0, "the file that says whose turn it is to write holds nothing");
}
