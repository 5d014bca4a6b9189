//! A stick and the school's server, message by message: cut anywhere, asked again, by two at once, by strangers, with other clocks.

use super::Desk;
use super::drawn::at;
use super::hand::Hand;
use super::histories::{prepared, record};
use crate::away::base::Taken;
use crate::away::exchange::{Answer, Ask, Asked, Challenge, Code, Fault, Intake, Load, Met, What};
use crate::away::stick::Unlocked;
use crate::error::Error;
use crate::journal::entry::{StrandClosed, StrandEnd};
use crate::journal::testing::{identity, moment};
use crate::journal::{Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::strand::Strand as _;
use crate::work::Workplace;
use crate::work::carriers::{self, Loss};
use crate::work::sticks::handing::counter::AtHand;
use crate::work::sticks::handing::{Brought, Outgoing};
use chrono::Duration;
use proptest::prelude::*;

/// Records a lesson with a mark on a stick: two entries.
fn on_stick(hand: &Hand, lesson: u8, mark: u8, when: &str) {
    let (mut work, now) = (hand.open().unwrap(), moment(when));
    let mut place = Workplace::at(&mut work.journal, &work.owner, &now).unwrap();
    record(&mut place, lesson, mark).unwrap();
}

/// One exchange of a stick, and what came of it brought onto it.
fn exchanged(desk: &mut Desk, hand: &Hand, when: &str) -> Result<Brought, Fault> {
    exchanged_with(desk, hand, when, usize::MAX, |_| {})
}

fn exchanged_with(
    desk: &mut Desk,
    hand: &Hand,
    when: &str,
    at_once: usize,
    meddle: impl Fn(&mut Between<'_>),
) -> Result<Brought, Fault> {
    let mut unlocked = hand.unlock().unwrap();
    let mut outgoing = Outgoing::of(&unlocked).unwrap().unwrap();
    outgoing.at_once = outgoing.at_once.min(at_once);
    let brought = desk.with_server(moment(when), |mut at_hand| {
        let mut between = Between { to: &mut at_hand, cut: None, count: 0, answer: None, lose_base: false };
        meddle(&mut between);
        outgoing.exchange(&mut between, true)
    })?;
    brought.onto(&mut unlocked).unwrap();
    Ok(brought)
}

/// Who stands between a stick and the server: a cable that is pulled out, or somebody who answers himself.
struct Between<'a> {
    to: &'a mut dyn Intake,
    /// Before which message it is cut: an even one was not sent, of an odd one the answer is lost.
    cut: Option<usize>,
    count: usize,
    answer: Option<fn(Answer) -> Answer>,
    lose_base: bool,
}

impl Between<'_> {
    fn pass<T>(&mut self, ask: impl FnOnce(&mut dyn Intake) -> Result<T, Fault>) -> Result<T, Fault> {
        let broken = || Fault::new(Code::Unreachable, "соединение прервано");
        let at = self.count;
        self.count += 2;
        if self.cut == Some(at) {
            return Err(broken());
        }
        let answer = ask(self.to)?;
        if self.cut == Some(at + 1) { Err(broken()) } else { Ok(answer) }
    }
}

impl Intake for Between<'_> {
    fn challenge(&mut self) -> Result<Challenge, Fault> {
        self.pass(|to| to.challenge())
    }

    fn hand_over(&mut self, asked: &Asked, load: &[u8]) -> Result<Answer, Fault> {
        let answer = self.pass(|to| to.hand_over(asked, load))?;
        Ok(self.answer.map_or(answer.clone(), |other| other(answer)))
    }

    fn base(&mut self, asked: &Asked) -> Result<Option<Vec<u8>>, Fault> {
        let base = self.pass(|to| to.base(asked))?;
        Ok(if self.lose_base { base.map(|base| base[..base.len() / 2].to_vec()) } else { base })
    }
}

fn carried(desk: &Desk, hand: &Hand) -> Vec<u64> {
    let strand = hex(&hand.unlock().unwrap().pins().strand);
    read::carried_of(&desk.school, &strand).unwrap().into_iter().map(|one| one.number).collect()
}

fn tip(desk: &mut Desk) -> u64 {
    desk.school.at_hand().0.tip().unwrap().seq
}

fn unsent(hand: &Hand) -> usize {
    hand.unlock().unwrap().unsent().len()
}

#[test]
fn what_is_handed_over_through_the_server_is_in_the_ledger_and_the_stick_knows_it() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let brought = exchanged(&mut desk, &hands[0], "2025-09-08T12:00").unwrap();
    assert_eq!(brought.met.iter().map(|met| (met.number, met.before)).collect::<Vec<_>>(), [(1, false), (2, false)]);
    assert!(brought.stopped.is_none() && brought.faults().is_empty());
    let unlocked = hands[0].unlock().unwrap();
    assert_eq!((unlocked.unsent().len(), unlocked.base().length), (0, tip(&mut desk)));
    let [receipt] = unlocked.receipts() else { panic!("one hand-over, one receipt") };
    assert_eq!((receipt.receipt.from, receipt.receipt.to), (1, 2));
    assert_eq!(receipt.key, *identity("server").public().key());
    assert_eq!(unlocked.base().server.as_ref(), desk.server.as_ref());
    assert!(desk.audit().is_empty());
}

#[test]
fn asked_again_nothing_is_recorded_and_nothing_brought() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    exchanged(&mut desk, &hands[0], "2025-09-08T12:00").unwrap();
    let (before, base) = (tip(&mut desk), hands[0].unlock().unwrap().base().clone());
    for _ in 0..2 {
        assert!(exchanged(&mut desk, &hands[0], "2025-09-08T12:01").unwrap().is_nothing());
    }
    assert_eq!((tip(&mut desk), hands[0].unlock().unwrap().base()), (before, &base));
}

#[test]
fn what_others_record_comes_with_the_next_base() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[1], 0, 4, "2025-09-08T11:00");
    exchanged(&mut desk, &hands[1], "2025-09-08T12:00").unwrap();
    assert!(!exchanged(&mut desk, &hands[0], "2025-09-08T12:01").unwrap().is_nothing());
    let work = hands[0].open().unwrap();
    assert_eq!(read::lesson_at(work.journal.tables(), &at(0)).unwrap().unwrap().topic, "Тема 4");
}

#[test]
fn two_sticks_of_one_person_at_once_keep_their_own_strands() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    on_stick(&hands[1], 1, 4, "2025-09-09T11:00");
    let mut unlocked: Vec<Unlocked> = hands[..2].iter().map(|hand| hand.unlock().unwrap()).collect();
    let outgoing: Vec<Outgoing> = unlocked.iter().map(|one| Outgoing::of(one).unwrap().unwrap()).collect();
    // Both have asked for their challenge before either hands over, and both are brought what came afterwards.
    let brought: Vec<Brought> = outgoing
        .iter()
        .map(|one| desk.with_server(moment("2025-09-09T12:00"), |mut to| one.exchange(&mut to, true)).unwrap())
        .collect();
    unlocked
        .iter_mut()
        .zip(&brought)
        .for_each(|(unlocked, brought)| assert!(brought.onto(unlocked).unwrap().is_some()));
    for hand in &hands[..2] {
        assert_eq!((carried(&desk, hand), unsent(hand)), (vec![1, 2], 0));
    }
    assert!(desk.audit().is_empty());
}

#[test]
fn what_was_recorded_during_the_exchange_waits_for_the_next() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let work = hands[0].open().unwrap();
    let outgoing = work.hand.outgoing().unwrap().unwrap();
    let brought = desk.with_server(moment("2025-09-08T12:00"), |mut to| outgoing.exchange(&mut to, true)).unwrap();
    let (mut journal, now) = (work.journal, moment("2025-09-09T11:00"));
    record(&mut Workplace::at(&mut journal, &work.owner, &now).unwrap(), 1, 4).unwrap();
    work.hand.take(&brought).unwrap();
    let journal = work.hand.journal().unwrap();
    let (base, tip) = journal.strand_tip().unwrap();
    assert_eq!((base.tip.seq, tip.number, journal.kept().unwrap().len()), (super::handing::tip(&mut desk), 4, 4));
    drop((journal, work.hand));
    exchanged(&mut desk, &hands[0], "2025-09-09T12:00").unwrap();
    assert_eq!((carried(&desk, &hands[0]), unsent(&hands[0])), (vec![1, 2, 3, 4], 0));
    assert!(desk.audit().is_empty());
}

#[test]
fn a_copy_that_went_on_elsewhere_is_named_and_nothing_of_it_taken() {
    let (school, hands, folder) = prepared();
    let mut desk = Desk::of(school);
    let copy = hands[0].copy(folder.path().join("copy"));
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    on_stick(&copy, 0, 4, "2025-09-08T11:30");
    exchanged(&mut desk, &hands[0], "2025-09-08T12:00").unwrap();
    let before = tip(&mut desk);
    let brought = exchanged(&mut desk, &copy, "2025-09-08T12:10").unwrap();
    let stop = brought.stopped.unwrap();
    assert!(stop.number == 1 && stop.known.contains("lesson.recorded"), "{stop:?}");
    assert_eq!((tip(&mut desk), unsent(&copy)), (before, 2), "the service closes no strand");
}

#[test]
fn a_stick_of_a_closed_strand_is_told_so_and_says_so_itself() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let strand = hex(&hands[0].unlock().unwrap().pins().strand);
    let closed = StrandClosed { strand, why: StrandEnd::Returned, abandoned: "не читается".to_owned() };
    let entry = desk.school.by("petrova", "2025-09-08T12:00", closed);
    let brought = exchanged(&mut desk, &hands[0], "2025-09-08T12:10").unwrap();
    assert_eq!(brought.closed.map(|end| (end.why, end.entry, end.number)), Some((StrandEnd::Returned, entry, 0)));
    let unlocked = hands[0].unlock().unwrap();
    assert_eq!(unlocked.closed().map(|closing| closing.entry), Some(entry));
    assert!(carried(&desk, &hands[0]).is_empty());
}

#[test]
fn a_lost_stick_that_is_found_learns_it_though_its_key_was_revoked() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let loss =
        Loss { carrier: hands[0].carrier.clone(), reported: None, circumstances: "забыт".into(), by_fault: false };
    desk.ask("petrova", moment("2025-09-08T12:00"), |place| carriers::lose(place, &loss)).unwrap();
    let brought = exchanged(&mut desk, &hands[0], "2025-09-08T12:10").unwrap();
    assert_eq!(brought.closed.map(|end| end.why), Some(StrandEnd::Lost));
    // The other one goes on, but the key that it signs with was revoked with the lost one.
    on_stick(&hands[1], 1, 4, "2025-09-09T11:00");
    let revoked = exchanged(&mut desk, &hands[1], "2025-09-09T12:00").map(|_| ());
    assert_eq!(revoked.unwrap_err().fault, Code::Revoked);
    assert_eq!(unsent(&hands[1]), 2);
}

#[test]
fn what_a_fast_clock_has_dated_waits_until_the_schools_has_come_there() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    on_stick(&hands[0], 1, 4, "2025-09-09T11:00");
    let brought = exchanged(&mut desk, &hands[0], "2025-09-09T10:30").unwrap();
    assert_eq!((brought.ahead, brought.met.len(), unsent(&hands[0])), (2, 2, 2));
    assert!(brought.faults()[0].message().contains("спешат: 2 записи"));
    exchanged(&mut desk, &hands[0], "2025-09-09T11:00").unwrap();
    assert_eq!((carried(&desk, &hands[0]), unsent(&hands[0])), (vec![1, 2, 3, 4], 0));
}

#[test]
fn a_clock_that_is_a_little_slow_does_not_keep_from_recording_over_a_base_of_now() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    exchanged(&mut desk, &hands[0], "2025-09-09T12:00").unwrap();
    on_stick(&hands[0], 1, 4, "2025-09-09T11:57");
    let (mut work, now) = (hands[0].open().unwrap(), moment("2025-09-09T11:50"));
    let mut place = Workplace::at(&mut work.journal, &work.owner, &now).unwrap();
    let error = record(&mut place, 1, 3).unwrap_err();
    assert!(error.message().contains("часы показывают 09.09.2025 11:50"), "{error}");
    drop(work);
    exchanged(&mut desk, &hands[0], "2025-09-09T12:01").unwrap();
    assert_eq!(carried(&desk, &hands[0]), [1, 2, 3, 4]);
    assert!(desk.audit().is_empty());
}

/// A question of a stick, with what comes with it.
fn asked(desk: &mut Desk, hand: &Hand, change: impl FnOnce(&mut Ask)) -> (Asked, Vec<u8>) {
    let unlocked = hand.unlock().unwrap();
    let (pins, base) = (unlocked.pins(), unlocked.base());
    let load = Load { entries: unlocked.unsent().to_vec(), receipts: Vec::new() }.to_bytes().unwrap();
    let challenge = desk.with_server(moment("2025-09-08T12:00"), |mut to| to.challenge().unwrap());
    let mut ask = Ask::of(What::HandOver, (pins.journal, pins.strand), base.base().into(), base.taken).with(&load);
    (ask.certificate, ask.challenge) = (desk.server.as_ref().unwrap().certificate, challenge.challenge);
    change(&mut ask);
    (ask.sign(unlocked.owner()).unwrap(), load)
}

#[test]
fn a_question_is_worth_nothing_to_anybody_else() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let before = tip(&mut desk);
    let met = |desk: &mut Desk, when: &str, asked: &Asked, load: &[u8]| {
        desk.with_server(moment(when), |mut to| to.hand_over(asked, load)).map(|_| ()).map_err(|fault| fault.fault)
    };
    let now = "2025-09-08T12:00";
    let (passed_on, load) = asked(&mut desk, &hands[0], |ask| ask.certificate = [6; 32]);
    assert_eq!(met(&mut desk, now, &passed_on, &load), Err(Code::NotYours), "it was meant for another server");
    let (good, load) = asked(&mut desk, &hands[0], |_| {});
    let by_another = good.read().unwrap().sign(&identity("petrova")).unwrap();
    assert_eq!(met(&mut desk, now, &by_another, &load), Err(Code::NotYours));
    let changed = Asked { text: good.text.replace("hand-over", "base"), ..good.clone() };
    assert_eq!(met(&mut desk, now, &changed, &load), Err(Code::Malformed), "it asks for something else");
    assert_eq!(met(&mut desk, now, &good, &load[..load.len() / 2]), Err(Code::Malformed), "with other bytes");
    let (invented, _) = asked(&mut desk, &hands[0], |ask| ask.challenge = "0".repeat(80));
    assert_eq!(met(&mut desk, now, &invented, &load), Err(Code::Challenge));
    let (other, _) = asked(&mut desk, &hands[0], |ask| ask.journal = [1; 32]);
    assert_eq!(met(&mut desk, now, &other, &load), Err(Code::Unknown));
    let (other, _) = asked(&mut desk, &hands[0], |ask| ask.strand = [1; 16]);
    assert_eq!(met(&mut desk, now, &other, &load), Err(Code::Unknown));
    let (outrun, _) = asked(&mut desk, &hands[0], |ask| ask.base = Taken { number: 9999, head: [1; 32] });
    assert_eq!(met(&mut desk, now, &outrun, &load), Err(Code::Outrun));
    assert_eq!(tip(&mut desk), before);
    assert_eq!(met(&mut desk, "2025-09-08T12:02", &good, &load), Ok(()));
    assert_eq!(met(&mut desk, "2025-09-08T12:03", &good, &load), Err(Code::Challenge), "its two minutes are over");
}

#[test]
fn a_server_that_cannot_prove_its_ledger_takes_in_nothing() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    let before = tip(&mut desk);
    let outgoing = Outgoing::of(&hands[0].unlock().unwrap()).unwrap().unwrap();
    let stale = desk.with_server(moment("2025-09-08T12:00"), |AtHand { counter, journal, .. }| {
        let mut fails = |_: &Journal| Err(Error::damaged("запись № 7 подделана"));
        let mut to = AtHand { counter, journal, prove: &mut fails };
        outgoing.exchange(&mut to, true).map(|_| ())
    });
    let fault = stale.unwrap_err();
    assert!(fault.fault == Code::Stale && !fault.text.contains('7'), "{fault:?}");
    assert_eq!(tip(&mut desk), before);
}

#[test]
fn an_answer_that_does_not_fit_changes_nothing_on_the_stick() {
    let wrong: [fn(Answer) -> Answer; 6] = [
        |answer| Answer { results: Vec::new(), ..answer },
        |answer| Answer { results: [&answer.results[..], &answer.results[..]].concat(), ..answer },
        |answer| Answer { results: answer.results.into_iter().rev().collect(), ..answer },
        |answer| Answer { receipt: answer.receipt.map(|text| text.replace("\"to\":2", "\"to\":1")), ..answer },
        |answer| Answer { receipt: Some("мусор".to_owned()), ..answer },
        |answer| {
            let met = Met { number: u64::MAX, entry: 1, refused: String::new(), before: false, warnings: Vec::new() };
            Answer { results: vec![met], ..answer }
        },
    ];
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    on_stick(&hands[0], 0, 5, "2025-09-08T11:00");
    for other in wrong {
        let fault = exchanged_with(&mut desk, &hands[0], "2025-09-08T12:00", 2, |between| between.answer = Some(other));
        assert_eq!(fault.map(|_| ()).unwrap_err().fault, Code::Stranger);
        assert_eq!((unsent(&hands[0]), hands[0].unlock().unwrap().receipts().len()), (2, 0));
    }
    // Of a base that is cut off the receipt stays, and the next base makes it good.
    let brought =
        exchanged_with(&mut desk, &hands[0], "2025-09-08T12:00", 2, |between| between.lose_base = true).unwrap();
    assert_eq!(brought.unrenewed.map(|fault| fault.fault), Some(Code::Stranger));
    assert_eq!((unsent(&hands[0]), hands[0].unlock().unwrap().receipts().len()), (2, 1));
    exchanged(&mut desk, &hands[0], "2025-09-08T12:01").unwrap();
    assert_eq!((carried(&desk, &hands[0]), unsent(&hands[0])), (vec![1, 2], 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn cut_at_any_message_and_done_again_each_entry_is_taken_in_once(
        cuts in proptest::collection::vec(proptest::option::of(0usize..10), 6)
    ) {
        let (school, hands, _folder) = prepared();
        let mut desk = Desk::of(school);
        for (number, cut) in (0u8..).zip(cuts) {
            let day = moment("2025-09-08T11:00") + Duration::days((number / 5 * 7 + number % 5).into());
            on_stick(&hands[0], number, 5, &day.to_rfc3339());
            let later = (day + Duration::hours(1)).to_rfc3339();
            // One by one: a challenge, a message for each entry, the base.
            let messages = 1 + unsent(&hands[0]);
            let done = exchanged_with(&mut desk, &hands[0], &later, 1, |between| between.cut = cut);
            prop_assert_eq!(done.is_err(), cut.is_some_and(|cut| cut / 2 < messages), "{:?}", cut);
            // It opens, and every entry is either known as taken in or there still.
            let unlocked = hands[0].unlock().unwrap();
            let last = u64::from(number + 1) * 2;
            prop_assert_eq!(unlocked.tip().number, last);
            prop_assert_eq!(unlocked.base().taken.number + unlocked.unsent().len() as u64, last);
        }
        exchanged(&mut desk, &hands[0], "2025-09-20T12:00").unwrap();
        prop_assert_eq!(carried(&desk, &hands[0]), (1..=12).collect::<Vec<u64>>());
        prop_assert_eq!(unsent(&hands[0]), 0);
        prop_assert!(desk.audit().is_empty());
    }

    #[test]
    fn whatever_is_sent_to_the_server_is_answered(
        text in ".{0,300}", signature in ".{0,200}", load in proptest::collection::vec(any::<u8>(), 0..600),
        cut in 0usize..2000, flip in any::<u8>(),
    ) {
        let (school, hands, _folder) = prepared();
        let mut desk = Desk::of(school);
        let before = tip(&mut desk);
        let answered = |desk: &mut Desk, asked: &Asked, load: &[u8]| {
            desk.with_server(moment("2025-09-08T12:00"), |mut to| {
                (to.hand_over(asked, load).is_err(), to.base(asked).is_err())
            })
        };
        let garbage = Asked { text, signature };
        prop_assert_eq!(answered(&mut desk, &garbage, &load), (true, true));
        // Of a good question one byte is another.
        let (good, _) = asked(&mut desk, &hands[0], |_| {});
        let mut bytes = good.text.clone().into_bytes();
        let place = cut % bytes.len();
        bytes[place] = bytes[place].wrapping_add(flip.max(1));
        let changed = Asked { text: String::from_utf8_lossy(&bytes).into_owned(), ..good.clone() };
        prop_assert_eq!(answered(&mut desk, &changed, &[]), (true, true));
        // A good question by its owner, with whatever bytes.
        let (with_garbage, _) = asked(&mut desk, &hands[0], |ask| *ask = ask.clone().with(&load));
        prop_assert!(load.is_empty() || answered(&mut desk, &with_garbage, &load).0);
        prop_assert_eq!(tip(&mut desk), before);
    }
}
