//! What final marks come to, by class and subject, in the school's order, with the period before.

use super::*;
use letopis::journal::entry::{ClassSet, CourseSet, FinalLine, FinalsSet, PupilMoved};
use letopis::journal::read;
use letopis::journal::read::outcomes::{Outcome, Outcomes};
use letopis::school::ClassName;

fn class(name: &str) -> ClassName {
    ClassName::parse(name).unwrap()
}

/// Two classes with final marks of both quarters and of the year.
fn marked() -> Office {
    let mut office = Office::open();
    office.record("ivanova", "2025-09-15T12:00", ClassSet { class: class("7Б"), teacher: String::new() }).unwrap();
    let of_b = |subject: &str| CourseKey { class: class("7Б"), ..course(subject) };
    for subject in ["Алгебра", "Химия"] {
        let set = CourseSet { course: of_b(subject), teacher: "semyonov".into(), hours: 3.0 };
        office.record("ivanova", "2025-09-15T12:00", set).unwrap();
    }
    let moved = PupilMoved { file: "И-02".into(), class: class("7Б"), since: day("2025-09-15"), despite: false };
    office.record("ivanova", "2025-09-15T12:00", moved).unwrap();
    for (key, pupil, period, mark) in [
        (course("Химия"), "П-03", "I четверть", "5"),
        (course("Алгебра"), "П-03", "I четверть", "4"),
        (course("Алгебра"), "П-03", "II четверть", "3"),
        (course("Алгебра"), "П-03", "Год", "4"),
        (of_b("Химия"), "И-02", "I четверть", "2"),
        (of_b("Алгебра"), "И-02", "II четверть", "5"),
    ] {
        let marks = vec![FinalLine { pupil: pupil.into(), mark: Marks::parse(mark).unwrap() }];
        let set = FinalsSet { course: key, period: period.into(), marks, override_reason: String::new() };
        office.take_over("2025-12-25T12:00", set).unwrap();
    }
    office
}

fn outcomes(office: &Office, period: Option<&str>) -> Outcomes {
    let tables = office.journal.tables();
    let courses = ["7А", "7Б"].map(|name| read::courses_of(tables, &class(name)).unwrap()).concat();
    Outcomes::read(tables, courses, period).unwrap()
}

/// Name, period, how many were marked, failed, and were marked in the period before.
fn shown(outcomes: &[Outcome]) -> Vec<(&str, &str, u32, u32, u32)> {
    let line = |o: &'_ Outcome| (o.now.marked, o.now.failing, o.before.marked);
    outcomes.iter().map(|o| (o.name.as_str(), o.period.as_str(), line(o).0, line(o).1, line(o).2)).collect()
}

#[test]
fn classes_and_subjects_come_in_the_schools_order_with_the_period_before() {
    let office = marked();
    let second = outcomes(&office, Some("II четверть"));
    assert_eq!(shown(&second.by_class()), [("7А", "II четверть", 1, 0, 1), ("7Б", "II четверть", 1, 0, 1)]);
    assert_eq!(shown(&second.of_school()), [("МБОУ «СОШ № 2»", "II четверть", 2, 0, 2)]);
    let first = outcomes(&office, Some("I четверть"));
    assert_eq!(shown(&first.by_class()), [("7А", "I четверть", 1, 0, 0), ("7Б", "I четверть", 1, 1, 0)]);
    assert_eq!(shown(&first.by_subject()), [("Алгебра", "I четверть", 1, 0, 0), ("Химия", "I четверть", 2, 1, 0)]);
}

#[test]
fn the_year_is_a_period_without_one_before_and_the_last_with_marks_is_taken_where_none_is_named() {
    let office = marked();
    assert_eq!(shown(&outcomes(&office, Some("Год")).by_class()), [("7А", "Год", 1, 0, 0)]);
    let last = outcomes(&office, None);
    assert_eq!(shown(&last.by_class()), [("7А", "II четверть", 1, 0, 1), ("7Б", "II четверть", 1, 0, 1)]);
    assert!(outcomes(&office, Some("III четверть")).by_class().is_empty());
}
