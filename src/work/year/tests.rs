//! The end of the year, asked of the library: what is missing, and a close that is taken back.

use super::*;
use crate::error::Kind;
use crate::journal::audit_file;
use crate::journal::entry::{Body, DecisionSet, FinalsSet};
use crate::journal::read::documents::documents;
use crate::journal::testing::{Annals, TestJournal, course, day, finals, identity, name, once, person};
use crate::school::Role;
use crate::work::confirm::{self, Which};
use crate::work::testing::refused;

/// 7А with two pupils and algebra, first graders with one; deputy head and director are independent of the administrator.
fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals
        .second(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]))
        .second(person("kuznetsov", "Кузнецов Кузьма Кузьмич", "директор", &[Role::Director]))
        .person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]));
    annals.subject("Алгебра").class("7А", "").class("1А", "").class("9А", "");
    for (file, full, class) in [("А-1", "Алиев Али", "7А"), ("Б-2", "Белов Борис", "7А"), ("В-3", "Волкова Вера", "1А")]
    {
        annals.pupil(file, name(full), day("2012-01-01"), class, day("2025-09-01"));
    }
    let algebra = course("7А", "Алгебра");
    annals.course(&algebra, "semyonov", 2.0).timetable(&algebra, &[(1, 2)]);
    annals.course(&course("1А", "Алгебра"), "semyonov", 2.0);
    annals
}

struct School7(TestJournal);

impl School7 {
    fn open() -> Self {
        Self(once("the year's end".to_owned(), annals))
    }

    fn ask<T>(&mut self, login: &str, now: &str, ask: impl FnOnce(&mut Workplace<'_>) -> T) -> T {
        self.0.wait_until(now);
        let (key, (journal, clock)) = (identity(login), self.0.at_hand());
        ask(&mut Workplace::at(journal, &key, clock).unwrap())
    }

    fn record(&mut self, login: &str, now: &str, body: impl Into<Body>) -> Result<()> {
        let body = body.into();
        self.ask(login, now, |place| place.record([body])).map(drop)
    }

    fn year_mark(&mut self, pupil: &str) {
        let set: FinalsSet = finals(&course("7А", "Алгебра"), "Год", &[(pupil, "4")]);
        self.record("semyonov", "2026-05-29T10:00", set).unwrap();
    }

    fn decide(&mut self, pupil: &str, words: &str) -> Result<()> {
        let (date, number, decision) = (day("2026-05-29"), "9".to_owned(), words.to_owned());
        self.record("petrova", "2026-05-29T11:00", DecisionSet { pupil: pupil.into(), date, number, decision })
    }

    fn sheet(&self, class: &str) -> ClassGaps {
        let class = crate::school::ClassName::parse(class).unwrap();
        ClassGaps::of_sheet(&self.0, &read::school(&self.0).unwrap(), &class).unwrap()
    }
}

#[test]
fn the_sheet_lacks_the_years_marks_and_the_decisions_of_whoever_is_there_at_the_end() {
    let mut school = School7::open();
    assert_eq!(school.sheet("7А").counts(), (2, 2));
    assert_eq!(school.sheet("1А").counts(), (0, 1), "no marks are given in the first grade");
    assert!(school.sheet("9А").is_empty(), "there is nobody in it");
    school.year_mark("А-1");
    school.decide("Б-2", "переведён").unwrap();
    let gaps = school.sheet("7А");
    let told: Vec<_> =
        gaps.pupils.iter().map(|gaps| (gaps.pupil.file.as_str(), gaps.marks.len(), gaps.decision)).collect();
    assert_eq!(told, [("А-1", 0, true), ("Б-2", 1, false)]);
    let exam = finals(&course("7А", "Алгебра"), "Экзамен", &[("А-1", "5")]);
    school.record("semyonov", "2026-05-29T12:00", exam).unwrap();
    assert_eq!(&*school.sheet("7А").pupils[0].marks[0].period, "Итог", "an exam wants what it comes to");
}

#[test]
fn only_what_should_be_there_by_now_is_missing() {
    let school = School7::open();
    let on = |text: &str| status(&school.0, day(text)).unwrap().gaps;
    assert!(on("2025-10-23").is_empty());
    let october = on("2025-10-24");
    assert_eq!(october.classes.len(), 1, "nothing is due in the first grade");
    assert_eq!(october.classes[0].counts(), (2, 0));
    assert!(!october.archive && october.books.is_empty() && october.sheets.is_empty());
    let june = on("2026-06-01");
    assert_eq!(june.classes[0].class.to_string(), "1А");
    assert_eq!(june.classes[1].counts(), (6, 2), "two quarters and the year");
    assert_eq!((june.archive, june.books.len(), june.sheets.len()), (true, 2, 2), "nobody was in 9А");
}

#[test]
fn the_year_is_closed_by_whoever_types_it_and_with_gaps_says_why() {
    let mut school = School7::open();
    let now = "2026-05-29T12:00";
    let mut close = |typed: &str, reason: &str| school.ask("petrova", now, |place| close(place, typed, reason));
    refused(close("2024/2025", "на бумаге"), Kind::Input, "набрано «2024/2025»");
    refused(close("", "на бумаге"), Kind::Input, "набрано «»");
    refused(close("2025/2026", "  "), Kind::Input, "причина не указана");
    refused(close("2025/2026", &"ы".repeat(1001)), Kind::Input, "помещается 1000");
    assert_eq!(close(" 2025 – 2026 ", "на бумаге").unwrap().numbers.len(), 1);
    assert_eq!(read::closed(&school.0).unwrap().unwrap().reason, "на бумаге");
    refused(school.ask("petrova", now, before_close), Kind::Refused, "учебный год закрыт");
}

#[test]
fn a_close_with_gaps_and_without_a_reason_is_found_by_the_rules() {
    let mut school = School7::open();
    let closed = |year: &str| YearClosed { year: year.into(), reason: String::new() };
    refused(school.record("petrova", "2026-05-29T12:00", closed("2025/2026")), Kind::Refused, "с пробелами");
    refused(school.record("petrova", "2026-05-29T12:00", closed("")), Kind::Input, "указан «»");
}

#[test]
fn a_closed_year_is_opened_again_once_a_second_person_confirms_it_and_not_after_the_next_was_begun() {
    let mut school = School7::open();
    let now = "2026-06-01T12:00";
    school.ask("petrova", now, |place| close(place, "2025/2026", "на бумаге")).unwrap();
    let waits = school.ask("kuznetsov", now, |place| reopen(place, "отметка не та")).unwrap();
    assert_eq!(waits.waiting.len(), 1);
    assert!(read::is_closed(&school.0).unwrap(), "it stays closed while that waits");
    let twice = school.ask("kuznetsov", now, |place| reopen(place, "и ещё одна"));
    refused(twice, Kind::Refused, "уже ждёт подтверждения");
    let token = "0".repeat(32);
    let continued = crate::journal::entry::YearContinued { token };
    refused(school.record("ivanova", now, continued.clone()), Kind::Refused, "ждёт решения второго лица");
    let give = |place: &mut Workplace<'_>| confirm::give(place, &Which::Numbers(waits.waiting.clone()));
    refused(school.ask("kuznetsov", now, give), Kind::Refused, "её внесли вы сами");
    school.ask("petrova", now, give).unwrap();
    assert!(!read::is_closed(&school.0).unwrap());
    let decided = DecisionSet {
        pupil: "А-1".into(),
        date: day("2026-06-01"),
        number: "10".into(),
        decision: "оставлен на повторное обучение".into(),
    };
    school.record("petrova", now, decided).unwrap();
    school.ask("petrova", now, |place| close(place, "2025/2026", "на бумаге")).unwrap();
    let status = status(&school.0, day("2026-06-01")).unwrap();
    assert_eq!((status.reopened.len(), status.closed.is_some()), (1, true));
    school.record("ivanova", now, continued).unwrap();
    refused(
        school.ask("kuznetsov", now, |place| reopen(place, "поздно")),
        Kind::Refused,
        "журнал следующего года уже начат",
    );
    let found = audit_file(&school.0, &mut |_| {}).unwrap().findings;
    assert!(found.is_empty(), "{found:?}");
    assert!(documents(&school.0).unwrap().is_empty());
}

#[test]
fn a_decision_is_words_of_the_list_that_suit_the_grade() {
    let mut school = School7::open();
    refused(school.decide("А-1", "хороший мальчик"), Kind::Input, "нет в списке");
    refused(school.decide("А-1", "выпущен"), Kind::Refused, "7 класс не выпускной");
    refused(school.decide("В-3", "оставлен на повторное обучение"), Kind::Refused, "в 1 классе");
    refused(school.decide("В-3", "переведён условно"), Kind::Refused, "задолженности");
    school.decide("В-3", "переведена в 3 класс").unwrap_err();
    school.decide("В-3", "переведена во 2 класс").unwrap();
    let mut config = read::school(&school.0).unwrap();
    config.policy.decisions = vec!["направлен на комиссию".into()];
    let changed = crate::journal::entry::SchoolChanged { school: config };
    school.record("ivanova", "2026-05-29T11:10", changed).unwrap();
    school.ask("petrova", "2026-05-29T11:20", |place| {
        let code = confirm::list(place.tables()).unwrap().code;
        confirm::give(place, &Which::All(code)).unwrap();
    });
    let own = DecisionSet {
        pupil: "А-1".into(),
        date: day("2026-05-29"),
        number: "9".into(),
        decision: "Направлен на комиссию".into(),
    };
    school.record("petrova", "2026-05-29T11:30", own).unwrap();
}

#[test]
fn whoever_cannot_be_placed_goes_over_without_a_class() {
    let mut school = School7::open();
    let stray = crate::journal::entry::PupilSet {
        file: "Я-9".into(),
        name: name("Яшин Яков"),
        born: day("2012-01-01"),
        sex: None,
        another: false,
    };
    school.record("ivanova", "2026-05-28T12:00", stray).unwrap();
    school.decide("А-1", "переведён в 8Б класс").unwrap();
    let placing = Placing::of(&school.0, false).unwrap();
    let why = |file: &str| placing.unplaced.iter().find(|one| &*one.pupil.file == file).map(|one| one.why.clone());
    assert_eq!((placing.placed(), placing.gone(), placing.unplaced.len()), (1, 0, 3));
    assert_eq!((why("Б-2"), why("Я-9")), (Some(WhyNot::NoDecision), Some(WhyNot::NoClass)));
    let of_7a = placing.classes.iter().find(|class| class.class.to_string() == "7А").unwrap();
    assert_eq!(of_7a.to.keys().map(ToString::to_string).collect::<Vec<_>>(), ["8Б"]);
    let mut bodies = Vec::new();
    placing.record(&school.0, day("2026-09-01"), &mut bodies).unwrap();
    let count = |kind: &str| bodies.iter().filter(|body| body.kind() == kind).count();
    assert_eq!((count("pupil.set"), count("pupil.enrolled")), (4, 1));
    assert_eq!(Placing::of(&school.0, true).unwrap().placed(), 3, "also the first grader");
}

#[test]
fn whoever_left_after_the_year_is_named_and_stays_behind_and_former_numbers_go_over() {
    use crate::journal::entry::{PupilLeft, PupilRenumbered};
    let mut school = School7::open();
    for (file, becomes) in [("Б-2", "Б-20"), ("Б-20", "Б-7")] {
        let (file, becomes, reason) = (file.to_owned(), becomes.to_owned(), "опечатка".to_owned());
        school.record("ivanova", "2026-05-20T12:00", PupilRenumbered { file, becomes, reason }).unwrap();
    }
    school.decide("А-1", "переведён").unwrap();
    school.decide("Б-7", "переведён").unwrap();
    let left = PupilLeft { file: "А-1".into(), until: day("2026-06-01"), despite: false };
    school.record("ivanova", "2026-06-10T12:00", left).unwrap();
    let placing = Placing::of(&school.0, false).unwrap();
    let of_7a = placing.classes.iter().find(|class| class.class.to_string() == "7А").unwrap();
    assert_eq!(of_7a.left.iter().map(|pupil| &*pupil.file).collect::<Vec<_>>(), ["А-1"]);
    assert_eq!((placing.placed(), placing.gone()), (1, 1));
    let mut bodies = Vec::new();
    placing.record(&school.0, day("2026-09-01"), &mut bodies).unwrap();
    let (mut first, mut numbers) = (Vec::new(), Vec::new());
    for body in &bodies {
        match body {
            Body::PupilSet(set) => first.push(set.file.clone()),
            Body::PupilRenumbered(set) => numbers.push((set.file.clone(), set.becomes.clone())),
            _ => {}
        }
    }
    assert!(!first.contains(&"А-1".to_owned()), "{first:?}");
    assert_eq!(numbers.len(), 2, "{numbers:?}");
    assert_eq!(numbers[1].1, "Б-7");
    assert_eq!(numbers[0].1, numbers[1].0);
}

#[test]
fn what_is_not_recorded_and_who_is_in_no_class_is_told_of_beside_the_gaps() {
    let mut school = School7::open();
    let stray = crate::journal::entry::PupilSet {
        file: "Я-9".into(),
        name: name("Яшин Яков"),
        born: day("2012-01-01"),
        sex: None,
        another: false,
    };
    school.record("ivanova", "2025-09-02T12:00", stray).unwrap();
    let loose = status(&school.0, day("2025-09-15")).unwrap().loose;
    assert_eq!(loose.lessons, 3, "three Mondays");
    assert_eq!(loose.without_class.iter().map(|pupil| &*pupil.file).collect::<Vec<_>>(), ["Я-9"]);
}
