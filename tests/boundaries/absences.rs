//! Reasons for absence and exemptions (§3.3.4).

use super::*;
use letopis::journal::entry::{ExemptionSet, ExemptionWithdrawn, Reason, ReasonSet, ReasonWithdrawn};

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
    // The same days are said anew; another pupil's days are his own.
    office.allows("semyonov", NOW, ReasonSet { reason: Reason::Valid, ..reason("2025-09-15", "2025-09-19") });
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
        // What begins on the same day is the same exemption, with another end.
        let words = (overlaps && since != "2025-09-15").then_some("уже записано освобождение");
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
        &[(long(0), None), (long(1000), None), (long(1001), Some("документ: 1001 знаков"))],
    );
    let long = |length| ExemptionSet { document: letters(length), ..exemption("2025-09-15", "2025-09-15") };
    let given = Some("не указано: документ");
    each(
        &mut office,
        "semyonov",
        NOW,
        &[(long(0), given), (long(1000), None), (long(1001), Some("документ: 1001 знаков"))],
    );
}
