//! A stick is lost where a second person confirms keys: what is said of the next one until there is a key for it.

use super::Desk;
use super::hand::Hand;
use super::histories::prepared;
use super::sample::founded;
use crate::error::{Action, Detail, Next};
use crate::journal::entry::KeyEnrolled;
use crate::journal::excerpt;
use crate::journal::read::{self, extraordinary};
use crate::journal::testing::{identity, moment};
use crate::ledger::chain::hex;
use crate::work::carriers::{self, Loss};
use crate::work::confirm::{self, Which};
use crate::work::sticks::Preparation;
use crate::work::sticks::prepare;
use crate::work::sticks::replaced::after_loss;
use crate::work::sticks::status::OnStick;

const TEACHER: &str = "semyonov";

fn lose(desk: &mut Desk, hand: &Hand, when: &str) {
    let (carrier, circumstances) = (hand.carrier.clone(), "забыт в автобусе".to_owned());
    let loss = Loss { carrier, reported: None, circumstances, by_fault: false };
    desk.ask("petrova", moment(when), |place| carriers::lose(place, &loss)).unwrap();
}

#[test]
fn a_stick_that_was_renewed_after_its_key_was_revoked_says_so() {
    let (school, hands, _folder) = prepared();
    let mut desk = Desk::of(school);
    let looked_at = || {
        let unlocked = hands[1].unlock().unwrap();
        OnStick::of(&unlocked, &excerpt::open(unlocked.image()).unwrap()).unwrap()
    };
    lose(&mut desk, &hands[0], "2025-09-08T08:00");
    assert!(!looked_at().key_revoked, "nobody has told it yet");
    hands[1].renew_by_service(&mut desk, moment("2025-09-08T09:00")).unwrap();
    let found = looked_at();
    assert!(found.key_revoked && found.dead().unwrap().message.contains("У-2"));
}

/// The actions of steps.
fn actions(next: &Next) -> Vec<Action> {
    next.steps().iter().filter_map(|step| step.action.clone()).collect()
}

#[test]
fn after_a_loss_the_new_key_is_confirmed_before_a_stick_is_prepared_with_it() {
    let (mut desk, folder) = (Desk::of(founded()), tempfile::tempdir().unwrap());
    assert!(!extraordinary::is_alone(&desk.school).unwrap());
    let hand = Hand::new(&mut desk, folder.path().join("usb"), TEACHER, "У-7", moment("2025-09-02T08:00"));
    let strand = read::open_strand_on(&desk.school, &hand.carrier).unwrap().unwrap();
    lose(&mut desk, &hand, "2025-09-03T08:00");
    let (login, lost) = (TEACHER.to_owned(), "У-7".to_owned());
    let key = [
        Action::MakeKey,
        Action::RequestKeyOf { login: login.clone() },
        Action::EnrollKeyOf { login: login.clone() },
        Action::ListConfirmations,
    ];
    let steps = [
        &[Action::PrintLoss { label: lost.clone() }][..],
        &key,
        &[Action::ReplaceStick { login: login.clone(), lost }],
    ];
    assert_eq!(actions(&after_loss(&desk.school, &strand, "У-7").unwrap()), steps.concat());

    let mount = folder.path().join("usb-2");
    std::fs::create_dir(&mount).unwrap();
    let attempt = |desk: &mut Desk, by: &str, with_key: bool| {
        let wish = Preparation {
            mount: &mount,
            to: TEACHER,
            label: Some("У-9"),
            place: None,
            replaces: None,
            owner_key: with_key.then(|| identity("semyonov-2")),
            programs: Some(folder.path()),
            server: None,
        };
        desk.ask(by, moment("2025-09-03T09:00"), |place| {
            prepare(place, &wish, &mut |journal| journal.prove(&mut |_| {})).map(|prepared| prepared.new_key)
        })
    };
    for by in ["petrova", "ivanova"] {
        let error = attempt(&mut desk, by, false).unwrap_err();
        assert!(error.message().contains("отозван") && error.message().contains("второе лицо"), "{error}");
        let steps = [&key[..], &[Action::Give(Detail::OwnerKey)]].concat();
        assert_eq!(actions(error.next_step().unwrap()), steps, "{error}");
    }
    let journal = desk.school.at_hand().0.tip().unwrap().journal;
    let enrolled = KeyEnrolled::of(&identity("semyonov-2"), &journal, TEACHER).unwrap();
    let asked = desk.ask("ivanova", moment("2025-09-03T09:10"), |place| place.record([enrolled.into()])).unwrap();
    let number = asked.waiting[0];
    for with_key in [false, true] {
        let error = attempt(&mut desk, "petrova", with_key).unwrap_err();
        assert!(error.message().contains(&format!("ещё не подтверждён: запись № {number}")), "{error}");
        assert!(error.next_step().unwrap().offers(&Action::ListConfirmations));
    }
    let which = Which::Numbers(asked.waiting);
    desk.ask("petrova", moment("2025-09-03T09:20"), |place| confirm::give(place, &which)).unwrap();
    let error = attempt(&mut desk, "petrova", false).unwrap_err();
    assert_eq!(actions(error.next_step().unwrap())[0], Action::Give(Detail::OwnerKey), "{error}");
    assert_eq!(attempt(&mut desk, "petrova", true).unwrap(), None, "no further key is made");
    assert_ne!(hex(&strand.id), hex(&read::open_strands_of(&desk.school, TEACHER).unwrap()[0].id));
}
