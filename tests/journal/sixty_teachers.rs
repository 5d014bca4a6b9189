//! Sixty teachers at once: sixty processes record fifty entries each in one journal, all beginning at the same moment.
//! Nothing is lost, nothing is refused for a lock, and nobody waits much longer than the others.

use chrono::{DateTime, Duration, FixedOffset};
use letopis::journal::entry::{
    ClassSet, CourseSet, JournalCreated, KeyEnrolled, LessonRecorded, LessonRef, MarkLine, MarksSet, Person,
    PupilEnrolled, PupilSet, SubjectLine, SubjectsSet,
};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::school::{ClassName, CourseKey, Marks, PersonName, Role, School, parse_date};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

const TEACHERS: usize = 60;
const ENTRIES: usize = 50;

/// Names the folder to a process that is one of the teachers, and the teacher's number.
const FOLDER: &str = "LETOPIS_TEST_TEACHERS";
const NUMBER: &str = "LETOPIS_TEST_TEACHER";

static NOON: LazyLock<DateTime<FixedOffset>> =
    LazyLock::new(|| DateTime::parse_from_rfc3339("2025-09-15T12:00:00+03:00").unwrap());

fn author(identity: &Identity) -> Author<'_> {
    Author { signer: identity, clock: &*NOON, taken_over: false }
}

fn class() -> ClassName {
    ClassName::parse("7А").unwrap()
}

fn course(teacher: usize) -> CourseKey {
    CourseKey { class: class(), group: String::new(), subject: format!("Предмет {teacher}") }
}

fn person(login: String, roles: Vec<Role>) -> Person {
    let name = PersonName { surname: "Сотрудник".into(), given: "Иван".into(), patronymic: String::new() };
    Person { login, name, position: "учитель".into(), association: String::new(), roles }
}

/// A class of fifty, and sixty teachers who teach it a subject each.
fn found(dir: &Path) -> Journal {
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small/school.toml");
    let administrator = Identity::generate();
    let created = JournalCreated {
        previous: None,
        school: School::from_toml(&std::fs::read_to_string(small).unwrap()).unwrap(),
        administrator: person("admin".into(), vec![Role::Administrator]),
        key: administrator.public(),
        recovery: Identity::generate().public().recipient().to_owned(),
        second: Vec::new(),
        emergency: None,
    };
    let mut journal = Journal::create(&dir.join("journal.letopis"), author(&administrator), created).unwrap();
    let journal_id = journal.tip().unwrap().journal;
    let mut batch = journal.batch().unwrap();
    let mut record = |body: letopis::journal::entry::Body| batch.record(author(&administrator), body).unwrap();
    let subject = |n| SubjectLine {
        name: format!("Предмет {n}"),
        short: format!("П. {n}"),
        association: String::new(),
        written: false,
    };
    record(SubjectsSet { subjects: (0..TEACHERS).map(subject).collect() }.into());
    record(ClassSet { class: class(), teacher: String::new() }.into());
    for n in 0..ENTRIES {
        let name =
            PersonName { surname: format!("Ученик{n}"), given: "Пётр".into(), patronymic: String::new() };
        record(
            PupilSet {
                file: format!("У-{n}"),
                name,
                born: parse_date("01.01.2012").unwrap(),
                sex: None,
                another: false,
            }
            .into(),
        );
        let since = parse_date("01.09.2025").unwrap();
        record(PupilEnrolled { file: format!("У-{n}"), class: class(), since }.into());
    }
    for n in 0..TEACHERS {
        let (login, key) = (format!("teacher{n}"), Identity::generate());
        record(person(login.clone(), vec![Role::Teacher]).into());
        record(KeyEnrolled::of(&key, &journal_id, &login).unwrap().into());
        record(CourseSet { course: course(n), teacher: login, hours: 1.0 }.into());
        keyfile::write_new(&dir.join(format!("{n}.key")), &key, None).unwrap();
    }
    batch.commit().unwrap();
    journal
}

/// What a teacher's process does: says that it is ready, waits for the signal, records; says its longest wait.
#[test]
#[ignore = "a process of the test below"]
fn a_teacher() {
    let (Some(dir), Ok(number)) = (std::env::var_os(FOLDER).map(PathBuf::from), std::env::var(NUMBER)) else { return };
    let number: usize = number.parse().unwrap();
    let identity = keyfile::read(&dir.join(format!("{number}.key")), || unreachable!("no passphrase")).unwrap();
    let mut journal = Journal::open(&dir.join("journal.letopis")).unwrap();
    println!("ready");
    let mut signal = Vec::new();
    std::io::stdin().read_to_end(&mut signal).unwrap();
    let at = LessonRef { course: course(number), date: NOON.date_naive(), lesson: 1 };
    let mut longest = Duration::zero();
    for n in 0..ENTRIES {
        let start = Instant::now();
        let recorded = if n == 0 {
            let (work, homework, substitute) = Default::default();
            let topic = "Тема".into();
            journal.record(
                author(&identity),
                LessonRecorded { at: at.clone(), topic, work, homework, substitute, cells: Vec::new(), despite: false },
            )
        } else {
            let marks = Some(Marks::parse("5").unwrap());
            let line = MarkLine { pupil: format!("У-{n}"), marks, document: String::new(), earned: false };
            journal.record(author(&identity), MarksSet { at: at.clone(), work: String::new(), marks: vec![line] })
        };
        recorded.unwrap_or_else(|error| panic!("{error}"));
        longest = longest.max(Duration::from_std(start.elapsed()).unwrap());
    }
    println!("longest {}", longest.num_milliseconds());
}

fn start(dir: &Path, number: usize) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "journal::sixty_teachers::a_teacher", "--ignored", "--nocapture"])
        .env(FOLDER, dir)
        .env(NUMBER, number.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    line_with(&mut output, "ready");
    (child, output)
}

/// Reads up to a line that holds `word`; gives what follows the word.
fn line_with(output: &mut impl BufRead, word: &str) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "«{word}» was never said");
        if let Some((_, rest)) = line.split_once(word) {
            return rest.trim().to_owned();
        }
    }
}

#[test]
fn sixty_teachers_record_at_once_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let journal = found(dir.path());
    let before = journal.tip().unwrap().seq;
    let mut teachers: Vec<_> = (0..TEACHERS).map(|number| start(dir.path(), number)).collect();
    let began = Instant::now();
    for (child, _) in &mut teachers {
        drop(child.stdin.take());
    }
    let mut waits: Vec<u64> = Vec::new();
    for (child, output) in &mut teachers {
        waits.push(line_with(output, "longest").parse().unwrap());
        std::io::copy(output, &mut std::io::sink()).unwrap();
        assert!(child.wait().unwrap().success());
    }
    let took = began.elapsed();
    waits.sort_unstable();
    println!(
        "{TEACHERS} processes, {ENTRIES} entries each: {:.1} s; longest wait for an entry {} ms, median of the longest {} ms",
        took.as_secs_f64(),
        waits[TEACHERS - 1],
        waits[TEACHERS / 2]
    );
    assert_eq!(journal.tip().unwrap().seq - before, (TEACHERS * ENTRIES) as u64);
    let tables = rusqlite::Connection::open(journal.path()).unwrap();
    let marks: usize = tables.query_row("SELECT count(*) FROM marks", [], |row| row.get(0)).unwrap();
    assert_eq!(marks, TEACHERS * (ENTRIES - 1));
    let report = letopis::journal::Journal::audit(journal.path(), &mut |_| {}).unwrap().report;
    assert!(report.is_clean(), "{:?}", report.findings);
}
