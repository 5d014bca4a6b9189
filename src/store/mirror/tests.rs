//! Where segments lie, and what a state remembers.

use super::state::State;
use super::{File, Shelf};
use crate::ledger::log::checkpoint::Origin;
use crate::school::Clock;
use crate::store::testing::Hand;
use chrono::TimeDelta;

fn shelf() -> Shelf {
    Shelf::new("school-1", Origin { journal: [7; 32], epoch: 2 })
}

#[test]
fn a_key_names_its_segment_and_no_other_key_does() {
    let (segment, note) = (shelf().key(43, File::Segment), shelf().key(43, File::Note));
    assert_eq!(segment, format!("school-1/{}/2/43.age", "07".repeat(32)));
    assert_eq!(Shelf::of_key("school-1", &segment), Some((shelf().origin, 43, "age")));
    assert_eq!(Shelf::of_key("school-1", &note), Some((shelf().origin, 43, "note")));
    for other in [
        "school-1/2025-2026/2025-2026-q1/bagit.txt",
        &segment.replace("school-1", "school-11"),
        &segment.replace("/2/", "/0/"),
        &segment.replace("43", "043"),
        &segment.replace(".age", ".age.part"),
        &segment.replace(".age", "/age"),
        &format!("{segment}/x"),
    ] {
        assert_eq!(Shelf::of_key("school-1", other), None, "{other}");
    }
    assert!(crate::store::Shelf::of_key(&segment).is_none(), "it is no file of a bag");
    assert!(crate::store::catalogue::is_of_ours(&segment) && crate::store::catalogue::is_of_ours(&note));
}

#[test]
fn half_a_segment_is_left_alone_while_it_changes_and_for_a_while_after() {
    let (hand, long) = (Hand::new(), TimeDelta::minutes(2));
    let mut state = State::default();
    let mut stood = |from, seen, minutes| {
        hand.turn(minutes);
        state.has_stood(from, seen, hand.now(), long)
    };
    assert!(!stood(5, "a", 0) && !stood(5, "a", 1) && stood(5, "a", 1));
    assert!(!stood(5, "b", 5), "somebody has put something since");
    assert!(!stood(6, "b", 5), "another segment");
    assert!(!stood(6, "b", -60), "the clock was put back");
    assert!(!stood(6, "b", 1) && stood(6, "b", 1));
}

#[test]
fn what_is_remembered_is_of_one_log_in_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().canonicalize().unwrap().join("journal.letopis");
    assert_eq!(State::read(&journal), None);
    let mut state = State::default().of("папка", shelf().origin);
    state.has_stood(3, "a", Hand::new().now(), TimeDelta::minutes(2));
    state.write(&journal).unwrap();
    let read = State::read(&journal).unwrap();
    assert_eq!(read, state);
    assert_eq!(read.clone().of("папка", shelf().origin), state);
    assert_eq!(read.clone().of("корзина", shelf().origin).left, None);
    assert_eq!(read.of("папка", Origin { epoch: 3, ..shelf().origin }).left, None);
    std::fs::write(State::path(&journal), "{").unwrap();
    assert_eq!(State::read(&journal), None);
}
