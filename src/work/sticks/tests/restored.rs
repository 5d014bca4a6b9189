//! The school's ledger was put back to an older copy: sticks hand in again what it lacks.

use super::Desk;
use super::hand::Hand;
use super::histories::{prepared, record};
use crate::away::taking_in::Outcome;
use crate::journal::testing::{TestJournal, moment};
use crate::work::resumption::{Resumption, resume};
use crate::work::sticks::Synced;
use crate::work::{Workplace, confirm};

fn on_stick(hand: &Hand, lesson: u8, mark: u8, when: &str) {
    let (mut work, now) = (hand.open().unwrap(), moment(when));
    let mut place = Workplace::at(&mut work.journal, &work.owner, &now).unwrap();
    record(&mut place, lesson, mark).unwrap();
}

/// The school goes on with an older copy.
fn put_back(copy: &TestJournal, when: &str) -> Desk {
    let mut desk = Desk::of(copy.copy());
    let wish = Resumption { reason: "сгорел диск", lost: &[], witnesses: &[], numbers: None };
    let done = desk.ask("petrova", moment(when), |place| resume(place, &wish)).unwrap().0;
    if !done.waiting.is_empty() {
        let which = confirm::Which::Numbers(done.waiting);
        desk.ask("kuznetsov", moment(when), |place| confirm::give(place, &which)).unwrap();
    }
    desk
}

fn outcomes(synced: &Synced) -> Vec<(u64, &str)> {
    assert!(synced.stopped.is_none(), "{:?}", synced.stopped);
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Refused(_) => "refused",
        Outcome::Already { .. } => "already",
    };
    synced.entries.iter().map(|one| (one.number, outcome(&one.outcome))).collect()
}

fn marks(desk: &Desk) -> Vec<Vec<String>> {
    desk.school.rows("SELECT date, marks FROM marks JOIN lessons ON lessons.id = marks.lesson ORDER BY date")
}

#[test]
fn what_the_service_took_in_in_time_comes_again_however_late() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    hands[0].sync_by_server(&mut desk, moment("2025-09-08T12:00")).unwrap();
    let copy = desk.school.copy();
    on_stick(&hands[0], 1, 4, "2025-09-09T11:00");
    hands[0].sync_by_server(&mut desk, moment("2025-09-10T12:00")).unwrap();
    on_stick(&hands[0], 2, 3, "2025-09-10T13:00");
    on_stick(&hands[1], 3, 2, "2025-09-11T13:00");
    hands[1].sync_by_server(&mut desk, moment("2025-09-11T14:00")).unwrap();
    let before = marks(&desk);

    let mut desk = put_back(&copy, "2025-10-01T08:00");
    let first = hands[0].sync_by_server(&mut desk, moment("2025-10-01T09:00")).unwrap();
    // What had been lost counts to its receipt; what never was taken in comes too late now.
    let again = [(1, "already"), (2, "already"), (3, "accepted"), (4, "accepted"), (5, "refused"), (6, "refused")];
    assert_eq!(outcomes(&first), again);
    let second = hands[1].sync_by_server(&mut desk, moment("2025-10-01T09:10")).unwrap();
    assert_eq!(outcomes(&second), [(1, "accepted"), (2, "accepted")]);
    assert_eq!(marks(&desk), before);
    assert!(first.renewed.is_some() && second.renewed.is_some());
    // Both go on over their new bases, shorter than those before.
    on_stick(&hands[0], 17, 5, "2025-10-01T10:00");
    let next = hands[0].sync_by_server(&mut desk, moment("2025-10-01T11:00")).unwrap();
    assert_eq!(outcomes(&next), [(7, "accepted"), (8, "accepted")]);
    assert!(desk.audit().is_empty());
}

#[test]
fn whoever_takes_in_himself_hands_in_again_by_the_days_of_now() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    let copy = desk.school.copy();
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    hands[0].sync(&mut desk, moment("2025-09-08T12:00")).unwrap();
    on_stick(&hands[0], 4, 4, "2025-09-12T11:00");
    hands[0].sync(&mut desk, moment("2025-09-12T12:00")).unwrap();
    // Lost twice, and found twice.
    for (when, late) in [("2025-09-15T09:00", "accepted"), ("2025-09-16T09:00", "refused")] {
        let mut desk = put_back(&copy, when);
        let synced = hands[0].sync(&mut desk, moment(when)).unwrap();
        assert_eq!(outcomes(&synced), [(1, late), (2, late), (3, "accepted"), (4, "accepted")], "{when}");
        assert!(desk.audit().is_empty());
    }
}

#[test]
fn the_deputy_head_takes_in_again_without_the_owner_who_renews_it_later() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    let copy = desk.school.copy();
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    hands[0].sync(&mut desk, moment("2025-09-08T12:00")).unwrap();
    let mut desk = put_back(&copy, "2025-09-09T08:00");
    let synced = hands[0].sync_without_owner(&mut desk, moment("2025-09-09T09:00")).unwrap();
    assert_eq!(outcomes(&synced), [(1, "accepted"), (2, "accepted")]);
    // He works on over the base of the lost part meanwhile.
    on_stick(&hands[0], 1, 4, "2025-09-09T11:00");
    let synced = hands[0].sync(&mut desk, moment("2025-09-09T12:00")).unwrap();
    assert_eq!(outcomes(&synced), [(3, "accepted"), (4, "accepted")]);
    assert!(synced.renewed.is_some());
    on_stick(&hands[0], 2, 3, "2025-09-10T11:00");
    let synced = hands[0].sync_without_owner(&mut desk, moment("2025-09-10T12:00")).unwrap();
    assert_eq!(outcomes(&synced), [(5, "accepted"), (6, "accepted")]);
    assert!(desk.audit().is_empty());
}
