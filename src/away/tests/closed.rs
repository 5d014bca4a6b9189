//! A stick that was told that its strand goes on no more: it opens for reading, and takes nothing.

use crate::away::closed::{CLOSED, Closing};
use crate::away::stick::Stick;
use crate::away::testing::{School, again};
use crate::files::medium::Medium;
use crate::files::simulated::{Dice, SimulatedCarrier};
use crate::journal::entry::StrandEnd;
use crate::ledger::identity::Identity;
use crate::ledger::strand::Strand;
use std::sync::Arc;

/// A stick with three entries that its base does not know as taken in.
fn used() -> (School, Arc<SimulatedCarrier>) {
    let school = School { strand_size: 8 * 1024, ..School::new() };
    let carrier = school.made();
    school.record(&mut school.open(&carrier).unwrap(), 3).unwrap();
    (school, carrier)
}

/// The end of it, with so many entries taken in.
fn closing(school: &School, number: u64) -> Closing {
    Closing {
        journal: school.journal,
        strand: school.strand,
        why: StrandEnd::Returned,
        time: "2025-09-15T12:00:00+03:00".parse().unwrap(),
        entry: 120,
        number,
    }
}

/// Why nothing may be recorded.
fn refusal(school: &School, carrier: &Arc<SimulatedCarrier>) -> String {
    let mut stick = school.open(carrier).unwrap();
    let refusal = stick.may_record().unwrap_err();
    assert!(refusal.next_step().is_some() && stick.goes_on().unwrap_err() == refusal);
    refusal.message().to_owned()
}

#[test]
fn a_closed_stick_opens_for_reading_and_says_what_the_journal_did_not_take() {
    let (school, carrier) = used();
    for taker in [&school.server, &school.deputy, &school.owner] {
        closing(&school, 3).leave(&*carrier, taker).unwrap();
        let said = refusal(&school, &carrier);
        assert!(said.contains("носитель сдан 15.09.2025 (запись журнала № 120)"), "{said}");
        assert!(!said.contains("не принял"), "{said}");
    }
    closing(&school, 1).leave(&*carrier, &school.server).unwrap();
    assert!(refusal(&school, &carrier).contains("журнал не принял с него 2 записи"));
    let lost = Closing { why: StrandEnd::Lost, ..closing(&school, 3) };
    lost.leave(&*carrier, &school.server).unwrap();
    assert!(refusal(&school, &carrier).contains("носитель закрыт 15.09.2025, носитель утерян"));
    let stick = school.open(&carrier).unwrap();
    assert_eq!((stick.unsent().len(), stick.tip().number, stick.closed()), (3, 3, Some(&lost)));
    assert!(stick.image().starts_with(b"SQLite"));
}

#[test]
fn what_is_half_written_or_of_an_unknown_key_keeps_from_recording_too_and_what_is_of_another_strand_does_not() {
    let (school, carrier) = used();
    closing(&school, 3).leave(&*carrier, &school.server).unwrap();
    let whole = carrier.get(CLOSED);
    for length in 0..whole.len() {
        carrier.put(CLOSED, &whole[..length]);
        assert!(refusal(&school, &carrier).contains("повреждена или записана не до конца"), "{length}");
    }
    let mut changed = String::from_utf8(whole).unwrap();
    changed = changed.replace("\"entry\":120", "\"entry\":121");
    carrier.put(CLOSED, changed.as_bytes());
    assert!(refusal(&school, &carrier).contains("подписана не тем"), "it is not what was signed");
    closing(&school, 3).leave(&*carrier, &Identity::generate()).unwrap();
    assert!(refusal(&school, &carrier).contains("подписана не тем"));
    carrier.put(CLOSED, &[b' '; 8 * 1024]);
    assert!(refusal(&school, &carrier).contains("повреждена"));

    for other in
        [Closing { strand: [3; 16], ..closing(&school, 3) }, Closing { journal: [8; 32], ..closing(&school, 3) }]
    {
        other.leave(&*carrier, &school.server).unwrap();
        school.open(&carrier).unwrap().may_record().unwrap();
    }
}

#[test]
fn the_power_goes_while_a_stick_is_closed_and_nothing_is_lost() {
    let (school, made) = used();
    for acts in 0.. {
        let mut is_over = false;
        for seed in 0..4 {
            let carrier = Arc::new(made.twin());
            carrier.cut_after(acts);
            is_over = closing(&school, 3).leave(&*carrier, &school.server).is_ok() && !carrier.is_off();
            carrier.power_on(&mut Dice::new(seed * 7919 + acts));
            let stick = school.open(&carrier).unwrap();
            assert_eq!(stick.unsent().len(), 3);
            assert!(!is_over || stick.closed().is_some(), "what was said to be closed is");
            closing(&school, 3).leave(&*carrier, &school.server).unwrap();
            assert!(refusal(&school, &carrier).contains("сдан 15.09.2025"));
        }
        if is_over {
            assert!(acts > 3, "{acts}");
            break;
        }
    }
}

#[test]
fn a_strand_that_goes_on_after_all_is_renewed_and_recorded_on_at_every_cut() {
    let (school, made) = used();
    closing(&school, 3).leave(&*made, &school.server).unwrap();
    let renew = |carrier: &Arc<SimulatedCarrier>| {
        let mut stick = school.open(carrier).unwrap();
        let tip = stick.tip();
        stick.renew(&school.base(20, &tip, 0), b"tables", &[], &school.server)
    };
    for acts in 0.. {
        let carrier = Arc::new(made.twin());
        carrier.cut_after(acts);
        let is_over = renew(&carrier).is_ok() && !carrier.is_off();
        carrier.power_on(&mut Dice::new(acts));
        renew(&carrier).unwrap();
        assert!(!carrier.names().iter().any(|name| name == CLOSED));
        school.record(&mut school.open(&carrier).unwrap(), 1).unwrap();
        school.open(&carrier).unwrap().may_record().unwrap();
        if is_over {
            assert!(acts > 4, "{acts}");
            break;
        }
    }
}

#[test]
fn a_stick_that_is_prepared_anew_is_closed_no_more() {
    let (school, carrier) = used();
    closing(&school, 3).leave(&*carrier, &school.server).unwrap();
    carrier.remove(crate::away::card::CARD).unwrap();
    carrier.remove("strand-0").unwrap();
    let stick = school.make(carrier.clone()).unwrap();
    stick.unlock_by(again(&school.owner), &school.pinned()).unwrap().may_record().unwrap();
    assert!(!carrier.names().iter().any(|name| name == CLOSED));
    assert!(Stick::on(carrier).is_ok());
}
