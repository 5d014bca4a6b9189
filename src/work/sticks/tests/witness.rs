//! What is done by hand to a journal that has taken in from sticks, with the right keys where need be: the audit finds it, by
//! itself or against a stick.

use super::Desk;
use super::hand::Hand;
use super::histories::{prepared, record};
use crate::away::taking_in::Outcome;
use crate::journal::entry::{Body, Entry};
use crate::journal::read;
use crate::journal::testing::{TestJournal, identity, moment};
use crate::ledger::chain::{Tip, hex};
use crate::work::archive::witnesses::Outside;
use crate::work::audit::{Audit, audit};
use crate::work::resumption::{Resumption, resume};
use crate::work::{Workplace, confirm};

/// A lesson and a mark on a stick, which are taken in by its owner.
fn handed_over(desk: &mut Desk, hand: &Hand, lesson: u8, mark: u8, when: &str) {
    on_stick(hand, lesson, mark, when);
    let synced = hand.sync(desk, moment(when)).unwrap();
    let refused = synced.entries.iter().any(|one| matches!(one.outcome, Outcome::Refused(_)));
    assert!(!refused && synced.stopped.is_none() && synced.renewed.is_some(), "{:?}", synced.entries);
}

fn on_stick(hand: &Hand, lesson: u8, mark: u8, when: &str) {
    let (mut work, now) = (hand.open().unwrap(), moment(when));
    let mut place = Workplace::at(&mut work.journal, &work.owner, &now).unwrap();
    record(&mut place, lesson, mark).unwrap();
}

fn against(desk: &mut Desk, hand: &Hand) -> Audit {
    let path = desk.school.at_hand().0.path().to_owned();
    let seen = hand.seen().unwrap();
    audit(&path, vec![Outside::Stick(Box::new(seen))], None, &mut |_| {}).unwrap()
}

fn found(audit: &Audit) -> Vec<&str> {
    audit.report.findings.iter().map(|finding| finding.what.as_str()).collect()
}

#[test]
fn a_receipt_whose_entries_the_ledger_lacks_is_found_against_the_stick() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    handed_over(&mut desk, &hands[0], 0, 5, "2025-09-08T12:00");
    let yesterdays = desk.school.copy();
    handed_over(&mut desk, &hands[0], 1, 4, "2025-09-09T12:00");
    let seen = desk.school.at_hand().0.tip().unwrap().seq;
    let sound = against(&mut desk, &hands[0]);
    assert!(sound.report.is_clean(), "{:?}", found(&sound));
    assert_eq!(sound.testimonies[0].length, Ok(seen));
    assert_eq!(sound.testimonies[0].signer.as_ref().unwrap().1.as_deref(), Some("semyonov"));

    // The end was cut off, and nobody says so.
    let mut desk = Desk::of(yesterdays.copy());
    assert!(desk.audit().is_empty());
    let cut = against(&mut desk, &hands[0]);
    assert_eq!(found(&cut).len(), 1, "{:?}", found(&cut));
    assert!(found(&cut)[0].contains("У-1") && found(&cut)[0].contains("расписка о записях № 3–4"), "{:?}", found(&cut));
    let refused = hands[0].sync(&mut desk, moment("2025-09-10T09:00")).err().unwrap();
    assert!(refused.message().contains("другой или старше") && refused.next_step().is_some(), "{refused}");

    // Said by two, it is lost; and once it was handed in again, the stick speaks for the journal.
    let wish = Resumption { reason: "сгорел диск", lost: &[], witnesses: &[], numbers: None };
    let done = desk.ask("petrova", moment("2025-09-10T10:00"), |place| resume(place, &wish)).unwrap().0;
    if !done.waiting.is_empty() {
        let which = confirm::Which::Numbers(done.waiting);
        desk.ask("kuznetsov", moment("2025-09-10T10:01"), |place| confirm::give(place, &which)).unwrap();
    }
    assert!(found(&against(&mut desk, &hands[0])).is_empty());
    handed_over(&mut desk, &hands[0], 2, 3, "2025-09-10T12:00");
    let again = against(&mut desk, &hands[0]);
    assert!(found(&again).is_empty(), "{:?}", found(&again));
    assert_eq!(again.testimonies[0].length, Ok(again.report.tip.seq));

    // A later cut is not covered by what was said of the earlier one.
    let before = desk.school.copy();
    handed_over(&mut desk, &hands[0], 3, 3, "2025-09-11T12:00");
    let mut desk = Desk::of(before);
    assert_eq!(found(&against(&mut desk, &hands[0])).len(), 1);
}

#[test]
fn an_entry_that_its_author_exchanged_with_everybodys_help_is_found_against_his_stick() {
    let (school, hands, folder) = prepared();
    let (mut desk, mut other) = (Desk::of(school.copy()), Desk::of(school));
    let copy = hands[0].copy(folder.path().join("copy"));
    handed_over(&mut desk, &hands[0], 0, 2, "2025-09-08T12:00");
    handed_over(&mut other, &copy, 0, 5, "2025-09-08T12:00");
    assert!(other.audit().is_empty(), "it is a sound journal by itself");
    let found_out = against(&mut other, &hands[0]);
    assert_eq!(found(&found_out).len(), 1, "{:?}", found(&found_out));
    assert!(found(&against(&mut other, &copy)).is_empty());
}

#[test]
fn a_stick_of_another_journal_is_no_witness_for_this_one() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(super::sample::founded());
    let told = against(&mut desk, &hands[0]);
    assert!(found(&told)[0].contains("другого журнала"), "{:?}", found(&told));
    drop(school);
}

/// The ledger's entries with their places, as they lie in the file.
fn entries(school: &TestJournal) -> Vec<(u64, String)> {
    let end = read::ledger::tip(school).unwrap().seq;
    (1..=end).map(|seq| (seq, read::ledger::record(school, seq).unwrap().unwrap().payload)).collect()
}

/// Puts other payloads into the file, from a place on, each signed by its author at its new place.
fn rewrite(school: &TestJournal, entries: &[(u64, String)], from: u64) {
    let mut tip = Tip::EMPTY;
    school.damage(&format!("DELETE FROM ledger WHERE seq >= {from}"));
    for (seq, payload) in entries {
        if *seq < from {
            tip = tip.after(&read::ledger::record(school, *seq).unwrap().unwrap());
            continue;
        }
        let author = Entry::from_json(payload).unwrap().author;
        let record = tip.sign(&identity(&author), payload.clone());
        school.damage(&format!(
            "INSERT INTO ledger (seq, payload, signature, head) VALUES ({}, '{payload}', x'{}', x'{}')",
            record.seq,
            hex(&record.signature),
            hex(&record.head)
        ));
        tip = tip.after(&record);
    }
}

#[test]
fn a_carried_entry_that_was_changed_or_left_out_is_found_by_the_audit() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    let from = desk.school.at_hand().0.tip().unwrap().seq + 1;
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    handed_over(&mut desk, &hands[0], 1, 4, "2025-09-09T12:00");
    let all = entries(&desk.school);
    let is_carried = |payload: &str| matches!(Entry::from_json(payload).unwrap().body, Body::Carried(_));
    let carried: Vec<usize> = (0..all.len()).filter(|at| is_carried(&all[*at].1)).collect();
    assert_eq!(carried.len(), 4);

    // Unchanged, the same records are sound.
    let same = desk.school.copy();
    rewrite(&same, &all, from);
    assert!(Desk::of(same).audit().is_empty());

    // The text of the entry, under the signatures of all who took in: but not of its author.
    let changed = desk.school.copy();
    let mut other = all.clone();
    let payload = &mut other[carried[1]].1;
    assert!(payload.contains(r#"\"marks\":\"5\""#), "{payload}");
    *payload = payload.replace(r#"\"marks\":\"5\""#, r#"\"marks\":\"2\""#);
    rewrite(&changed, &other, from);
    let found = Desk::of(changed).audit();
    let seq = other[carried[1]].0;
    let said = |words: &str| format!("Some({seq}): {words}");
    assert!(
        found.iter().any(|what| what.starts_with(&said("")) && what.contains("подпись записи с носителя")),
        "{found:?}"
    );

    // Left out, with all the rest signed anew: a gap.
    let gap = desk.school.copy();
    let mut other = all.clone();
    other.remove(carried[1]);
    for (place, entry) in other.iter_mut().enumerate() {
        entry.0 = place as u64 + 1;
    }
    rewrite(&gap, &other, from);
    let found = Desk::of(gap).audit();
    assert!(found.iter().any(|what| what.contains("не следующая: принято 1, ожидается № 2")), "{found:?}");
}
