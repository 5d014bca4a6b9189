//! Substitutions.

use super::*;
use letopis::journal::entry::{SubstitutionAssigned, SubstitutionConfirmed};

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
