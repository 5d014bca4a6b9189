//! What a correction makes of a pupil's stays, and what becomes of group lists day by day.

use super::*;
use crate::journal::entry::{Body, SubjectLine, SubjectsSet};
use crate::journal::testing::{Annals, TestJournal, course, day, lesson, lesson_at, mark, name, once, person};
use crate::school::{Role, School};

const ADMINISTRATOR: &str = "ivanova";

fn school() -> TestJournal {
    once("rules of pupils".to_owned(), || {
        let school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person(ADMINISTRATOR, "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
        annals.person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]));
        annals.class("7А", "").class("7Б", "");
        annals.first(SubjectsSet {
            subjects: vec![SubjectLine {
                name: "Химия".into(),
                short: "Хим.".into(),
                association: String::new(),
                written: false,
            }],
        });
        for (file, full) in [("А-1", "Алиев Али"), ("Б-2", "Белов Борис"), ("В-3", "Волков Виктор")]
        {
            annals.pupil(file, name(full), day("2012-01-01"), "7А", day("2025-09-01"));
        }
        annals
    })
}

fn class(text: &str) -> ClassName {
    ClassName::parse(text).unwrap()
}

fn stay(of: &str, since: &str, until: Option<&str>) -> StayIn {
    StayIn { class: class(of), since: day(since), until: until.map(day) }
}

fn stays(school: &TestJournal) -> Vec<StayIn> {
    let pupil = read::pupil(school, "А-1").unwrap().unwrap();
    let stays = read::stays_of(school, pupil.id).unwrap();
    stays.into_iter().map(|(class, stay)| StayIn::of(class, stay)).collect()
}

fn corrected(was: &StayIn, becomes: &StayIn) -> Body {
    let (was, becomes) = (was.clone(), becomes.clone());
    EnrolmentCorrected { file: "А-1".into(), was, becomes, reason: String::new(), despite: false }.into()
}

fn left(until: &str) -> Body {
    PupilLeft { file: "А-1".into(), until: day(until), despite: false }.into()
}

fn enrolled(of: &str, since: &str) -> Body {
    PupilEnrolled { file: "А-1".into(), class: class(of), since: day(since) }.into()
}

fn moved(of: &str, since: &str) -> Body {
    PupilMoved { file: "А-1".into(), class: class(of), since: day(since), despite: false }.into()
}

#[test]
fn the_rule_foresees_the_stays_that_a_correction_leaves() {
    let move_to_7b = || vec![moved("7Б", "2025-10-15")];
    let returned = || vec![left("2025-10-01"), enrolled("7Б", "2025-11-05")];
    let whole = |of: &str| vec![stay(of, "2025-09-01", None)];
    let cases = [
        (Vec::new(), stay("7Б", "2025-09-01", None), whole("7Б")),
        (Vec::new(), stay("7А", "2025-09-08", None), vec![stay("7А", "2025-09-08", None)]),
        (vec![left("2025-10-01")], stay("7А", "2025-09-01", None), whole("7А")),
        (
            vec![left("2025-10-01")],
            stay("7А", "2025-09-01", Some("2025-12-01")),
            vec![stay("7А", "2025-09-01", Some("2025-12-01"))],
        ),
        (
            move_to_7b(),
            stay("7Б", "2025-10-20", None),
            vec![stay("7А", "2025-09-01", Some("2025-10-20")), stay("7Б", "2025-10-20", None)],
        ),
        (
            move_to_7b(),
            stay("7Б", "2025-10-06", None),
            vec![stay("7А", "2025-09-01", Some("2025-10-06")), stay("7Б", "2025-10-06", None)],
        ),
        (move_to_7b(), stay("7А", "2025-10-15", None), whole("7А")),
        (move_to_7b(), stay("7Б", "2025-09-01", None), whole("7Б")),
        (
            returned(),
            stay("7А", "2025-11-05", None),
            vec![stay("7А", "2025-09-01", Some("2025-10-01")), stay("7А", "2025-11-05", None)],
        ),
        (
            returned(),
            stay("7Б", "2025-10-01", None),
            vec![stay("7А", "2025-09-01", Some("2025-10-01")), stay("7Б", "2025-10-01", None)],
        ),
    ];
    for (first, becomes, expected) in cases {
        let mut school = school();
        school.attempt(ADMINISTRATOR, &first).unwrap();
        let before = stays(&school);
        let was = before.last().unwrap().clone();
        let pairs: Vec<_> = before.iter().map(|of| (of.class.clone(), of.stay())).collect();
        let foreseen: Vec<StayIn> =
            after(&pairs, &was, &becomes).into_iter().map(|(class, stay)| StayIn::of(class, stay)).collect();
        school
            .attempt(ADMINISTRATOR, &[corrected(&was, &becomes)])
            .unwrap_or_else(|error| panic!("{becomes:?}: {error}"));
        assert_eq!(foreseen, expected, "{becomes:?}");
        assert_eq!(stays(&school), expected, "{becomes:?}");
    }
}

#[test]
fn a_correction_that_fits_nothing_is_refused() {
    let mut school = school();
    let stands = stay("7А", "2025-09-01", None);
    let mut refuses = |first: &[Body], was: &StayIn, becomes: &StayIn, words: &str| {
        school.attempt(ADMINISTRATOR, first).unwrap();
        let error = school.attempt(ADMINISTRATOR, &[corrected(was, becomes)]).unwrap_err();
        assert!(error.message().contains(words), "«{words}» is not in «{error}»");
    };
    refuses(&[], &stay("7Б", "2025-09-01", None), &stay("7А", "2025-09-02", None), "в журнале стоит: 7А с 01.09.2025");
    refuses(&[], &stands, &stands, "исправлять нечего");
    refuses(&[], &stands, &stay("8А", "2025-09-01", None), "класс 8А не заведён");
    refuses(&[], &stands, &stay("7А", "2025-08-31", None), "вне учебного года");
    let ended = stay("7А", "2025-09-01", Some("2025-10-01"));
    refuses(&[left("2025-10-01")], &ended, &stay("7А", "2025-09-01", Some("2025-09-01")), "раньше дня зачисления");
    let back = stay("7Б", "2025-11-05", None);
    refuses(&[enrolled("7Б", "2025-11-05")], &back, &stay("7Б", "2025-09-30", None), "учился(ась) в другом классе: 7А");
}

#[test]
fn a_change_of_a_group_on_a_day_leaves_what_was_said_of_other_days() {
    let mut school = school();
    let group = |members: &[&str], since: Option<&str>| {
        let (class, members) = (class("7А"), members.iter().map(|file| (*file).to_owned()).collect());
        Body::from(GroupSet { class, group: "1".into(), members, since: since.map(day), despite: false })
    };
    let there = |school: &TestJournal, on: &str| {
        let key = CourseKey { group: "1".into(), ..course("7А", "Химия") };
        let roster = read::roster(school, &key, day(on)).unwrap();
        roster.into_iter().map(|pupil| pupil.file.to_string()).collect::<Vec<_>>()
    };
    school.attempt(ADMINISTRATOR, &[group(&["А-1", "Б-2"], None), group(&["А-1"], Some("2025-11-10"))]).unwrap();
    assert_eq!(["2025-09-01", "2025-11-09", "2025-11-10"].map(|on| there(&school, on).len()), [2, 2, 1]);
    // Волков had been forgotten in September; Белов left in November all the same.
    school.attempt(ADMINISTRATOR, &[group(&["А-1", "Б-2", "В-3"], Some("2025-09-01"))]).unwrap();
    assert_eq!(there(&school, "2025-09-01"), ["А-1", "Б-2", "В-3"]);
    assert_eq!(there(&school, "2025-11-10"), ["А-1", "В-3"]);
    // Who comes earlier than was said comes then, and once.
    school.attempt(ADMINISTRATOR, &[group(&["А-1", "В-3", "Б-2"], Some("2025-12-01"))]).unwrap();
    school.attempt(ADMINISTRATOR, &[group(&["А-1", "В-3", "Б-2"], Some("2025-11-20"))]).unwrap();
    assert_eq!(["2025-11-19", "2025-11-20"].map(|on| there(&school, on).len()), [2, 3]);
    // From the first day on he never was there.
    school.attempt(ADMINISTRATOR, &[group(&["Б-2", "В-3"], Some("2025-09-01"))]).unwrap();
    let memberships = read::memberships(&school, &class("7А")).unwrap();
    let of = |file: &str| read::pupil(&school, file).unwrap().unwrap().id;
    assert_eq!(memberships.iter().filter(|known| known.pupil == of("А-1")).count(), 0);
    // For the whole year: nothing of the days is left.
    school.attempt(ADMINISTRATOR, &[group(&["В-3"], None)]).unwrap();
    assert_eq!(["2025-09-01", "2026-05-29"].map(|on| there(&school, on)), [["В-3"], ["В-3"]]);
}

#[test]
fn an_entry_that_names_a_pupil_by_a_number_of_his_before_is_his() {
    let mut school = school();
    let chemistry = course("7А", "Химия");
    let set = crate::journal::entry::CourseSet { course: chemistry.clone(), teacher: "semyonov".into(), hours: 1.0 };
    let renumber = |file: &str, becomes: &str| {
        let (file, becomes) = (file.to_owned(), becomes.to_owned());
        Body::from(PupilRenumbered { file, becomes, reason: String::new() })
    };
    school.attempt(ADMINISTRATOR, &[set.into(), renumber("А-1", "А-11"), renumber("А-11", "А-111")]).unwrap();
    let at = lesson_at(&chemistry, "2025-09-01", 2);
    school.wait_until("2025-09-01T12:00");
    let bodies: [Body; 2] = [lesson(&at, "Вода", "").into(), mark(&at, "А-1", "5", "").into()];
    school.attempt("semyonov", &bodies).unwrap();
    assert_eq!(school.rows("SELECT file, marks FROM marks JOIN pupils ON pupils.id = pupil"), [["А-111", "5"]]);
    // Said again by an old number, it is the same pupil with another name; nobody else is ever given the number.
    let born = day("2012-01-01");
    let renamed = PupilSet { file: "А-11".into(), name: name("Алиев Олег"), born, sex: None, another: false };
    school.attempt(ADMINISTRATOR, &[renamed.into()]).unwrap();
    assert_eq!(school.rows("SELECT count(*) FROM pupils"), [["3"]]);
    let error = school.attempt(ADMINISTRATOR, &[renumber("Б-2", "А-1")]).unwrap_err();
    assert!(error.message().contains("личное дело «А-1» уже есть: Алиев"), "{error}");
    // His own he may have back.
    school.attempt(ADMINISTRATOR, &[renumber("А-111", "А-1")]).unwrap();
    let path = school.at_hand().0.path().to_owned();
    let audited = crate::journal::Journal::audit(&path, &mut |_| {}).unwrap();
    assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
}
