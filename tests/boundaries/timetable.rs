//! What a school's week can hold, and that a lesson is recorded where the timetable has one (§3.3.1).
//!
//! The small school's week: algebra on Monday 2, Wednesday 1, Friday 3; English of both groups on Tuesday 1; chemistry on
//! Thursday 4 and 5.

use super::*;
use letopis::journal::entry::{ClassSet, CourseSet, SchoolChanged, Slot, SubstitutionAssigned, TimetableSet};
use letopis::school::{Bell, ClassName, School};

const NOW: &str = "2025-09-15T12:00";

fn of(course: CourseKey, slots: &[(u8, u8)], since: Option<&str>) -> TimetableSet {
    let slots = slots.iter().map(|(weekday, lesson)| Slot { weekday: *weekday, lesson: *lesson }).collect();
    TimetableSet { course, since: since.map(day), slots, despite: false }
}

fn all_the_same(set: &TimetableSet) -> TimetableSet {
    TimetableSet { despite: true, ..set.clone() }
}

fn group(group: &str) -> CourseKey {
    CourseKey { group: group.into(), ..course("Английский язык") }
}

fn in_class(class: &str, subject: &str) -> CourseKey {
    CourseKey { class: ClassName::parse(class).unwrap(), ..course(subject) }
}

#[test]
fn a_class_has_one_lesson_at_a_time_and_its_groups_side_by_side() {
    let mut office = Office::open();
    let at_algebra = of(course("Химия"), &[(1, 2)], None);
    let cases = [
        (at_algebra.clone(), Some("пн, урок 2: у 7А уже «7А, Алгебра»")),
        (of(course("Химия"), &[(1, 1)], None), None),
        (of(group("1"), &[(1, 2)], None), Some("у 7А уже «7А, Алгебра»")),
        (of(course("Алгебра"), &[(2, 1)], None), Some("у 7А уже «7А (1), Английский язык»")),
        (of(group("1"), &[(2, 1), (3, 3)], None), None),
        (all_the_same(&at_algebra), None),
    ];
    each(&mut office, "ivanova", NOW, &cases);
    let english =
        CourseSet {
            course: CourseKey { group: "1".into(), ..course("Химия") }, teacher: "petrova".into(), hours: 1.0
        };
    office.record("ivanova", NOW, english.clone()).unwrap();
    let same_group = of(english.course.clone(), &[(2, 1)], None);
    office.forbids("ivanova", NOW, same_group, "у группы «1» 7А уже «7А");
    let other_group = CourseSet { course: CourseKey { group: "2".into(), ..english.course }, ..english };
    office.record("ivanova", NOW, other_group.clone()).unwrap();
    office.allows("ivanova", NOW, of(other_group.course, &[(4, 1)], None));
}

#[test]
fn a_teacher_has_one_lesson_at_a_time_and_who_takes_a_course_over_is_told_of_two() {
    let mut office = Office::open();
    office.record("ivanova", NOW, ClassSet { class: ClassName::parse("7Б").unwrap(), teacher: String::new() }).unwrap();
    let parallel = CourseSet { course: in_class("7Б", "Алгебра"), teacher: "semyonov".into(), hours: 3.0 };
    office.record("ivanova", NOW, parallel.clone()).unwrap();
    let at_once = of(parallel.course.clone(), &[(3, 1)], None);
    office.forbids("ivanova", NOW, at_once.clone(), "ср, урок 1: у учителя «semyonov» уже «7А, Алгебра»");
    office.allows("ivanova", NOW, all_the_same(&at_once));
    let by_another = CourseSet { teacher: "belova".into(), ..parallel.clone() };
    office.record("ivanova", NOW, by_another).unwrap();
    office.record("ivanova", NOW, at_once).unwrap();
    let back = office.tries("ivanova", NOW, parallel).unwrap();
    assert!(back.warnings.iter().any(|warning| warning.message.contains("у учителя «semyonov» уже «7А, Алгебра»")));
}

#[test]
fn weeks_clash_only_while_both_hold() {
    let mut office = Office::open();
    let algebra = |slots: &[(u8, u8)], since| of(course("Алгебра"), slots, since);
    let chemistry = |slots: &[(u8, u8)], since| of(course("Химия"), slots, since);
    office.record("ivanova", NOW, algebra(&[(1, 3)], Some("2026-01-12"))).unwrap();
    let cases = [
        (chemistry(&[(1, 2)], Some("2026-01-11")), Some("пн, урок 2")),
        (chemistry(&[(1, 2)], Some("2026-01-12")), None),
        (chemistry(&[(1, 3)], Some("2026-01-12")), Some("пн, урок 3")),
        (chemistry(&[(1, 3)], None), Some("пн, урок 3")),
    ];
    each(&mut office, "ivanova", NOW, &cases);
    // What ends before the other begins.
    office.record("ivanova", NOW, chemistry(&[], Some("2026-01-12"))).unwrap();
    office.allows("ivanova", NOW, chemistry(&[(1, 3)], None));
    office.forbids("ivanova", NOW, chemistry(&[(1, 2)], None), "пн, урок 2");
}

#[test]
fn a_week_has_no_sunday_and_no_lesson_beyond_the_bells() {
    let mut office = Office::open();
    let sunday = of(course("Алгебра"), &[(7, 1)], None);
    office.forbids("ivanova", NOW, sunday.clone(), "вс, урок 1: воскресенье");
    office.allows("ivanova", NOW, all_the_same(&sunday));
    office.allows("ivanova", NOW, of(course("Алгебра"), &[(6, 15)], None));
    let mut school: School = letopis::journal::read::school(office.journal.tables()).unwrap();
    let bell =
        |lesson: u8| Bell { lesson, begins: format!("{:02}:00", 7 + lesson), ends: format!("{:02}:45", 7 + lesson) };
    school.bells = (1..=7).map(bell).collect();
    office.record("ivanova", NOW, SchoolChanged { school }).unwrap();
    let cases = [
        (of(course("Алгебра"), &[(6, 7)], None), None),
        (of(course("Алгебра"), &[(6, 8)], None), Some("сб, урок 8: такого урока нет, звонков в школе 7")),
        (all_the_same(&of(course("Алгебра"), &[(6, 8)], None)), None),
    ];
    each(&mut office, "ivanova", NOW, &cases);
}

#[test]
fn a_lesson_is_recorded_where_the_timetable_has_it_or_is_said_to_have_been_given_all_the_same() {
    let mut office = Office::open();
    let on = |date: &str, number: u8| LessonRecorded {
        despite: false,
        ..lesson(lesson_at(course("Алгебра"), date, number))
    };
    let now = "2025-09-16T12:00";
    let cases = [
        (on("2025-09-15", 2), None),
        (on("2025-09-15", 3), Some("урока 3 15.09.2025 нет в расписании «7А, Алгебра»: в этот день по нему урок 2")),
        (on("2025-09-16", 2), Some("в этот день уроков по нему нет")),
        (LessonRecorded { despite: true, ..on("2025-09-16", 2) }, None),
    ];
    each(&mut office, "semyonov", now, &cases);
    // Given instead of the teacher, it was nobody's hour.
    let instead = LessonRecorded { substitute: "belova".into(), ..on("2025-09-16", 2) };
    office.allows("belova", now, instead);
    let at = lesson_at(course("Алгебра"), "2025-09-16", 2);
    office.record("petrova", now, SubstitutionAssigned { at, substitute: "gusev".into() }).unwrap();
    office.allows("gusev", now, LessonRecorded { substitute: "gusev".into(), ..on("2025-09-16", 2) });
    office.tries_taking_over(now, on("2025-09-16", 2)).unwrap();
    // Once it is recorded, its words may be put right.
    office.record("semyonov", now, LessonRecorded { despite: true, ..on("2025-09-16", 2) }).unwrap();
    office.allows("semyonov", now, LessonRecorded { topic: "Другая".into(), ..on("2025-09-16", 2) });
    // A course that has no timetable has no hour either.
    let parallel = ClassSet { class: ClassName::parse("7Б").unwrap(), teacher: String::new() };
    office.record("ivanova", now, parallel).unwrap();
    let free = CourseSet { course: in_class("7Б", "Алгебра"), teacher: "semyonov".into(), hours: 1.0 };
    office.record("ivanova", now, free.clone()).unwrap();
    let of_free = LessonRecorded { at: lesson_at(free.course, "2025-09-16", 6), ..on("2025-09-16", 2) };
    office.allows("semyonov", now, of_free);
}
