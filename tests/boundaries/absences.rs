//! Reasons for absence and exemptions (§3.3.4).

use super::*;
use letopis::journal::entry::{
    ExemptionSet, ExemptionWithdrawn, GroupSet, LessonCell, Reason, ReasonSet, ReasonWithdrawn,
};
use letopis::journal::read;
use letopis::journal::read::absences::{Absences, Missed};
use letopis::journal::read::explain::Reasons;

const NOW: &str = "2025-11-20T12:00";

fn reason(since: &str, until: &str) -> ReasonSet {
    let (pupil, document) = ("П-03".into(), String::new());
    ReasonSet { pupil, since: day(since), until: day(until), reason: Reason::Illness, document }
}

fn exemption(since: &str, until: &str) -> ExemptionSet {
    let (pupil, subject, document) = ("П-03".into(), "Алгебра".into(), "справка".into());
    ExemptionSet { pupil, subject, since: day(since), until: day(until), document }
}

/// Spans that are held against one from 15 to 19 September, and whether they overlap it.
const SPANS: [(&str, &str, bool); 9] = [
    ("2025-09-10", "2025-09-14", false),
    ("2025-09-10", "2025-09-15", true),
    ("2025-09-15", "2025-09-15", true),
    ("2025-09-16", "2025-09-18", true),
    ("2025-09-10", "2025-09-25", true),
    ("2025-09-15", "2025-09-18", true),
    ("2025-09-19", "2025-09-19", true),
    ("2025-09-19", "2025-09-25", true),
    ("2025-09-20", "2025-09-25", false),
];

#[test]
fn two_reasons_of_a_pupil_never_cover_the_same_day_so_no_order_of_them_matters() {
    let mut office = Office::open();
    office.record("semyonov", NOW, reason("2025-09-15", "2025-09-19")).unwrap();
    for (since, until, overlaps) in SPANS {
        each(&mut office, "semyonov", NOW, &[(reason(since, until), overlaps.then_some("уже записана причина"))]);
    }
    // Another reason of the same days replaces nothing, nor does another document; another pupil's days are his own.
    let same = || reason("2025-09-15", "2025-09-19");
    for other in [ReasonSet { reason: Reason::Valid, ..same() }, ReasonSet { document: "справка".into(), ..same() }]
    {
        each(&mut office, "semyonov", NOW, &[(other, Some("уже записана причина: «болезнь»"))]);
    }
    office.allows("semyonov", NOW, same());
    office.allows("semyonov", NOW, ReasonSet { pupil: "И-01".into(), ..reason("2025-09-16", "2025-09-18") });
    let withdrawn =
        |since: &str, until: &str| ReasonWithdrawn { pupil: "П-03".into(), since: day(since), until: day(until) };
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (withdrawn("2025-09-15", "2025-09-19"), None),
            (withdrawn("2025-09-15", "2025-09-18"), Some("не записана")),
            (withdrawn("2025-09-16", "2025-09-19"), Some("не записана")),
        ],
    );
    office.record("semyonov", NOW, withdrawn("2025-09-15", "2025-09-19")).unwrap();
    office.allows("semyonov", NOW, reason("2025-09-16", "2025-09-18"));
}

#[test]
fn two_exemptions_of_a_subject_never_cover_the_same_day() {
    let mut office = Office::open();
    office.record("semyonov", NOW, exemption("2025-09-15", "2025-09-19")).unwrap();
    for (since, until, overlaps) in SPANS {
        // What begins on the same day with another end replaces nothing either.
        let words = overlaps.then_some("уже записано освобождение");
        each(&mut office, "semyonov", NOW, &[(exemption(since, until), words)]);
    }
    office.allows("semyonov", NOW, ExemptionSet { subject: "Химия".into(), ..exemption("2025-09-16", "2025-09-18") });
    office.allows("semyonov", NOW, ExemptionSet { pupil: "И-01".into(), ..exemption("2025-09-16", "2025-09-18") });
    office.forbids(
        "semyonov",
        NOW,
        ExemptionSet { subject: "Астрология".into(), ..exemption("2025-10-01", "2025-10-02") },
        "нет в журнале",
    );
    let withdrawn = |subject: &str, since: &str| ExemptionWithdrawn {
        pupil: "П-03".into(),
        subject: subject.into(),
        since: day(since),
    };
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (withdrawn("Алгебра", "2025-09-15"), None),
            (withdrawn("Алгебра", "2025-09-16"), Some("не записана")),
            (withdrawn("Химия", "2025-09-15"), Some("не записана")),
        ],
    );
}

#[test]
fn a_span_may_be_one_day_and_does_not_end_before_it_begins() {
    let mut office = Office::open();
    let backwards = Some("заканчивается раньше, чем начинается");
    each(
        &mut office,
        "semyonov",
        NOW,
        &[(reason("2025-09-15", "2025-09-15"), None), (reason("2025-09-15", "2025-09-14"), backwards)],
    );
    each(
        &mut office,
        "semyonov",
        NOW,
        &[(exemption("2025-09-15", "2025-09-15"), None), (exemption("2025-09-15", "2025-09-14"), backwards)],
    );
    let long = |length| ReasonSet { document: letters(length), ..reason("2025-09-15", "2025-09-15") };
    each(
        &mut office,
        "semyonov",
        NOW,
        &[(long(0), None), (long(1000), None), (long(1001), Some("документ: 1 001 знак"))],
    );
    let long = |length| ExemptionSet { document: letters(length), ..exemption("2025-09-15", "2025-09-15") };
    let given = Some("не указано: документ");
    each(
        &mut office,
        "semyonov",
        NOW,
        &[(long(0), given), (long(1000), None), (long(1001), Some("документ: 1 001 знак"))],
    );
}

/// What a pupil of 7А missed from one day to another.
fn missed(office: &Office, pupil: &str, first: &str, last: &str) -> Missed {
    let tables = office.journal.tables();
    let class = letopis::school::ClassName::parse("7А").unwrap();
    let absences = Absences::of_class(tables, &class, &Reasons::read(tables).unwrap()).unwrap();
    let pupil = read::pupil(tables, pupil).unwrap().unwrap();
    let missed = absences.between(pupil.id, day(first), day(last));
    let there = absences.present(day(first), day(last)).any(|id| id == pupil.id);
    assert_eq!(there, missed.held > 0, "whoever had lessons was present, and nobody else");
    missed
}

/// A lesson as history, with who was not there.
fn held(office: &mut Office, at: LessonRef, absent: &[&str]) {
    let cell = |pupil: &&str| LessonCell {
        pupil: (*pupil).into(),
        attendance: Some(letopis::school::Attendance::Absent),
        marks: None,
    };
    let taught = LessonRecorded { cells: absent.iter().map(cell).collect(), ..lesson(at) };
    office.take_over(NOW, taught).unwrap();
}

#[test]
fn lessons_are_held_for_those_who_are_in_the_class_that_day_and_days_count_with_both_ends() {
    let mut office = Office::open();
    // С-05 leaves on 30 September, the first day he is not there; Н-06 comes on 20 October.
    for date in ["2025-09-26", "2025-09-29", "2025-09-30", "2025-10-17", "2025-10-20"] {
        held(&mut office, algebra(date), &[]);
    }
    for (pupil, first, last, lessons) in [
        ("С-05", "2025-09-01", "2025-12-30", 2),
        ("С-05", "2025-09-29", "2025-09-30", 1),
        ("С-05", "2025-09-30", "2025-12-30", 0),
        ("Н-06", "2025-09-01", "2025-12-30", 1),
        ("Н-06", "2025-09-01", "2025-10-17", 0),
        ("П-03", "2025-09-26", "2025-10-20", 5),
        ("П-03", "2025-09-27", "2025-10-19", 3),
        ("П-03", "2025-09-29", "2025-09-29", 1),
        ("П-03", "2025-09-30", "2025-09-29", 0),
    ] {
        assert_eq!(missed(&office, pupil, first, last).held, lessons, "{pupil} {first} {last}");
    }
}

#[test]
fn a_groups_lessons_are_held_for_its_members_and_whoever_stood_in_its_list_before_he_left_it() {
    let mut office = Office::open();
    let english = |date: &str| lesson_at(CourseKey { group: "1".into(), ..course("Английский язык") }, date, 1);
    held(&mut office, english("2025-09-02"), &["П-03"]);
    let year = ("2025-09-01", "2026-05-29");
    let lessons = |office: &Office, pupil: &str| missed(office, pupil, year.0, year.1).held;
    assert_eq!(["И-01", "П-03", "И-02", "Ё-04"].map(|pupil| lessons(&office, pupil)), [1, 1, 0, 0]);
    let class = letopis::school::ClassName::parse("7А").unwrap();
    let members = vec!["И-02".to_owned()];
    office.record("ivanova", NOW, GroupSet { class, group: "1".into(), members, since: None, despite: true }).unwrap();
    assert_eq!(["И-01", "П-03", "И-02", "Ё-04"].map(|pupil| lessons(&office, pupil)), [0, 1, 1, 0]);
    assert_eq!(missed(&office, "П-03", year.0, year.1).lessons.all(), 1);
}

#[test]
fn absences_of_several_days_add_up_by_their_reason_which_holds_to_both_its_ends() {
    let mut office = Office::open();
    let dates = [
        "2025-09-15",
        "2025-09-16",
        "2025-09-17",
        "2025-09-18",
        "2025-09-19",
        "2025-09-22",
        "2025-09-23",
        "2025-09-24",
    ];
    for date in dates {
        held(&mut office, algebra(date), &["П-03"]);
    }
    for (since, until, reason) in [
        ("2025-09-16", "2025-09-17", Reason::Illness),
        ("2025-09-18", "2025-09-18", Reason::Valid),
        ("2025-09-19", "2025-09-22", Reason::Invalid),
    ] {
        office.record("semyonov", NOW, ReasonSet { reason, ..self::reason(since, until) }).unwrap();
    }
    let all = missed(&office, "П-03", "2025-09-01", "2025-12-30");
    for counts in [all.lessons, all.days] {
        let each = [counts.ill, counts.excused, counts.unexcused, counts.unexplained];
        assert_eq!(each, [2, 1, 2, 3]);
        assert_eq!((counts.without_reason(), counts.all()), (5, 8));
    }
    // Spans are added as the report adds those of classes.
    let mut sum = missed(&office, "П-03", "2025-09-15", "2025-09-19");
    sum += missed(&office, "П-03", "2025-09-20", "2025-09-24");
    assert_eq!(sum, all);
}
