use super::*;
use crate::ledger::chain::Tip;
use crate::ledger::identity::Identity;

/// A journal of the present schema with two records and a class.
fn journal(dir: &Path) -> Tables {
    let file = Tables::new(rusqlite::Connection::open(dir.join("journal.letopis")).unwrap());
    store::create(file.db()).unwrap();
    file.execute_batch(include_str!("../../journal/apply/schema.sql")).unwrap();
    let author = Identity::generate();
    let mut tip = Tip::EMPTY;
    for payload in ["{\"kind\":\"first\"}", "{\"topic\":\"«Ё» и \\\"кавычки\\\"\"}"] {
        let record = tip.sign(&author, payload.to_owned());
        store::append(file.db(), &record).unwrap();
        tip = tip.after(&record);
    }
    file.execute("INSERT INTO classes VALUES ('7А', 7, 'А', '', 2)", []).unwrap();
    file
}

#[test]
fn every_column_of_the_schema_is_in_the_dictionary() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal(dir.path());
    for table in tables(&file).unwrap() {
        let statement = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
        for column in statement.column_names() {
            assert!(columns::meaning(&table, column).is_some(), "{table}.{column}: say what it means in columns.rs");
        }
    }
}

#[test]
fn the_journal_comes_out_in_all_its_forms_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let file = journal(dir.path());
    let scratch = dir.path().join("journal.letopis.archive-tmp");
    let exported = database(&file, &scratch).unwrap();

    let copy = Tables::new(rusqlite::Connection::open(scratch.join(JOURNAL)).unwrap());
    let check: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let lines = std::fs::read_to_string(scratch.join(LEDGER)).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let second = store::get(file.db(), 2).unwrap().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["payload"], second.payload.as_str());
    assert_eq!(lines[1]["head"], hex(&second.head));
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
