//! The close of the year.

use super::*;
use crate::common::office::closed;
use letopis::journal::entry::{
    Change, ClassSet, ClockReset, CorrectionDecided, CorrectionRequested, JournalRestored, Person,
};
use letopis::school::{ClassName, PersonName, Role};

#[test]
fn the_year_is_closed_on_its_last_day_at_the_earliest_and_with_no_correction_open() {
    let mut office = Office::open();
    office.forbids("petrova", "2026-05-28T23:59", closed(), "учебный год идёт до 29.05.2026");
    office.allows("petrova", "2026-05-29T00:00", closed());
    let at = algebra("2026-05-28");
    office.record("semyonov", "2026-05-28T12:00", lesson(at.clone())).unwrap();
    let change =
        Change::Attendance { pupil: "П-03".into(), was: None, becomes: Some(letopis::school::Attendance::Late) };
    let request = CorrectionRequested {
        course: at.course,
        date: at.date,
        lesson: 2,
        changes: vec![change],
        reason: "описка".into(),
    };
    office.record("semyonov", "2026-05-28T12:01", request).unwrap();
    office.forbids("petrova", "2026-05-29T12:00", closed(), "не решены заявки на исправление № 1");
    let decided = CorrectionDecided { number: 1, approved: false, note: "нет".into() };
    office.record("petrova", "2026-05-29T12:00", decided).unwrap();
    office.allows("petrova", "2026-05-29T12:00", closed());
}

#[test]
fn of_a_closed_year_only_what_keeps_it_is_recorded() {
    let mut office = Office::open();
    let now = "2026-06-01T12:00";
    office.record("petrova", now, closed()).unwrap();
    let refused = Some("учебный год закрыт");
    office.forbids("petrova", now, closed(), "учебный год закрыт");
    office.forbids(
        "ivanova",
        now,
        ClassSet { class: ClassName::parse("7Б").unwrap(), teacher: String::new() },
        "учебный год закрыт",
    );
    each(&mut office, "semyonov", now, &[(marks(algebra("2026-05-29"), "П-03", "5"), refused)]);
    let error = office.tries_taking_over(now, lesson(algebra("2026-05-29"))).unwrap_err();
    assert!(error.message().contains("учебный год закрыт"), "{error:?}");
    let person = Person {
        login: "orlova".into(),
        name: PersonName { surname: "Орлова".into(), given: "Ольга".into(), patronymic: String::new() },
        position: "директор".into(),
        association: String::new(),
        roles: vec![Role::Director],
    };
    office.allows("ivanova", now, person);
    office.allows("ivanova", now, ClockReset { reason: "спешили".into() });
    office.allows("petrova", now, super::carriers::carrier("1", "petrova", "сейф"));
}

#[test]
fn a_restored_journal_leaves_out_no_number_of_a_document_or_up_to_a_million() {
    let mut office = Office::open();
    let restored =
        |numbers| JournalRestored { reason: "сгорел компьютер".into(), lost: Vec::new(), numbers };
    for numbers in [0, 1, 1_000_000] {
        office.allows("petrova", "2025-09-15T12:00", restored(numbers));
    }
    office.forbids("petrova", "2025-09-15T12:00", restored(1_000_001), "не больше 1000000 номеров");
    office.forbids("petrova", "2025-09-15T12:00", restored(u64::MAX), "не больше 1000000 номеров");
}
