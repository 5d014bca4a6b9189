//! The texts of an exchange: what is written is read, and nothing else is.

use super::{Answer, Ask, Asked, Challenge, Code, Fault, LARGEST_LOAD, Load, MOST_LINES, What, batch};
use crate::away::base::Taken;
use crate::ledger::identity::Identity;
use crate::ledger::strand::{Base, Strung};
use proptest::prelude::*;

fn strung(number: u64, payload: String) -> Strung {
    Strung { number, base: Base { length: 7, head: [1; 32] }, payload, signature: [2; 64] }
}

fn ask() -> Ask {
    Ask::of(What::HandOver, ([1; 32], [2; 16]), Taken { number: 9, head: [3; 32] }, Taken { number: 0, head: [0; 32] })
}

#[test]
fn a_question_is_its_owners_and_no_other_text_is_one() {
    let (owner, other) = (Identity::generate(), Identity::generate());
    let asked = ask().with(b"load").sign(&owner).unwrap();
    assert!(asked.is_by(owner.public().key()) && !asked.is_by(other.public().key()));
    let read = asked.read().unwrap();
    assert!(read.is_with(b"load") && !read.is_with(b"lead") && !read.is_with(b""));
    let more = Asked { text: asked.text.replacen('{', "{\"later\":1,", 1), ..asked.clone() };
    assert_eq!(more.read().unwrap(), read, "what a later version adds is passed over");
    assert!(!more.is_by(owner.public().key()));
    for wrong in [
        asked.text.replace("\"letopis_sync\":1", "\"letopis_sync\":2"),
        asked.text.replace("hand-over", "hand-back"),
        asked.text.replace("\"challenge\":\"\"", "\"challenge\":\"ё\""),
        format!("{}{}", " ".repeat(super::LONGEST_ASK), asked.text),
        String::new(),
    ] {
        assert_eq!(Asked { text: wrong.clone(), ..asked.clone() }.read(), None, "{wrong}");
    }
    let two = Asked { signature: format!("{}\n{}", asked.signature, asked.signature), ..asked };
    assert!(!two.is_by(owner.public().key()));
}

#[test]
fn a_hand_over_has_bounds() {
    let large = strung(1, "я".repeat(900_000 / 2));
    let many: Vec<Strung> = (1..=9).map(|number| Strung { number, ..large.clone() }).collect();
    let fit = batch(&many).unwrap();
    assert_eq!(fit, 4);
    let load = Load { entries: many[..fit].to_vec(), receipts: Vec::new() };
    assert!(load.fits().unwrap() && Load::read(&load.to_bytes().unwrap()) == Some(load));
    let over = Load { entries: many[..=fit].to_vec(), receipts: Vec::new() };
    assert!(!over.fits().unwrap() && Load::read(&over.to_bytes().unwrap()).is_none());
    assert_eq!(batch(&[strung(1, "я".repeat(LARGEST_LOAD))]).unwrap(), 1, "it is refused, and not left out");
    let small: Vec<Strung> = (1..=MOST_LINES as u64 + 1).map(|number| strung(number, "{}".to_owned())).collect();
    assert_eq!((batch(&small).unwrap(), batch(&[]).unwrap()), (MOST_LINES, 0));
    let over = Load { entries: small, receipts: Vec::new() };
    assert!(!over.fits().unwrap() && Load::read(&over.to_bytes().unwrap()).is_none());
}

#[test]
fn answers_of_another_version_are_none_and_faults_of_a_later_one_are_read() {
    let time = "2025-09-08T12:00:00+03:00".parse().unwrap();
    let challenge = serde_json::to_string(&Challenge::new([1; 32], "c".to_owned(), time)).unwrap();
    let answer = serde_json::to_string(&Answer::of(9, Taken { number: 0, head: [0; 32] })).unwrap();
    assert!(Challenge::read(challenge.as_bytes()).is_some() && Answer::read(answer.as_bytes()).is_some());
    assert!(Challenge::read(challenge.replace(":1,", ":2,").as_bytes()).is_none());
    assert!(Answer::read(answer.replace("\"letopis_sync\":1", "\"letopis_sync\":2").as_bytes()).is_none());
    let fault = Fault::read(br#"{"letopis_sync":1,"fault":"of-tomorrow","text":"t"}"#).unwrap();
    assert_eq!((fault.fault, fault.text.as_str()), (Code::Other, "t"));
}

proptest! {
    #[test]
    fn whatever_bytes_come_none_is_read_that_was_not_written(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = (Challenge::read(&bytes), Answer::read(&bytes), Fault::read(&bytes));
        if let Some(load) = Load::read(&bytes) {
            prop_assert_eq!(Load::read(&load.to_bytes().unwrap()), Some(load));
        }
    }
}
