//! A school for the tests of use cases: 7А with four pupils, algebra on Mondays and Wednesdays, and who works there.

use super::Workplace;
use super::lesson::{LessonRef, LessonWish};
use super::plan::PlanLine;
use crate::error::{Error, Kind};
use crate::journal::entry::{Person, PlanSet, SubjectLine, SubjectsSet};
use crate::journal::read::Tables;
use crate::journal::testing::{self, Annals, TestJournal, day, identity, lesson_at, moment, name, person};
use crate::school::{CourseKey, Role, School};
use std::ops::Deref;

/// The school on its first day. Of the lessons of the year a plan knows three.
pub(super) struct Office(TestJournal);

pub(super) fn algebra() -> CourseKey {
    testing::course("7А", "Алгебра")
}

/// The lesson of algebra on a day.
pub(super) fn at(on: &str, number: u8) -> LessonRef {
    lesson_at(&algebra(), on, number)
}

/// A lesson of which only the topic is said.
pub(super) fn about(at: &LessonRef, topic: &str) -> LessonWish {
    LessonWish {
        at: at.clone(),
        topic: Some(topic.to_owned()),
        work: None,
        homework: None,
        substitute: false,
        despite: false,
    }
}

impl Office {
    pub(super) fn open() -> Self {
        Self(testing::once("work".to_owned(), annals))
    }

    /// Asks for something at somebody's place, at a moment.
    pub(super) fn ask<T>(&mut self, login: &str, now: &str, ask: impl FnOnce(&mut Workplace<'_>) -> T) -> T {
        self.0.wait_until(now);
        let (key, (journal, clock)) = (identity(login), self.0.at_hand());
        ask(&mut Workplace::at(journal, &key, clock).unwrap())
    }

    /// Records a lesson of algebra on its day, with a topic.
    pub(super) fn teach(&mut self, at: &LessonRef) {
        let wish = about(at, "Тема");
        let given = self.ask("semyonov", &at.date.to_string(), |place| super::lesson::record(place, &wish));
        assert_eq!(given.unwrap().done.numbers.len(), 1);
    }

    /// From now on nothing can be written.
    pub(super) fn protect(&mut self) {
        self.0.protect();
    }

    /// How many entries the ledger has.
    pub(super) fn entries(&self) -> u64 {
        crate::journal::read::ledger::tip(self).unwrap().seq
    }
}

impl Deref for Office {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.0
    }
}

/// Demands a refusal of this kind with these words.
#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(result: crate::Result<T>, kind: Kind, words: &str) {
    let error: Error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.message().contains(words), "«{words}» is not in «{error}»");
}

fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals
        .person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]))
        .person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]))
        .person(person("gusev", "Гусев Глеб Глебович", "учитель", &[Role::Teacher]))
        .person(person("belova", "Белова Белла Борисовна", "учитель", &[Role::Teacher, Role::ClassTeacher]))
        .person(Person {
            association: "математика".to_owned(),
            ..person("kuznetsov", "Кузнецов Кузьма Кузьмич", "методист", &[Role::Methodist])
        });
    let line =
        SubjectLine {
            name: "Алгебра".into(), short: "Алг.".into(), association: "математика".into(), written: false
        };
    annals.first(SubjectsSet { subjects: vec![line] });
    annals.class("7А", "belova").class("7Б", "");
    for (file, full) in [("А-1", "Алиев Али"), ("Б-2", "Белов Борис"), ("В-3", "Волкова Вера"), ("Г-4", "Громов Глеб")]
    {
        annals.pupil(file, name(full), day("2012-01-01"), "7А", day("2025-09-01"));
    }
    let parallel = testing::course("7Б", "Алгебра");
    annals.course(&algebra(), "semyonov", 2.0).timetable(&algebra(), &[(1, 2), (3, 1)]).course(&parallel, "gusev", 2.0);
    let line =
        |no: u32| PlanLine { no, topic: format!("Тема {no}"), work: String::new(), homework: format!("§ {no}") };
    for course in [algebra(), parallel] {
        annals.by("kuznetsov", moment("2025-09-01T08:30"), PlanSet { course, lines: (1..=3).map(line).collect() });
    }
    annals
}
