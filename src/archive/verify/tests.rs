use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::archive::anchor::{Code, JournalFacts, Known, Maker};
use crate::archive::bag::{ALLOWED_SIGNERS, BAGIT_TEXT, BagPath, MANIFEST, Manifest, Previous, SIGNATURE, TAGMANIFEST};
use crate::archive::fixture::{NAME, School, contents, packages};
use crate::archive::package::Source;
use crate::archive::progress::Quiet;
use crate::archive::signature;
use crate::archive::sum::Sum;
use crate::ledger::identity::Identity;

fn check(path: &Path, anchors: &[Anchor<'_>]) -> Report {
    verify(path, &Request { anchors, ..Request::default() }, &Quiet).unwrap()
}

#[test]
fn a_flipped_bit_anywhere_is_found_and_the_file_is_named() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0);
    for (name, intact) in contents(bag.root()) {
        let path = bag.root().join(&name);
        let bits = intact.len() * 8;
        // Every bit of the short files, a few hundred of the long ones.
        for bit in (0..bits).step_by((bits / 400).max(1)) {
            let mut flipped = intact.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).unwrap();
            let report = check(bag.root(), &[]);
            assert_eq!(report.verdict.exit_status(), 1, "{name:?} {bit}");
            assert!(report.blames(name.to_str().unwrap()), "{name:?} {bit}: {:?}", report.findings);
            let others = report.faults().filter(|finding| finding.path != name.to_str().unwrap());
            assert_eq!(others.count(), 0, "{name:?} {bit}: {:?}", report.findings);
        }
        fs::write(&path, intact).unwrap();
    }
    assert_eq!(check(bag.root(), &[]).verdict.exit_status(), 0);
}

#[test]
fn a_damaged_archive_of_another_signer_is_not_to_be_repaired_but_reported() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0).root().to_owned();
    fs::write(bag.join("data/class-7a.zip.age"), "damaged").unwrap();
    let own = Anchor::Signer(school.petrova.public().fingerprint());
    assert_eq!(check(&bag, &[own]).verdict, Verdict::Damaged);
    let another = Anchor::Signer(Identity::generate().public().fingerprint());
    assert_eq!(check(&bag, &[another]).verdict, Verdict::Forged);
}

#[test]
fn a_package_under_another_name_is_known_and_what_was_unpacked_there_is_one_warning() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0).root().to_owned();
    let renamed = bag.join("data/database-copy.zip.age");
    fs::rename(bag.join("data/database.zip.age"), &renamed).unwrap();
    let report = check(&bag, &[]);
    let what = "это «data/database.zip.age» под другим именем: переименуйте обратно";
    assert!(report.findings.iter().any(|f| f.path == "data/database-copy.zip.age" && f.what == what), "{report:?}");
    assert_eq!(report.verdict.exit_status(), 1);
    fs::rename(&renamed, bag.join("data/database.zip.age")).unwrap();
    fs::create_dir(bag.join("database")).unwrap();
    (0..9).for_each(|number| fs::write(bag.join(format!("database/{number}.csv")), "open").unwrap());
    let report = check(&bag, &[]);
    assert_eq!(report.verdict.exit_status(), 0);
    let warnings: Vec<&Finding> = report.findings.iter().filter(|f| f.severity == Severity::Warning).collect();
    assert!(warnings.len() == 1 && warnings[0].what.contains("файлов: 9; если это извлечено"), "{warnings:?}");
}

#[test]
fn a_file_that_is_missing_cut_off_or_put_there_is_named() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0);
    for (name, intact) in contents(bag.root()) {
        let path = bag.root().join(&name);
        fs::write(&path, &intact[..intact.len() - 1]).unwrap();
        let cut = check(bag.root(), &[]);
        fs::remove_file(&path).unwrap();
        let missing = check(bag.root(), &[]);
        fs::write(&path, intact).unwrap();
        for report in [cut, missing] {
            assert_eq!(report.verdict.exit_status(), 1);
            assert!(report.blames(name.to_str().unwrap()), "{name:?}: {:?}", report.findings);
        }
    }
    // What is in no list is no damage; it is named.
    fs::write(bag.root().join("data/extra.zip.age"), "x").unwrap();
    let report = check(bag.root(), &[]);
    assert!(matches!(report.verdict, Verdict::Whole { .. }), "{:?}", report.findings);
    assert_eq!(report.strays().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["data/extra.zip.age"]);
}

#[test]
fn a_quick_look_finds_what_is_missing_and_does_not_call_whole_what_it_did_not_read() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0);
    let quick = || verify(bag.root(), &Request { unread: true, ..Request::default() }, &Quiet).unwrap();
    assert!(matches!(quick().verdict, Verdict::Complete { .. }), "{:?}", quick().findings);
    let path = bag.root().join("data/class-7a.zip.age");
    let intact = fs::read(&path).unwrap();
    let mut flipped = intact.clone();
    flipped[9] ^= 1;
    fs::write(&path, flipped).unwrap();
    let report = quick();
    assert!(matches!(report.verdict, Verdict::Complete { .. }) && report.depth == Depth::List);
    assert!(!report.verdict.to_string().contains("цел"), "{}", report.verdict);
    fs::write(&path, &intact[1..]).unwrap();
    assert_eq!(quick().verdict, Verdict::Damaged, "the sizes do not add up");
    fs::remove_file(&path).unwrap();
    assert!(quick().blames("data/class-7a.zip.age"));
    fs::write(&path, intact).unwrap();
    fs::write(bag.root().join(ALLOWED_SIGNERS), "").unwrap();
    assert!(quick().blames(ALLOWED_SIGNERS));
}

#[test]
fn an_interrupted_bag_is_no_archive() {
    let school = School::new();
    school.archive();
    fs::remove_file(school.bag(0).root().join(BAGIT)).unwrap();
    fs::remove_file(school.bag(0).root().join(SIGNATURE)).unwrap();
    assert_eq!(check(school.bag(0).root(), &[]).verdict, Verdict::Unfinished);
}

#[test]
fn a_signed_bag_that_lost_its_declaration_is_damaged_and_not_unfinished() {
    let school = School::new();
    school.archive();
    let bag = school.bag(0);
    fs::remove_file(bag.root().join(BAGIT)).unwrap();
    let report = check(bag.root(), &[]);
    assert_eq!(report.verdict, Verdict::Damaged);
    let faults: Vec<&Finding> = report.faults().collect();
    assert!(matches!(&faults[..], [one] if one.path == BAGIT && one.what.contains("пропал")), "{faults:?}");
    assert!(report.lost_declaration_only());
    fs::write(bag.root().join("data/class-7a.zip.age"), "damaged too").unwrap();
    assert!(!check(bag.root(), &[]).lost_declaration_only());
}

#[test]
fn verifying_changes_nothing_on_the_carrier() {
    let school = School::new();
    school.archive();
    let before = contents(school.carriers[0].folder());
    check(school.bag(0).root(), &[]);
    assert_eq!(contents(school.carriers[0].folder()), before);
}

#[test]
fn only_what_fits_an_anchor_is_genuine() {
    let school = School::new();
    let created = school.archive();
    let root = school.bag(0).root().to_owned();
    let fingerprint = school.petrova.public().fingerprint();
    assert_eq!(check(&root, &[]).verdict, Verdict::Whole { fingerprint: fingerprint.clone() });
    for fitting in [
        Anchor::Signer(fingerprint),
        Anchor::Expect(Code::parse(&created.code.to_uppercase()).unwrap()),
        Anchor::Expect(Code::parse(&created.code[..32]).unwrap()),
        Anchor::Bag(school.bag(1).root().to_owned()),
        Anchor::Journal(&Chain::of(&school, &created.code)),
    ] {
        assert!(matches!(check(&root, &[fitting]).verdict, Verdict::Genuine { .. }));
    }
    let stranger = Identity::generate().public().fingerprint();
    let report = check(&root, &[Anchor::Signer(stranger.clone())]);
    assert_eq!((&report.verdict, report.verdict.exit_status()), (&Verdict::Forged, 1));
    assert!(report.findings[0].what.contains("а в акте") && report.findings[0].what.contains(&stranger));
    let report = check(&root, &[Anchor::Expect(Code::parse(&"0".repeat(64)).unwrap())]);
    assert_eq!(report.verdict, Verdict::Forged);
}

/// Replaces a payload file, makes every list right again and signs with `forger`'s key.
fn forge(root: &Path, forger: &Identity) {
    fs::write(root.join("data/class-7a.zip.age"), "other marks").unwrap();
    let listing = |names: Vec<PathBuf>| {
        let mut listing = Manifest::default();
        for name in names {
            let sum = Sum::of(&fs::read(root.join(&name)).unwrap());
            listing.insert(BagPath::new(name.to_str().unwrap()).unwrap(), sum);
        }
        listing.to_string()
    };
    let payload: Vec<PathBuf> = contents(root).into_keys().filter(|name| name.starts_with("data")).collect();
    let bytes: u64 = payload.iter().map(|name| root.join(name).metadata().unwrap().len()).sum();
    let info = fs::read_to_string(root.join(INFO)).unwrap();
    let oxum = info.lines().find(|line| line.starts_with("Payload-Oxum")).unwrap();
    let info = info.replace(oxum, &format!("Payload-Oxum: {bytes}.{}", payload.len()));
    fs::write(root.join(INFO), info).unwrap();
    fs::write(root.join(MANIFEST), listing(payload)).unwrap();
    let signers = signature::AllowedSigners::new([("petrova".to_owned(), forger.public())]);
    fs::write(root.join(ALLOWED_SIGNERS), signers.to_string()).unwrap();
    let tags = listing([ALLOWED_SIGNERS, INFO, BAGIT, MANIFEST].map(PathBuf::from).to_vec());
    fs::write(root.join(SIGNATURE), signature::sign(forger, tags.as_bytes()).unwrap()).unwrap();
    fs::write(root.join(TAGMANIFEST), tags).unwrap();
}

#[test]
fn a_forged_and_re_signed_bag_is_whole_but_never_genuine() {
    let school = School::new();
    let created = school.archive();
    let root = school.bag(0).root().to_owned();
    let forger = Identity::generate();
    forge(&root, &forger);
    let forged = forger.public().fingerprint();
    assert_eq!(check(&root, &[]).verdict, Verdict::Whole { fingerprint: forged.clone() });
    let chain = Chain::of(&school, &created.code);
    for anchor in [
        Anchor::Signer(school.petrova.public().fingerprint()),
        Anchor::Expect(Code::parse(&created.code).unwrap()),
        Anchor::Journal(&chain),
        Anchor::Bag(school.bag(1).root().to_owned()),
    ] {
        let report = check(&root, &[anchor]);
        assert_eq!((&report.verdict, report.verdict.exit_status()), (&Verdict::Forged, 1));
        assert!(report.findings.iter().all(|finding| finding.severity < Severity::Damage || !finding.what.is_empty()));
    }
    // One anchor that fits does not outweigh one that does not.
    let both = [Anchor::Signer(forged), Anchor::Expect(Code::parse(&created.code).unwrap())];
    assert_eq!(check(&root, &both).verdict, Verdict::Forged);
}

#[test]
fn a_list_made_right_again_without_the_key_is_damage_of_the_seal() {
    let school = School::new();
    school.archive();
    let root = school.bag(0).root().to_owned();
    let seal = fs::read(root.join(SIGNATURE)).unwrap();
    forge(&root, &Identity::generate());
    fs::write(root.join(SIGNATURE), seal).unwrap();
    let report = check(&root, &[]);
    assert_eq!(report.verdict, Verdict::Damaged);
    assert!(report.blames(SIGNATURE));
}

/// A trusted journal.
struct Chain {
    facts: Facts,
    fingerprint: String,
    recorded: String,
    before: Option<Previous>,
}

impl Chain {
    fn of(school: &School, recorded: &str) -> Self {
        let fingerprint = school.petrova.public().fingerprint();
        Self { facts: school.facts.clone(), fingerprint, recorded: recorded.to_owned(), before: None }
    }
}

impl JournalFacts for Chain {
    fn journal_id(&self) -> Result<String> {
        Ok(self.facts.journal.clone())
    }
    fn head_at(&self, length: u64) -> Result<Option<String>> {
        Ok((length <= self.facts.length).then(|| self.facts.head.clone()))
    }
    fn maker(&self, fingerprint: &str, _: &Facts, _: &str) -> Result<Maker> {
        Ok(if fingerprint == self.fingerprint { Maker::Of("petrova".to_owned()) } else { Maker::Unknown })
    }
    fn is_given_up(&self, _: u64, _: &str) -> Result<bool> {
        Ok(false)
    }
    fn archives(&self) -> Result<Vec<Known>> {
        let signer = self.fingerprint.clone();
        let recorded = Known { name: NAME.to_owned(), code: self.recorded.clone(), signer, entry: 1 };
        Ok(if self.recorded.is_empty() { Vec::new() } else { vec![recorded] })
    }
    fn backup(&self, _: &str) -> Result<Option<Known>> {
        Ok(None)
    }
    fn length(&self) -> Result<u64> {
        Ok(self.facts.length + 1)
    }
    fn resumed_after(&self, _: u64) -> Result<Option<u64>> {
        Ok(None)
    }
    fn last_before(&self) -> Result<Option<Previous>> {
        Ok(self.before.clone())
    }
}

#[test]
fn a_journal_that_does_not_know_the_archives_head_refuses_it() {
    let school = School::new();
    let created = school.archive();
    let bag = school.bag(0);
    let root = bag.root();
    let mut chain = Chain::of(&school, "");
    let unrecorded = check(root, &[Anchor::Journal(&chain)]);
    assert!(matches!(unrecorded.verdict, Verdict::Genuine { .. }));
    assert!(unrecorded.findings.iter().any(|finding| finding.severity == Severity::Warning));
    let Verdict::Genuine { by, .. } = &unrecorded.verdict else { unreachable!() };
    assert!(by[0].contains("ещё не записан"), "{by:?}");
    // Of a journal that has recorded another since, or that continues one, it was never the newest.
    chain.before = Some(Previous { name: "2024-2025-year".into(), code: Sum::of(b"last year").to_string() });
    assert_eq!(check(root, &[Anchor::Journal(&chain)]).verdict, Verdict::Forged);
    chain = Chain::of(&school, &created.code);
    chain.facts.head = Sum::of(b"other").to_string();
    assert_eq!(check(root, &[Anchor::Journal(&chain)]).verdict, Verdict::Forged);
    chain = Chain::of(&school, &created.code);
    chain.facts.length = 5;
    let cut_off = check(root, &[Anchor::Journal(&chain)]);
    assert!(cut_off.findings[0].what.contains("отрезан конец"), "{:?}", cut_off.findings);
}

#[test]
fn a_later_journal_vouches_for_the_last_archive_before_it_and_has_no_word_on_others() {
    let school = School::new();
    let created = school.archive();
    let root = school.bag(0).root().to_owned();
    let mut later = Chain::of(&school, "");
    later.facts.journal = Sum::of(b"next year").to_string();
    let unknown = check(&root, &[Anchor::Journal(&later)]);
    assert!(matches!(unknown.verdict, Verdict::Whole { .. }), "neither genuine nor forged: {unknown:?}");
    assert!(unknown.findings.iter().any(|finding| finding.what.contains("другого журнала")));
    later.before = School::previous(&created);
    assert!(matches!(check(&root, &[Anchor::Journal(&later)]).verdict, Verdict::Genuine { .. }));
}

#[test]
fn an_archive_in_the_place_of_another_is_found_by_the_journal_that_recorded_it() {
    let mut school = School::new();
    school.archive();
    school.facts.length = 30;
    let second = school.create("2025-2026-q2", &packages()).unwrap();
    let recorded = Chain::of(&school, &second.code);
    let placed = check(school.bag(0).root(), &[Anchor::Journal(&recorded)]);
    assert_eq!(placed.verdict, Verdict::Forged);
    assert!(placed.findings[0].what.contains("записан архив с другим кодом"), "{:?}", placed.findings);
}

#[test]
fn archives_on_one_carrier_are_checked_as_a_chain() {
    let mut school = School::new();
    let first = school.archive();
    school.facts.previous = School::previous(&first);
    school.facts.length = 30;
    school.facts.head = Sum::of(b"later").to_string();
    let second = school.create("2025-2026-q2", &packages()).unwrap();
    let root = second.copies[0].folder.clone();
    let report = check(&root, &[Anchor::Bag(school.bag(0).root().to_owned())]);
    assert!(matches!(report.verdict, Verdict::Genuine { .. }), "{report:?}");
    // In one run the genuine one vouches back.
    let expected = [Anchor::Expect(Code::parse(&second.code).unwrap())];
    let mut reports = [check(school.bag(0).root(), &[]), check(&root, &expected)];
    vouch_back(&mut reports.iter_mut().collect::<Vec<_>>());
    assert!(matches!(&reports[0].verdict, Verdict::Genuine { by, .. } if by[0].contains("2025-2026-q2")));
    // The later archive names the first, and so vouches for it.
    let report = check(school.bag(0).root(), &[Anchor::Bag(root.clone())]);
    assert!(matches!(report.verdict, Verdict::Genuine { .. }), "{report:?}");
    forge(school.bag(0).root(), &Identity::generate());
    let report = check(&root, &[]);
    assert_eq!(report.verdict, Verdict::Forged);
    assert!(report.findings[0].what.contains("предыдущим назван"), "{:?}", report.findings);
}

#[test]
fn a_damaged_neighbour_casts_no_doubt_on_an_intact_archive() {
    let mut school = School::new();
    let first = school.archive();
    school.facts.previous = School::previous(&first);
    // The same ledger archived twice, as happens when the first attempt is repeated.
    let second = school.create("2025-2026-q1-2", &packages()).unwrap();
    let root = second.copies[0].folder.clone();
    for name in [TAGMANIFEST, SIGNATURE, INFO] {
        let path = school.bag(0).root().join(name);
        let intact = fs::read(&path).unwrap();
        for byte in [1, intact.len() / 2, intact.len() - 2] {
            let mut flipped = intact.clone();
            flipped[byte] ^= 1;
            fs::write(&path, flipped).unwrap();
            let report = check(&root, &[]);
            assert!(matches!(report.verdict, Verdict::Whole { .. }), "{name} {byte}: {report:?}");
            if name == TAGMANIFEST {
                let notes: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
                assert!(notes[0].contains("предыдущий архив рядом повреждён: у 2025-2026-q1 "), "{notes:?}");
            }
        }
        fs::write(&path, intact).unwrap();
    }
}

#[test]
fn two_ledgers_of_the_same_length_cannot_both_be_true() {
    let mut school = School::new();
    school.archive();
    school.facts.head = Sum::of(b"branched").to_string();
    let second = school.create("2025-2026-q1-2", &packages()).unwrap();
    assert_eq!(check(&second.copies[0].folder, &[]).verdict, Verdict::Forged);
}

fn deep(school: &School, identity: &Identity, judge: DeepCheck<'_>) -> Report {
    let scratch = school.path("scratch");
    let content = Some(Content { identity, scratch: &scratch, check: judge });
    let report = verify(school.bag(0).root(), &Request { content, ..Request::default() }, &Quiet).unwrap();
    assert!(!scratch.exists());
    report
}

#[test]
fn with_a_key_the_journal_comes_out_for_the_caller_to_judge() {
    let school = School::new();
    school.archive();
    let judge = |contents: &Contents<'_>| {
        assert!(fs::read(contents.journal).unwrap().starts_with(b"SQLite format 3\0"));
        assert_eq!(fs::read(contents.ledger).unwrap(), b"{\"seq\":1}\n");
        let names: Vec<String> =
            contents.members.iter().map(|found| format!("{}/{}", found.package, found.member.path)).collect();
        assert_eq!(names, ["class-7a/2025-0001.pdf", "database/journal.letopis", "database/ledger.jsonl"]);
        Ok(vec![Finding::damage("data/database.zip.age", "таблицы не соответствуют записям")])
    };
    for person in [&school.petrova, &school.director] {
        let report = deep(&school, person, &judge);
        assert_eq!((report.verdict, report.depth), (Verdict::Damaged, Depth::Content));
    }
    let report = deep(&school, &school.director, &|_| Ok(Vec::new()));
    assert!(matches!(report.verdict, Verdict::Whole { .. }), "{report:?}");
}

#[test]
fn a_strangers_key_opens_nothing_and_a_sound_archive_is_not_called_damaged_for_it() {
    let school = School::new();
    school.archive();
    let scratch = school.path("scratch");
    let stranger = Identity::generate();
    let content = Some(Content { identity: &stranger, scratch: &scratch, check: &|_| panic!("nothing was opened") });
    let verified = verify(school.bag(0).root(), &Request { content, ..Request::default() }, &Quiet);
    let error = verified.unwrap_err();
    assert_eq!(error.exit_status(), 2);
    assert!(error.message().contains("этот ключ архив не открывает"), "{error}");
    assert!(!scratch.exists());
}

#[test]
fn a_bag_without_the_journal_fails_the_deep_check() {
    let school = School::new();
    let mut class = crate::archive::package::Package::new("class-7a").unwrap();
    class.add("a.pdf", Source::Bytes(b"%PDF".to_vec())).unwrap();
    school.create(NAME, &[class]).unwrap();
    assert_eq!(deep(&school, &school.director, &|_| Ok(Vec::new())).verdict, Verdict::Damaged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_in_any_list_is_reported_without_panic(
        which in 0_usize..6, bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\PC\n\r\t%:]{0,200}",
    ) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("data")).unwrap();
        fs::write(dir.path().join("data/a.zip.age"), &bytes).unwrap();
        fs::write(dir.path().join(BAGIT), BAGIT_TEXT).unwrap();
        let names = [INFO, MANIFEST, TAGMANIFEST, SIGNATURE, ALLOWED_SIGNERS, "recovery"];
        for (index, name) in names.iter().enumerate() {
            let content = if index == which { bytes.clone() } else { text.clone().into_bytes() };
            fs::write(dir.path().join(name), content).unwrap();
        }
        let identity = Identity::generate();
        let content = Some(Content { identity: &identity, scratch: &dir.path().join("../s"), check: &|_| Ok(Vec::new()) });
        let report = verify(dir.path(), &Request { content, ..Request::default() }, &Quiet).unwrap();
        prop_assert_eq!(report.verdict.exit_status(), 1);
    }
}

/// A carrier's file system may claim any size.
#[test]
#[cfg(target_os = "linux")]
fn sizes_beyond_counting_are_damage_and_no_panic() {
    let school = School::new();
    school.archive();
    let memory = std::path::Path::new("/dev/shm");
    let Ok(dir) = tempfile::tempdir_in(memory) else { return };
    let root = dir.path().join(NAME);
    for (path, content) in contents(school.bag(0).root()) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let claim = |name: &str| {
        let file = fs::File::options().write(true).create(true).truncate(false).open(root.join(name));
        file.unwrap().set_len(i64::MAX as u64 - 4096).is_ok()
    };
    if !["data/a", "data/b", "data/c", "recovery/d", "e.par2", "recovery/f.par2"].into_iter().all(claim) {
        return;
    }
    // Strangers' files count for nothing and are not read.
    let report = verify(&root, &Request::default(), &Quiet).unwrap();
    assert!(matches!(report.verdict, Verdict::Whole { .. }), "{:?}", report.findings);
    assert_eq!((report.strays().count(), report.payload.files), (6, 2));
    // Files of the archive that are longer than all of it are not read either.
    assert!(["data/class-7a.zip.age", "data/database.zip.age"].into_iter().all(claim));
    for unread in [true, false] {
        let start = std::time::Instant::now();
        let report = verify(&root, &Request { unread, ..Request::default() }, &Quiet).unwrap();
        assert_eq!((report.verdict, report.payload.bytes), (Verdict::Damaged, 2 * (i64::MAX as u64 - 4096)));
        assert!(start.elapsed().as_secs() < 20);
        let is_refused =
            |finding: &Finding| finding.path == "data/database.zip.age" && finding.what.contains("длиннее");
        assert!(unread || report.findings.iter().any(is_refused), "{:?}", report.findings);
    }
}
