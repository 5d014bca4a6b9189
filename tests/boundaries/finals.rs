//! Final marks: when, for whom, by whom (§2.3.1).

use super::*;
use letopis::journal::entry::{
    DecisionSet, ExemptionSet, FinalLine, FinalsSet, PupilEnrolled, PupilLeft, SchoolChanged,
};
use letopis::journal::read;
use letopis::school::ClassName;

fn of(period: &str, pupil: &str, mark: &str) -> FinalsSet {
    let marks = vec![FinalLine { pupil: pupil.into(), mark: Marks::parse(mark).unwrap() }];
    FinalsSet { course: course("Алгебра"), period: period.into(), marks, override_reason: String::new() }
}

#[test]
fn clause_2_3_1_final_marks_are_set_from_the_seventh_day_before_the_periods_end_to_the_seventh_after() {
    let mut office = Office::open();
    for (period, early, first, last, late) in [
        ("I четверть", "2025-10-16T23:59", "2025-10-17T00:00", "2025-10-31T23:59", "2025-11-01T00:00"),
        ("II четверть", "2025-12-22T23:59", "2025-12-23T00:00", "2026-01-06T23:59", "2026-01-07T00:00"),
        ("Год", "2026-05-21T23:59", "2026-05-22T00:00", "2026-06-05T23:59", "2026-06-06T00:00"),
    ] {
        for (moment, words) in
            [(early, Some("выставляются с")), (first, None), (last, None), (late, Some("выставляются с"))]
        {
            each(&mut office, "semyonov", moment, &[(of(period, "П-03", "н/а"), words)]);
        }
        office.tries_taking_over(early, of(period, "П-03", "н/а")).expect("history is bound by no days");
    }
    // Exams are held in June: until the year is closed.
    for period in ["Экзамен", "Итог"] {
        for (moment, words) in
            [("2026-05-21T23:59", Some("выставляются с")), ("2026-05-22T00:00", None), ("2026-06-30T12:00", None)]
        {
            each(&mut office, "semyonov", moment, &[(of(period, "П-03", "н/а"), words)]);
        }
    }
    let mut school = read::school(office.journal.tables()).unwrap();
    school.policy.final_days = 2;
    office.record("ivanova", "2025-10-01T12:00", SchoolChanged { school }).unwrap();
    for (moment, words) in [
        ("2025-10-21T23:59", Some("с 22.10.2025 по 26.10.2025")),
        ("2025-10-22T00:00", None),
        ("2025-10-26T23:59", None),
        ("2025-10-27T00:00", Some("с 22.10.2025 по 26.10.2025")),
    ] {
        each(&mut office, "semyonov", moment, &[(of("I четверть", "П-03", "н/а"), words)]);
    }
}

#[test]
fn a_final_mark_is_overwritten_to_the_end_of_the_day_it_was_set_and_said_again_at_any_time() {
    let mut office = Office::open();
    office.record("semyonov", "2026-05-25T12:00", of("Год", "П-03", "4")).unwrap();
    office.allows("semyonov", "2026-05-25T23:59", of("Год", "П-03", "5"));
    office.forbids("semyonov", "2026-05-26T00:00", of("Год", "П-03", "5"), "уже стоит «4»");
    office.allows("semyonov", "2026-05-26T00:00", of("Год", "П-03", "4"));
    office.allows("semyonov", "2026-05-26T00:00", of("Итог", "П-03", "5"));
    let error = office.tries_taking_over("2026-05-25T13:00", of("Год", "П-03", "5")).unwrap_err();
    assert!(error.message().contains("уже стоит «4»"), "history replaces nothing: {error:?}");
}

#[test]
fn a_final_mark_is_one_mark_that_the_school_gives() {
    let mut office = Office::open();
    let now = "2026-05-25T12:00";
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (of("Год", "П-03", "4/5"), Some("итоговая отметка одна")),
            (of("Год", "П-03", "1"), Some("отметки от 2 до 5")),
            (of("Год", "П-03", "2"), None),
            (of("Год", "П-03", "зач"), None),
            (of("V четверть", "П-03", "4"), Some("нет периода «V четверть»")),
            (of("Год", "Х-99", "4"), Some("не учился на курсе")),
        ],
    );
    let mut school = read::school(office.journal.tables()).unwrap();
    (school.policy.lowest_mark, school.policy.unmarked_grades) = (1, vec![1, 7]);
    office.record("ivanova", "2026-05-24T12:00", SchoolChanged { school }).unwrap();
    office.forbids("semyonov", now, of("Год", "П-03", "4"), "отметки не ставятся");
    office.forbids("semyonov", now, of("Год", "П-03", "зач"), "отметки не ставятся");
}

#[test]
fn clause_2_3_1_only_the_deputy_head_overrides_and_only_with_a_reason() {
    let mut office = Office::open();
    let now = "2025-10-20T12:00";
    let because = |reason: &str| FinalsSet { override_reason: reason.into(), ..of("I четверть", "П-03", "4") };
    each(
        &mut office,
        "petrova",
        now,
        &[(because(""), Some("только с обоснованием")), (because("санаторная школа"), None)],
    );
    let of_none = FinalsSet { override_reason: String::new(), ..of("I четверть", "П-03", "н/а") };
    office.forbids("petrova", now, of_none.clone(), "только с обоснованием");
    office.allows("semyonov", now, of_none);
    office.forbids("semyonov", now, because("санаторная школа"), "может только завуч");
    // What is lacking warns where history is taken over, and does not stop it.
    let warnings = office.tries_taking_over(now, of("I четверть", "П-03", "4")).unwrap().warnings;
    assert!(warnings[0].message.contains("отметок 0, нужно не менее 5"), "{warnings:?}");
    assert!(office.tries_taking_over(now, of("I четверть", "П-03", "зач")).unwrap().warnings.is_empty());
}

#[test]
fn clause_3_3_4_an_exemption_that_touches_the_period_lets_it_be_marked_as_exempt() {
    // I четверть ends on 24 October, II четверть begins on 3 November.
    let none = Some("не освобождён(а)");
    for (since, until, subject, first, second) in [
        ("2025-10-24", "2025-11-02", "Алгебра", None, none),
        ("2025-10-25", "2025-11-03", "Алгебра", none, None),
        ("2025-09-10", "2025-09-10", "Алгебра", None, none),
        ("2025-09-01", "2025-12-30", "Химия", none, none),
    ] {
        let mut office = Office::open();
        let (pupil, subject, document) = ("П-03".into(), subject.into(), "справка № 8".into());
        let set = ExemptionSet { pupil, subject, since: day(since), until: day(until), document };
        office.record("semyonov", "2025-10-20T11:00", set).unwrap();
        each(&mut office, "semyonov", "2025-10-20T12:00", &[(of("I четверть", "П-03", "осв"), first)]);
        each(&mut office, "semyonov", "2025-12-25T12:00", &[(of("II четверть", "П-03", "осв"), second)]);
        office.tries_taking_over("2025-10-20T12:00", of("I четверть", "П-03", "осв")).unwrap();
    }
}

#[test]
fn whoever_was_on_the_course_a_day_of_the_period_has_a_final_mark_of_it() {
    // С-05 left on 30 September, so 29 September was his last day; Н-06 came on 20 October.
    let mut office = Office::open();
    for (pupil, period, words) in [
        ("С-05", "I четверть", None),
        ("С-05", "II четверть", Some("не учился на курсе")),
        ("Н-06", "I четверть", None),
        ("Н-06", "II четверть", None),
    ] {
        let tried = office.tries_taking_over("2025-12-25T12:00", of(period, pupil, "н/а"));
        assert_eq!(tried.err().map(|error| error.message().contains(words.unwrap_or("?"))), words.map(|_| true));
    }
    // One who leaves on the period's second day was there on its first; one who leaves on its first was not.
    for (left, words) in [("2025-11-03", Some("не учился на курсе")), ("2025-11-04", None)] {
        let mut office = Office::open();
        office
            .record("ivanova", "2025-11-05T12:00", PupilLeft { file: "П-03".into(), until: day(left), despite: false })
            .unwrap();
        each(&mut office, "semyonov", "2025-12-25T12:00", &[(of("II четверть", "П-03", "н/а"), words)]);
    }
    // One who comes on the period's last day was there; one who comes on the day after was not.
    for (since, words) in [("2025-10-24", None), ("2025-10-27", Some("не учился на курсе"))] {
        let mut office = Office::open();
        let class = ClassName::parse("7А").unwrap();
        let (file, born) = ("Я-07".to_owned(), day("2012-01-01"));
        let name =
            letopis::school::PersonName {
                surname: "Яшин".into(), given: "Яков".into(), patronymic: String::new()
            };
        office
            .record(
                "ivanova",
                "2025-09-01T12:00",
                letopis::journal::entry::PupilSet { file: file.clone(), name, born, sex: None, another: false },
            )
            .unwrap();
        office
            .record("ivanova", "2025-09-01T12:00", PupilEnrolled { file: file.clone(), class, since: day(since) })
            .unwrap();
        each(&mut office, "semyonov", "2025-10-28T12:00", &[(of("I четверть", &file, "н/а"), words)]);
    }
}

#[test]
fn a_decision_of_the_council_is_of_today_at_the_latest_and_says_something() {
    let mut office = Office::open();
    let decision = |date: &str, words: &str| DecisionSet {
        pupil: "П-03".into(),
        date: day(date),
        number: "12".into(),
        decision: words.into(),
    };
    each(
        &mut office,
        "petrova",
        "2026-05-29T23:59",
        &[
            (decision("2026-05-29", "переведён"), None),
            (decision("2026-05-30", "переведён"), Some("ещё не принято")),
            (decision("2026-05-29", " "), Some("не указано: решение")),
        ],
    );
    let stranger = DecisionSet { pupil: "Х-99".into(), ..decision("2026-05-29", "переведён") };
    office.forbids("petrova", "2026-05-29T23:59", stranger, "нет ученика");
}
