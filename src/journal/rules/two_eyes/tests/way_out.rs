//! No dismissal and no revocation by one person leaves a school with nobody who could decide on it.

use super::histories::KEYS;
use super::*;
use crate::journal::rules::two_eyes::deciders;
use crate::school::Login;

/// A school in which only an administrator and a deputy head have keys; the director has none yet.
fn pair() -> TestJournal {
    let mut school = once("two eyes: pair".to_owned(), || {
        let mut annals = annals();
        annals.second(deputy()).emergency();
        at_work(&mut annals);
        annals
    });
    let seq = record(&mut school, false, director().into());
    school.attempt(DEPUTY, &[confirmed(seq)]).unwrap();
    school
}

fn dismissal(login: &str) -> Body {
    PersonDismissed { login: login.into(), abandoned: String::new() }.into()
}

fn revocation(key: &str) -> Body {
    KeyRevoked { fingerprint: identity(key).public().fingerprint(), reason: "утрачен".into() }.into()
}

#[test]
fn one_person_does_not_suspend_all_others_one_after_another() {
    for (first, second) in [
        (dismissal(DEPUTY), dismissal(DIRECTOR)),
        (dismissal(DIRECTOR), revocation(DEPUTY)),
        (revocation(DEPUTY), revocation(DIRECTOR)),
    ] {
        let mut school = company();
        let seq = record(&mut school, false, first);
        is_refused(school.attempt(ADMINISTRATOR, std::slice::from_ref(&second)), "решать стало бы некому");
        let able = able(&school, seq);
        assert_eq!(able.len(), 1, "{able:?}");
        // Once the first is decided on, the second is as hard as before: nobody would be left.
        school.attempt(&able[0], &[confirmed(seq)]).unwrap();
        is_refused(school.attempt(ADMINISTRATOR, &[second]), "решать стало бы некому");
        is_clean(&mut school);
    }
}

fn able(school: &TestJournal, seq: u64) -> Vec<Login> {
    let held = extraordinary::waiting_between(school, seq, seq).unwrap();
    held.iter().flat_map(|held| deciders(school, held).unwrap()).collect()
}

#[test]
fn the_only_second_person_is_not_suspended_by_the_one_who_is_left() {
    for body in [dismissal(DEPUTY), revocation(DEPUTY)] {
        let mut school = pair();
        is_refused(school.attempt(ADMINISTRATOR, std::slice::from_ref(&body)), "может только «petrova»");
        // The emergency sheet gives the director a key; then there is somebody to decide.
        by_the_emergency_key(&mut school, DIRECTOR, "kuznetsov-2", "kuznetsov-2").unwrap();
        let seq = record(&mut school, false, body);
        assert_eq!(able(&school, seq), [Login::from(DIRECTOR)]);
        school.attempt("kuznetsov-2", &[confirmed(seq)]).unwrap();
        is_clean(&mut school);
    }
}

#[test]
fn the_one_of_two_keys_is_revoked_by_the_holder_of_the_other() {
    let mut school = pair();
    let body = enrolled(&school, DEPUTY, "petrova-2");
    record(&mut school, false, body);
    is_refused(school.attempt(ADMINISTRATOR, &[revocation(DEPUTY)]), "решать стало бы некому");
    by_the_emergency_key(&mut school, DEPUTY, "petrova-2", "petrova-2").unwrap();
    let seq = record(&mut school, false, revocation(DEPUTY));
    school.attempt("petrova-2", &[confirmed(seq)]).unwrap();
    is_clean(&mut school);
}

#[test]
fn whoever_recorded_what_waits_withdraws_it_and_nothing_of_it_ever_was() {
    let count = kinds(&company()).len();
    for at in 0..count {
        let mut school = company();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        school.attempt(ADMINISTRATOR, &[refused(seq)]).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(world(&school), before, "{kind}");
        let all = extraordinary::extraordinary(&school).unwrap();
        let one = all.iter().find(|one| one.entries.holds(seq)).unwrap();
        assert!(one.fate().starts_with("отозвано внёсшим"), "{kind}: {}", one.fate());
        is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "подтверждения не ждёт");
        is_clean(&mut school);
    }
}

#[test]
fn withdrawing_a_dismissal_lifts_no_suspension_by_another() {
    let mut school = company();
    let body = enrolled(&school, ADMINISTRATOR, "ivanova-2");
    let seq = record(&mut school, false, body);
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    let gone = record(&mut school, false, dismissal(DEPUTY));
    school.attempt("ivanova-2", &[revocation(DEPUTY)]).unwrap();
    school.attempt(ADMINISTRATOR, &[refused(gone)]).unwrap();
    let clock = record(&mut school, false, ClockReset { reason: "часы".into() }.into());
    is_refused(school.attempt(DEPUTY, &[confirmed(clock)]), "приостановлен");
    is_clean(&mut school);
}

#[test]
fn what_the_emergency_sheet_lets_in_was_not_suspended_before_it() {
    // Both a new key and the very one that is suspended.
    for key in ["petrova-2", DEPUTY] {
        let mut school = company();
        let seq = record(&mut school, false, dismissal(DEPUTY));
        let signs = if key == DEPUTY { DIRECTOR } else { key };
        by_the_emergency_key(&mut school, DEPUTY, key, signs).unwrap();
        school.attempt(key, &[refused(seq)]).unwrap();
        is_clean(&mut school);
        // A dismissal after it suspends it as any other.
        let seq = record(&mut school, false, dismissal(DEPUTY));
        is_refused(school.attempt(key, &[refused(seq)]), "приостановлен");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Whatever one administrator does, and whatever two decide: on each suspension somebody other than its author can decide, or
    /// a director or deputy head with the emergency sheet.
    #[test]
    fn there_always_is_somebody_to_decide(of_three: bool, steps in prop::collection::vec((0..6usize, 0..8usize), 1..12)) {
        let mut school = if of_three { company() } else { pair() };
        for (what, which) in steps {
            let waiting = extraordinary::waiting(&school).unwrap();
            let one = waiting.get(which % waiting.len().max(1)).map(|one| one.entries.from);
            let body = match (what, one) {
                (0, _) => dismissal([DEPUTY, DIRECTOR][which % 2]),
                (1, _) => revocation([DEPUTY, DIRECTOR, "petrova-2", "kuznetsov-2"][which % 4]),
                (2, _) => person(DEPUTY, "Петрова Елена Николаевна", "завуч", &[Role::Teacher]).into(),
                (3, Some(seq)) => confirmed(seq),
                (4, Some(seq)) => refused(seq),
                _ => {
                    let (whose, key) = [(DEPUTY, "petrova-2"), (DIRECTOR, "kuznetsov-2")][which % 2];
                    let _ = by_the_emergency_key(&mut school, whose, key, key);
                    continue;
                }
            };
            let signer = if what < 3 { ADMINISTRATOR } else { KEYS[which] };
            let _ = school.attempt(signer, &[body]);
        }
        let waiting = extraordinary::waiting(&school).unwrap();
        for one in waiting.iter().filter(|one| ["person.dismissed", "key.revoked"].contains(&one.kind.as_str())) {
            let seq = one.entries.from;
            if able(&school, seq).is_empty() {
                let heads = [(DEPUTY, "petrova-3"), (DIRECTOR, "kuznetsov-3")];
                let done = heads.iter().any(|(whose, key)| {
                    by_the_emergency_key(&mut school, whose, key, key).is_ok()
                        && school.attempt(key, &[refused(seq)]).is_ok()
                });
                prop_assert!(done, "nobody decides on № {seq}: {}", one.what);
            }
        }
        let path = school.at_hand().0.path().to_owned();
        let audited = Journal::audit(&path, &mut |_| {}).unwrap();
        prop_assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
    }
}
