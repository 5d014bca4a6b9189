//! What the administrator keeps (§3.3.1).

use super::*;
use letopis::journal::entry::{
    ClassSet, CourseSet, GroupSet, JournalCreated, KeyEnrolled, KeyRevoked, Person, PersonDismissed, PlanLine, PlanSet,
    PupilEnrolled, PupilLeft, PupilMoved, PupilSet, Slot, SubjectLine, SubjectsSet, TimetableSet,
};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::school::{ClassName, PersonName, Role};

const NOW: &str = "2025-09-15T12:00";

fn class(name: &str) -> ClassName {
    ClassName::parse(name).unwrap()
}

fn name(surname: &str, given: &str) -> PersonName {
    PersonName { surname: surname.into(), given: given.into(), patronymic: String::new() }
}

fn person(login: &str) -> Person {
    let (position, association, roles) = ("учитель".into(), String::new(), vec![Role::Teacher]);
    Person { login: login.into(), name: name("Орлова", "Ольга"), position, association, roles }
}

#[test]
fn a_login_has_one_to_32_small_latin_letters_digits_dots_dashes_and_underscores() {
    let mut office = Office::open();
    let bad = Some("не годится");
    let logins = [
        ("a", None),
        ("a1.b-c_d", None),
        (&*"a".repeat(32), None),
        (&*"a".repeat(33), bad),
        ("", bad),
        ("Orlova", bad),
        ("орлова", bad),
        ("a b", bad),
        ("a@b", bad),
    ]
    .map(|(login, words)| (person(login), words));
    each(&mut office, "ivanova", NOW, &logins);
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (Person { name: name(" ", "Ольга"), ..person("orlova") }, Some("фамилия")),
            (Person { name: name("Орлова", ""), ..person("orlova") }, Some("имя")),
            (Person { position: String::new(), ..person("orlova") }, Some("должность")),
            (Person { roles: Vec::new(), ..person("orlova") }, Some("не указаны роли")),
            (Person { roles: vec![Role::Teacher, Role::Teacher], ..person("orlova") }, Some("указана дважды")),
            (Person { roles: vec![Role::Teacher, Role::Director], ..person("orlova") }, None),
        ],
    );
}

#[test]
fn an_administrator_with_a_key_in_force_always_remains() {
    let mut office = Office::open();
    let none_left = "не осталось бы администратора";
    let demoted = || Person { name: name("Иванова", "Инна"), ..person("ivanova") };
    let revoked = |office: &Office, login: &str| KeyRevoked {
        fingerprint: office.keys[login].public().fingerprint(),
        reason: "утерян".into(),
    };
    let leaving = |login: &str| PersonDismissed { login: login.into(), abandoned: String::new() };
    office.forbids("ivanova", NOW, demoted(), none_left);
    office.allows("ivanova", NOW, Person { roles: vec![Role::Teacher, Role::Administrator], ..demoted() });
    office.forbids("ivanova", NOW, leaving("ivanova"), none_left);
    let own = revoked(&office, "ivanova");
    office.forbids("ivanova", NOW, own.clone(), none_left);
    // A second administrator without a key in force is none.
    let second =
        Person {
            name: name("Гусев", "Глеб"), roles: vec![Role::Teacher, Role::Administrator], ..person("gusev")
        };
    let keyless = Person { roles: vec![Role::Administrator], ..person("orlova") };
    office.record("ivanova", NOW, keyless).unwrap();
    office.forbids("ivanova", NOW, leaving("ivanova"), none_left);
    office.record("ivanova", NOW, second).unwrap();
    office.allows("ivanova", NOW, demoted());
    office.allows("ivanova", NOW, leaving("ivanova"));
    office.allows("ivanova", NOW, own.clone());
    let his = revoked(&office, "gusev");
    office.record("ivanova", NOW, his).unwrap();
    office.forbids("ivanova", NOW, own, none_left);
    office.record("ivanova", NOW, leaving("belova")).unwrap();
    office.forbids("ivanova", NOW, leaving("belova"), "уже уволен(а)");
    office.forbids("ivanova", NOW, leaving("nobody"), "нет в журнале");
    let (key, journal) = (Identity::generate(), office.journal.tip().unwrap().journal);
    let enrolled = |login: &str| KeyEnrolled::of(&key, &journal, login).unwrap();
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (enrolled("semyonov"), None),
            (enrolled("belova"), Some("уволен(а)")),
            (enrolled("nobody"), Some("нет в журнале")),
        ],
    );
    let wordless = KeyRevoked { reason: " ".into(), ..revoked(&office, "petrova") };
    office.forbids("ivanova", NOW, wordless, "причина отзыва");
    let unknown = KeyRevoked { fingerprint: "SHA256:x".into(), reason: "утерян".into() };
    office.forbids("ivanova", NOW, unknown, "не внесён");
}

#[test]
fn a_dismissal_names_the_courses_and_carriers_that_are_left_behind() {
    let mut office = Office::open();
    office.record("petrova", NOW, super::carriers::carrier("1", "gusev", "сейф")).unwrap();
    office.record("petrova", NOW, super::carriers::carrier("2", "petrova", "кабинет")).unwrap();
    let issued = letopis::journal::entry::CarrierIssued { carrier: "2".into(), to: "gusev".into() };
    office.record("petrova", NOW, issued).unwrap();
    let warnings = office
        .tries("ivanova", NOW, PersonDismissed { login: "gusev".into(), abandoned: String::new() })
        .unwrap()
        .warnings;
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(
        warnings[0].message.contains("Английский язык")
            && warnings[1..].iter().any(|w| w.message.contains("«А-2» не сдан"))
    );
    assert!(warnings[1..].iter().any(|w| w.message.contains("«А-1» хранится у увольняемого")), "{warnings:?}");
    assert!(
        office
            .tries("ivanova", NOW, PersonDismissed { login: "kuznetsov".into(), abandoned: String::new() })
            .unwrap()
            .warnings
            .is_empty()
    );
}

#[test]
fn a_pupil_turns_four_to_thirty_in_the_year_that_the_school_year_begins_in() {
    let mut office = Office::open();
    let born = |date: &str| PupilSet {
        file: "Я-07".into(),
        name: name("Яшин", "Яков"),
        born: day(date),
        sex: None,
        another: false,
    };
    let bad = Some("неправдоподобна");
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (born("2022-01-01"), bad),
            (born("2021-12-31"), None),
            (born("1995-01-01"), None),
            (born("1994-12-31"), bad),
            (PupilSet { file: " ".into(), ..born("2012-01-01") }, Some("номер личного дела")),
            (PupilSet { name: name("", "Яков"), ..born("2012-01-01") }, Some("фамилия")),
            (PupilSet { name: name("Яшин", ""), ..born("2012-01-01") }, Some("имя")),
        ],
    );
}

#[test]
fn a_pupil_joins_leaves_and_moves_on_days_of_the_year_being_in_one_class_at_a_time() {
    let mut office = Office::open();
    let joins =
        |file: &str, of: &str, since: &str| PupilEnrolled { file: file.into(), class: class(of), since: day(since) };
    let leaves = |file: &str, until: &str| PupilLeft { file: file.into(), until: day(until), despite: false };
    let moves = |file: &str, to: &str, since: &str| PupilMoved {
        file: file.into(),
        class: class(to),
        since: day(since),
        despite: false,
    };
    office.record("ivanova", NOW, ClassSet { class: class("7Б"), teacher: String::new() }).unwrap();
    let set = PupilSet {
        file: "Я-07".into(),
        name: name("Яшин", "Яков"),
        born: day("2012-01-01"),
        sex: None,
        another: false,
    };
    office.record("ivanova", NOW, set).unwrap();
    let outside = Some("вне учебного года");
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (joins("Я-07", "7А", "2025-08-31"), outside),
            (joins("Я-07", "7А", "2025-09-01"), None),
            (joins("Я-07", "7А", "2026-05-29"), None),
            (joins("Я-07", "7А", "2026-05-30"), outside),
            (joins("Я-07", "7В", "2025-09-15"), Some("не заведён")),
            (joins("Х-99", "7А", "2025-09-15"), Some("нет ученика")),
            // С-05 is in 7А until 30 September, the first day he is not there.
            (joins("С-05", "7Б", "2025-09-29"), Some("уже учится")),
            (joins("С-05", "7Б", "2025-09-30"), None),
        ],
    );
    office.record("ivanova", NOW, joins("Я-07", "7А", "2025-09-15")).unwrap();
    let away = Some("не учится");
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (leaves("Я-07", "2025-09-15"), Some("выбыть 15.09.2025 ещё не может")),
            (leaves("Я-07", "2025-09-16"), None),
            (leaves("С-05", "2025-10-15"), away),
        ],
    );
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (moves("Я-07", "7Б", "2025-09-15"), Some("второй перевод в тот же день")),
            (moves("Я-07", "7Б", "2025-09-16"), None),
            (moves("Я-07", "7Б", "2026-05-29"), None),
            (moves("Я-07", "7Б", "2026-05-30"), outside),
            (moves("Я-07", "7Б", "2025-08-31"), outside),
            (moves("Я-07", "7А", "2025-09-16"), Some("уже учится в 7А")),
            (moves("Я-07", "7В", "2025-09-16"), Some("не заведён")),
            (moves("С-05", "7Б", "2025-10-15"), away),
        ],
    );
}

#[test]
fn a_group_is_of_pupils_of_the_class_each_named_once() {
    let mut office = Office::open();
    office.record("ivanova", NOW, ClassSet { class: class("7Б"), teacher: String::new() }).unwrap();
    let group = |of: &str, name: &str, members: &[&str]| GroupSet {
        class: class(of),
        group: name.into(),
        members: members.iter().map(|file| (*file).to_owned()).collect(),
        since: None,
        despite: false,
    };
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (group("7А", "3", &["И-01", "П-03"]), None),
            (group("7А", "3", &[]), None),
            (group("7А", " ", &["И-01"]), Some("название группы")),
            (group("7А", "3", &["И-01", "И-01"]), Some("указан в группе дважды")),
            (group("7Б", "3", &["И-01"]), Some("не из 7Б")),
            (group("7В", "3", &[]), Some("не заведён")),
            (group("7А", "3", &["Х-99"]), Some("нет ученика")),
        ],
    );
}

#[test]
fn a_course_has_more_than_no_hours_and_at_most_forty_and_a_teacher_who_is_one() {
    let mut office = Office::open();
    let of = |hours: f64| CourseSet { course: course("Алгебра"), teacher: "semyonov".into(), hours };
    let bad = Some("так не бывает");
    let grouped = |group: &str| CourseKey { group: group.into(), ..course("Алгебра") };
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (of(0.0), bad),
            (of(-1.0), bad),
            (of(0.25), None),
            (of(40.0), None),
            (of(40.25), bad),
            (CourseSet { teacher: "kuznetsov".into(), ..of(3.0) }, Some("нет роли «учитель»")),
            (CourseSet { teacher: "nobody".into(), ..of(3.0) }, Some("нет в журнале")),
            (CourseSet { course: course("Физика"), ..of(3.0) }, Some("нет в списке")),
            (CourseSet { course: grouped("1"), ..of(3.0) }, None),
            (CourseSet { course: grouped("9"), ..of(3.0) }, Some("нет группы «9»")),
            (
                CourseSet { course: CourseKey { class: class("7В"), ..course("Алгебра") }, ..of(3.0) },
                Some("не заведён"),
            ),
        ],
    );
    let led = |teacher: &str| ClassSet { class: class("7Б"), teacher: teacher.into() };
    let bodies = [(led("semyonov"), None), (led(""), None), (led("gusev"), Some("нет роли «классный руководитель»"))];
    each(&mut office, "ivanova", NOW, &bodies);
}

#[test]
fn a_timetable_has_lessons_one_to_fifteen_of_seven_days_none_twice_from_a_day_of_the_year() {
    let mut office = Office::open();
    let of = |slots: &[(u8, u8)], since: Option<&str>| TimetableSet {
        course: course("Алгебра"),
        since: since.map(day),
        slots: slots.iter().map(|(weekday, lesson)| Slot { weekday: *weekday, lesson: *lesson }).collect(),
        despite: true,
    };
    let (bad, outside) = (Some("неверный или повторный урок"), Some("вне учебного года"));
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (of(&[(0, 1)], None), bad),
            (of(&[(1, 0)], None), bad),
            (of(&[(1, 1), (7, 15)], None), None),
            (of(&[(8, 1)], None), bad),
            (of(&[(7, 16)], None), bad),
            (of(&[(1, 1), (1, 1)], None), bad),
            (of(&[(1, 1), (1, 2)], None), None),
            (of(&[], None), None),
            (of(&[(1, 1)], Some("2025-08-31")), outside),
            (of(&[(1, 1)], Some("2025-09-01")), None),
            (of(&[(1, 1)], Some("2026-05-29")), None),
            (of(&[(1, 1)], Some("2026-05-30")), outside),
        ],
    );
}

#[test]
fn a_plan_has_topics_under_rising_numbers_from_one() {
    let mut office = Office::open();
    let line =
        |no: u32, topic: &str| PlanLine { no, topic: topic.into(), work: String::new(), homework: String::new() };
    let of = |lines: Vec<PlanLine>| PlanSet { course: course("Алгебра"), lines };
    let order = Some("не по порядку");
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (of(vec![line(0, "а")]), order),
            (of(vec![line(1, "а"), line(2, "б")]), None),
            (of(vec![line(1, "а"), line(5, "б")]), None),
            (of(vec![line(1, "а"), line(1, "б")]), order),
            (of(vec![line(2, "а"), line(1, "б")]), order),
            (of(vec![line(1, " ")]), Some("не указано: тема")),
            (of(vec![line(1, &letters(1000))]), None),
            (of(vec![line(1, &letters(1001))]), Some("тема: 1 001 знак")),
            (of(vec![PlanLine { homework: letters(1001), ..line(1, "а") }]), Some("домашнее задание: 1 001 знак")),
        ],
    );
    let subject = |name: &str, short: &str| SubjectLine {
        name: name.into(),
        short: short.into(),
        association: String::new(),
        written: true,
    };
    let subjects = |lines: Vec<SubjectLine>| SubjectsSet { subjects: lines };
    each(
        &mut office,
        "ivanova",
        NOW,
        &[
            (subjects(vec![subject("Физика", "Физ."), subject("Химия", "Хим.")]), None),
            (subjects(vec![subject("Физика", "Физ."), subject("Физика", "Ф.")]), Some("указан дважды")),
            (subjects(vec![subject("", "Физ.")]), Some("название предмета")),
            (subjects(vec![subject("Физика", "")]), Some("краткое название")),
        ],
    );
}

#[test]
fn a_journal_is_begun_once_by_an_administrator_of_a_school_that_fits_together() {
    let mut office = Office::open();
    let school = letopis::journal::read::school(office.journal.tables()).unwrap();
    let administrator = Person { roles: vec![Role::Administrator], ..person("orlova") };
    let created = JournalCreated {
        previous: None,
        school,
        administrator,
        key: office.keys["ivanova"].public(),
        recovery: Identity::generate().public().recipient().to_owned(),
        second: Vec::new(),
        emergency: None,
    };
    office.forbids("ivanova", NOW, created.clone(), "журнал уже заведён");
    let dir = tempfile::tempdir().unwrap();
    let begin = |name: &str, created: JournalCreated| {
        let author = Author {
            signer: &office.keys["ivanova"],
            clock: &crate::common::office::at("2025-09-01T08:00"),
            taken_over: false,
        };
        Journal::create(&dir.path().join(name), author, created).map(drop).map_err(|error| error.message().to_owned())
    };
    begin("right", created.clone()).unwrap();
    let mut backwards = created.clone();
    backwards.school.year.ends = backwards.school.year.begins;
    assert!(begin("backwards", backwards).unwrap_err().contains("заканчивается раньше"));
    let mut nameless = created;
    nameless.administrator.name.surname = " ".into();
    assert!(begin("nameless", nameless).unwrap_err().contains("фамилия"));
    assert_eq!(
        std::fs::read_dir(dir.path())
            .unwrap()
            .filter(|file| {
                let name = file.as_ref().unwrap().file_name();
                name == "backwards" || name == "nameless"
            })
            .count(),
        0,
        "a journal that is refused is not left behind"
    );
}
