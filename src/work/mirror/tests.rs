//! The mirror over a place that fails, of a small journal: nothing that was put is lost, nothing half is believed, and nothing of
//! another ledger is put over.

use super::rebuild::{Remade, Wish};
use super::{Brought, How, Standing, beyond, bring};
use crate::archive::progress::Quiet;
use crate::error::{Kind, Result};
use crate::journal::testing::{
    self, Annals, TestJournal, course, day, identity, lesson, lesson_at, moment, name, noon, person,
};
use crate::journal::{Journal, Proven, Rebuilt};
use crate::ledger::chain::{Record, hex};
use crate::school::{Role, School};
use crate::store::Patience;
use crate::store::mirror::bring::OVERHEAD;
use crate::store::mirror::chain::Broken;
use crate::store::settings::Lock;
use crate::store::testing::{Hand, Memory, Trick};
use crate::work::stores::Store;
use crate::work::{Workplace, confirm};
use chrono::Duration;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// As often as faults may follow each other in a test.
const PATIENCE: Patience = Patience { attempts: 20, first: std::time::Duration::ZERO };
/// A segment for every few records.
const SHORT: usize = OVERHEAD + 2400;

pub(crate) fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals
        .person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]))
        .person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]))
        .person(person("server", "Служба Приёма", "программа", &[Role::ServerService]))
        .subject("Алгебра")
        .class("7А", "")
        .pupil("А-1", name("Алиев Али"), day("2012-01-01"), "7А", day("2025-09-01"));
    let algebra = course("7А", "Алгебра");
    annals.course(&algebra, "semyonov", 2.0);
    for number in 0..10 {
        let on = day("2025-09-08") + Duration::days(i64::from(number / 5 * 7 + number % 5));
        annals.taught(noon(on), lesson(&lesson_at(&algebra, &on.to_string(), 2), "Тема", ""));
    }
    annals
}

/// A journal and its mirror.
struct Try {
    school: TestJournal,
    memory: Arc<Memory>,
    hand: Hand,
}

impl Try {
    fn new() -> Self {
        Self { school: testing::once("mirror".to_owned(), annals), memory: Arc::new(Memory::new()), hand: Hand::new() }
    }

    fn store(&self) -> Store {
        Store::of_place(Box::new(Arc::clone(&self.memory)), "school-1", Lock::Governance)
    }

    fn path(&mut self) -> PathBuf {
        self.school.at_hand().0.path().to_owned()
    }

    fn proven(&mut self) -> Proven {
        self.school.at_hand().0.prove(&mut |_| {}).unwrap()
    }

    fn bring(&mut self) -> Result<Brought> {
        let proven = self.proven();
        self.bring_of(&proven)
    }

    fn bring_of(&self, proven: &Proven) -> Result<Brought> {
        let server = identity("server");
        bring(&self.store(), proven, How { server: &server, clock: &self.hand, patience: PATIENCE, longest: SHORT })
    }

    /// Another workplace with a copy of the journal, that knows nothing of what is there.
    fn another(&self) -> Self {
        Self { school: self.school.copy(), memory: Arc::clone(&self.memory), hand: Hand::new() }
    }

    /// The journal as it was after so many records.
    fn cut(&self, length: usize) -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("journal.letopis");
        made_of(&path, &self.records()[..length]);
        let journal = Journal::open(&path).unwrap();
        (folder, journal)
    }

    fn records(&self) -> Vec<Record> {
        let length = crate::journal::read::ledger::tip(&self.school).unwrap().seq;
        (1..=length).map(|seq| crate::journal::read::ledger::record(&self.school, seq).unwrap().unwrap()).collect()
    }

    fn rebuild(&self) -> Result<Remade> {
        self.rebuild_as("recovery")
    }

    fn rebuild_as(&self, login: &str) -> Result<Remade> {
        let folder = tempfile::tempdir().unwrap();
        let store = self.store();
        let wish = Wish { store: &store, journal: None, patience: PATIENCE };
        wish.rebuild(&identity(login), &folder.path().canonicalize().unwrap().join("new"), &Quiet)
    }

    fn faults(&self) -> Vec<Broken> {
        let store = self.store();
        let wish = Wish { store: &store, journal: None, patience: PATIENCE };
        wish.look(&Quiet).unwrap().into_iter().flat_map(|looked| looked.faults).collect()
    }

    /// The keys of files that end so, in the order of their records.
    fn keys(&self, ending: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.memory.files().into_keys().filter(|key| key.ends_with(ending)).collect();
        keys.sort_by_key(|key| (key.split('/').nth(2).map(str::to_owned), number(key)));
        keys
    }

    /// Demands that the mirror has the whole journal.
    fn is_whole(&mut self, what: &str) {
        let tip = self.proven().tip();
        let remade = self.rebuild().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((remade.tip, remade.broken, remade.unsigned), (tip, None, vec![]), "{what}");
        assert_eq!(self.faults(), [], "{what}");
    }
}

fn number(key: &str) -> u64 {
    key.rsplit('/').next().unwrap().split('.').next().unwrap().parse().unwrap()
}

fn made_of(path: &std::path::Path, records: &[Record]) {
    Rebuilt::make(path, |made| {
        records.iter().for_each(|record| assert!(made.append(record).unwrap()));
        Ok(())
    })
    .unwrap();
}

#[test]
fn what_is_brought_comes_back_to_those_who_open_archives_and_to_nobody_else() {
    let mut of = Try::new();
    let length = of.proven().tip().seq;
    let brought = of.bring().unwrap();
    assert_eq!((brought.records, brought.waits_at, brought.unlocked.clone()), (length, None, None));
    assert!(brought.segments > 3 && of.keys(".age").len() == brought.segments);
    of.is_whole("at once");
    assert_eq!(of.rebuild_as("petrova").unwrap().tip.seq, length);
    for nobody in ["server", "semyonov", "ivanova"] {
        assert!(of.rebuild_as(nobody).unwrap_err().message().contains("не зашифрован для этого ключа"), "{nobody}");
    }
    // Nothing of a pupil is in clear, and every file is locked for 45 days at least.
    for (key, bytes) in of.memory.files() {
        assert!(!String::from_utf8_lossy(&bytes).contains("Алиев"), "{key}");
        assert!(of.memory.locked.lock().unwrap()[&key] >= day("2026-03-18"), "{key}");
    }
    // What is there is not sent again; what is new is.
    assert_eq!(of.bring().unwrap(), Brought::default());
    let next = lesson(&lesson_at(&course("7А", "Алгебра"), "2025-09-22", 2), "Ещё", "");
    of.school.by("semyonov", "2025-09-22T12:00", next);
    assert_eq!((of.bring().unwrap().records, of.bring().unwrap().segments), (1, 0));
    of.is_whole("one more");
}

#[test]
fn a_place_that_was_emptied_is_brought_everything_again() {
    let mut of = Try::new();
    of.bring().unwrap();
    for key in of.memory.files().into_keys() {
        of.memory.lose(&key);
    }
    assert_eq!(of.bring().unwrap().records, of.proven().tip().seq);
    of.is_whole("a new disk");
}

#[test]
fn a_key_that_comes_later_opens_what_is_put_from_then_on() {
    let mut of = Try::new();
    of.bring().unwrap();
    let director = person("kuznetsov", "Кузнецов Кузьма Кузьмич", "директор", &[Role::Director]);
    of.school.by("ivanova", "2025-10-01T09:00", director);
    let key = identity("kuznetsov");
    let journal = of.proven().tip().journal;
    of.school.by(
        "ivanova",
        "2025-10-01T09:01",
        crate::journal::entry::KeyEnrolled::of(&key, &journal, "kuznetsov").unwrap(),
    );
    let waits = crate::journal::read::ledger::tip(&of.school).unwrap().seq;
    let (petrova, (journal, clock)) = (identity("petrova"), of.school.at_hand());
    let mut place = Workplace::at(journal, &petrova, clock).unwrap();
    for number in [waits - 1, waits] {
        let _ = confirm::give(&mut place, &confirm::Which::Numbers(vec![number]));
    }
    of.bring().unwrap();
    let last = of.keys(".age").pop().unwrap();
    let opens = |login: &str| crate::store::mirror::sealed::open(&of.memory.files()[&last], &identity(login)).is_ok();
    assert!(opens("recovery") && opens("kuznetsov") && !opens("semyonov"));
    assert!(of.rebuild_as("kuznetsov").is_err(), "what was put before is not for him");
}

#[test]
fn two_who_mirror_at_once_put_one_mirror() {
    let mut of = Try::new();
    let (_folder, cut) = of.cut(8);
    let early = cut.prove(&mut |_| {}).unwrap();
    of.bring_of(&early).unwrap();
    let mut other = of.another();
    other.bring().unwrap();
    let there = of.memory.files();
    assert_eq!(of.bring().unwrap().segments, 0, "who comes second goes on after what the first has put");
    assert_eq!(of.memory.files(), there);
    of.is_whole("two writers");
}

#[test]
fn it_is_killed_at_every_request_and_what_is_left_is_finished_after_a_while() {
    let requests = {
        let mut fresh = Try::new();
        fresh.bring().unwrap();
        fresh.memory.requests()
    };
    assert!(requests > 20, "{requests}");
    (0..requests).into_par_iter().for_each(|dies| {
        for trick in [Trick::DieBefore, Trick::DieAfter] {
            let mut of = Try::new();
            let proven = of.proven();
            of.memory.plan(move |number, _| if number == dies { trick } else { Trick::Fair });
            assert!(of.bring_of(&proven).is_err());
            of.memory.heal();
            let known = Standing::of(proven.path(), &of.school).unwrap().unwrap();
            if known.length > 0 {
                let remade = of.rebuild().unwrap();
                assert!(remade.tip.seq >= known.length && remade.broken.is_none_or(|broken| broken.is_open_end()));
            }
            // Another machine finds half a segment, and waits before it puts its own over it.
            let mut other = of.another();
            let first = other.bring().unwrap();
            if first.waits_at.is_some() {
                other.hand.turn(1);
                assert_eq!(other.bring().unwrap().waits_at, first.waits_at);
                other.hand.turn(1);
                assert_eq!(other.bring().unwrap().waits_at, None);
            }
            other.is_whole(&format!("{trick:?} at {dies}"));
            // The one who was killed goes on with what the other has put.
            assert_eq!(of.bring().unwrap().segments, 0);
        }
    });
}

#[test]
fn the_slower_of_two_who_put_the_same_segment_gives_way() {
    let mut of = Try::new();
    let proven = of.proven();
    // He sleeps after his first file, and another has put the whole of it over his meanwhile.
    of.memory.plan(|number, what| if number == 3 && what == "put" { Trick::DieAfter } else { Trick::Fair });
    let _ = of.bring_of(&proven);
    of.memory.heal();
    let mut other = of.another();
    assert!(other.bring().unwrap().waits_at.is_some());
    other.hand.turn(2);
    other.bring().unwrap();
    let there = of.memory.files();
    of.bring_of(&proven).unwrap();
    assert_eq!(of.memory.files(), there);
    of.is_whole("the slower one");
}

#[test]
fn a_place_that_fails_every_way_loses_nothing_and_is_never_called_whole_when_it_is_not() {
    let mut dice = crate::archive::fixture::shared::Dice(20_251_129);
    for round in 0..60 {
        let mut of = Try::new();
        let proven = of.proven();
        let mut random = crate::archive::fixture::shared::Dice(dice.roll(1 << 30) as u64 + 1);
        of.memory.plan(move |_, _| match random.roll(40) {
            0 | 1 => Trick::Before,
            2 | 3 => Trick::After,
            4 => Trick::Cut,
            5 => Trick::Garble,
            6 => Trick::Lag,
            _ => Trick::Fair,
        });
        let mut done = None;
        for _ in 0..40 {
            done = of.bring_of(&proven).ok().filter(|brought| brought.waits_at.is_none());
            if done.is_some() {
                break;
            }
            of.hand.turn(3);
        }
        assert!(done.is_some(), "round {round}");
        of.memory.heal();
        // What was stored wrong after it was looked at cannot be: it is read back each time.
        of.is_whole(&format!("round {round}"));
    }
}

#[test]
fn what_is_missing_is_named_and_what_comes_before_is_there() {
    let mut of = Try::new();
    of.bring().unwrap();
    let (files, notes) = (of.keys(".age"), of.keys(".note"));
    let (middle, whole) = (files.len() / 2, of.memory.files());
    let from = number(&files[middle]);
    let to = number(&files[middle + 1]) - 1;
    let undo = |of: &Try, key: &str| of.memory.tamper(key, |bytes| *bytes = whole[key].clone());
    let comes_to = |of: &Try, broken: &Broken| {
        let remade = of.rebuild().unwrap();
        assert_eq!((remade.tip.seq, remade.broken.as_ref()), (from - 1, Some(broken)));
        assert!(of.faults().contains(broken), "{:?}", of.faults());
    };
    of.memory.tamper(&files[middle], |bytes| bytes[200] ^= 1);
    comes_to(&of, &Broken::Damaged(from, to));
    undo(&of, &files[middle]);
    of.memory.tamper(&notes[middle], |bytes| bytes[20] ^= 1);
    comes_to(&of, &Broken::NoNote(from));
    undo(&of, &notes[middle]);
    of.memory.tamper(&notes[middle], |bytes| *bytes = whole[&notes[middle + 1]].clone());
    comes_to(&of, &Broken::NoNote(from));
    of.memory.lose(&notes[middle]);
    comes_to(&of, &Broken::Gap(from, to + 1));
    // Where the first segment is damaged nothing is there, and the key is not to blame.
    of.memory.tamper(&files[0], |bytes| bytes[200] ^= 1);
    let error = of.rebuild().err().unwrap();
    let next = error.next_step().unwrap().to_string();
    assert!(error.message().contains("сумма не сходится") && !next.contains("ключ"), "{error} {next}");
    let mut of = Try::new();
    of.bring().unwrap();
    of.memory.lose(&of.keys(".age")[middle].clone());
    assert!(matches!(of.rebuild().unwrap().broken, Some(Broken::Lost(..))));
    // A fresh workplace reads all of it, finds the hole and fills it; the one that knows its end does not look so far back.
    let mut other = of.another();
    assert!(other.bring().unwrap().waits_at.is_some());
    other.hand.turn(2);
    other.bring().unwrap();
    other.is_whole("filled");
}

#[test]
fn a_mirror_of_another_ledger_is_left_as_it_is() {
    let mut of = Try::new();
    of.bring().unwrap();
    let there = of.memory.files();
    // A copy from before: the mirror has more of it, which is told before anything is recorded.
    let (_folder, mut journal) = of.cut(10);
    let error = of.bring_of(&journal.prove(&mut |_| {}).unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    assert!(error.message().contains("в зеркале журнал длиннее"), "{error}");
    let end = of.proven().tip();
    assert_eq!(beyond(&of.store(), journal.tables(), PATIENCE).unwrap(), Some((end.seq, end.head)));
    assert_eq!(beyond(&of.store(), &of.school, PATIENCE).unwrap(), None);
    // Somebody records on in the copy all the same: that is a second ledger.
    let (key, now) = (identity("ivanova"), moment("2025-12-01T12:00"));
    for number in 0..40 {
        let author = crate::journal::Author { signer: &key, clock: &now, taken_over: false };
        let line = crate::journal::entry::SubjectLine {
            name: format!("Предмет {number}"),
            short: "П.".into(),
            association: String::new(),
            written: false,
        };
        journal.record(author, crate::journal::entry::SubjectsSet { subjects: vec![line] }).unwrap();
    }
    let error = of.bring_of(&journal.prove(&mut |_| {}).unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::Damaged);
    assert!(error.message().contains("в зеркале другой журнал"), "{error}");
    assert_eq!(of.memory.files(), there);
    of.is_whole("nothing was put");
}

#[test]
fn notes_that_a_stranger_has_put_are_no_segments_and_are_not_believed() {
    let mut of = Try::new();
    let proven = of.proven();
    of.bring_of(&proven).unwrap();
    // He has every right on the place, and signs with a key of his own.
    let last = of.keys(".note").pop().unwrap();
    let note = String::from_utf8(of.memory.files()[&last].clone()).unwrap();
    let segment =
        crate::ledger::log::segment::Segment::read(&crate::ledger::log::note::Note::parse(&note).unwrap()).unwrap();
    let forged = segment.signed(&identity("stranger")).unwrap().to_string();
    of.memory.tamper(&last, |bytes| *bytes = forged.into_bytes());
    let remade = of.rebuild().unwrap();
    assert_eq!((remade.tip, remade.unsigned), (proven.tip(), vec![segment.from]), "the records prove themselves");
    // Whoever mirrors takes it for half a segment, and puts it right.
    assert_eq!(of.bring_of(&proven).unwrap().waits_at, Some(segment.from));
    of.hand.turn(2);
    assert_eq!(of.bring_of(&proven).unwrap().segments, 1);
    of.is_whole("put right");
}

#[test]
fn what_the_mirror_lacks_is_told_since_when_and_why() {
    let mut of = Try::new();
    let path = of.path();
    assert_eq!(Standing::of(&path, &of.school).unwrap(), None, "there is none");
    of.bring().unwrap();
    let standing = |of: &Try| Standing::of(&path, &of.school).unwrap().unwrap();
    let now = moment("2025-09-22T12:10");
    let whole = standing(&of);
    assert_eq!((whole.lacks, whole.since, whole.fault.clone(), whole.is_late(now)), (0, None, None, false));
    let next = lesson(&lesson_at(&course("7А", "Алгебра"), "2025-09-22", 2), "Ещё", "");
    of.school.by("semyonov", "2025-09-22T12:00", next);
    of.memory.plan(|_, _| Trick::Before);
    of.bring().unwrap_err();
    of.hand.turn(7);
    of.bring().unwrap_err();
    let lacking = standing(&of);
    assert_eq!((lacking.lacks, lacking.since), (1, Some(moment("2025-09-22T12:00"))));
    assert!(!lacking.is_late(now) && lacking.is_late(now + Duration::seconds(1)));
    let (why, since) = lacking.fault.unwrap();
    assert!(why.contains("не отвечает как следует"), "{why}");
    assert_eq!(since, moment("2026-02-01T10:00"), "since it failed first");
    of.memory.heal();
    of.bring().unwrap();
    assert_eq!((standing(&of).lacks, standing(&of).fault), (0, None));
}

#[test]
fn nobody_but_the_server_mirrors_and_several_journals_are_told_apart() {
    let mut of = Try::new();
    let proven = of.proven();
    let petrova = identity("petrova");
    let how = How { server: &petrova, clock: &of.hand, patience: PATIENCE, longest: SHORT };
    assert_eq!(bring(&of.store(), &proven, how).unwrap_err().kind(), Kind::Input);
    assert!(of.rebuild().unwrap_err().message().contains("нет зеркала"));
    of.bring_of(&proven).unwrap();
    let mut next = annals();
    next.subject("Химия");
    let mut next = next.record();
    let second = next.at_hand().0.prove(&mut |_| {}).unwrap();
    if second.tip().journal != proven.tip().journal {
        of.bring_of(&second).unwrap();
        assert!(of.rebuild().unwrap_err().message().contains("несколько журналов"));
        let (store, folder) = (of.store(), tempfile::tempdir().unwrap());
        let id = hex(&second.tip().journal);
        let wish = Wish { store: &store, journal: Some(&id[..12]), patience: PATIENCE };
        let to = folder.path().canonicalize().unwrap().join("new");
        assert_eq!(wish.rebuild(&identity("recovery"), &to, &Quiet).unwrap().tip, second.tip());
    }
}
