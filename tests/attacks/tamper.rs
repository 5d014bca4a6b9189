//! Someone falsifies the journal with other tools: every way is found, and named.

use super::{NOON, school};
use crate::common::peers;
use letopis::ledger::chain::{Record, Tip};
use letopis::ledger::identity::Identity;
use rusqlite::{Connection, params};

fn records(file: &Connection) -> Vec<Record> {
    let mut statement = file.prepare("SELECT seq, payload, signature, head FROM ledger ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| {
        let (signature, head): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let (signature, head) = (signature.try_into().unwrap(), head.try_into().unwrap());
        Ok(Record { seq: row.get(0)?, payload: row.get(1)?, signature, head })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn write_back(file: &Connection, records: &[Record]) {
    file.execute("DELETE FROM ledger", []).unwrap();
    let sql = "INSERT INTO ledger (seq, payload, signature, head) VALUES (?1, ?2, ?3, ?4)";
    for (seq, record) in (1..).zip(records) {
        file.execute(sql, params![seq, record.payload, &record.signature[..], &record.head[..]]).unwrap();
    }
}

/// Numbers the records anew and recomputes every head, as one can who holds no key.
fn recompute_heads(records: &mut [Record]) {
    use sha2::{Digest, Sha256};
    let mut tip = Tip::EMPTY;
    for (seq, record) in (1..).zip(records) {
        record.seq = seq;
        let message = tip.message(&record.payload);
        record.head = Sha256::new().chain_update(message).chain_update(record.signature).finalize().into();
        assert!(tip.is_next(record));
        tip = tip.after(record);
    }
}

/// The last entry, an absence, and its number.
fn last(records: &[Record]) -> (usize, u64) {
    (records.len() - 1, records.last().unwrap().seq)
}

#[test]
fn a_mark_changed_by_sqlite3_is_named_with_pupil_course_and_date_and_nothing_is_certified() {
    let Some(school) = school() else { return };
    let Some(sqlite3) = peers::require("sqlite3") else { return };
    let journal = school.path("journal.letopis");
    let changed = sqlite3.run([journal.to_str().unwrap(), "UPDATE marks SET marks = '5'"], &school.path("."));
    assert_eq!(changed.code, Some(0), "{changed}");
    school.run(NOON, "ivanova", &["audit"]).fails(
        1,
        &[
            "отметка: Петренко Анна (П-03), 7А, Алгебра, 15.09.2025, урок 2",
            "в таблице «5», по подписанным записям «4»",
            "Найдено нарушений: 1",
        ],
    );
    let refused = ["журнал не прошёл проверку", "Петренко Анна (П-03), 7А, Алгебра, 15.09.2025"];
    let entries = school.entries();
    school.run(NOON, "petrova", &["print", "class", "7А", "--out", "out"]).fails(1, &refused);
    assert!(!school.path("out").exists(), "nothing is printed");
    assert_eq!(school.entries(), entries, "nothing is recorded");
}

#[test]
fn marks_absences_and_lessons_put_in_or_taken_out_are_named() {
    for (sql, texts) in [
        ("DELETE FROM marks", ["отметка: Петренко Анна (П-03), 7А, Алгебра, 15.09.2025", "удалено из таблицы"]),
        ("DELETE FROM attendance", ["посещение: Сизов Олег Юрьевич (С-05), 7А, Алгебра, 15.09.2025", "удалено"]),
        ("UPDATE lessons SET topic = 'Другая'", ["урок: 7А, Алгебра", "в таблице «Другая»"]),
        (
            "INSERT INTO marks VALUES (1, 1, '5', '', '', 'semyonov', 9)",
            ["отметка: Иванов Павел Андреевич (И-01)", "в подписанных записях нет"],
        ),
        ("UPDATE people SET surname = 'Иная' WHERE login = 'gusev'", ["таблица people, строка gusev", "Иная"]),
        ("DROP TABLE plans", ["устройство файла изменено", "plans"]),
        (
            "CREATE TRIGGER sqlitez AFTER INSERT ON ledger BEGIN DELETE FROM marks; END",
            ["устройство файла изменено", "sqlitez"],
        ),
        (
            "CREATE TRIGGER page_texts AFTER INSERT ON marks BEGIN DELETE FROM marks; END",
            ["устройство", "trigger page_texts"],
        ),
        ("CREATE VIEW sqlitez AS SELECT 1", ["устройство файла изменено", "view sqlitez"]),
        ("ALTER TABLE ledger ADD COLUMN x TEXT", ["устройство файла изменено", "table ledger"]),
        ("CREATE TRIGGER t AFTER INSERT ON marks BEGIN DELETE FROM marks; END", ["устройство файла изменено", "t"]),
    ] {
        let Some(school) = school() else { return };
        school.file().execute_batch(sql).unwrap();
        school.run(NOON, "ivanova", &["audit"]).fails(1, &texts);
    }
}

#[test]
fn a_ledger_row_deleted_moved_or_altered_is_named() {
    let Some(school) = school() else { return };
    let file = school.file();
    let honest = records(&file);
    let (index, seq) = last(&honest);

    file.execute("DELETE FROM ledger WHERE seq = ?1", [seq - 1]).unwrap();
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: перед ней недостаёт записей")]);

    let mut moved = honest.clone();
    moved.swap(index, index - 1);
    write_back(&file, &moved);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {}: содержание, подпись", seq - 1)]);

    let mut altered = honest.clone();
    altered[index - 1].payload = altered[index - 1].payload.replace("\"marks\":\"4\"", "\"marks\":\"5\"");
    assert_ne!(altered, honest);
    write_back(&file, &altered);
    let report = school.run(NOON, "ivanova", &["audit"]);
    report.fails(
        1,
        &[&format!("Запись № {}: содержание, подпись", seq - 1), "в таблице «4», по подписанным записям «5»"],
    );

    write_back(&file, &honest);
    school.run(NOON, "ivanova", &["audit"]).ok();
}

#[test]
fn a_falsified_ledger_with_all_later_heads_recomputed_is_found_by_the_signatures() {
    let Some(school) = school() else { return };
    let file = school.file();
    let honest = records(&file);
    let (index, seq) = last(&honest);

    let mut altered = honest.clone();
    altered[index - 1].payload = altered[index - 1].payload.replace("\"marks\":\"4\"", "\"marks\":\"5\"");
    recompute_heads(&mut altered);
    write_back(&file, &altered);
    file.execute("UPDATE marks SET marks = '5'", []).unwrap();
    let place = format!("Запись № {}: подпись автора не подходит", seq - 1);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&place]);
    file.execute("UPDATE marks SET marks = '4'", []).unwrap();

    let mut removed = honest.clone();
    removed.remove(index - 1);
    recompute_heads(&mut removed);
    write_back(&file, &removed);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&place]);

    let mut moved = honest.clone();
    moved.swap(index, index - 1);
    recompute_heads(&mut moved);
    write_back(&file, &moved);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&place]);
}

#[test]
fn an_entry_signed_anew_with_another_key_is_found_whoever_it_names() {
    let Some(school) = school() else { return };
    let file = school.file();
    let honest = records(&file);
    let (index, seq) = last(&honest);
    let before = honest[..index].iter().fold(Tip::EMPTY, |tip, record| tip.after(record));

    // With the author's name and key left in the text.
    let mut forged = honest.clone();
    forged[index] = before.sign(&Identity::generate(), honest[index].payload.replace("С-05", "И-01"));
    write_back(&file, &forged);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: подпись автора не подходит")]);

    // With the forger's own key named.
    let forger = Identity::generate();
    let mut value: serde_json::Value = serde_json::from_str(&honest[index].payload).unwrap();
    value["key"] = forger.public().fingerprint().into();
    forged[index] = before.sign(&forger, value.to_string());
    write_back(&file, &forged);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: "), "не был внесён в журнал"]);

    // By a colleague in the author's name.
    let colleague = letopis::ledger::keyfile::read(&school.path("keys/belova.key"), || unreachable!()).unwrap();
    value["key"] = colleague.public().fingerprint().into();
    forged[index] = before.sign(&colleague, value.to_string());
    write_back(&file, &forged);
    let texts = [&format!("Запись № {seq}: автором назван «semyonov», а ключ принадлежит «belova»")];
    school.run(NOON, "ivanova", &["audit"]).fails(1, &texts.map(String::as_str));

    // By a colleague in his own name, for a course that is not his.
    value["author"] = "belova".into();
    forged[index] = before.sign(&colleague, value.to_string());
    write_back(&file, &forged);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: у «belova» нет права")]);
}

#[test]
fn a_middle_entry_signed_anew_with_all_later_heads_recomputed_is_found_and_named() {
    let Some(school) = school() else { return };
    let file = school.file();
    let honest = records(&file);
    let (index, seq) = last(&honest);
    let (index, seq) = (index - 1, seq - 1);
    let before = honest[..index].iter().fold(Tip::EMPTY, |tip, record| tip.after(record));
    let payload = honest[index].payload.replace("\"marks\":\"4\"", "\"marks\":\"5\"");
    assert_ne!(payload, honest[index].payload);
    file.execute("UPDATE marks SET marks = '5'", []).unwrap();
    let colleague = letopis::ledger::keyfile::read(&school.path("keys/belova.key"), || unreachable!()).unwrap();
    for (forger, named, found) in [
        (Identity::generate(), false, "подпись автора не подходит"),
        (Identity::generate(), true, "не был внесён в журнал"),
        (colleague, true, "автором назван «semyonov», а ключ принадлежит «belova»"),
    ] {
        let mut value: serde_json::Value = serde_json::from_str(&payload).unwrap();
        if named {
            value["key"] = forger.public().fingerprint().into();
        }
        let mut forged = honest.clone();
        forged[index] = before.sign(&forger, if named { value.to_string() } else { payload.clone() });
        recompute_heads(&mut forged);
        write_back(&file, &forged);
        let report = school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: "), found]);
        // The entry after it was signed after another head, and its author would have to sign it anew.
        let after = format!("Запись № {}: подпись автора не подходит", seq + 1);
        assert!(report.stdout.contains(&after) || report.stderr.contains(&after), "{report}");
    }
    write_back(&file, &honest);
    file.execute("UPDATE marks SET marks = '4'", []).unwrap();
    school.run(NOON, "ivanova", &["audit"]).ok();
}

#[test]
fn an_entry_that_slipped_past_the_rules_is_found_by_the_audit() {
    let Some(school) = school() else { return };
    let file = school.file();
    let honest = records(&file);
    let (index, seq) = last(&honest);
    let before = honest[..index].iter().fold(Tip::EMPTY, |tip, record| tip.after(record));
    let author = letopis::ledger::keyfile::read(&school.path("keys/semyonov.key"), || unreachable!()).unwrap();
    for (from, to, expected) in [
        ("2025-09-15T10:02:00", "2025-09-23T10:02:00", "§2.3.2"),
        ("2025-09-15T10:02:00", "2025-09-15T09:02:00", "часы показывают"),
        ("С-05", "Н-06", "не в списке"),
    ] {
        let mut forged = honest.clone();
        forged[index] = before.sign(&author, honest[index].payload.replace(from, to));
        assert_ne!(forged, honest);
        write_back(&file, &forged);
        school.run(NOON, "ivanova", &["audit"]).fails(1, &[&format!("Запись № {seq}: "), expected]);
    }
}

#[test]
fn a_tail_that_was_cut_off_is_found_against_the_head_on_paper() {
    let Some(school) = school() else { return };
    let shown = school.run(NOON, "ivanova", &["audit", "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let head = shown["head"].as_str().unwrap().to_owned();
    school.run(NOON, "ivanova", &["audit", "--against", &head]).ok();

    let file = school.file();
    file.execute("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)", []).unwrap();
    file.execute("DELETE FROM attendance", []).unwrap();
    school.run(NOON, "ivanova", &["audit"]).ok();
    school.run(NOON, "ivanova", &["audit", "--against", &head]).fails(1, &["конец журнала отрезан"]);
    school
        .run(NOON, "ivanova", &["audit", "--against", "abc"])
        .fails(2, &["«abc» не папка архива и не контрольная сумма"]);
}

#[test]
fn an_archived_journal_of_another_version_is_judged_by_its_entries() {
    let Some(school) = school() else { return };
    let file = school.file();
    file.execute_batch("ALTER TABLE marks ADD COLUMN of_another_version TEXT; PRAGMA user_version = 1;").unwrap();
    let copy = || letopis::journal::Proven::of_copy(&school.path("journal.letopis")).unwrap();
    let (audited, proven) = copy();
    assert!(proven.is_some() && audited.is_clean() && !audited.tables_compared, "{audited:?}");
    file.execute("UPDATE ledger SET payload = replace(payload, 'С-05', 'И-01')", []).unwrap();
    let (audited, proven) = copy();
    assert!(proven.is_none() && !audited.is_clean());
}

#[test]
fn tables_of_another_version_are_rebuilt_from_the_ledger() {
    let Some(school) = school() else { return };
    let file = school.file();
    file.execute_batch("DROP TABLE marks; CREATE TABLE foreign_table (x); PRAGMA user_version = 1;").unwrap();
    drop(file);
    school.run(NOON, "ivanova", &["audit"]).ok();
    let rebuilt = "SELECT count(*) FROM sqlite_schema WHERE name = 'marks'";
    assert_eq!(
        school.file().query_row(rebuilt, [], |row| row.get::<_, u32>(0)).unwrap(),
        0,
        "an audit changes nothing"
    );
    school.run(NOON, "ivanova", &["staff", "list"]).ok();
    let mark: String = school.file().query_row("SELECT marks FROM marks", [], |row| row.get(0)).unwrap();
    assert_eq!(mark, "4");
}
