//! The bag protocol over a place that fails: no lost bag, no half one, and no false «цел».

mod heal;
mod many;

use super::claim::Writer;
use super::fetch::fetch;
use super::folder::FolderPlace;
use super::protect::{Protection, protect};
use super::push::{Pushed, push};
use super::settings::Lock;
use super::testing::{Hand, Memory, Trick};
use super::verify::verify;
use super::{Patience, Patient, Place, Shelf, check, list};
use crate::archive::bag::{BAGIT, Folder, TAGMANIFEST};
use crate::archive::carrier::Carrier;
use crate::archive::fixture::shared::Dice;
use crate::archive::fixture::{NAME, School, contents, packages};
use crate::archive::package::{Package, Source};
use crate::archive::progress::Quiet;
use crate::archive::report::{Report, Verdict};
use crate::archive::verify::Request;
use crate::error::{Error, Kind, Result};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// A bag of a carrier, and a place that it goes to.
struct Try {
    school: School,
    bag: Folder,
    memory: Memory,
    hand: Hand,
    shelf: Shelf,
}

/// As often as faults may follow each other in a test.
const PATIENCE: Patience = Patience { attempts: 20, first: Duration::ZERO };

impl Try {
    fn new() -> Self {
        let school = School::new();
        // One package is longer than what goes up at once.
        let mut long = packages();
        let mut more = Package::new("registers").unwrap();
        more.add("2025-0002.pdf", Source::Bytes(Dice(7).bytes(5300))).unwrap();
        long.push(more);
        school.create(NAME, &long).unwrap();
        let bag = school.bag(0);
        let shelf = Shelf::of("school-1", NAME).unwrap();
        Self { school, bag, memory: Memory::new(), hand: Hand::new(), shelf }
    }

    fn place(&self) -> Patient<'_> {
        Patient::new(&self.memory, PATIENCE)
    }

    fn writer(&self) -> Writer<'_> {
        Writer { who: "петрова", clock: &self.hand, take_over: false }
    }

    fn push(&self) -> Result<Pushed> {
        push(self.place(), &self.bag, &self.shelf, self.writer(), &Quiet)
    }

    fn verify(&self) -> Result<Option<Report>> {
        let scratch = self.school.path("scratch");
        verify(self.place(), &self.shelf, &Request::default(), &scratch, &Quiet)
    }

    /// The files of the bag as they must stand in the place.
    fn expected(&self) -> BTreeMap<String, Vec<u8>> {
        let key = |path: std::path::PathBuf| self.shelf.under(&path.to_string_lossy());
        contents(self.bag.root()).into_iter().map(|(path, bytes)| (key(path), bytes)).collect()
    }

    /// Demands that there is no half bag: where it is declared, every byte is there.
    fn holds(&self, what: &str) {
        let files = self.memory.files();
        if files.contains_key(&self.shelf.under(BAGIT)) {
            assert!(files == self.expected(), "{what}: declared, and not as it should be");
        }
    }
}

fn is_whole(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Whole { .. } | Verdict::Genuine { .. })
}

#[test]
fn a_bag_is_pushed_verified_listed_and_fetched() {
    let of = Try::new();
    assert!(of.verify().unwrap().is_none());
    let pushed = of.push().unwrap();
    assert_eq!((pushed.files, pushed.sent), (of.expected().len(), of.expected().len()));
    assert!(of.memory.files() == of.expected());
    let here = crate::archive::verify::verify(of.bag.root(), &Request::default(), &Quiet).unwrap();
    let there = of.verify().unwrap().unwrap();
    assert!(is_whole(&there), "{:?}", there.findings);
    assert_eq!((&there.code, &there.signer, there.payload), (&here.code, &here.signer, here.payload));
    assert_eq!(there.findings, here.findings);
    let again = of.push().unwrap();
    assert_eq!((again.sent, again.bytes, again.code), (0, 0, pushed.code.clone()));
    let listed = list::list(of.place(), Some("school-1")).unwrap();
    assert_eq!((listed.len(), &listed[0].shelf, listed[0].finished), (1, &of.shelf, true));
    assert_eq!((listed[0].code.as_ref(), listed[0].files), (Some(&pushed.code), pushed.files as u64));
    assert_eq!(list::list(of.place(), Some("school-2")).unwrap().len(), 0);
    let to = of.school.path("new");
    std::fs::create_dir(&to).unwrap();
    let carrier = Carrier::or_folder(&to).unwrap();
    let fetched = fetch(of.place(), &of.shelf, &carrier, &Quiet).unwrap();
    assert!(is_whole(&fetched.report));
    assert!(contents(&fetched.folder) == contents(of.bag.root()));
    assert_eq!(fetch(of.place(), &of.shelf, &carrier, &Quiet).unwrap().files, 0);
}

#[test]
fn killed_at_any_request_it_is_no_bag_or_a_whole_one_and_the_next_run_finishes() {
    let of = Try::new();
    of.push().unwrap();
    let requests = of.memory.requests();
    assert!(requests > 30, "{requests}");
    for at in 0..requests {
        for death in [Trick::DieBefore, Trick::DieAfter] {
            let of = Try { memory: Memory::new(), ..Try::with(&of) };
            of.memory.plan(move |number, _| if number == at { death } else { Trick::Fair });
            let _ = of.push();
            of.memory.heal();
            of.holds("killed");
            if let Some(report) = of.verify().unwrap() {
                assert!(!is_whole(&report) || of.memory.files() == of.expected(), "killed at {at}: false «цел»");
            }
            of.hand.turn(11);
            of.push().unwrap_or_else(|error| panic!("killed at {at}, {death:?}: {error}"));
            assert!(of.memory.files() == of.expected(), "killed at {at}, {death:?}");
            assert_eq!(of.memory.uploads(), 0, "killed at {at}, {death:?}");
            assert!(is_whole(&of.verify().unwrap().unwrap()));
        }
    }
}

impl Try {
    /// The same bag, and a place of its own.
    fn with(other: &Self) -> Self {
        Self {
            school: School::new(),
            bag: other.bag.clone(),
            memory: Memory::new(),
            hand: Hand::new(),
            shelf: other.shelf.clone(),
        }
    }
}

/// A request in so many goes wrong, in a way that its kind allows.
fn faults(seed: u64, one_in: usize) -> impl FnMut(usize, &str) -> Trick + Send + 'static {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    move |_, what| {
        if dice.roll(one_in) != 0 {
            return Trick::Fair;
        }
        let kinds: &[Trick] = match what {
            "get" => &[Trick::Before, Trick::After, Trick::Cut, Trick::Garble],
            "put" | "part" | "complete" => &[Trick::Before, Trick::After, Trick::Garble],
            "list" => &[Trick::Before, Trick::Lag],
            _ => &[Trick::Before, Trick::After],
        };
        kinds[dice.roll(kinds.len())]
    }
}

#[test]
fn two_hundred_random_faults_lose_no_bag_and_make_no_half_one() {
    let of = Try::new();
    let (mut finished, mut verified) = (0, 0);
    for seed in 1..=200 {
        let of = Try::with(&of);
        of.memory.plan(faults(seed, 6));
        let mut done = false;
        for _ in 0..6 {
            done = of.push().is_ok();
            of.hand.turn(11);
            if done {
                break;
            }
        }
        // What a run has told to be done stands there, to the last byte.
        if done {
            assert!(of.memory.files() == of.expected(), "seed {seed}");
            finished += 1;
        }
        of.memory.plan(faults(seed + 1000, 8));
        if let Ok(Some(report)) = of.verify() {
            assert!(!is_whole(&report) || of.memory.files() == of.expected(), "seed {seed}: a false «цел»");
            verified += usize::from(is_whole(&report));
        }
        of.memory.heal();
        of.push().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(of.memory.files() == of.expected(), "seed {seed}");
    }
    assert!(finished > 150, "{finished} of 200 are finished under faults");
    assert!(verified > 100, "{verified} of 200 are verified under faults");
}

#[test]
fn damage_is_never_called_whole_whatever_the_place_does() {
    let of = Try::new();
    of.push().unwrap();
    let keys: Vec<String> = of.expected().into_keys().collect();
    for (number, key) in keys.iter().enumerate() {
        for loss in [false, true] {
            let one = Try::with(&of);
            one.push().unwrap();
            match loss {
                true => one.memory.lose(key),
                false => one.memory.tamper(key, |bytes| {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 1;
                }),
            }
            let report = one.verify().unwrap().unwrap();
            assert!(!is_whole(&report), "{key}, lost: {loss}");
            if !key.ends_with(".par2") {
                let to = one.school.path("new");
                std::fs::create_dir(&to).unwrap();
                let error = fetch(one.place(), &one.shelf, &Carrier::or_folder(&to).unwrap(), &Quiet).unwrap_err();
                assert!(error.next_step().is_some(), "{error}");
            }
            one.memory.plan(faults(number as u64 + 77, 5));
            if let Ok(Some(report)) = one.verify() {
                assert!(!is_whole(&report), "{key}, lost: {loss}: a false «цел»");
            }
            // It is healed from the carrier.
            one.memory.heal();
            one.hand.turn(11);
            let pushed = one.push().unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(pushed.sent, 1, "{key}");
            assert!(one.memory.files() == one.expected(), "{key}");
        }
    }
}

#[test]
fn without_versions_nothing_of_a_finished_bag_is_put_over() {
    let mut of = Try::new();
    of.memory.versions = false;
    of.push().unwrap();
    let key = of.shelf.under("data/class-7a.zip.age");
    of.memory.tamper(&key, |bytes| bytes[40] ^= 1);
    let damaged = of.memory.files();
    let error = of.push().unwrap_err();
    assert_eq!(error.kind(), Kind::Damaged);
    assert!(error.message().contains("class-7a"), "{error}");
    assert!(of.memory.files() == damaged);
    of.memory.lose(&key);
    assert_eq!(of.push().unwrap().healed, ["data/class-7a.zip.age"]);
    assert!(of.memory.files() == of.expected());
}

#[test]
fn another_archive_under_the_same_name_is_refused_and_stays() {
    let of = Try::new();
    of.push().unwrap();
    let before = of.memory.files();
    let other = School::new();
    other.archive();
    let error = push(of.place(), &other.bag(0), &of.shelf, of.writer(), &Quiet).unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert!(error.message().contains("другой архив"), "{error}");
    assert!(of.memory.files() == before);
    // What was never finished gives way to another, when nobody writes it any more.
    of.memory.lose(&of.shelf.under(BAGIT));
    of.hand.turn(11);
    push(of.place(), &other.bag(0), &of.shelf, of.writer(), &Quiet).unwrap();
    let report = of.verify().unwrap().unwrap();
    assert!(is_whole(&report));
    assert_eq!(report.code, other.bag(0).code().ok().map(|code| code.to_string()));
}

#[test]
fn a_bag_that_is_damaged_on_the_carrier_or_changes_on_the_way_is_not_pushed() {
    let of = Try::new();
    let path = of.bag.root().join(TAGMANIFEST);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
    assert_eq!(of.push().unwrap_err().kind(), Kind::Damaged);
    assert_eq!(of.memory.requests(), 0);
    std::fs::write(&path, whole).unwrap();
    for name in ["data/registers.zip.age", "data/class-7a.zip.age"] {
        let of = Try::with(&of);
        let path = of.bag.root().join(name);
        let whole = std::fs::read(&path).unwrap();
        let (changed, at) = (path.clone(), whole.len() / 2);
        of.memory.plan(move |number, _| {
            if number == 0 {
                let mut bytes = std::fs::read(&changed).unwrap();
                bytes[at] ^= 1;
                std::fs::write(&changed, bytes).unwrap();
            }
            Trick::Fair
        });
        let error = of.push().unwrap_err();
        std::fs::write(&path, whole).unwrap();
        assert!(error.message().contains("изменился"), "{error}");
        assert!(!of.memory.files().keys().any(|key| key.ends_with(name) || key.ends_with(BAGIT)));
        assert_eq!(of.memory.uploads(), 0);
    }
}

#[test]
fn whoever_comes_second_waits_and_a_claim_that_nobody_renews_runs_out() {
    let of = Try::new();
    // Dies in the middle, and leaves its claim.
    of.memory.plan(|number, _| if number == 20 { Trick::DieBefore } else { Trick::Fair });
    of.push().unwrap_err();
    of.memory.heal();
    let error = of.push().unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert!(error.message().contains("петрова") && error.message().contains("10:10"), "{error}");
    let forced = Writer { take_over: true, ..of.writer() };
    push(of.place(), &of.bag, &of.shelf, forced, &Quiet).unwrap();
    // A finished bag is only looked at, and needs no claim.
    of.push().unwrap();
    of.memory.lose(&of.shelf.under(BAGIT));
    of.push().unwrap();
}

/// Two at once; each is told what became of it.
fn both(of: &Try, one: &Folder, other: &Folder) -> [Result<Pushed>; 2] {
    std::thread::scope(|scope| {
        let run = |bag| {
            let forced = Writer { take_over: true, ..of.writer() };
            push(of.place(), bag, &of.shelf, forced, &Quiet)
        };
        let (one, other) = (scope.spawn(move || run(one)), scope.spawn(move || run(other)));
        [one.join().unwrap(), other.join().unwrap()]
    })
}

#[test]
fn two_writers_at_once_leave_one_whole_bag() {
    let first = Try::new();
    for round in 0..20 {
        let of = Try::with(&first);
        let done = both(&of, &of.bag, &of.bag);
        of.holds("two writers");
        let failed: Vec<&Error> = done.iter().filter_map(|done| done.as_ref().err()).collect();
        assert!(failed.iter().all(|error| error.kind() == Kind::Refused), "round {round}: {failed:?}");
        assert!(failed.len() < 2, "round {round}: each has put the other off: {failed:?}");
        assert!(of.memory.files() == of.expected(), "round {round}");
    }
}

#[test]
fn two_different_archives_at_once_never_mix() {
    let (first, other) = (Try::new(), School::new());
    other.archive();
    for _ in 0..20 {
        let of = Try::with(&first);
        let done = both(&of, &of.bag, &other.bag(0));
        let report = of.verify().unwrap();
        if done.iter().any(Result::is_ok) {
            assert!(report.is_some_and(|report| is_whole(&report)));
        }
    }
}

#[test]
fn a_folder_is_a_place_and_public_sums_hold_in_it() {
    let of = Try::new();
    let root = of.school.path("nfs");
    assert!(FolderPlace::open(&root).is_err());
    std::fs::create_dir(&root).unwrap();
    let folder = FolderPlace::open(&root).unwrap();
    let place = Patient::new(&folder, PATIENCE);
    push(place, &of.bag, &of.shelf, of.writer(), &Quiet).unwrap();
    let lies = root.join(of.shelf.to_string());
    let mut there = contents(&lies);
    assert!(there.remove(std::path::Path::new(".claim")).is_some());
    assert!(there == contents(of.bag.root()));
    // Healing is refused, a missing file is brought, and what was left in the middle is swept.
    let file = lies.join("data/class-7a.zip.age");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, b"x").unwrap();
    assert_eq!(push(place, &of.bag, &of.shelf, of.writer(), &Quiet).unwrap_err().kind(), Kind::Damaged);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(lies.join("letopis-0123456789abcdef.part"), b"x").unwrap();
    let pushed = push(place, &of.bag, &of.shelf, of.writer(), &Quiet).unwrap();
    assert_eq!((pushed.sent, pushed.swept), (1, 1));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let scratch = of.school.path("scratch");
    assert!(is_whole(&verify(place, &of.shelf, &Request::default(), &scratch, &Quiet).unwrap().unwrap()));
    for bad in ["../x", "a//b", "/x", "a/../../x", "a\\b"] {
        assert!(folder.put_new(bad, b"x").is_err() && folder.get(bad, 0, 1).is_err(), "{bad}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", root.join("link")).unwrap();
        let told = folder.get("link", 0, 1).unwrap_err().told("nfs");
        assert!(told.message().contains("«link»"), "the file is named: {told}");
    }
}

#[test]
fn a_bag_is_locked_for_its_term_where_the_place_can() {
    let mut of = Try::new();
    of.push().unwrap();
    let protection = protect(of.place(), &of.bag, &of.shelf, Lock::Governance).unwrap();
    let until = chrono::NaiveDate::from_ymd_opt(2032, 1, 1).unwrap();
    assert_eq!(protection, Protection::Until(until));
    let locked = of.memory.locked.lock().unwrap().clone();
    assert_eq!(
        locked.into_iter().collect::<Vec<_>>(),
        of.expected().into_keys().map(|key| (key, until)).collect::<Vec<_>>()
    );
    assert_eq!(protect(of.place(), &of.bag, &of.shelf, Lock::None).unwrap(), Protection::None);
    of.memory.versions = false;
    assert_eq!(protect(of.place(), &of.bag, &of.shelf, Lock::Compliance).unwrap(), Protection::Cannot);
}

#[test]
fn a_place_is_tried_and_what_it_cannot_is_told() {
    let of = Try::new();
    let found = check::check(of.place(), "school-1").unwrap();
    assert_eq!((found.unfit.len(), found.given_up.len(), found.good.len()), (0, 0, 4), "{found:?}");
    assert_eq!(of.memory.files().len(), 0);
    let root = of.school.path("nfs");
    std::fs::create_dir(&root).unwrap();
    let found = check::check(Patient::new(&FolderPlace::open(&root).unwrap(), PATIENCE), "school-1").unwrap();
    assert_eq!((found.unfit.len(), found.given_up.len()), (0, 2), "{found:?}");
    of.memory.plan(|_, what| if what == "part" { Trick::Garble } else { Trick::Fair });
    assert_eq!(check::check(of.place(), "school-1").unwrap().unfit.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Killed again and again, with faults between: the steps come in an order that leaves no half bag, and it is finished in the end.
    #[test]
    fn killed_again_and_again_it_is_finished_in_the_end(
        deaths in proptest::collection::vec((0_usize..90, any::<bool>()), 1..5), seed in 1_u64..10_000
    ) {
        let of = Try::new();
        for (at, before) in deaths {
            let mut faulty = faults(seed + at as u64, 9);
            let death = if before { Trick::DieBefore } else { Trick::DieAfter };
            of.memory.plan(move |number, what| if number == at { death } else { faulty(number, what) });
            let _ = of.push();
            of.holds("killed again");
            of.hand.turn(11);
        }
        of.memory.heal();
        of.push().unwrap();
        prop_assert!(of.memory.files() == of.expected());
        prop_assert_eq!(of.memory.uploads(), 0);
    }
}
