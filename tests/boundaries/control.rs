//! Substitutions, remarks, notes, and the close of the year.

use super::*;
use letopis::journal::entry::{
    Change, ClassSet, ClockReset, CorrectionDecided, CorrectionRequested, NoteAdded, NoteDone, Person, RemarkAnswered,
    RemarkWritten, SubstitutionAssigned, SubstitutionConfirmed, YearClosed,
};
use letopis::school::{ClassName, PersonName, Role};

fn assigned(at: LessonRef, substitute: &str) -> SubstitutionAssigned {
    SubstitutionAssigned { at, substitute: substitute.into() }
}

#[test]
fn clause_2_1_a_substitute_is_assigned_to_a_lesson_to_come_and_confirmed_once_by_another() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    let at = || algebra("2025-09-15");
    each(
        &mut office,
        "petrova",
        now,
        &[
            (assigned(at(), "gusev"), None),
            (assigned(at(), ""), Some("отменять нечего")),
            (assigned(at(), "semyonov"), Some("и есть учитель курса")),
            (assigned(at(), "kuznetsov"), Some("нет роли «учитель»")),
            (assigned(algebra("2025-10-25"), "gusev"), Some("не учебный день")),
        ],
    );
    let confirmed = || SubstitutionConfirmed { at: at() };
    office.forbids("petrova", now, confirmed(), "урок 15.09.2025 (7А, Алгебра, урок 2) не записан");
    let by = |who: &str| LessonRecorded { substitute: who.into(), ..lesson(at()) };
    office.record("gusev", now, by("gusev")).unwrap();
    office.forbids("petrova", now, assigned(at(), "belova"), "уже записан");
    office.forbids("petrova", now, assigned(at(), ""), "уже записан");
    office.allows("petrova", now, confirmed());
    office.record("kuznetsov", now, confirmed()).unwrap();
    office.forbids("petrova", now, confirmed(), "уже подтверждена");
    // Without a substitute there is nothing to confirm; with oneself as one, another does it.
    let other = || lesson_at(course("Алгебра"), "2025-09-15", 3);
    office.record("semyonov", now, lesson(other())).unwrap();
    office.forbids("petrova", now, SubstitutionConfirmed { at: other() }, "без замены");
    let own = lesson_at(course("Алгебра"), "2025-09-15", 4);
    office.record("petrova", now, LessonRecorded { substitute: "petrova".into(), ..lesson(own.clone()) }).unwrap();
    office.forbids("petrova", now, SubstitutionConfirmed { at: own.clone() }, "свою замену подтверждает другой");
    office.allows("kuznetsov", now, SubstitutionConfirmed { at: own });
    assert!(office.is_clean());
}

#[test]
fn an_assigned_substitution_is_cancelled_while_the_lesson_is_not_recorded() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    office.record("petrova", now, assigned(algebra("2025-09-15"), "gusev")).unwrap();
    office.allows("petrova", now, assigned(algebra("2025-09-15"), ""));
    office.forbids("petrova", now, assigned(lesson_at(course("Алгебра"), "2025-09-15", 3), ""), "отменять нечего");
    office.forbids("petrova", now, assigned(algebra("2025-09-16"), ""), "отменять нечего");
    office.forbids("petrova", now, assigned(lesson_at(course("Химия"), "2025-09-15", 2), ""), "отменять нечего");
}

#[test]
fn clause_3_3_5_a_remark_is_about_a_class_or_a_course_of_it_and_answered_once() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    let class = |name: &str| ClassName::parse(name).unwrap();
    office.record("ivanova", now, ClassSet { class: class("7Б"), teacher: String::new() }).unwrap();
    let remark =
        |of: &str, course: Option<CourseKey>, text: &str| RemarkWritten { class: class(of), course, text: text.into() };
    each(
        &mut office,
        "petrova",
        now,
        &[
            (remark("7А", None, &letters(1000)), None),
            (remark("7А", None, &letters(1001)), Some("1001 знаков")),
            (remark("7А", None, " "), Some("не указано: замечание")),
            (remark("7В", None, "х"), Some("не заведён")),
            (remark("7А", Some(course("Алгебра")), "х"), None),
            (remark("7Б", Some(course("Алгебра")), "х"), Some("не класса 7Б")),
            (remark("7А", Some(course("Физика")), "х"), Some("не заведён")),
        ],
    );
    office.record("petrova", now, remark("7А", Some(course("Алгебра")), "х")).unwrap();
    let answer = |number, text: &str| RemarkAnswered { number, text: text.into() };
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (answer(1, &letters(1000)), None),
            (answer(1, &letters(1001)), Some("1001 знаков")),
            (answer(1, ""), Some("отметка о выполнении")),
        ],
    );
    office.forbids("petrova", now, answer(2, "да"), "замечания № 2 нет");
    office.record("semyonov", now, answer(1, "да")).unwrap();
    office.forbids("semyonov", now, answer(1, "да"), "уже есть отметка");
}

#[test]
fn a_note_is_an_armoured_text_of_at_most_120_lines_of_64_letters() {
    let mut office = Office::open();
    let now = "2025-09-15T09:00";
    let note = |middle: Vec<String>| {
        let mut sealed = vec!["-----BEGIN AGE ENCRYPTED FILE-----".to_owned()];
        sealed.extend(middle);
        sealed.push("-----END AGE ENCRYPTED FILE-----".to_owned());
        NoteAdded { sealed }
    };
    let refused = Some("слишком длинная или не зашифрована");
    let lines = |count: usize, line: &str| vec![line.to_owned(); count];
    let mut open = note(lines(1, "YQ=="));
    open.sealed.pop();
    let mut unopened = note(lines(1, "YQ=="));
    unopened.sealed.remove(0);
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (note(lines(118, &"a".repeat(64))), None),
            (note(lines(119, &"a".repeat(64))), refused),
            (note(lines(1, &"a".repeat(65))), refused),
            (note(lines(1, "ы")), refused),
            (open, refused),
            (unopened, refused),
            (NoteAdded { sealed: Vec::new() }, refused),
        ],
    );
    let added = office.record("semyonov", now, note(lines(1, "YQ=="))).unwrap();
    office.forbids("belova", now, NoteDone { note: added.seq }, "нет записи");
    office.forbids("semyonov", now, NoteDone { note: added.seq - 1 }, "нет записи");
    office.record("semyonov", now, NoteDone { note: added.seq }).unwrap();
    office.forbids("semyonov", now, NoteDone { note: added.seq }, "уже отмечена");
}

#[test]
fn the_year_is_closed_on_its_last_day_at_the_earliest_and_with_no_correction_open() {
    let mut office = Office::open();
    office.forbids("petrova", "2026-05-28T23:59", YearClosed {}, "учебный год идёт до 29.05.2026");
    office.allows("petrova", "2026-05-29T00:00", YearClosed {});
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
    office.forbids("petrova", "2026-05-29T12:00", YearClosed {}, "не решены заявки на исправление № 1");
    let decided = CorrectionDecided { number: 1, approved: false, note: "нет".into() };
    office.record("petrova", "2026-05-29T12:00", decided).unwrap();
    office.allows("petrova", "2026-05-29T12:00", YearClosed {});
}

#[test]
fn of_a_closed_year_only_what_keeps_it_is_recorded() {
    let mut office = Office::open();
    let now = "2026-06-01T12:00";
    office.record("petrova", now, YearClosed {}).unwrap();
    let closed = Some("учебный год закрыт");
    office.forbids("petrova", now, YearClosed {}, "учебный год закрыт");
    office.forbids(
        "ivanova",
        now,
        ClassSet { class: ClassName::parse("7Б").unwrap(), teacher: String::new() },
        "учебный год закрыт",
    );
    each(&mut office, "semyonov", now, &[(marks(algebra("2026-05-29"), "П-03", "5"), closed)]);
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
