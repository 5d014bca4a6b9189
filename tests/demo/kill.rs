//! `kill -9` at any moment of `archive create`: carriers hold whole archives, or a partial one that the next run removes
//! or completes; the journal is sound, and what was said to be done is recorded.

use crate::common::school::School;
use crate::{LATER, demo};
use letopis::archive::carrier::locate;
use letopis::archive::progress::Quiet;
use letopis::archive::report::Verdict;
use letopis::archive::verify::{Request, verify};
use std::time::{Duration, Instant};

/// How often the program is killed.
const KILLS: u32 = 24;

const CREATE: [&str; 9] =
    ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];

/// Every folder on the carriers is a whole archive, or plainly none. Returns how many are none.
fn settled(school: &School) -> usize {
    let mut unfinished = 0;
    for mount in ["usb-1", "usb-2"] {
        let found = locate(&school.path(mount)).unwrap();
        assert!(found.bags.iter().any(|bag| bag.ends_with(crate::BAG)), "the first archive is still there");
        for bag in found.bags {
            let report = verify(&bag, &Request::default(), &Quiet).unwrap();
            assert!(matches!(report.verdict, Verdict::Whole { .. }), "{}: {report:?}", bag.display());
        }
        for folder in &found.unfinished {
            assert!(verify(folder, &Request::default(), &Quiet).unwrap().verdict == Verdict::Unfinished);
        }
        unfinished += found.unfinished.len();
    }
    unfinished
}

/// Makes a second archive. Returns when its folder appeared on a carrier, and how long all of it took.
fn first_run(school: &School) -> (Duration, Duration) {
    let started = Instant::now();
    let folder = school.path("usb-1/LETOPIS/2025-2026-year-2");
    let begun = std::thread::scope(|scope| {
        let run = scope.spawn(|| school.run(LATER, "petrova", &CREATE));
        while !folder.exists() && !run.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let begun = started.elapsed();
        run.join().unwrap().ok();
        begun
    });
    (begun, started.elapsed())
}

fn recorded(school: &School) -> Vec<String> {
    let file = school.file();
    let mut statement = file.prepare("SELECT name FROM archives ORDER BY entry").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn killed_at_any_moment_it_leaves_whole_archives_or_what_the_next_run_clears_up() {
    let Some(school) = demo().copy() else { return };
    let (begun, whole) = first_run(&school);
    let (mut partial, mut said) = (0, 0);
    for round in 0..KILLS {
        let before = recorded(&school).len();
        // Two times of three while it writes, else from the start; spread over that time and a little more, and not in step with it.
        let from = if round % 3 == 0 { Duration::ZERO } else { begun };
        let delay = from + (whole - from) * (round * 37 % 131) / 100;
        let stdout = school.run_and_kill(LATER, "petrova", &CREATE, delay);
        partial += usize::from(settled(&school) > 0);
        school.run(LATER, "petrova", &["audit"]).ok();
        let now = recorded(&school);
        if let Some((_, line)) = stdout.split_once("Архив «") {
            let name = line.split('»').next().unwrap();
            assert!(now.len() == before + 1 && now.last().unwrap() == name, "«{name}» was said to be made: {now:?}");
            said += 1;
        }
    }
    assert!(partial > 0, "no run was killed while it was writing");
    assert!(said < KILLS, "no run was killed at all");

    let before = recorded(&school).len();
    let made = school.run(LATER, "petrova", &CREATE).ok();
    let now = recorded(&school);
    assert!(now.len() == before + 1 && made.stdout.contains(&format!("Архив «{}»", now.last().unwrap())), "{made}");
    assert_eq!(settled(&school), 0, "nothing unfinished is left");
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
    assert_eq!(beside, ["journal.contacts", "journal.letopis"]);
}
