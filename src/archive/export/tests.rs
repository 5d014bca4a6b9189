use super::*;
use crate::journal::founded::journal;
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;

#[test]
fn every_column_of_the_schema_is_in_the_dictionary() {
    let dir = tempfile::tempdir().unwrap();
    let journal = journal(&dir.path().join("journal.letopis"), &Identity::generate());
    let proven = journal.prove(&mut |_| {}).unwrap();
    for table in proven.table_names().unwrap() {
        for column in proven.each_row(&table, &mut |_| Ok(())).unwrap() {
            assert!(columns::meaning(&table, &column).is_some(), "{table}.{column}: say what it means in columns/");
        }
    }
}

#[test]
fn the_journal_comes_out_in_all_its_forms_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let author = Identity::generate();
    let journal = journal(&dir.path().join("journal.letopis"), &author);
    let proven = journal.prove(&mut |_| {}).unwrap();
    let scratch = dir.path().join("journal.letopis.archive-tmp");
    let exported = database(&proven, &scratch).unwrap();
    let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &std::path::PathBuf| path.to_string_lossy().contains("archive-tmp-");
    let scratch = names.into_iter().find(is_it).expect("a private folder beside the journal");

    let (report, again) = Proven::of_copy(&scratch.join(JOURNAL)).unwrap();
    assert!(report.is_clean() && report.tables_compared, "{report:?}");
    assert_eq!(again.unwrap().tip(), proven.tip());
    let lines = std::fs::read_to_string(scratch.join(LEDGER)).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let second = proven.record(2).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["payload"], second.payload.as_str());
    assert_eq!(lines[1]["head"], hex(&second.head));
    let classes = std::fs::read_to_string(scratch.join("classes.csv")).unwrap();
    assert_eq!(classes, "name,grade,letter,teacher,entry\n7А,7,А,,2\n");
    let people = std::fs::read_to_string(scratch.join("people.csv")).unwrap();
    assert_eq!(people.lines().nth(1), Some("ivanova,Иванова,Инна,Игоревна,администратор,,,1"), "NULL is empty");
    let keys = std::fs::read_to_string(scratch.join("keys.csv")).unwrap();
    assert!(keys.contains(&hex(author.public().key())), "a BLOB is hex");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(scratch.join(JOURNAL).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    drop(exported);
    assert!(!scratch.exists());
}
