//! Every kind that takes two pairs of eyes, by who asks, who decides, and whether the journal is alone; and that no history
//! of such entries changes anything unseen.

use crate::error::Error;
use crate::journal::Journal;
use crate::journal::entry::{
    Body, ClassAnnulled, ClassSet, ClockReset, CourseAnnulled, CourseSet, EmergencyEnrolment, EmergencyKeySet,
    EntriesConfirmed, EntriesRefused, JournalRestored, KeyEnrolled, KeyRevoked, LessonAnnulled, Person,
    PersonDismissed, PupilAnnulled, PupilRenumbered, PupilSet, SchoolChanged, Span,
};
use crate::journal::read::extraordinary::{self, State};
use crate::journal::read::{self, Tables};
use crate::journal::testing::{
    Annals, TestJournal, cell, course, day, identity, lesson, lesson_at, mark, moment, name, once, person,
};
use crate::ledger::identity::Identity;
use crate::ledger::possession::{countersign, prove};
use crate::school::{ClassName, Role, School};
use proptest::prelude::*;

mod way_out;

const ADMINISTRATOR: &str = "ivanova";
const DEPUTY: &str = "petrova";
const DIRECTOR: &str = "kuznetsov";
const TEACHER: &str = "semyonov";

fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
    let administrator = person(ADMINISTRATOR, "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    Annals::new(school, administrator, "2025-09-01T08:00")
}

fn deputy() -> Person {
    person(DEPUTY, "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead])
}

fn director() -> Person {
    person(DIRECTOR, "Кузнецов Кузьма Кузьмич", "директор", &[Role::Director])
}

/// What all schools here have: a teacher, a course with a lesson and a mark of its own.
fn at_work(annals: &mut Annals) {
    annals.person(person(TEACHER, "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]));
    annals.subject("Алгебра").class("7А", "");
    annals.pupil("А-1", name("Алиев Али"), day("2012-01-01"), "7А", day("2025-09-01"));
    annals.pupil("Б-2", name("Белов Борис"), day("2012-02-02"), "7А", day("2025-09-01"));
    let algebra = course("7А", "Алгебра");
    annals.course(&algebra, TEACHER, 2.0).timetable(&algebra, &[(1, 2), (3, 1)]);
    let at = lesson_at(&algebra, "2025-09-01", 2);
    annals.taught(moment("2025-09-01T12:00"), lesson(&at, "Дроби", ""));
    annals.taught(moment("2025-09-01T12:05"), mark(&at, "А-1", "4", ""));
    // A course with a lesson and no mark.
    let chemistry = course("7А", "Химия");
    annals.subject("Химия").course(&chemistry, TEACHER, 1.0);
    annals.taught(moment("2025-09-01T13:00"), lesson(&lesson_at(&chemistry, "2025-09-01", 5), "Вещества", ""));
}

/// Deputy head and director are independent of the administrator.
fn company() -> TestJournal {
    once("two eyes: company".to_owned(), || {
        let mut annals = annals();
        annals.second(deputy()).second(director()).emergency();
        at_work(&mut annals);
        annals
    })
}

/// The administrator has enrolled deputy head and director himself.
fn alone() -> TestJournal {
    once("two eyes: alone".to_owned(), || {
        let mut annals = annals();
        annals.emergency().person(deputy()).person(director());
        at_work(&mut annals);
        annals
    })
}

const NOW: &str = "2025-09-02T12:00";

fn unproven(login: &str, key: &Identity) -> KeyEnrolled {
    KeyEnrolled { login: login.into(), key: key.public(), possession: String::new(), proven_in: String::new() }
}

fn enrolled(tables: &Tables, login: &str, key: &str) -> Body {
    let journal = read::ledger::tip(tables).unwrap().journal;
    KeyEnrolled::of(&identity(key), &journal, login).unwrap().into()
}

/// Each kind with an example, and what it is about once it is in force.
fn kinds(tables: &Tables) -> Vec<(&'static str, bool, Body)> {
    let school = read::school(tables).unwrap();
    let mut policy = school.clone();
    policy.policy.overwrite_days = 365;
    let mut offset = school.clone();
    offset.school.utc_offset = "+05:00".into();
    let mut periods = school.clone();
    periods.periods[0].ends = day("2025-10-20");
    let fingerprint = identity(DEPUTY).public().fingerprint();
    let history = crate::journal::entry::LessonRecorded {
        cells: vec![cell("Б-2", "5")],
        ..lesson(&lesson_at(&course("7А", "Алгебра"), "2025-09-01", 3), "Дроби", "")
    };
    let teacher = |full: &str, roles: &[Role]| person(TEACHER, full, "учитель", roles);
    vec![
        ("a key of an office", false, enrolled(tables, DEPUTY, "petrova-2")),
        ("a further key of a teacher", false, enrolled(tables, TEACHER, "semyonov-2")),
        ("an office", false, teacher("Семёнов Савва Сергеевич", &[Role::Teacher, Role::DeputyHead]).into()),
        ("an office given up", false, person(DEPUTY, "Петрова Елена Николаевна", "завуч", &[Role::Teacher]).into()),
        ("a name", false, teacher("Семёнова Савва Сергеевна", &[Role::Teacher]).into()),
        (
            "another of the same name",
            false,
            person("petrova2", "Петрова Елена Николаевна", "учитель", &[Role::Teacher]).into(),
        ),
        ("a new dispatcher", false, person("gusev", "Гусев Глеб Глебович", "диспетчер", &[Role::Dispatcher]).into()),
        ("a dismissal", false, PersonDismissed { login: DEPUTY.into() }.into()),
        ("a revocation", false, KeyRevoked { fingerprint, reason: "утрачен".into() }.into()),
        ("the policy", false, SchoolChanged { school: policy }.into()),
        ("the offset", false, SchoolChanged { school: offset }.into()),
        ("the periods", false, SchoolChanged { school: periods }.into()),
        ("the clock", false, ClockReset { reason: "села батарейка".into() }.into()),
        ("history in a course of its own", true, history.into()),
        (
            "a pupil with marks",
            false,
            PupilSet {
                file: "А-1".into(), name: name("Белов Борис"), born: day("2012-01-01"), another: false
            }
            .into(),
        ),
        (
            "the number of a pupil with marks",
            false,
            PupilRenumbered { file: "А-1".into(), becomes: "Я-9".into(), reason: "опечатка".into() }.into(),
        ),
        (
            "going on from a restored copy",
            false,
            JournalRestored { reason: "пожар".into(), lost: Vec::new(), numbers: 100 }.into(),
        ),
        (
            "the annulment of a course with a lesson",
            false,
            CourseAnnulled { course: course("7А", "Химия"), reason: "не тот класс".into() }.into(),
        ),
        ("the emergency key", false, EmergencyKeySet { ed25519: identity("emergency-2").public().ssh_line("") }.into()),
    ]
}

fn record(school: &mut TestJournal, taken_over: bool, body: Body) -> u64 {
    use crate::journal::testing::{By, Dated};
    let by = if taken_over { By::TakenOver } else { By::Login(ADMINISTRATOR.to_owned()) };
    school.record_all(&[Dated { at: moment(NOW), by, body }])
}

fn confirmed(seq: u64) -> Body {
    EntriesConfirmed { entries: vec![Span::one(seq)] }.into()
}

fn refused(seq: u64) -> Body {
    EntriesRefused { entries: vec![Span::one(seq)], reason: "не знаю такого".into() }.into()
}

fn state(tables: &Tables, seq: u64) -> Option<State> {
    let all = extraordinary::extraordinary(tables).unwrap();
    all.into_iter().find(|one| one.entries.holds(seq)).map(|one| one.state)
}

/// All that questions are asked of, but for the entries that take two people themselves. Who has no office is dismissed,
/// and his key revoked, by one.
fn world(school: &TestJournal) -> Vec<Vec<Vec<String>>> {
    const PLAIN: &str = "NOT EXISTS (SELECT 1 FROM roles WHERE roles.login = whose.login
        AND role IN ('директор', 'завуч', 'администратор', 'диспетчер'))";
    let keys = format!("SELECT fingerprint, login, revoked_entry IS NULL OR {PLAIN} FROM keys AS whose ORDER BY 1");
    let people = format!(
        "SELECT login, surname, given, patronymic, dismissed IS NULL OR {PLAIN} FROM people AS whose ORDER BY 1"
    );
    [
        &keys,
        &people,
        "SELECT login, role FROM roles ORDER BY 1, 2",
        "SELECT config FROM school",
        "SELECT lesson, pupil, marks FROM marks ORDER BY 1, 2",
        "SELECT course, date, lesson, topic FROM lessons ORDER BY 1, 2, 3",
        "SELECT file, surname, given, patronymic, born FROM pupils ORDER BY 1",
        "SELECT reason FROM clock_resets ORDER BY entry",
        "SELECT ed25519 FROM emergency_keys ORDER BY entry",
        "SELECT reason, numbers FROM restorations ORDER BY entry",
        "SELECT class, subject FROM courses ORDER BY 1, 2",
        "SELECT name FROM classes ORDER BY 1",
        "SELECT kind, about FROM annulments ORDER BY 1, 2",
    ]
    .map(|sql| school.rows(sql))
    .into()
}

#[track_caller]
fn is_clean(school: &mut TestJournal) {
    let path = school.at_hand().0.path().to_owned();
    let audited = Journal::audit(&path, &mut |_| {}).unwrap();
    assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
}

#[track_caller]
fn is_refused<T: std::fmt::Debug>(result: Result<T, Error>, words: &str) {
    let error = result.unwrap_err();
    assert!(error.message().contains(words), "«{words}» is not in «{error}»");
}

#[test]
fn a_course_and_a_class_wait_for_a_second_person_once_there_was_a_lesson_and_not_before() {
    let mut school = company();
    let (class, reason) = (course("9А", "Химия").class, || "не тот класс".to_owned());
    let set = |class: &ClassName| ClassSet { class: class.clone(), teacher: String::new() };
    let key = course("9А", "Химия");
    let made = || CourseSet { course: key.clone(), teacher: TEACHER.into(), hours: 1.0 };
    let annulled = || CourseAnnulled { course: key.clone(), reason: reason() };
    let gone = || ClassAnnulled { class: class.clone(), reason: reason() };
    let now = "2025-09-02T12:00";
    // While nothing was taught, one person is enough.
    school.by(ADMINISTRATOR, now, set(&class));
    school.by(ADMINISTRATOR, now, made());
    let seqs = [school.by(ADMINISTRATOR, now, annulled()), school.by(ADMINISTRATOR, now, gone())];
    assert_eq!(seqs.map(|seq| state(&school, seq)), [None, None]);
    // A lesson that was annulled was one.
    school.by(ADMINISTRATOR, now, set(&class));
    school.by(ADMINISTRATOR, now, made());
    let at = lesson_at(&key, "2025-09-02", 5);
    school.by(TEACHER, now, lesson(&at, "Вещества", ""));
    school.by(TEACHER, now, LessonAnnulled { at, reason: reason() });
    let waits = school.by(ADMINISTRATOR, now, annulled());
    assert_eq!(state(&school, waits), Some(State::Waits));
    is_refused(school.attempt(ADMINISTRATOR, &[gone().into()]), "на нём держится: курсов: 1");
    school.by(DIRECTOR, now, confirmed(waits));
    let waits = school.by(ADMINISTRATOR, now, gone());
    assert_eq!(state(&school, waits), Some(State::Waits));
    school.by(DEPUTY, now, confirmed(waits));
    assert_eq!(read::class_teacher(&school, &class).unwrap(), None);
    is_clean(&mut school);
}

#[test]
fn what_is_confirmed_together_is_listed_one_by_one() {
    let mut school = company();
    let at = lesson_at(&course("7А", "Алгебра"), "2025-09-02", 5);
    let other = course("9А", "Алгебра");
    school.by(ADMINISTRATOR, NOW, ClassSet { class: other.class.clone(), teacher: String::new() });
    school.by(ADMINISTRATOR, NOW, CourseSet { course: other.clone(), teacher: TEACHER.into(), hours: 1.0 });
    school.by(TEACHER, NOW, lesson(&crate::journal::entry::LessonRef { course: other.clone(), ..at }, "Тема", ""));
    let annul = |course| CourseAnnulled { course, reason: "не тот класс".into() };
    let first = school.by(ADMINISTRATOR, NOW, annul(course("7А", "Химия")));
    let second = school.by(ADMINISTRATOR, NOW, annul(other));
    let both = EntriesConfirmed { entries: vec![Span::one(first), Span::one(second)] };
    school.by(DIRECTOR, NOW, both);
    let about = school.rows("SELECT about FROM annulments ORDER BY about");
    assert_eq!(about, [["7А, Химия"], ["9А, Алгебра"]]);
    is_clean(&mut school);
}

#[test]
fn alone_each_kind_is_in_force_at_once_and_listed_as_recorded_by_one() {
    let count = kinds(&alone()).len();
    for at in 0..count {
        let mut school = alone();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        assert_ne!(world(&school), before, "{kind} is in force");
        assert_eq!(state(&school, seq), Some(State::Alone), "{kind}");
        is_clean(&mut school);
    }
}

#[test]
fn in_company_each_kind_waits_is_in_no_table_and_comes_into_force_when_another_confirms_it() {
    let count = kinds(&company()).len();
    for at in 0..count {
        let mut school = company();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        assert_eq!(world(&school), before, "{kind} waits");
        assert_eq!(state(&school, seq), Some(State::Waits), "{kind}");
        is_refused(school.attempt(ADMINISTRATOR, &[confirmed(seq)]), "второе лицо");
        is_refused(school.attempt(TEACHER, &[confirmed(seq)]), "нет права");
        is_clean(&mut school);
        school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_ne!(world(&school), before, "{kind} is in force");
        assert_eq!(state(&school, seq), Some(State::Confirmed), "{kind}");
        is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "подтверждения не ждёт");
        is_clean(&mut school);
    }
}

#[test]
fn in_company_each_kind_is_refused_by_another_and_never_comes_into_force() {
    let count = kinds(&company()).len();
    for at in 0..count {
        let mut school = company();
        let (kind, taken_over, body) = kinds(&school).remove(at);
        let before = world(&school);
        let seq = record(&mut school, taken_over, body);
        school.attempt(DIRECTOR, &[refused(seq)]).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(world(&school), before, "{kind}");
        assert_eq!(state(&school, seq), Some(State::Refused), "{kind}");
        is_refused(school.attempt(DIRECTOR, &[confirmed(seq)]), "подтверждения не ждёт");
        is_clean(&mut school);
    }
}

#[test]
fn a_pupil_with_marks_is_not_annulled_by_two_either() {
    for mut school in [alone(), company()] {
        let annulled = PupilAnnulled { file: "А-1".into(), reason: "повтор".into() };
        is_refused(school.attempt(ADMINISTRATOR, &[annulled.into()]), "на этой записи держатся");
        is_clean(&mut school);
    }
}

#[test]
fn what_needs_nobody_waits_for_nobody() {
    let mut school = company();
    let mut bells = read::school(&school).unwrap();
    bells.school.place = "Москва".into();
    let pupil =
        PupilSet {
            file: "Б-2".into(), name: name("Белов Борис Борисович"), born: day("2012-02-02"), another: false
        };
    let bodies: [Body; 5] = [
        person("belova", "Белова Белла Борисовна", "учитель", &[Role::Teacher]).into(),
        enrolled(&school, "belova", "belova"),
        person("belova", "Белова Белла Борисовна", "учитель", &[Role::Teacher, Role::Methodist]).into(),
        SchoolChanged { school: bells }.into(),
        pupil.into(),
    ];
    for body in bodies {
        let kind = body.kind();
        let seq = record(&mut school, false, body);
        assert_eq!(state(&school, seq), None, "{kind}");
    }
    is_clean(&mut school);
}

#[test]
fn whom_an_entry_gives_something_does_not_confirm_it() {
    let mut school = company();
    let body = enrolled(&school, DEPUTY, "petrova-2");
    let seq = record(&mut school, false, body);
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "касается вас самих");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
}

#[test]
fn a_key_enrolled_while_alone_does_not_confirm_its_enrollers_entries_until_it_was_confirmed_itself() {
    let mut school = once("two eyes: mixed".to_owned(), || {
        let mut annals = annals();
        annals.emergency().person(deputy()).person(director());
        at_work(&mut annals);
        annals
    });
    assert!(extraordinary::is_alone(&school).unwrap(), "keys that one has enrolled are no company");
    let before = read::ledger::tip(&school).unwrap();
    let key = identity(DIRECTOR).public();
    let enrolment = EmergencyEnrolment {
        login: DIRECTOR.into(),
        possession: prove(&identity(DIRECTOR), &before.journal, DIRECTOR).unwrap(),
        countersignature: countersign(&identity("emergency"), &before, DIRECTOR, &key).unwrap(),
        key,
        reason: "второе лицо".into(),
    };
    school.attempt(DIRECTOR, &[enrolment.clone().into()]).unwrap();
    assert!(!extraordinary::is_alone(&school).unwrap());
    is_refused(school.attempt(DIRECTOR, &[enrolment.into()]), "аварийный ключ не тот");
    let seq = record(&mut school, false, ClockReset { reason: "часы".into() }.into());
    assert_eq!(state(&school, seq), Some(State::Waits));
    is_refused(school.attempt(DEPUTY, &[confirmed(seq)]), "держатся на слове одного лица («ivanova»)");
    school.attempt(DIRECTOR, &[confirmed(seq)]).unwrap();
    is_clean(&mut school);
}

#[test]
fn a_dismissal_and_a_revocation_suspend_at_once_and_a_refusal_lifts_it() {
    let fingerprint = identity(DEPUTY).public().fingerprint();
    for body in [
        Body::from(PersonDismissed { login: DEPUTY.into() }),
        KeyRevoked { fingerprint: fingerprint.clone(), reason: "утрачен".into() }.into(),
    ] {
        let mut school = company();
        let seq = record(&mut school, false, body);
        let clock = record(&mut school, false, ClockReset { reason: "часы".into() }.into());
        is_refused(school.attempt(DEPUTY, &[refused(seq)]), "приостановлен");
        is_refused(school.attempt(DEPUTY, &[confirmed(clock)]), "приостановлен");
        school.attempt(DIRECTOR, &[refused(seq)]).unwrap();
        school.attempt(DEPUTY, &[confirmed(clock)]).unwrap();
        is_clean(&mut school);
    }
}

#[test]
fn whoever_dismisses_all_others_is_not_alone_again() {
    let mut school = company();
    let gone = record(&mut school, false, PersonDismissed { login: DEPUTY.into() }.into());
    is_refused(school.attempt(ADMINISTRATOR, &[PersonDismissed { login: DIRECTOR.into() }.into()]), "некому");
    school.attempt(DIRECTOR, &[confirmed(gone)]).unwrap();
    let body = enrolled(&school, TEACHER, "semyonov-2");
    let seq = record(&mut school, false, body);
    assert_eq!(state(&school, seq), Some(State::Waits));
    assert_eq!(school.rows("SELECT count(*) FROM people WHERE dismissed IS NOT NULL"), [["1"]]);
    is_clean(&mut school);
}

#[test]
fn a_key_that_did_not_sign_its_enrolment_is_not_enrolled() {
    let mut school = company();
    let journal = read::ledger::tip(&school).unwrap().journal;
    let other = KeyEnrolled::of(&identity("x"), &journal, "other").unwrap();
    let elsewhere = KeyEnrolled::of(&identity("x"), &[7; 32], TEACHER).unwrap();
    for wrong in [
        KeyEnrolled { possession: "00".repeat(64), ..unproven(TEACHER, &identity("x")) },
        KeyEnrolled { login: TEACHER.into(), ..other },
        KeyEnrolled { proven_in: "07".repeat(32), ..elsewhere.clone() },
        elsewhere,
    ] {
        is_refused(school.attempt(ADMINISTRATOR, &[wrong.into()]), "не доказано");
    }
}

/// The new key of a director signs for itself where no other is left.
fn by_the_emergency_key(school: &mut TestJournal, login: &str, key: &str, signs: &str) -> Result<u64, Error> {
    let before = read::ledger::tip(school).unwrap();
    let (new, signer) = (identity(key), identity(signs));
    let enrolment = EmergencyEnrolment {
        login: login.into(),
        key: new.public(),
        possession: prove(&new, &before.journal, login).unwrap(),
        countersignature: countersign(&identity("emergency"), &before, login, &new.public()).unwrap(),
        reason: "ключи утрачены".into(),
    };
    let (journal, clock) = school.at_hand();
    let author = crate::journal::Author { signer: &signer, clock, taken_over: false };
    journal.record(author, enrolment).map(|recorded| recorded.seq)
}

#[test]
fn lost_keys_are_no_dead_end() {
    // The administrator's key is lost: the director and the sheet.
    let mut school = company();
    let seq = by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", DIRECTOR).unwrap();
    assert_eq!(state(&school, seq), Some(State::Emergency));
    is_clean(&mut school);
    // All keys but the emergency key are lost: a director's new key signs for itself, and then enrols the administrator's.
    let mut school = company();
    let refused = by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", "ivanova-2");
    is_refused(refused, "нет права");
    is_refused(by_the_emergency_key(&mut school, TEACHER, "semyonov-2", DIRECTOR), "не директор");
    by_the_emergency_key(&mut school, DIRECTOR, "kuznetsov-2", "kuznetsov-2").unwrap();
    by_the_emergency_key(&mut school, ADMINISTRATOR, "ivanova-2", "kuznetsov-2").unwrap();
    let said = extraordinary::extraordinary(&school).unwrap();
    let said: Vec<&str> = said.iter().map(|one| one.what.as_str()).collect();
    assert!(said[0].contains("подписано им самим"), "{said:?}");
    is_clean(&mut school);
}

#[test]
fn a_setting_of_the_clock_that_waits_or_was_refused_sets_nothing() {
    let mut school = company();
    school.by(ADMINISTRATOR, "2026-02-01T12:00", person("gusev", "Гусев Глеб", "учитель", &[Role::Teacher]));
    let (journal, _) = school.at_hand();
    let now = moment("2025-09-03T12:00");
    let record = |journal: &mut Journal, login: &str, body: Body| {
        let signer = identity(login);
        journal.record(crate::journal::Author { signer: &signer, clock: &now, taken_over: false }, body)
    };
    let reset = || Body::from(ClockReset { reason: "села батарейка".into() });
    let late = || person("belova", "Белова Белла", "учитель", &[Role::Teacher]);
    let seq = record(journal, ADMINISTRATOR, reset()).unwrap().seq;
    is_refused(record(journal, ADMINISTRATOR, late().into()), "часы показывают");
    record(journal, DIRECTOR, refused(seq)).unwrap();
    is_refused(record(journal, ADMINISTRATOR, late().into()), "часы показывают");
    let seq = record(journal, ADMINISTRATOR, reset()).unwrap().seq;
    record(journal, DIRECTOR, confirmed(seq)).unwrap();
    record(journal, ADMINISTRATOR, late().into()).unwrap();
    is_clean(&mut school);
}

/// An entry of a random history: who asks for what, or decides on what.
#[derive(Debug, Clone)]
enum Step {
    Asks(usize, usize),
    Confirms(usize, usize),
    Refuses(usize, usize),
    Emergency(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4usize, 0..17usize).prop_map(|(who, what)| Step::Asks(who, what)),
        3 => (0..8usize, 0..12usize).prop_map(|(who, which)| Step::Confirms(who, which)),
        1 => (0..8usize, 0..12usize).prop_map(|(who, which)| Step::Refuses(who, which)),
        1 => (0..8usize, 0..4usize).prop_map(|(who, whose)| Step::Emergency(who, whose)),
    ]
}

/// Keys by which somebody may try: those of people, and further ones that may have been enrolled for them.
const KEYS: [&str; 8] =
    [ADMINISTRATOR, DEPUTY, DIRECTOR, TEACHER, "petrova-2", "semyonov-2", "kuznetsov-2", "ivanova-2"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_history_changes_a_mark_a_name_or_a_right_unseen(in_company: bool, steps in prop::collection::vec(step(), 1..14)) {
        let mut school = if in_company { company() } else { alone() };
        for step in steps {
            let (before, listed) = (world(&school), extraordinary::extraordinary(&school).unwrap());
            let was_alone = extraordinary::is_alone(&school).unwrap();
            let on = |school: &TestJournal, which: usize| {
                let waiting = extraordinary::waiting(school).unwrap();
                waiting.get(which % waiting.len().max(1)).map(|one| (one.entries.from, one.key.clone(), one.author.clone()))
            };
            let mut taken_over = false;
            let (key, body, decided) = match step {
                Step::Asks(who, what) => {
                    let (_, history, body) = kinds(&school).remove(what);
                    taken_over = history;
                    (KEYS[who * 7 % 8], body, None)
                }
                Step::Confirms(who, which) => match on(&school, which) {
                    Some(one) => (KEYS[who], confirmed(one.0), Some(one)),
                    None => continue,
                },
                Step::Refuses(who, which) => match on(&school, which) {
                    Some(one) => (KEYS[who], refused(one.0), None),
                    None => continue,
                },
                Step::Emergency(who, whose) => {
                    let new = ["ivanova-2", "petrova-2", "kuznetsov-2", "semyonov-2"][whose];
                    let of = new.trim_end_matches("-2").to_owned();
                    let _ = by_the_emergency_key(&mut school, &of, new, KEYS[who]);
                    prop_assert!(world(&school) == before || extraordinary::extraordinary(&school).unwrap() != listed);
                    continue;
                }
            };
            let signer = identity(key);
            let (journal, clock) = school.at_hand();
            let author = crate::journal::Author { signer: &signer, clock, taken_over };
            let confirms = decided.filter(|_| journal.record(author, body.clone()).is_ok());
            if !matches!(body, Body::EntriesConfirmed(_)) {
                let _ = journal.record(author, body);
            }
            let now = extraordinary::extraordinary(&school).unwrap();
            // Whatever changed is listed.
            prop_assert!(world(&school) == before || now != listed);
            // Whoever confirmed is not the author, nor did one of them enrol the other's key on his word.
            if let Some((_, theirs, author)) = confirms {
                let mine = super::behind(&school, &signer.public().fingerprint()).unwrap();
                prop_assert!(!mine.contains(author.as_str()), "{mine:?}");
                prop_assert!(mine.is_disjoint(&super::behind(&school, &theirs).unwrap()));
            }
            prop_assert!(was_alone || !extraordinary::is_alone(&school).unwrap(), "nobody is alone again");
        }
        let path = school.at_hand().0.path().to_owned();
        let audited = Journal::audit(&path, &mut |_| {}).unwrap();
        prop_assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
    }
}

#[test]
fn a_run_of_history_is_decided_on_at_once_and_other_entries_one_by_one() {
    let mut school = company();
    let history = |number: u8| crate::journal::entry::LessonRecorded {
        cells: vec![cell("Б-2", "5")],
        ..lesson(&lesson_at(&course("7А", "Алгебра"), "2025-09-01", number), "Дроби", "")
    };
    for number in 3..6 {
        record(&mut school, true, history(number).into());
    }
    for login in ["gusev", "gusin"] {
        let new = person(login, &format!("Гусев {login}"), "диспетчер", &[Role::Dispatcher]);
        record(&mut school, false, new.into());
    }
    let waiting = extraordinary::waiting(&school).unwrap();
    assert_eq!(waiting.iter().map(|one| one.count).collect::<Vec<_>>(), [3, 1, 1]);
}

#[test]
fn what_waits_about_somebody_undoes_nothing_that_was_recorded_of_him_after_it() {
    let mut school = company();
    let teacher = |full: &str, position: &str, roles: &[Role]| Body::from(person(TEACHER, full, position, roles));
    let (savva, both) = ("Семёнов Савва Сергеевич", [Role::Teacher, Role::DeputyHead]);
    let office = record(&mut school, false, teacher(savva, "учитель", &both));
    // Neither what would wait as well nor what would be in force at once.
    for other in
        [teacher("Семин Савва Сергеевич", "учитель", &[Role::Teacher]), teacher(savva, "психолог", &[Role::Teacher])]
    {
        is_refused(school.attempt(ADMINISTRATOR, &[other]), &format!("ждёт подтверждения запись № {office}"));
    }
    school.attempt(DIRECTOR, &[refused(office)]).unwrap();
    let name = record(&mut school, false, teacher("Семин Савва Сергеевич", "учитель", &[Role::Teacher]));
    let gone = record(&mut school, false, PersonDismissed { login: TEACHER.into() }.into());
    let words = format!("запись № {name}: после неё о том же записано № {gone}");
    is_refused(school.attempt(DIRECTOR, &[confirmed(name)]), &words);
    school.attempt(DIRECTOR, &[refused(name)]).unwrap();
    is_clean(&mut school);
}

#[test]
fn what_waits_about_a_pupil_or_the_school_is_decided_on_before_more_is_recorded() {
    let mut school = company();
    let pupil = |full: &str, born: &str| {
        Body::from(PupilSet { file: "А-1".into(), name: name(full), born: day(born), another: false })
    };
    let waits = record(&mut school, false, pupil("Алин Али", "2012-01-01"));
    let number = PupilRenumbered { file: "А-1".into(), becomes: "Я-9".into(), reason: "опечатка".into() };
    let renumbered = record(&mut school, false, number.into());
    let other = |body| format!("ждёт подтверждения запись № {body}");
    is_refused(school.attempt(ADMINISTRATOR, &[pupil("Алиев Али", "2012-01-02")]), &other(waits));
    let number = PupilRenumbered { file: "А-1".into(), becomes: "Я-8".into(), reason: "опечатка".into() };
    is_refused(school.attempt(ADMINISTRATOR, &[number.into()]), &other(renumbered));
    school.attempt(DIRECTOR, &[confirmed(waits), confirmed(renumbered)]).unwrap();
    // By the number that was his before.
    let waits = record(&mut school, false, pupil("Алимов Али", "2012-01-01"));
    let set = PupilSet { file: "Я-9".into(), name: name("Алин Али"), born: day("2012-01-02"), another: false };
    is_refused(school.attempt(ADMINISTRATOR, &[set.into()]), &other(waits));
    let mut policy = read::school(&school).unwrap();
    policy.policy.overwrite_days = 365;
    let waits = record(&mut school, false, SchoolChanged { school: policy }.into());
    let mut bells = read::school(&school).unwrap();
    bells.school.place = "Москва".into();
    is_refused(school.attempt(ADMINISTRATOR, &[SchoolChanged { school: bells }.into()]), &other(waits));
    is_clean(&mut school);
}
