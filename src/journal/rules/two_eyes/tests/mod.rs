//! Two pairs of eyes: a school alone and one in company, and an example of every kind. The tests are those of every kind, by who asks, who decides, and whether the journal is alone; and that no history
//! of such entries changes anything unseen.

use crate::error::Error;
use crate::journal::Journal;
use crate::journal::entry::{
    Body, ClassAnnulled, ClassSet, ClockReset, CourseAnnulled, CourseSet, EmergencyEnrolment, EmergencyKeySet,
    EntriesConfirmed, EntriesRefused, JournalRestored, KeyEnrolled, KeyRevoked, LessonAnnulled, Person,
    PersonDismissed, PupilAnnulled, PupilRenumbered, PupilSet, SchoolChanged, Span, WitnessAdded, WitnessRemoved,
};
use crate::journal::read::extraordinary::{self, State};
use crate::journal::read::{self, Tables};
use crate::journal::testing::{
    Annals, TestJournal, cell, course, day, identity, lesson, lesson_at, mark, moment, name, once, person,
};
use crate::ledger::identity::Identity;
use crate::ledger::log::note::{Kind, Verifier};
use crate::ledger::possession::{countersign, prove};
use crate::school::{ClassName, Role, School};
use proptest::prelude::*;

mod histories;
mod keys;
mod matrix;
mod waiting;
mod way_out;

const ADMINISTRATOR: &str = "ivanova";
const DEPUTY: &str = "petrova";
const DIRECTOR: &str = "kuznetsov";
const TEACHER: &str = "semyonov";

fn annals() -> Annals {
    let school = School::from_toml(include_str!("../../../../../tests/fixtures/small/school.toml")).unwrap();
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
        ("a dismissal", false, PersonDismissed { login: DEPUTY.into(), abandoned: String::new() }.into()),
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
                file: "А-1".into(),
                name: name("Белов Борис"),
                born: day("2012-01-01"),
                sex: None,
                another: false,
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
        ("a witness", false, witness("РОНО", "rono.example/w").into()),
    ]
}

fn witness(name: &str, key: &str) -> WitnessAdded {
    let verifier = Verifier::new(key, Kind::Witness, *identity(key).public().key()).unwrap();
    WitnessAdded { name: name.into(), key: verifier.to_string(), url: Some(format!("https://{key}")) }
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
        "SELECT name, key, url, reason FROM witnesses ORDER BY entry",
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
