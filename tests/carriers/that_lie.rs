//! A carrier that keeps other bytes than were written to it, in whichever file of a bag: the copy is refused and removed,
//! the other copy is whole, and no archive is said to be where none is.
//!
//! Such sticks exist: they answer «written» and keep something else, or nothing. The step that notices it is the last one
//! of writing, which reads everything back, so the bytes are changed at the moment that step begins. Beside it stand the
//! edges of what is noticed and healed later.

use crate::common::archive;
use letopis::archive::anchor::{Anchor, Code, JournalFacts, Known, Maker};
use letopis::archive::bag::{Facts, Previous};
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Created, Plan, complete, create};
use letopis::archive::package::{Package, Source};
use letopis::archive::progress::{Progress, Quiet};
use letopis::archive::repair::{Wish, repair};
use letopis::archive::report::Verdict;
use letopis::archive::signature::AllowedSigners;
use letopis::archive::sum::Sum;
use letopis::archive::verify::{Request, verify};
use letopis::ledger::identity::Identity;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

const NAME: &str = "2025-2026-q1";

/// A deputy head, a director, and two sticks.
struct Office {
    _dir: tempfile::TempDir,
    carriers: Vec<Carrier>,
    petrova: Identity,
    director: Identity,
    scratch: PathBuf,
}

impl Office {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let register = |label: &str| {
            let mount = dir.path().join(label);
            fs::create_dir(&mount).unwrap();
            let card = Card::new(label, label, "Орлов Пётр Ильич", "сейф", "2025-09-01T09:00:00+03:00");
            Carrier::register(&mount, &card).unwrap()
        };
        let carriers = vec![register("usb-1"), register("usb-2")];
        let scratch = dir.path().join("recovery-tmp");
        Self { _dir: dir, carriers, petrova: Identity::generate(), director: Identity::generate(), scratch }
    }

    fn create(&self, progress: &dyn Progress) -> letopis::Result<Created> {
        let mut database = Package::new("database").unwrap();
        database.add("journal.letopis", Source::Bytes(archive::Dice(41).bytes(60_000))).unwrap();
        let mut class = Package::new("class-7a").unwrap();
        class.add("2025-0001.pdf", Source::Bytes(b"%PDF-1.7".repeat(3000))).unwrap();
        let facts: Facts = archive::facts(10);
        let plan = Plan {
            name: NAME,
            carriers: &self.carriers,
            recipients: &[self.director.public().recipient().to_owned()],
            signer: &self.petrova,
            signers: &AllowedSigners::new([("petrova".to_owned(), self.petrova.public())]),
            facts: &facts,
            packages: &[database, class],
            scratch: &self.scratch,
        };
        create(&plan, progress)
    }

    fn bag(&self, carrier: usize) -> PathBuf {
        self.carriers[carrier].bag(NAME).root().to_owned()
    }

    fn is_whole(&self, carrier: usize) -> bool {
        let report = verify(&self.bag(carrier), &Request::default(), &Quiet).unwrap();
        matches!(report.verdict, Verdict::Whole { .. })
    }
}

/// Counts the steps that are begun, and does something as the last of them begins.
struct AtLastStep<'a> {
    begun: AtomicUsize,
    steps: usize,
    what: &'a (dyn Fn() + Sync),
}

impl<'a> AtLastStep<'a> {
    fn of(steps: usize, what: &'a (dyn Fn() + Sync)) -> Self {
        Self { begun: AtomicUsize::new(0), steps, what }
    }
}

impl Progress for AtLastStep<'_> {
    fn begin(&self, _: &str, _: u64) {
        if self.begun.fetch_add(1, Ordering::SeqCst) + 1 == self.steps {
            (self.what)();
        }
    }
    fn advance(&self, _: u64) {}
}

/// How many steps a run has that goes well.
fn steps_of(run: impl Fn(&dyn Progress)) -> usize {
    let counter = AtLastStep::of(0, &|| {});
    run(&counter);
    let steps = counter.begun.load(Ordering::SeqCst);
    assert!(steps >= 2, "writing and reading back are steps of their own");
    steps
}

/// The files of a bag by their path in it.
fn files_of(bag: &Path) -> BTreeSet<PathBuf> {
    let files = walkdir::WalkDir::new(bag).into_iter().map(Result::unwrap).filter(|file| file.file_type().is_file());
    files.map(|file| file.path().strip_prefix(bag).unwrap().to_owned()).collect()
}

/// What a lying carrier does to a file.
const LIES: [fn(&mut Vec<u8>); 4] = [
    |bytes| bytes[0] ^= 1,
    |bytes| *bytes.last_mut().unwrap() ^= 0x80,
    |bytes| bytes.truncate(bytes.len() - 1),
    |bytes| bytes.push(0),
];

fn alter(path: &Path, lie: fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    lie(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn other_bytes_in_any_file_of_a_bag_are_noticed_before_the_archive_is_called_made() {
    let office = Office::new();
    office.create(&Quiet).unwrap();
    let files = files_of(&office.bag(0));
    // Every kind of file a bag has.
    for kind in [
        "bagit.txt",
        "bag-info.txt",
        "allowed_signers",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.sig",
    ] {
        assert!(files.contains(Path::new(kind)), "{kind} in {files:?}");
    }
    for folder in ["data", "recovery"] {
        assert!(files.iter().filter(|file| file.starts_with(folder)).count() > 1, "{folder} in {files:?}");
    }
    let steps = steps_of(|progress| drop(Office::new().create(progress).unwrap()));
    for (number, file) in files.iter().enumerate() {
        // One file is lied about in every way, the others each in one.
        let ways = if number == 0 { 0..LIES.len() } else { number % LIES.len()..number % LIES.len() + 1 };
        for way in ways {
            let office = Office::new();
            let path = office.bag(1).join(file);
            let created = office.create(&AtLastStep::of(steps, &|| alter(&path, LIES[way]))).unwrap();
            assert!(created.copies[0].outcome.is_ok() && office.is_whole(0), "{}", file.display());
            let error = created.copies[1].outcome.as_ref().expect_err(&file.display().to_string());
            assert!(error.message().contains(&*file.to_string_lossy()), "{error:?}");
            assert!(!office.bag(1).exists(), "a copy that cannot be trusted is not left: {}", file.display());
        }
    }
}

#[test]
fn a_file_that_is_gone_when_it_is_read_back_is_noticed_too() {
    let steps = steps_of(|progress| drop(Office::new().create(progress).unwrap()));
    let office = Office::new();
    let path = office.bag(0).join("data/database.zip.age");
    let created = office.create(&AtLastStep::of(steps, &|| fs::remove_file(&path).unwrap())).unwrap();
    assert!(created.copies[0].outcome.is_err() && created.copies[1].outcome.is_ok());
    assert!(!office.bag(0).exists() && office.is_whole(1));
}

#[test]
fn where_both_carriers_lie_there_is_no_archive() {
    let steps = steps_of(|progress| drop(Office::new().create(progress).unwrap()));
    let office = Office::new();
    let paths = [0, 1].map(|carrier| office.bag(carrier).join("data/class-7a.zip.age"));
    let both = || paths.iter().for_each(|path| alter(path, LIES[0]));
    office.create(&AtLastStep::of(steps, &both)).expect_err("no copy is whole");
    assert!(!office.bag(0).exists() && !office.bag(1).exists());
}

#[test]
fn a_copy_that_is_made_up_later_is_read_back_as_well() {
    let office = Office::new();
    office.create(&Quiet).unwrap();
    let again = |progress: &dyn Progress| {
        let _ = fs::remove_dir_all(office.bag(1));
        complete(NAME, &office.carriers[0], &office.carriers[1], progress)
    };
    let steps = steps_of(|progress| drop(again(progress).unwrap()));
    for (number, file) in files_of(&office.bag(0)).iter().enumerate() {
        let path = office.bag(1).join(file);
        let lie = LIES[number % LIES.len()];
        let made = again(&AtLastStep::of(steps, &|| alter(&path, lie)));
        assert!(made.is_err(), "{}", file.display());
        assert!(!office.bag(1).exists() && office.is_whole(0), "{}", file.display());
    }
}

#[test]
fn a_list_that_the_signature_does_not_fit_is_named_beside_the_file_that_differs() {
    let office = Office::new();
    office.create(&Quiet).unwrap();
    let bag = office.bag(0);
    alter(&bag.join("bag-info.txt"), LIES[1]);
    let list = bag.join("tagmanifest-sha256.txt");
    let text = fs::read_to_string(&list).unwrap();
    let changed: Vec<String> = text
        .lines()
        .map(|line| match line.ends_with("bag-info.txt") {
            true => format!("{}{}", if line.starts_with('0') { '1' } else { '0' }, &line[1..]),
            false => line.to_owned(),
        })
        .collect();
    fs::write(&list, changed.join("\n") + "\n").unwrap();
    let report = verify(&bag, &Request::default(), &Quiet).unwrap();
    assert!(matches!(report.verdict, Verdict::Damaged), "{report:?}");
    for path in ["bag-info.txt", "tagmanifest-sha256.txt"] {
        assert!(report.findings.iter().any(|finding| finding.path == path), "{path}: {:?}", report.findings);
    }
}

/// Spoils so many bytes at a file's beginning.
fn zero(path: &Path, bytes: usize) {
    let mut content = fs::read(path).unwrap();
    content[..bytes].fill(0);
    fs::write(path, content).unwrap();
}

#[test]
fn as_many_lost_slices_as_there_are_recovery_slices_are_healed_and_one_more_is_not() {
    let office = Office::new();
    office.create(&Quiet).unwrap();
    let bag = office.bag(0);
    let path = bag.join("data/database.zip.age");
    let intact = fs::read(&path).unwrap();
    let (mut at_most, mut beyond) = (None, None);
    for bytes in (256..intact.len()).step_by(256) {
        zero(&path, bytes);
        let healing = verify(&bag, &Request::default(), &Quiet).unwrap().healing.unwrap();
        if healing.lost == healing.available {
            at_most = Some(bytes);
        }
        if healing.lost > healing.available {
            beyond = Some(bytes);
            break;
        }
    }
    let heal = || repair(&Wish { bag: &bag, other: None, to: None }, &Quiet);
    zero(&path, beyond.expect("so much is past what recovery data heal"));
    assert!(heal().is_err());
    fs::write(&path, &intact).unwrap();
    zero(&path, at_most.expect("so much is just what they heal"));
    heal().unwrap();
    assert!(fs::read(&path).unwrap() == intact && office.is_whole(0));
}

#[test]
fn a_mistyped_code_is_told_by_the_group_that_differs() {
    let code = Sum::of(b"an archive");
    let real = code.to_string().to_uppercase();
    for place in [0, 3, 4, 17, 63] {
        let mut typed: Vec<char> = real.chars().collect();
        typed[place] = if typed[place] == '7' { '8' } else { '7' };
        let typed: String = typed.into_iter().collect();
        let error = Code::parse(&typed).unwrap().no_slip(&code).unwrap_err();
        let group = place / 4;
        let of = |text: &str| text[group * 4..group * 4 + 4].to_owned();
        let words = format!("в группе {} набрано «{}», а у архива там «{}»", group + 1, of(&typed), of(&real));
        assert!(error.message().contains(&words), "{words}: {error:?}");
    }
    assert!(Code::parse(&real).unwrap().no_slip(&code).is_ok());
}

/// A journal of another school.
struct Stranger;

impl JournalFacts for Stranger {
    fn journal_id(&self) -> letopis::Result<String> {
        Ok("0".repeat(64))
    }
    fn head_at(&self, _: u64) -> letopis::Result<Option<String>> {
        Ok(None)
    }
    fn maker(&self, _: &str, _: &Facts, _: &str) -> letopis::Result<Maker> {
        Ok(Maker::Unknown)
    }
    fn is_given_up(&self, _: u64, _: &str) -> letopis::Result<bool> {
        Ok(false)
    }
    fn archives(&self) -> letopis::Result<Vec<Known>> {
        Ok(Vec::new())
    }
    fn backup(&self, _: &str) -> letopis::Result<Option<Known>> {
        Ok(None)
    }
    fn length(&self) -> letopis::Result<u64> {
        Ok(0)
    }
    fn resumed_after(&self, _: u64) -> letopis::Result<Option<u64>> {
        Ok(None)
    }
    fn last_before(&self) -> letopis::Result<Option<Previous>> {
        Ok(None)
    }
}

#[test]
fn a_witness_that_knows_nothing_is_told_from_one_that_contradicts() {
    let office = Office::new();
    office.create(&Quiet).unwrap();
    let asked = |anchor: Anchor<'_>| {
        let request = Request { anchors: &[anchor], ..Request::default() };
        let report = verify(&office.bag(0), &request, &Quiet).unwrap();
        (report.asked, report.verdict)
    };
    let (said, verdict) = asked(Anchor::Journal(&Stranger));
    assert!(said.len() == 1 && said[0].contains("ничего не говорит"), "{said:?}");
    assert!(matches!(verdict, Verdict::Whole { .. }));
    let (said, verdict) = asked(Anchor::Signer(office.director.public().fingerprint()));
    assert!(said.len() == 1 && said[0].contains("не сходится"), "{said:?}");
    assert!(matches!(verdict, Verdict::Forged));
    let (said, verdict) = asked(Anchor::Signer(office.petrova.public().fingerprint()));
    assert!(said.len() == 1 && matches!(verdict, Verdict::Genuine { .. }), "{said:?}");
}
