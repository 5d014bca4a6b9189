use std::fs;

use super::*;
use crate::archive::bag::{RECOVERY, SIGNATURE};
use crate::archive::fixture::{NAME, School, contents, packages};
use crate::archive::package::Source;
use crate::archive::progress::Quiet;
use crate::archive::report::Verdict;
use crate::archive::settle::inspect;
use crate::archive::verify::{Request, verify};
use crate::ledger::identity::Identity;

fn is_whole(school: &School, carrier: usize) -> bool {
    let report = verify(school.bag(carrier).root(), &Request::default(), &Quiet).unwrap();
    assert_eq!(report.findings, []);
    matches!(report.verdict, Verdict::Whole { .. })
}

#[test]
fn both_copies_are_whole_and_the_same_bytes() {
    let school = School::new();
    let created = school.archive();
    assert!(created.copies.iter().all(|copy| copy.outcome.is_ok()));
    assert!(is_whole(&school, 0) && is_whole(&school, 1));
    let files = contents(school.bag(0).root());
    assert_eq!(files, contents(school.bag(1).root()));
    assert_eq!(created.files, files.len() as u64);
    assert_eq!(created.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    let State::Whole(summary) = inspect(&school.carriers[0], NAME).unwrap() else { panic!("not whole") };
    assert_eq!((&summary.code, &summary.facts, summary.payload), (&created.code, &school.facts, created.payload));
}

#[test]
fn an_archive_is_never_overwritten() {
    let school = School::new();
    school.archive();
    let before = contents(school.carriers[0].folder());
    assert_eq!(school.create(NAME, &packages()).unwrap_err().exit_status(), 1);
    assert_eq!(contents(school.carriers[0].folder()), before);
}

#[test]
fn a_source_that_fails_leaves_the_carriers_as_they_were() {
    let school = School::new();
    let before = contents(school.carriers[0].folder());
    let mut bad = packages();
    bad[1].add("missing.pdf", Source::File(school.path("missing.pdf"))).unwrap();
    assert!(school.create(NAME, &bad).unwrap_err().message().contains("missing.pdf"));
    assert_eq!(contents(school.carriers[0].folder()), before);
    assert_eq!(inspect(&school.carriers[1], NAME).unwrap(), State::Absent);
}

#[test]
fn what_a_killed_run_left_unsealed_is_removed_with_a_word() {
    let school = School::new();
    let data = school.bag(0).root().join(DATA);
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("database.zip.age"), "half").unwrap();
    assert_eq!(inspect(&school.carriers[0], NAME).unwrap(), State::Partial { sealed: false });
    let created = school.archive();
    assert!(created.notes[0].contains("незаконченная копия"), "{:?}", created.notes);
    assert!(is_whole(&school, 0));
}

#[test]
fn wherever_a_run_is_killed_among_the_lists_what_is_left_is_called_unfinished() {
    let school = School::new();
    school.archive();
    let root = school.bag(0).root().to_owned();
    for name in [BAGIT, SIGNATURE] {
        fs::remove_file(root.join(name)).unwrap();
    }
    // A copy of any day has no recovery data.
    let _ = fs::remove_dir_all(root.join(RECOVERY));
    let order: Vec<&str> = WRITTEN.into_iter().chain([TAGMANIFEST]).collect();
    let texts: Vec<Vec<u8>> = order.iter().map(|name| fs::read(root.join(name)).unwrap()).collect();
    for (at, text) in texts.iter().enumerate().rev() {
        for length in [text.len(), text.len() / 2, 1, 0] {
            fs::write(root.join(order[at]), &text[..length]).unwrap();
            let verdict = verify(&root, &Request::default(), &Quiet).unwrap().verdict;
            assert_eq!(verdict, Verdict::Unfinished, "{length} bytes of {}", order[at]);
        }
        fs::remove_file(root.join(order[at])).unwrap();
    }
}

#[test]
fn a_sealed_copy_is_completed_and_a_damaged_one_is_left_alone() {
    let school = School::new();
    school.archive();
    for (carrier, declaration) in [(0, None), (1, Some(""))] {
        let path = school.bag(carrier).root().join(BAGIT);
        fs::remove_file(&path).unwrap();
        declaration.into_iter().for_each(|text| fs::write(&path, text).unwrap());
        assert_eq!(inspect(&school.carriers[carrier], NAME).unwrap(), State::Partial { sealed: true });
        let (state, note) = settle(&school.carriers[carrier], NAME, &Quiet).unwrap();
        assert!(matches!(state, State::Whole(_)) && note.is_some());
        assert!(is_whole(&school, carrier));
    }
    let bag = school.bag(0);
    fs::remove_file(bag.root().join(BAGIT)).unwrap();
    fs::write(bag.root().join("data/class-7a.zip.age"), "damaged").unwrap();
    assert!(settle(&school.carriers[0], NAME, &Quiet).unwrap_err().message().contains("class-7a.zip.age"));
    assert!(bag.root().join(SIGNATURE).exists() && !bag.is_declared());
}

#[test]
fn what_cannot_be_read_is_never_cleared_up() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0);
    fs::remove_file(bag.root().join(SIGNATURE)).unwrap();
    fs::remove_file(bag.root().join(BAGIT)).unwrap();
    // A folder in its place cannot be read as a file, as little as a bad sector can.
    fs::create_dir(bag.root().join(BAGIT)).unwrap();
    assert!(settle(&school.carriers[0], NAME, &Quiet).is_err());
    assert!(bag.root().join("data/database.zip.age").exists());
}

#[test]
fn a_missing_copy_is_made_up_from_the_other() {
    let school = School::new();
    school.archive();
    fs::remove_dir_all(school.bag(1).root()).unwrap();
    complete(NAME, &school.carriers[0], &school.carriers[1], &Quiet).unwrap();
    assert!(is_whole(&school, 1));
    assert_eq!(contents(school.bag(0).root()), contents(school.bag(1).root()));
}

/// Pulls sticks out when the writing begins.
struct Pulled(Vec<PathBuf>);

impl Progress for Pulled {
    fn begin(&self, step: &str, _: u64) {
        if step == "запись архива" {
            self.0.iter().for_each(|folder| fs::remove_dir_all(folder).unwrap());
        }
    }
    fn advance(&self, _: u64) {}
}

fn create_while_pulling(school: &School, pulled: &[usize]) -> Result<Created> {
    let mut packages = packages();
    packages[1].add("big.pdf", Source::Bytes(vec![1; 3_000_000])).unwrap();
    let plan = Plan {
        name: NAME,
        carriers: &school.carriers,
        recipients: &[school.director.public().recipient().to_owned()],
        signer: &school.petrova,
        signers: &school.signers(),
        facts: &school.facts,
        packages: &packages,
        scratch: &school.path("recovery-tmp"),
    };
    create(&plan, &Pulled(pulled.iter().map(|place| school.carriers[*place].folder().to_owned()).collect()))
}

#[test]
fn a_carrier_that_is_gone_leaves_the_other_whole() {
    let school = School::new();
    let created = create_while_pulling(&school, &[1]).unwrap();
    assert!(created.copies[0].outcome.is_ok() && created.copies[1].outcome.is_err());
    assert!(is_whole(&school, 0));
}

#[test]
fn when_every_carrier_is_gone_the_error_is_theirs() {
    let school = School::new();
    let error = create_while_pulling(&school, &[0, 1]).unwrap_err();
    assert!(error.message().contains("usb-1") && error.next_step().is_some(), "{error}");
}

#[test]
fn whoever_may_not_sign_archives_makes_none() {
    let mut school = School::new();
    let signers = school.signers();
    school.petrova = Identity::generate();
    let plan = Plan {
        name: NAME,
        carriers: &school.carriers,
        recipients: &[school.director.public().recipient().to_owned()],
        signer: &school.petrova,
        signers: &signers,
        facts: &school.facts,
        packages: &packages(),
        scratch: &school.path("recovery-tmp"),
    };
    assert_eq!(create(&plan, &Quiet).unwrap_err().exit_status(), 1);
}
