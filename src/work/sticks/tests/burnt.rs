//! The school burns at a random moment of a recorded year, fifty times. What is left are the mirror, the recovery sheet, teachers'
//! sticks, and either the keys of the staff or the emergency sheet and a deputy head. The journal is there but for what had not
//! been mirrored, and recording, sticks and the mirror go on.

use super::Desk;
use super::drawn::{algebra, record};
use super::hand::Hand;
use super::histories::prepared;
use crate::archive::fixture::shared::Dice;
use crate::archive::progress::Quiet;
use crate::journal::entry::{DocumentIssued, IssuedPage, IssuedResource};
use crate::journal::read;
use crate::journal::testing::{TestJournal, identity, noon};
use crate::journal::{Author, Journal, Rebuilt};
use crate::ledger::chain::{Record, hex};
use crate::ledger::possession::Request;
use crate::store::Patience;
use crate::store::mirror::bring::OVERHEAD;
use crate::store::mirror::state::State;
use crate::store::settings::Lock;
use crate::store::testing::{Memory, Trick};
use crate::work::confirm::{self, Which};
use crate::work::mirror::rebuild::{Remade, Wish};
use crate::work::mirror::{self, How, SEGMENT};
use crate::work::resumption::{Resumption, resume};
use crate::work::stores::Store;
use chrono::{DateTime, Duration, FixedOffset};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

const PATIENCE: Patience = Patience { attempts: 5, first: std::time::Duration::ZERO };
const TEACHER: &str = super::drawn::TEACHER;

/// A whole year, and what was in the teacher's hand after each time that he handed over.
struct Year {
    records: Vec<Record>,
    times: Vec<DateTime<FixedOffset>>,
    /// The text of a page, and the record that rests on it.
    texts: Vec<(u64, String, Vec<u8>)>,
    /// Length of the ledger, and the stick as it was then.
    sticks: Vec<(u64, Hand)>,
    /// Where the school is set up, and the year begins.
    begins: u64,
    _folder: tempfile::TempDir,
}

fn tip(desk: &Desk) -> u64 {
    read::ledger::tip(&desk.school).unwrap().seq
}

/// Issues a document whose page says when.
fn issue(desk: &mut Desk, number: usize, at: DateTime<FixedOffset>) -> (u64, String, Vec<u8>) {
    desk.school.wait_until(&at.to_rfc3339());
    let text = format!("letopis-page-1\nстраница от {at}\n").repeat(20).into_bytes();
    let digest = hex(&Sha256::digest(&text));
    let key = identity("petrova");
    let (journal, clock) = desk.school.at_hand();
    let issued = DocumentIssued {
        number: format!("2025-{number:04}"),
        form: "class-book".into(),
        subject: "7А".into(),
        variant: String::new(),
        title: "Классный журнал".into(),
        leaves: 1,
        at_entry: journal.tip().unwrap().seq,
        issued_at: *clock,
        pages: vec![IssuedPage(digest.clone())],
        pdf_sha256: "0".repeat(64),
        version: "0".into(),
        resources: vec![IssuedResource { name: "layouts/book.toml".into(), sha256: "a".repeat(64) }],
        writing: 2,
        replaces: None,
        reason: String::new(),
    };
    let mut batch = journal.batch().unwrap();
    batch.keep_page_text(&digest, &text).unwrap();
    let seq = batch.record(Author { signer: &key, clock, taken_over: false }, issued).unwrap().seq;
    batch.commit().unwrap();
    (seq, digest, text)
}

fn year() -> Year {
    let (school, hands, folder) = prepared();
    let mut desk = Desk::of(school);
    let begins = tip(&desk);
    let (mut texts, mut sticks) = (Vec::new(), Vec::new());
    for number in (0..=180u8).step_by(4) {
        let noon = noon(super::drawn::at(number).date);
        if number % 20 == 8 {
            texts.push(issue(&mut desk, texts.len() + 1, noon));
        }
        if number % 12 == 4 {
            let hand = &hands[0];
            let Ok(mut work) = hand.open() else { panic!("the stick is closed at {number}") };
            let done = {
                let mut place = crate::work::Workplace::at(&mut work.journal, &work.owner, &noon).unwrap();
                record(&mut place, number, 5)
            };
            drop(work);
            // A holiday.
            if done.is_err() {
                continue;
            }
            // What a fire in the middle of handing over leaves in the teacher's hand.
            sticks.push((tip(&desk), hand.copy(folder.path().join(format!("before-{number}")))));
            hand.sync_by_server(&mut desk, noon + Duration::hours(1)).unwrap();
            sticks.push((tip(&desk), hand.copy(folder.path().join(format!("after-{number}")))));
        } else {
            let _ = desk.ask(TEACHER, noon, |place| record(place, number, 4));
        }
    }
    assert_eq!(desk.audit(), Vec::<String>::new());
    let length = tip(&desk);
    let records: Vec<_> = (1..=length).map(|seq| read::ledger::record(&desk.school, seq).unwrap().unwrap()).collect();
    let times = (1..=length).map(|seq| read::ledger::entry(&desk.school, seq).unwrap().unwrap().time).collect();
    assert!(length - begins > 60 && sticks.len() > 8 && texts.len() > 5, "{length} {begins} {}", sticks.len());
    Year { records, times, texts, sticks, begins, _folder: folder }
}

impl Year {
    /// The journal as it was after so many records.
    fn until(&self, length: u64, path: &Path) -> Journal {
        Rebuilt::make(path, |made| {
            for (seq, digest, text) in &self.texts {
                if *seq <= length {
                    made.keep_text(digest, text)?;
                }
            }
            for record in &self.records[..usize::try_from(length).unwrap()] {
                assert!(made.append(record)?);
            }
            Ok(())
        })
        .unwrap();
        Journal::open(path).unwrap()
    }
}

/// The school's mirror, and who asks it.
struct Mirror(Arc<Memory>);

impl Mirror {
    fn store(&self) -> Store {
        Store::of_place(Box::new(Arc::clone(&self.0)), "school-1", Lock::None)
    }

    fn bring(&self, journal: &Journal, at: DateTime<FixedOffset>, longest: usize) -> crate::Result<mirror::Brought> {
        let (proven, server) = (journal.prove(&mut |_| {}).unwrap(), identity("server"));
        mirror::bring(&self.store(), &proven, How { server: &server, clock: &at, patience: PATIENCE, longest })
    }

    fn rebuild(&self, to: &Path) -> crate::Result<Remade> {
        let store = self.store();
        Wish { store: &store, journal: None, patience: PATIENCE }.rebuild(&identity("recovery"), to, &Quiet)
    }
}

/// Goes on with the restored journal: with the keys that survived, or with the emergency sheet and the deputy head.
fn go_on(desk: &mut Desk, when: DateTime<FixedOffset>, lost: &[(u64, [u8; 32])], keys_burnt: bool) {
    let wish = Resumption { reason: "сгорела школа", lost, witnesses: &[], numbers: None };
    let done = desk.ask("petrova", when, |place| resume(place, &wish)).unwrap().0;
    let director = if keys_burnt {
        let (petrova, (journal, clock)) = (identity("petrova"), desk.school.at_hand());
        let id = journal.tip().unwrap().journal;
        let request = Request::by(&identity("kuznetsov-2"), Some(id), "kuznetsov").unwrap();
        let author = Author { signer: &petrova, clock, taken_over: false };
        confirm::emergency_enrolment(journal, author, &identity("emergency"), &request, "ключи сгорели").unwrap();
        "kuznetsov-2"
    } else {
        "kuznetsov"
    };
    if !done.waiting.is_empty() {
        desk.ask(director, when, |place| confirm::give(place, &Which::Numbers(done.waiting))).unwrap();
    }
    assert_eq!(read::restorations(&desk.school).unwrap().len(), 1, "it is in force");
}

#[test]
fn a_school_that_burns_at_any_moment_of_the_year_goes_on_from_mirror_and_recovery_sheet() {
    let year = year();
    let mut dice = Dice(20_251_129);
    let length = year.records.len() as u64;
    let (mut lost_any, mut handed_again) = (0, 0);
    for run in 0..50 {
        let burns = year.begins + 1 + dice.roll(usize::try_from(length - year.begins).unwrap()) as u64;
        let longest = [OVERHEAD, OVERHEAD + 4000, OVERHEAD + 20_000, SEGMENT][dice.roll(4)];
        let mirror = Mirror(Arc::new(Memory::new()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let at = |seq: u64| year.times[usize::try_from(seq).unwrap() - 1];
        // Until some day the mirror had everything; then the network went, and the fire came in the middle of a request.
        let before = year.begins + dice.roll(usize::try_from(burns - year.begins).unwrap() + 1) as u64;
        let (old, burnt) = (path.join("before.letopis"), path.join("burnt.letopis"));
        mirror.bring(&year.until(before, &old), at(before), longest).unwrap();
        std::fs::copy(State::path(&old), State::path(&burnt)).unwrap();
        let dies = dice.roll(40);
        mirror.0.plan(move |number, _| if number == dies { Trick::DieAfter } else { Trick::Fair });
        let done = mirror.bring(&year.until(burns, &burnt), at(burns), longest);
        mirror.0.heal();
        // The building is gone. A new machine, an empty folder.
        let new = tempfile::tempdir().unwrap();
        let remade = mirror.rebuild(&new.path().canonicalize().unwrap()).unwrap();
        let restored = remade.tip.seq;
        assert!((before..=burns).contains(&restored), "run {run}");
        assert!(done.is_err() || restored == burns, "run {run}: all of it was mirrored");
        assert_eq!(remade.tip.head, year.records[usize::try_from(restored).unwrap() - 1].head, "run {run}");
        assert!(remade.broken.is_none_or(|broken| broken.is_open_end()) && remade.unsigned.is_empty());
        lost_any += u64::from(restored < burns);
        let mut when = at(burns) + Duration::hours(20);
        let school = TestJournal::in_folder(new, "journal.letopis", "ivanova", &when.to_rfc3339());
        let mut desk = Desk::of(school);
        for (seq, digest, text) in &year.texts {
            let kept = read::documents::page_text(&desk.school, digest).unwrap();
            assert_eq!(kept.as_ref(), (*seq <= restored).then_some(text), "run {run}");
        }
        let known: Vec<_> = (restored < burns && run % 3 > 0)
            .then(|| (burns, year.records[usize::try_from(burns).unwrap() - 1].head))
            .into_iter()
            .collect();
        go_on(&mut desk, when, &known, run % 2 == 1);
        // Recording goes on, and the stick hands in what the restored ledger lacks.
        let next = (0..=200u8).map(super::drawn::at).find(|lesson| noon(lesson.date) > when);
        if let Some(lesson) = next {
            when = noon(lesson.date);
            let number = (0..=200u8).find(|number| super::drawn::at(*number) == lesson).unwrap();
            let _ = desk.ask(TEACHER, when, |place| record(place, number, 3));
            assert_eq!(lesson.course, algebra());
        }
        if let Some((seen, stick)) = year.sticks.iter().rev().find(|(seen, _)| *seen <= burns) {
            let hand = stick.copy(path.join("stick"));
            let synced = hand.sync_by_server(&mut desk, when + Duration::hours(2));
            let synced = synced.unwrap_or_else(|error| {
                let base = hand.unlock().unwrap().base().clone();
                let taken = desk.school.rows("SELECT entry, number, strand FROM carried ORDER BY entry");
                panic!("run {run}: {seen} {restored} {burns} {} {:?} {taken:?}: {error}", base.length, base.taken)
            });
            assert!(synced.stopped.is_none(), "run {run}: {:?}", synced.stopped);
            assert!(synced.renewed.is_some(), "run {run}");
            handed_again += u64::from(*seen > restored);
        }
        assert_eq!(desk.audit(), Vec::<String>::new(), "run {run}");
        // The mirror takes up the new epoch beside the old one, and the next fire finds that.
        let end = tip(&desk);
        let (journal, clock) = desk.school.at_hand();
        let now = *clock;
        let brought = mirror.bring(journal, now, longest).unwrap();
        assert_eq!(brought.records, end, "run {run}");
        let again = mirror.rebuild(&path.join("again")).unwrap();
        assert_eq!((again.tip.seq, again.epoch, again.broken), (end, 2, None), "run {run}");
    }
    assert!(lost_any > 10 && handed_again > 3, "{lost_any} {handed_again}: the runs try something");
}
