//! Every kind that takes two pairs of eyes: alone it is in force at once, in company it waits, and another confirms or refuses it.

use super::super::{Guard, guard};
use super::*;
use crate::journal::entry::{
    ArchiveDestroyed, Destroyed, DestroyedCase, Effect, Entry, NamedArchive, RULES, YearClosed, YearReopened,
};
use std::collections::HashSet;

#[test]
fn alone_each_kind_is_in_force_at_once_and_listed_as_recorded_by_one() {
    let count = kinds(&alone()).len();
    for at in 0..count {
        let mut school = alone();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        assert_ne!(world(&school), before, "{kind} is in force");
        assert_eq!(state(&school, seq), Some(State::Alone), "{kind}");
        is_clean(&mut school);
    }
}

#[test]
fn in_company_each_kind_waits_is_in_no_table_and_comes_into_force_when_another_confirms_it() {
    let count = kinds(&company()).len();
    for at in 0..count {
        let mut school = company();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        assert_eq!(world(&school), before, "{kind} waits");
        assert_eq!(state(&school, seq), Some(State::Waits), "{kind}");
        is_refused(school.attempt(ADMINISTRATOR, &[confirmed(seq)]), "второе лицо");
        is_refused(school.attempt(TEACHER, &[confirmed(seq)]), "нет права");
        is_clean(&mut school);
        school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_ne!(world(&school), before, "{kind} is in force");
        assert_eq!(state(&school, seq), Some(State::Confirmed), "{kind}");
        is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "подтверждения не ждёт");
        is_clean(&mut school);
    }
}

#[test]
fn in_company_each_kind_is_refused_by_another_and_never_comes_into_force() {
    let count = kinds(&company()).len();
    for at in 0..count {
        let mut school = company();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        school.attempt(DIRECTOR, &[refused(seq)]).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(world(&school), before, "{kind}");
        assert_eq!(state(&school, seq), Some(State::Refused), "{kind}");
        is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "подтверждения не ждёт");
        is_clean(&mut school);
    }
}

#[test]
fn a_pupil_with_marks_is_not_annulled_by_two_either() {
    for mut school in [alone(), company()] {
        let annulled = PupilAnnulled { file: "А-1".into(), reason: "повтор".into() };
        is_refused(school.attempt(ADMINISTRATOR, &[annulled.into()]), "на этой записи держатся");
        is_clean(&mut school);
    }
}

#[test]
fn what_needs_nobody_waits_for_nobody() {
    let mut school = company();
    let mut bells = read::school(&school).unwrap();
    bells.school.place = "Москва".into();
    let pupil = PupilSet {
        file: "Б-2".into(),
        name: name("Белов Борис Борисович"),
        born: day("2012-02-02"),
        sex: None,
        another: false,
    };
    let bodies: [Body; 5] = [
        person("belova", "Белова Белла Борисовна", "учитель", &[Role::Teacher]).into(),
        enrolled(&school, "belova", "belova"),
        person("belova", "Белова Белла Борисовна", "учитель", &[Role::Teacher, Role::Methodist]).into(),
        SchoolChanged { school: bells }.into(),
        pupil.into(),
    ];
    for body in bodies {
        let kind = body.kind();
        let seq = record(&mut school, false, body);
        assert_eq!(state(&school, seq), None, "{kind}");
    }
    is_clean(&mut school);
}

/// The place of a guard among those that an entry can have.
fn place(guard: Guard) -> Option<usize> {
    match guard {
        Guard::Key => Some(0),
        Guard::Roles => Some(1),
        Guard::Name => Some(2),
        Guard::Dismissal => Some(3),
        Guard::Revocation => Some(4),
        Guard::School => Some(5),
        Guard::Clock => Some(6),
        Guard::TakenOver => Some(7),
        Guard::Pupil => Some(8),
        Guard::Emergency => Some(9),
        Guard::Restoration => Some(10),
        Guard::Annulment => Some(11),
        Guard::Reopening => Some(12),
        Guard::Destruction => Some(13),
        Guard::Witness => Some(14),
        // A group with lessons has courses, and is not annulled at all.
        Guard::Group => None,
    }
}

#[test]
fn every_reason_for_two_pairs_of_eyes_has_its_example() {
    let school = company();
    let now = read::school(&school).unwrap();
    let entry = |taken_over: bool, body: Body| Entry {
        time: moment(NOW),
        author: ADMINISTRATOR.into(),
        key: String::new(),
        rules: RULES,
        taken_over,
        effect: Effect::AtOnce,
        source: None,
        body,
    };
    let mut examples = kinds(&school);
    examples.push(("the closed year", false, reopened()));
    examples.push(("an old journal", false, destroyed()));
    let guards = examples.into_iter().map(|(kind, taken_over, body)| {
        let guard = guard(&school, &now, &entry(taken_over, body)).unwrap();
        guard.and_then(place).unwrap_or_else(|| panic!("{kind} is not guarded"))
    });
    assert_eq!(guards.collect::<HashSet<_>>(), (0..15).collect());
}

fn destroyed() -> Body {
    let (journal, head) = ("11".repeat(32), "22".repeat(32));
    let archive = |code: &str| NamedArchive { name: code.to_owned(), code: code.repeat(32) };
    let case = DestroyedCase {
        index: String::new(),
        title: "Классный журнал".into(),
        first: day("2018-09-01"),
        last: day("2019-05-31"),
        count: 1,
        term: "5 лет".into(),
        note: String::new(),
    };
    ArchiveDestroyed {
        journal,
        year: "2018/2019".into(),
        ends: day("2019-05-31"),
        what: Destroyed::Journal,
        length: 7,
        head,
        archives: vec![archive("33")],
        stays: Some(archive("44")),
        cases: vec![case],
        protocol: "№ 1 от 12.01.2025".into(),
        means: "измельчение".into(),
    }
    .into()
}

#[test]
fn an_old_journal_is_set_apart_by_two_or_by_one_who_is_alone_and_once() {
    let gone = |school: &TestJournal| read::destroyed(school).unwrap().len();
    let mut school = alone();
    let seq = school.by(DEPUTY, NOW, destroyed());
    assert_eq!((state(&school, seq), gone(&school)), (Some(State::Alone), 1));
    is_refused(school.attempt(DIRECTOR, &[destroyed()]), "уже выделен");
    is_refused(school.attempt(ADMINISTRATOR, &[destroyed()]), "нет права");
    is_clean(&mut school);

    let mut school = company();
    let seq = school.by(DEPUTY, NOW, destroyed());
    assert_eq!((state(&school, seq), gone(&school)), (Some(State::Waits), 0), "what waits is on no paper");
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "второе лицо");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    assert_eq!((state(&school, seq), gone(&school)), (Some(State::Confirmed), 1));
    is_clean(&mut school);
}

/// Each way in which it must not be recorded.
#[test]
fn what_is_still_kept_or_described_badly_is_not_set_apart() {
    let changed = |change: fn(&mut ArchiveDestroyed)| {
        let Body::ArchiveDestroyed(mut gone) = destroyed() else { unreachable!() };
        change(&mut gone);
        Body::from(gone)
    };
    let mut school = alone();
    for (change, why) in [
        (changed(|gone| gone.ends = day("2020-05-29")), "до 31.12.2025 включительно"),
        (changed(|gone| (gone.what, gone.stays) = (Destroyed::Summaries, None)), "до 31.12.2044 включительно"),
        (changed(|gone| gone.stays = None), "§5.2"),
        (changed(|gone| gone.archives = gone.stays.clone().into_iter().collect()), "описано неверно"),
        (changed(|gone| gone.cases.clear()), "описано неверно"),
        (changed(|gone| gone.head = "22".into()), "описано неверно"),
        (changed(|gone| gone.protocol = " ".into()), "протокол"),
        (changed(|gone| gone.means.clear()), "способ"),
    ] {
        is_refused(school.attempt(DIRECTOR, &[change]), why);
    }
    // On the last day of the term it is still kept; on the next it is not.
    school.by(ADMINISTRATOR, "2025-12-31T12:00", ClockReset { reason: "села батарейка".into() });
    let last = changed(|gone| gone.ends = day("2020-05-29"));
    is_refused(school.attempt(DIRECTOR, std::slice::from_ref(&last)), "до 31.12.2025 включительно");
    school.by(DIRECTOR, "2026-01-01T12:00", last);
    let own = crate::ledger::chain::hex(&read::ledger::tip(&school).unwrap().journal);
    let Body::ArchiveDestroyed(gone) = destroyed() else { unreachable!() };
    is_refused(school.attempt(DIRECTOR, &[ArchiveDestroyed { journal: own, ..gone }.into()]), "в который вносится");
    is_clean(&mut school);
}

#[test]
fn a_witness_is_named_once_and_removed_by_two() {
    let mut school = company();
    let names = |school: &TestJournal| {
        let now = read::witnesses_now(school).unwrap().into_iter();
        now.map(|witness| (witness.name, witness.entry)).collect::<Vec<_>>()
    };
    let rono = witness("РОНО", "rono.example/w");
    let seq = school.by(DEPUTY, NOW, rono.clone());
    assert_eq!((names(&school), state(&school, seq)), (vec![], Some(State::Waits)));
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "второе лицо");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    assert_eq!(names(&school), [("РОНО".to_owned(), seq + 1)], "it is named from the confirmation on");

    let log = Verifier::new("letopis/00/1", Kind::Log, *identity("server").public().key()).unwrap();
    let with = |change: fn(&mut WitnessAdded)| {
        let mut added = witness("Школа № 17", "school-17.example/w");
        change(&mut added);
        Body::from(added)
    };
    for (body, why) in [
        (rono.clone().into(), "уже назван"),
        (WitnessAdded { name: "Ещё одно".into(), ..rono.clone() }.into(), "уже назван"),
        (with(|added| added.name = "РОНО".into()), "уже назван"),
        (with(|added| added.name = " ".into()), "название свидетеля"),
        (with(|added| added.key.push('A')), "не открытый ключ"),
        (with(|added| added.key.insert(0, 'x')), "не подходит к имени"),
        (with(|added| added.url = Some("ftp://school.example".into())), "адрес"),
        (with(|added| added.url = Some("https://".into())), "адрес"),
        (with(|added| added.url = Some("https://a b".into())), "адрес"),
        (WitnessAdded { name: "Журнал".into(), key: log.to_string(), url: None }.into(), "а не свидетеля"),
        (WitnessRemoved { key: log.to_string(), reason: "не нужен".into() }.into(), "не называла"),
        (WitnessRemoved { key: rono.key.clone(), reason: String::new() }.into(), "причина"),
    ] {
        is_refused(school.attempt(DIRECTOR, &[body]), why);
    }
    is_refused(school.attempt(TEACHER, &[with(|_| {})]), "нет права");
    let removed = || Body::from(WitnessRemoved { key: rono.key.clone(), reason: "не подписывает".into() });
    let seq = school.by(DIRECTOR, NOW, removed());
    assert_eq!(names(&school).len(), 1, "it waits");
    school.attempt(DEPUTY, &[confirmed(seq)]).unwrap();
    assert_eq!(names(&school), []);
    is_refused(school.attempt(DIRECTOR, &[removed()]), "уже убрали");
    // Named again it stands twice: what was removed stays listed.
    let seq = school.by(DEPUTY, NOW, rono);
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    let ever = read::witnesses(&school).unwrap();
    assert_eq!(ever.iter().map(|witness| witness.removed.is_some()).collect::<Vec<_>>(), [true, false]);
    let said: Vec<String> = extraordinary::extraordinary(&school).unwrap().into_iter().map(|one| one.what).collect();
    assert!(said.iter().any(|what| what == "свидетель журнала «РОНО» убран: не подписывает"), "{said:?}");
    is_clean(&mut school);
}

fn reopened() -> Body {
    YearReopened { reason: "отметка не та".into() }.into()
}

/// The year was closed, and the director opens it again.
fn opened_again(mut school: TestJournal) -> (TestJournal, u64) {
    let year = read::school(&school).unwrap().year.name;
    school.by(DIRECTOR, "2026-06-01T10:00", YearClosed { year, reason: "переезд".into() });
    assert!(read::is_closed(&school).unwrap());
    is_refused(school.attempt(DEPUTY, &[reopened()]), "нет права");
    let seq = school.by(DIRECTOR, "2026-06-01T11:00", reopened());
    (school, seq)
}

#[test]
fn a_closed_year_is_opened_again_by_two_or_by_one_who_is_alone() {
    let (mut school, seq) = opened_again(alone());
    assert_eq!((state(&school, seq), read::is_closed(&school).unwrap()), (Some(State::Alone), false));
    is_clean(&mut school);

    let (mut school, seq) = opened_again(company());
    assert_eq!((state(&school, seq), read::is_closed(&school).unwrap()), (Some(State::Waits), true));
    is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "второе лицо");
    is_refused(school.attempt(TEACHER, &[confirmed(seq)]), "нет права");
    school.attempt(DEPUTY, &[confirmed(seq)]).unwrap();
    assert_eq!((state(&school, seq), read::is_closed(&school).unwrap()), (Some(State::Confirmed), false));
    is_clean(&mut school);

    let (mut school, seq) = opened_again(company());
    school.attempt(ADMINISTRATOR, &[refused(seq)]).unwrap();
    assert_eq!((state(&school, seq), read::is_closed(&school).unwrap()), (Some(State::Refused), true));
    is_clean(&mut school);
}
