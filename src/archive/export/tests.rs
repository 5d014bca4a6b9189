use super::*;
use crate::journal::testing::{Annals, TestJournal, person};
use crate::school::{Role, School};

/// A journal of two entries: itself, and a class.
fn journal() -> TestJournal {
    let mut school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
    school.school.place = "«Ё» и \"кавычки\"".to_owned();
    let administrator = person("ivanov", "Иванов Игорь", "инженер", &[Role::Administrator]);
    Annals::new(school, administrator, "2025-09-01").class("7А", "").record()
}

#[test]
fn every_column_of_the_schema_is_in_the_dictionary() {
    let file = journal();
    for table in tables(&file).unwrap() {
        for column in file.rows(&format!("SELECT name FROM pragma_table_info('{table}')")).concat() {
            assert!(columns::meaning(&table, &column).is_some(), "{table}.{column}: say what it means in columns.rs");
        }
    }
}

#[test]
fn the_journal_comes_out_in_all_its_forms_and_leaves_nothing_behind() {
    let file = journal();
    let scratch = file.folder().join("journal.letopis.archive-tmp");
    let exported = database(&file, &scratch).unwrap();

    let copy = Connection::open(scratch.join(JOURNAL)).unwrap();
    let check: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let lines = std::fs::read_to_string(scratch.join(LEDGER)).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for (line, seq) in lines.iter().zip(1..) {
        let record = store::get(file.db(), seq).unwrap().unwrap();
        assert_eq!(line["payload"], record.payload.as_str());
        assert_eq!(line["head"], hex(&record.head));
    }
    let classes = std::fs::read_to_string(scratch.join("classes.csv")).unwrap();
    assert_eq!(classes, "name,grade,letter,teacher,entry\n7А,7,А,,2\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(scratch.join(JOURNAL).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    drop(exported);
    assert!(!scratch.exists());
}
