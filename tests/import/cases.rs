//! Tables as programs and people spoil them, a folder a case under `tests/fixtures/cases`: its files are laid over a small
//! school (a table `drop` names is left out), which is brought in; `expected` says what must come of it: the faults, or
//! what is then in the journal. `README` tells what is wrong.

use chrono::DateTime;
use letopis::import;
use letopis::journal::entry::{JournalCreated, Person};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::school::School;
use rusqlite::types::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const FACTS: [(&str, &str); 5] = [
    ("ученик", "SELECT file, surname, given FROM pupils"),
    ("зачислен", "SELECT file, class, since, until FROM enrolments JOIN pupils ON pupils.id = pupil"),
    ("урок", "SELECT date, topic, homework FROM lessons"),
    (
        "клетка",
        "SELECT date, file, attendance.kind, marks.marks FROM lessons JOIN pupils
         LEFT JOIN attendance ON attendance.lesson = lessons.id AND attendance.pupil = pupils.id
         LEFT JOIN marks ON marks.lesson = lessons.id AND marks.pupil = pupils.id
         WHERE attendance.kind IS NOT NULL OR marks.marks IS NOT NULL",
    ),
    ("причина", "SELECT file, since, until, reason, document FROM reasons JOIN pupils ON pupils.id = pupil"),
];

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The small school with the tables of a case in place of its own.
fn school(case: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files(&cases().join("_mini-school")) {
        std::fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
    }
    for dropped in std::fs::read_to_string(case.join("drop")).unwrap_or_default().split_whitespace() {
        std::fs::remove_file(dir.path().join(dropped)).unwrap();
    }
    for file in files(case).iter().filter(|file| file.extension().is_some()) {
        let _ = std::fs::remove_file(dir.path().join(file.with_extension("csv").file_name().unwrap()));
        std::fs::copy(file, dir.path().join(file.file_name().unwrap())).unwrap();
    }
    dir
}

/// What comes of a folder that is brought in.
fn outcome(folder: &Path) -> String {
    let (dir, key) = (tempfile::tempdir().unwrap(), Identity::generate());
    let morning = DateTime::parse_from_rfc3339("2026-05-30T09:00:00+03:00").unwrap();
    let author = || Author { signer: &key, clock: &morning, taken_over: false };
    let mini = cases().join("_mini-school");
    let school = School::from_toml(&std::fs::read_to_string(mini.join("school.toml")).unwrap()).unwrap();
    let row = import::read_staff(&mini, &mut import::Faults::default()).unwrap().remove(0).1;
    let import::StaffRow { login, name, position, association, roles } = row;
    let administrator = Person { login, name, position, association, roles };
    let (key, recovery) = (key.public(), key.public().recipient().to_owned());
    let created =
        JournalCreated { previous: None, school, administrator, key, recovery, second: Vec::new(), emergency: None };
    let mut journal = Journal::create(&dir.path().join("j.letopis"), author(), created).unwrap();
    let outcome = import::import(&mut journal, author(), folder, import::How::default(), &mut |_, _| {}).unwrap();
    let mut told = String::new();
    outcome.warnings.iter().for_each(|warning| writeln!(told, "внимание: {warning}").unwrap());
    outcome.faults.iter().for_each(|fault| writeln!(told, "ошибка: {fault}").unwrap());
    let file = rusqlite::Connection::open(journal.path()).unwrap();
    for (word, sql) in FACTS.iter().filter(|_| outcome.faults.is_empty()) {
        let mut statement = file.prepare(&format!("{sql} ORDER BY 1, 2")).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..width).map(|column| match row.get_unwrap(column) {
                Value::Text(text) => text,
                Value::Null => "-".to_owned(),
                other => format!("{other:?}"),
            });
            writeln!(told, "{word}: {}", cells.collect::<Vec<_>>().join(" | ")).unwrap();
        }
    }
    told
}

#[test]
fn a_key_and_a_passphrase_that_notepad_saved_are_read() {
    use letopis::ledger::keyfile;
    let case = cases().join("../saved-by-notepad");
    let phrase = keyfile::as_saved(std::fs::read(case.join("passphrase-bom.txt")).unwrap().into());
    let phrase = String::from_utf8(phrase.to_vec()).unwrap();
    assert!(!phrase.starts_with('\u{feff}') && !phrase.trim().is_empty());
    keyfile::read(&case.join("kuznetsov.key"), || Ok(phrase.trim_end().to_owned().into())).unwrap();
}

#[test]
fn every_spoilt_table_is_read_right_or_named() {
    let mut wrong = String::new();
    let folders: Vec<PathBuf> = files(&cases()).into_iter().filter(|case| !case.ends_with("_mini-school")).collect();
    assert!(folders.len() > 35, "the cases lie elsewhere");
    for case in folders {
        let expected = std::fs::read_to_string(case.join("expected")).unwrap_or_default();
        let told = outcome(school(&case).path());
        if told != expected {
            write!(wrong, "\n== {}\n{told}", case.file_name().unwrap().to_string_lossy()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "other than expected:{wrong}");
}
