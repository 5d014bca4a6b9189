//! A small school for the tests of this layer: 7А with four pupils, algebra (three lessons a week), English for group 1,
//! chemistry (one hour a week), which goes from semyonov to petrova on 1 October.

use crate::journal::entry::{CourseSet, LessonRef, SubjectLine, SubjectsSet};
use crate::journal::testing::{self, Annals, TestJournal, course, lesson_at, moment, name, noon, person};
use crate::school::{CourseKey, Role, School};

pub(crate) use crate::journal::testing::day;

/// The personal files of the pupils: Иванов Павел, Иванов Пётр, Петренко Анна, Ёлкина Дарья.
pub(crate) const PAVEL: &str = "И-01";
pub(crate) const PYOTR: &str = "И-02";
pub(crate) const ANNA: &str = "П-03";
pub(crate) const DARYA: &str = "Ё-04";

pub(crate) fn algebra() -> CourseKey {
    course("7А", "Алгебра")
}

pub(crate) fn chemistry() -> CourseKey {
    course("7А", "Химия")
}

/// The school without any lesson.
pub(crate) fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("kuznetsov", "Кузнецов Кирилл", "инженер", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    for (login, full, position, roles) in [
        ("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher, Role::ClassTeacher][..]),
        ("petrova", "Петрова Полина Павловна", "завуч", &[Role::Teacher, Role::DeputyHead]),
        ("belova", "Белова Берта", "учитель", &[Role::Teacher]),
    ] {
        annals.person(person(login, full, position, roles));
    }
    let subjects = [("Алгебра", "Алг."), ("Английский язык", "Англ."), ("Химия", "Хим.")];
    let line = |(name, short): (&str, &str)| SubjectLine {
        name: name.to_owned(),
        short: short.to_owned(),
        association: String::new(),
        written: true,
    };
    annals.first(SubjectsSet { subjects: subjects.map(line).to_vec() });
    annals.class("7А", "semyonov");
    for (file, full, born) in [
        (PAVEL, "Иванов Павел Андреевич", "2012-02-01"),
        (PYOTR, "Иванов Пётр Олегович", "2012-04-03"),
        (ANNA, "Петренко Анна", "2012-06-05"),
        (DARYA, "Ёлкина Дарья Ильинична", "2012-08-07"),
    ] {
        annals.pupil(file, name(full), day(born), "7А", day("2025-09-01"));
    }
    annals.group("7А", "1", vec![PAVEL.to_owned(), ANNA.to_owned()]);
    annals.course(&algebra(), "semyonov", 3.0).course(&course("7А/1", "Английский язык"), "belova", 3.0);
    annals.course(&chemistry(), "semyonov", 1.0);
    annals.timetable(&algebra(), &[(1, 2), (3, 1), (5, 3)]).timetable(&chemistry(), &[(4, 4)]);
    let handed_over = CourseSet { course: chemistry(), teacher: "petrova".to_owned(), hours: 1.0 };
    annals.by("kuznetsov", moment("2025-10-01T08:00"), handed_over);
    annals
}

/// The school without any lesson, recorded.
pub(crate) fn tables() -> TestJournal {
    annals().record()
}

/// A lesson that is entered on its day by the course's teacher.
pub(crate) fn lesson(annals: &mut Annals, course: &CourseKey, date: &str, number: u8, topic: &str) -> LessonRef {
    let at = lesson_at(course, date, number);
    annals.taught(noon(at.date), testing::lesson(&at, topic, "§ 1"));
    at
}

/// Marks that are entered on the day of the lesson, for written work where `work` says so.
pub(crate) fn mark(annals: &mut Annals, at: &LessonRef, pupil: &str, marks: &str, work: &str) {
    annals.taught(noon(at.date), testing::mark(at, pupil, marks, work));
}

pub(crate) fn absence(annals: &mut Annals, at: &LessonRef, pupil: &str, kind: &str) {
    annals.taught(noon(at.date), testing::absence(at, pupil, kind));
}

/// A reason that the class teacher enters on the last day of its span.
pub(crate) fn reason(annals: &mut Annals, pupil: &str, since: &str, until: &str, reason: &str) {
    annals.by("semyonov", noon(day(until)), testing::reason(pupil, since, until, reason, ""));
}

/// Final marks that were set in another program, taken over at the end of their period.
pub(crate) fn final_mark(annals: &mut Annals, course: &CourseKey, pupil: &str, period: &str, mark: &str) {
    let on = if period == "I четверть" { "2025-10-24" } else { "2025-12-30" };
    annals.taken_over(moment(on), testing::finals(course, period, &[(pupil, mark)]));
}
