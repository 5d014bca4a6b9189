//! A small school for the tests of this layer: 7А and 7Б with algebra, chemistry, and English in two groups; 1А without marks;
//! 10А with half-years.

use crate::journal::entry::{Person, SubjectLine, SubjectsSet};
use crate::journal::read::{self, Pupil, Tables};
use crate::journal::testing::{self, Annals, absence, course, day, lesson_at, mark, name, noon, person};
use crate::school::{Attendance, CourseKey, Role, School};

pub(crate) const ALI: &str = "А-1";
pub(crate) const BORIS: &str = "Б-2";
/// Namesakes.
pub(crate) const IVAN: &str = "И-3";
pub(crate) const OTHER_IVAN: &str = "И-4";
pub(crate) const SMALL: &str = "М-5";
pub(crate) const TALL: &str = "Т-6";

pub(crate) fn annals() -> Annals {
    let text = include_str!("../../../tests/fixtures/small/school.toml");
    let halves = "[[period]]\nname = \"I полугодие\"\nshort = \"I п/г\"\ngrades = [10, 11]\nbegins = 2025-09-01\nends = 2025-12-30\n
        [[bell]]\nlesson = 2\nbegins = \"09:25\"\nends = \"10:10\"\n";
    let school = School::from_toml(&format!("{text}\n{halves}")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    for (login, full, roles) in [
        ("semyonov", "Семёнов Савва Сергеевич", &[Role::Teacher, Role::ClassTeacher, Role::Methodist][..]),
        ("gusev", "Гусев Глеб Глебович", &[Role::Teacher]),
        ("petrova", "Петрова Елена Николаевна", &[Role::DeputyHead]),
    ] {
        annals.person(Person { association: "все".into(), ..person(login, full, "сотрудник", roles) });
    }
    let subjects = ["Алгебра", "Английский язык", "Химия"].map(|name| SubjectLine {
        name: name.into(),
        short: name.into(),
        association: "все".into(),
        written: true,
    });
    annals.first(SubjectsSet { subjects: subjects.to_vec() });
    for class in ["1А", "7А", "7Б", "10А"] {
        annals.class(class, "semyonov");
    }
    for (file, full, class) in [
        (ALI, "Алиев Али", "7А"),
        (BORIS, "Белов Борис", "7А"),
        (IVAN, "Иванов Иван", "7А"),
        (OTHER_IVAN, "Иванов Иван", "7А"),
        (SMALL, "Малов Макар", "1А"),
        (TALL, "Титов Тит", "10А"),
    ] {
        annals.pupil(file, name(full), day("2012-01-01"), class, day("2025-09-01"));
    }
    annals.group("7А", "1", vec![ALI.into(), IVAN.into()]).group("7А", "2", vec![BORIS.into(), OTHER_IVAN.into()]);
    for class in ["1А", "7А", "7Б", "10А"] {
        annals.course(&course(class, "Алгебра"), "semyonov", 3.0);
        annals.timetable(&course(class, "Алгебра"), &[(1, 2), (3, 2)]);
    }
    for group in ["7А/1", "7А/2"] {
        annals.course(&course(group, "Английский язык"), "gusev", 1.0);
        annals.timetable(&course(group, "Английский язык"), &[(2, 3)]);
    }
    annals.course(&course("7А", "Химия"), "semyonov", 1.0);
    annals.timetable(&course("7А", "Химия"), &[(4, 5)]);
    annals
}

pub(crate) fn algebra(class: &str) -> CourseKey {
    course(class, "Алгебра")
}

/// A lesson given on its day, with cells that its teacher fills an hour later.
pub(crate) fn teach(
    annals: &mut Annals,
    course: &CourseKey,
    on: &str,
    number: u8,
    words: (&str, &str),
    cells: &[(&str, &str)],
) {
    let at = lesson_at(course, on, number);
    annals.taught(noon(at.date), testing::lesson(&at, words.0, words.1));
    for (pupil, cell) in cells {
        let later = noon(at.date) + chrono::Duration::hours(1);
        match Attendance::parse(cell) {
            Some(_) => annals.taught(later, absence(&at, pupil, cell)),
            None => annals.taught(later, mark(&at, pupil, cell, "")),
        };
    }
}

pub(crate) fn pupil(tables: &Tables, file: &str) -> Pupil {
    read::pupil(tables, file).unwrap().unwrap()
}
