//! Whose key confirms: not who gains by it, nor one that stands on the author's word; and keys that were lost.

use super::*;

#[test]
fn whom_an_entry_gives_something_does_not_confirm_it() {
    let mut school = company();
    let body = enrolled(&school, DEPUTY, "petrova-2");
    let seq = record(&mut school, false, body);
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "касается вас самих");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
}

#[test]
fn a_key_enrolled_while_alone_does_not_confirm_its_enrollers_entries_until_it_was_confirmed_itself() {
    let mut school = once("two eyes: mixed".to_owned(), || {
        let mut annals = annals();
        annals.emergency().person(deputy()).person(director());
        at_work(&mut annals);
        annals
    });
    assert!(extraordinary::is_alone(&school).unwrap(), "keys that one has enrolled are no company");
    let before = read::ledger::tip(&school).unwrap();
    let key = identity(DIRECTOR).public();
    let enrolment = EmergencyEnrolment {
        login: DIRECTOR.into(),
        possession: prove(&identity(DIRECTOR), &before.journal, DIRECTOR).unwrap(),
        countersignature: countersign(&identity("emergency"), &before, DIRECTOR, &key).unwrap(),
        key,
        reason: "второе лицо".into(),
    };
    school.attempt(DIRECTOR, &[enrolment.clone().into()]).unwrap();
    assert!(!extraordinary::is_alone(&school).unwrap());
    is_refused(school.attempt(DIRECTOR, &[enrolment.into()]), "аварийный ключ не тот");
    let seq = record(&mut school, false, ClockReset { reason: "часы".into() }.into());
    assert_eq!(state(&school, seq), Some(State::Waits));
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "держатся на слове одного лица («ivanova»)");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    is_clean(&mut school);
}

#[test]
fn a_dismissal_and_a_revocation_suspend_at_once_and_a_refusal_lifts_it() {
    let fingerprint = identity(DEPUTY).public().fingerprint();
    for body in [
        Body::from(PersonDismissed { login: DEPUTY.into(), abandoned: String::new() }),
        KeyRevoked { fingerprint: fingerprint.clone(), reason: "утрачен".into() }.into(),
    ] {
        let mut school = company();
        let seq = record(&mut school, false, body);
        let clock = record(&mut school, false, ClockReset { reason: "часы".into() }.into());
        is_refused(school.attempt(DEPUTY, &[refused(seq)]), "приостановлен");
        is_refused(school.attempt(DEPUTY, &[confirmed(clock)]), "приостановлен");
        school.attempt(DIRECTOR, &[refused(seq)]).unwrap();
        school.attempt(DEPUTY, &[confirmed(clock)]).unwrap();
        is_clean(&mut school);
    }
}

#[test]
fn whoever_dismisses_all_others_is_not_alone_again() {
    let mut school = company();
    let dismissal = |login: &str| PersonDismissed { login: login.into(), abandoned: String::new() };
    let gone = record(&mut school, false, dismissal(DEPUTY).into());
    is_refused(school.attempt(ADMINISTRATOR, &[dismissal(DIRECTOR).into()]), "некому");
    school.attempt(DIRECTOR, &[confirmed(gone)]).unwrap();
    let body = enrolled(&school, TEACHER, "semyonov-2");
    let seq = record(&mut school, false, body);
    assert_eq!(state(&school, seq), Some(State::Waits));
    assert_eq!(school.rows("SELECT count(*) FROM people WHERE dismissed IS NOT NULL"), [["1"]]);
    is_clean(&mut school);
}

#[test]
fn a_key_that_did_not_sign_its_enrolment_is_not_enrolled() {
    let mut school = company();
    let journal = read::ledger::tip(&school).unwrap().journal;
    let other = KeyEnrolled::of(&identity("x"), &journal, "other").unwrap();
    let elsewhere = KeyEnrolled::of(&identity("x"), &[7; 32], TEACHER).unwrap();
    for wrong in [
        KeyEnrolled { possession: "00".repeat(64), ..unproven(TEACHER, &identity("x")) },
        KeyEnrolled { login: TEACHER.into(), ..other },
        KeyEnrolled { proven_in: "07".repeat(32), ..elsewhere.clone() },
        elsewhere,
    ] {
        is_refused(school.attempt(ADMINISTRATOR, &[wrong.into()]), "не доказано");
    }
}

#[test]
fn lost_keys_are_no_dead_end() {
    // The administrator's key is lost: the director and the sheet.
    let mut school = company();
    let seq = by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", DIRECTOR).unwrap();
    assert_eq!(state(&school, seq), Some(State::Emergency));
    is_clean(&mut school);
    // All keys but the emergency key are lost: a director's new key signs for itself, and then enrols the administrator's.
    let mut school = company();
    let refused = by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", "ivanova-2");
    is_refused(refused, "нет права");
    is_refused(by_the_emergency_key(&mut school, TEACHER, "semyonov-2", DIRECTOR), "не директор");
    by_the_emergency_key(&mut school, DIRECTOR, "kuznetsov-2", "kuznetsov-2").unwrap();
    by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", "kuznetsov-2").unwrap();
    let said = extraordinary::extraordinary(&school).unwrap();
    let said: Vec<&str> = said.iter().map(|one| one.what.as_str()).collect();
    assert!(said[0].contains("подписано им самим"), "{said:?}");
    is_clean(&mut school);
}
