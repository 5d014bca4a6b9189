//! `kill -9` while an archive is being written: afterwards a carrier holds a whole archive, or a folder that is plainly
//! none and that the next run removes; and what was there before is untouched.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::common::archive;
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Plan, complete, create};
use letopis::archive::package::{Package, Source};
use letopis::archive::progress::Quiet;
use letopis::archive::report::Verdict;
use letopis::archive::settle::{State, settle};
use letopis::archive::signature::AllowedSigners;
use letopis::archive::verify::{Request, verify};
use letopis::ledger::identity::Identity;

/// Tells the child where its carriers are.
const DIR: &str = "LETOPIS_KILL_TEST_DIR";

/// How often the child is killed.
const KILLS: u32 = 200;

fn carriers(dir: &Path) -> Vec<Carrier> {
    ["usb-1", "usb-2"].map(|label| Carrier::open(&dir.join(label)).unwrap()).into()
}

fn make(dir: &Path, name: &str) -> letopis::Result<()> {
    let signer = Identity::generate();
    let mut package = Package::new("database").unwrap();
    for number in 0..200_u32 {
        let content: Vec<u8> =
            (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> (number % 20)) as u8).collect();
        package.add(&format!("{number}.pdf"), Source::Bytes(content)).unwrap();
    }
    let facts = archive::facts(10);
    let plan = Plan {
        name,
        carriers: &carriers(dir),
        recipients: &[signer.public().recipient().to_owned()],
        signer: &signer,
        signers: &AllowedSigners::new([("petrova".to_owned(), signer.public())]),
        facts: &facts,
        packages: &[package],
        scratch: &dir.join("recovery-tmp"),
    };
    create(&plan, &Quiet).map(drop)
}

/// Not a test of its own: what the test below runs as another process, and kills.
#[test]
#[ignore = "the child of the test below"]
fn child() {
    if let Some(dir) = std::env::var_os(DIR) {
        make(Path::new(&dir), "q2").unwrap();
    }
}

fn is_whole(path: &Path) -> bool {
    matches!(verify(path, &Request::default(), &Quiet).unwrap().verdict, Verdict::Whole { .. })
}

#[test]
fn a_run_killed_at_any_moment_leaves_a_whole_archive_or_none() {
    let dir = tempfile::tempdir().unwrap();
    for label in ["usb-1", "usb-2"] {
        fs::create_dir(dir.path().join(label)).unwrap();
        let card = Card::new(label, label, "Орлов", "сейф", "2025-09-01T09:00:00+03:00");
        Carrier::register(&dir.path().join(label), &card).unwrap();
    }
    make(dir.path(), "q1").unwrap();
    let start = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--ignored", "--exact", "archive::kill::child"])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let begun = Instant::now();
    assert!(start().wait().unwrap().success());
    let length = begun.elapsed();
    for carrier in carriers(dir.path()) {
        fs::remove_dir_all(carrier.bag("q2").root()).unwrap();
    }
    let mut cleared = 0;
    for round in 0..KILLS {
        let mut child = start();
        // Spread evenly over the run's length, in an order that no disk is in step with.
        let share = f64::from(round) * 0.618_034 % 1.0;
        std::thread::sleep(length.mul_f64(share * 1.05));
        let _ = child.kill();
        child.wait().unwrap();

        let carriers = carriers(dir.path());
        let mut whole = Vec::new();
        for carrier in &carriers {
            let (state, note) = settle(carrier, "q2", &Quiet).unwrap();
            cleared += usize::from(note.is_some());
            whole.push(state != State::Absent);
        }
        // Where only one copy was finished, the other is made from it.
        if let [true, false] | [false, true] = whole[..] {
            let (from, to) = if whole[0] { (0, 1) } else { (1, 0) };
            complete("q2", &carriers[from], &carriers[to], &Quiet).unwrap();
            whole = vec![true, true];
        }
        for carrier in &carriers {
            assert!(is_whole(carrier.bag("q1").root()), "round {round}");
            if whole[0] {
                assert!(is_whole(carrier.bag("q2").root()), "round {round}");
                fs::remove_dir_all(carrier.bag("q2").root()).unwrap();
            }
        }
    }
    assert!(cleared > 0, "no run was killed while it was writing");
    make(dir.path(), "q2").unwrap();
}
