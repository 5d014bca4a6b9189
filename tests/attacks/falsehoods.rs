//! Somebody who may write to the journal's file, or to the carriers, tries to get a falsehood certified: each way is refused
//! or named, and nothing is issued, archived or taken over.

use super::{NOON, school};
use crate::common::peers;
use crate::common::school::{School, contents};
use letopis::journal::{Author, Journal};
use letopis::ledger::chain::{Record, Tip, hex};
use letopis::ledger::keyfile;
use letopis::print::issue::{self, Out};
use letopis::print::{Form, Layouts, Wanted};
use letopis::school::ClassName;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

const CLASS: [&str; 5] = ["print", "class", "7А", "--out", "out"];
const UNPROVEN: &str = "журнал не прошёл проверку";
const BUILT_OTHERWISE: &str = "устроен не так, как его делает Letopis";

/// Demands that a command is refused with these words, records nothing and writes nothing into `out`.
#[track_caller]
fn refused(school: &School, by: &str, args: &[&str], words: &[&str]) {
    let entries = school.entries();
    school.run(NOON, by, args).fails(1, words);
    assert_eq!(school.entries(), entries, "{args:?} has recorded something");
    assert!(!school.path("out").exists(), "{args:?} has written something");
}

/// What SQLite's quick check says of the file.
fn quick_check(school: &School) -> String {
    school.file().query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap()
}

/// The root page of an index or a table, and the size of a page.
fn root_page(file: &Connection, name: &str) -> (u64, u64) {
    let page: u64 =
        file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    (page, file.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap())
}

#[test]
fn an_index_that_leaves_pupils_out_of_their_class_certifies_no_book() {
    let Some(school) = school() else { return };
    let name = "enrolments_by_class";
    let honest: String =
        school.file().query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    let rewrite = |sql: &str| {
        let file = school.file();
        file.execute_batch("PRAGMA writable_schema = ON").unwrap();
        file.execute("UPDATE sqlite_schema SET sql = ?1 WHERE name = ?2", params![sql, name]).unwrap();
    };
    // Made to have two pupils in another class, and called what it was again; as many entries as there were.
    let sql = "SELECT count(*) FROM enrolments WHERE class = '7А'";
    let of_class = || school.file().query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    let before = of_class();
    let sql = "SELECT pupil FROM enrolments WHERE class = '7А' ORDER BY pupil LIMIT 1 OFFSET 1";
    let second: i64 = school.file().query_row(sql, [], |row| row.get(0)).unwrap();
    let elsewhere = format!("(CASE WHEN class = '7А' AND pupil <= {second} THEN '9Я' ELSE class END)");
    rewrite(&honest.replace("(class)", &elsewhere));
    school.file().execute_batch(&format!("REINDEX {name}")).unwrap();
    rewrite(&honest);
    assert_eq!(quick_check(&school), "ok", "the attack is one that a quick check does not see");
    assert_eq!(before - of_class(), 2, "two pupils are hidden from whoever asks by class");
    refused(&school, "petrova", &CLASS, &[UNPROVEN, name]);
    refused(&school, "petrova", &["print", "summary", "7А", "--out", "out"], &[UNPROVEN, name]);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &["файл базы данных повреждён", name]);
}

#[test]
fn an_index_that_leaves_a_lesson_out_certifies_no_book() {
    let Some(school) = school() else { return };
    let index = "sqlite_autoindex_lessons_1";
    let file = school.file();
    file.execute_batch(
        "CREATE INDEX part ON lessons ((course + (id = 1) * 99), date, lesson); PRAGMA wal_checkpoint(TRUNCATE)",
    )
    .unwrap();
    let ((from, size), (to, _)) = (root_page(&file, "part"), root_page(&file, index));
    drop(file);
    // The page of an index that has a lesson in another course, in the place of the honest one.
    let path = school.path("journal.letopis");
    let mut bytes = std::fs::read(&path).unwrap();
    let page = |number: u64| ((number - 1) * size) as usize..(number * size) as usize;
    let part = bytes[page(from)].to_vec();
    bytes[page(to)].copy_from_slice(&part);
    std::fs::write(&path, bytes).unwrap();
    school.file().execute_batch("DROP INDEX part").unwrap();
    assert_eq!(quick_check(&school), "ok", "the attack is one that a quick check does not see");
    refused(&school, "petrova", &CLASS, &[UNPROVEN, index]);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &["файл базы данных повреждён", index]);
}

#[test]
fn an_index_on_the_pages_of_another_is_not_worked_with() {
    let Some(school) = school() else { return };
    let file = school.file();
    let (other, _) = root_page(&file, "corrections_by_course");
    file.execute_batch("PRAGMA writable_schema = ON").unwrap();
    let sql = "UPDATE sqlite_schema SET rootpage = ?1 WHERE name = 'enrolments_by_class'";
    file.execute(sql, [other]).unwrap();
    drop(file);
    refused(&school, "petrova", &CLASS, &[BUILT_OTHERWISE, "enrolments_by_class"]);
    school.run(NOON, "ivanova", &["audit"]).fails(1, &["enrolments_by_class"]);
}

#[test]
fn tables_that_change_and_change_back_during_the_run_never_reach_paper() {
    let Some(school) = school() else { return };
    let set = |mark: &str| {
        let file = school.file();
        file.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
        file.execute("UPDATE marks SET marks = ?1", [mark]).unwrap();
    };
    school.run(NOON, "petrova", &["print", "class", "7А", "--out", "honest"]).ok();
    let (honest, entries) = (contents(&school.path("honest")), school.entries());
    let (stop, mut printed, mut refused) = (AtomicBool::new(false), 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                set("5");
                std::thread::sleep(std::time::Duration::from_millis(7));
                set("4");
                std::thread::sleep(std::time::Duration::from_millis(7));
            }
        });
        for run in 0..12 {
            let out = format!("out-{run}");
            let run = school.run(NOON, "petrova", &["print", "class", "7А", "--out", &out]).0;
            match run.code {
                Some(0) => {
                    assert!(contents(&school.path(&out)) == honest, "another book than the true one was certified");
                    printed += 1;
                }
                Some(1) => {
                    assert!(run.stderr.contains(UNPROVEN) && !school.path(&out).exists(), "{run}");
                    refused += 1;
                }
                _ => panic!("{run}"),
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!((printed + refused, school.entries()), (12, entries), "nothing was issued anew");
}

/// The same through the library, where the moment between proof and page can be chosen.
#[test]
fn what_is_done_to_the_tables_after_the_proof_does_not_reach_paper() {
    let Some(school) = school() else { return };
    school.run(NOON, "petrova", &["print", "class", "7А", "--out", "honest"]).ok();
    let mut journal = Journal::open(&school.path("journal.letopis")).unwrap();
    let mut proven = journal.prove(&mut |_| {}).unwrap();
    school
        .file()
        .execute_batch("UPDATE marks SET marks = '5'; UPDATE pupils SET surname = 'Иной'; DELETE FROM attendance")
        .unwrap();
    let identity = keyfile::read(&school.path("keys/petrova.key"), || unreachable!("no passphrase")).unwrap();
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-15T12:30:00+03:00").unwrap();
    let author = Author { signer: &identity, clock: &now, taken_over: false };
    let wanted = [Wanted::of_class(Form::ClassBook, ClassName::parse("7А").unwrap())];
    let (layouts, out) = (Layouts::load(None).unwrap(), school.path("out"));
    issue::issue(&mut journal, &mut proven, author, &layouts, &wanted, &Out::quietly(&out)).unwrap();
    assert!(contents(&out) == contents(&school.path("honest")));
}

/// A record, a text of a page and the register changed together, with every head made right again.
#[test]
fn a_code_that_was_forged_in_every_table_is_not_answered() {
    let Some(school) = school() else { return };
    school.run(NOON, "petrova", &CLASS).ok();
    let file = school.file();
    let (digest, text): (String, Vec<u8>) = file
        .query_row(
            "SELECT page_texts.digest, text FROM page_texts JOIN document_pages USING (digest) WHERE page = 4",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let mut honest = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&text[..]), &mut honest).unwrap();
    let forged = [&honest[..], b"5"].concat();
    let code = hex(&Sha256::digest(&forged));
    let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut deflated, &forged).unwrap();
    file.execute("INSERT INTO page_texts VALUES (?1, ?2)", params![code, deflated.finish().unwrap()]).unwrap();
    file.execute("UPDATE document_pages SET digest = ?1 WHERE digest = ?2", [&code, &digest]).unwrap();
    let mut records = records(&file);
    for record in &mut records {
        record.payload = record.payload.replace(&digest, &code);
    }
    write_back(&file, records);
    let number: String = file.query_row("SELECT number FROM documents", [], |row| row.get(0)).unwrap();
    let typed = format!("{number}/4 {}", &code[..16].to_uppercase());
    school.run(NOON, "petrova", &["print", "check", &typed]).fails(1, &[UNPROVEN]);
    school
        .run(NOON, "petrova", &["print", "check", &format!("LETOPIS:{number}/4:{}", code.to_uppercase())])
        .fails(1, &[]);
}

fn records(file: &Connection) -> Vec<Record> {
    let mut statement = file.prepare("SELECT seq, payload, signature, head FROM ledger ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| {
        let (signature, head): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let (signature, head) = (signature.try_into().unwrap(), head.try_into().unwrap());
        Ok(Record { seq: row.get(0)?, payload: row.get(1)?, signature, head })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Writes the records with heads that follow from them, as one can who holds no key.
fn write_back(file: &Connection, records: Vec<Record>) {
    let mut tip = Tip::EMPTY;
    for mut record in records {
        let message = tip.message(&record.payload);
        record.head = Sha256::new().chain_update(message).chain_update(record.signature).finalize().into();
        let sql = "UPDATE ledger SET payload = ?2, head = ?3 WHERE seq = ?1";
        file.execute(sql, params![record.seq, record.payload, &record.head[..]]).unwrap();
        tip = tip.after(&record);
    }
}

#[test]
fn what_the_file_brings_along_is_named_and_nothing_is_recorded_into_it() {
    for (sql, name) in [
        (
            "CREATE TRIGGER swallow AFTER INSERT ON ledger WHEN NEW.payload LIKE '%correction.requested%'
             BEGIN DELETE FROM ledger WHERE seq = NEW.seq; END",
            "trigger swallow",
        ),
        ("CREATE TRIGGER quiet BEFORE INSERT ON corrections BEGIN SELECT RAISE(IGNORE); END", "trigger quiet"),
        ("CREATE VIEW class_list AS SELECT 1", "view class_list"),
        (
            "ALTER TABLE marks RENAME TO kept; CREATE VIEW marks AS SELECT lesson, pupil, '5' AS marks, work, document,
             author, entry FROM kept",
            "view marks",
        ),
        ("ALTER TABLE pupils ADD COLUMN shown TEXT GENERATED ALWAYS AS (surname || 'а') VIRTUAL", "table pupils"),
        ("CREATE TABLE of_nobody (x)", "table of_nobody"),
        ("CREATE INDEX of_nobody ON marks (marks)", "index of_nobody"),
        ("DROP INDEX enrolments_by_class", "index enrolments_by_class"),
    ] {
        let Some(school) = school() else { return };
        school.file().execute_batch(sql).unwrap();
        let words = [BUILT_OTHERWISE, name, "letopis audit"];
        let asks =
            ["correction", "request", "7А", "Алгебра", "15.09.2025", "--mark", "Петренко=5", "--reason", "описка"];
        refused(&school, "semyonov", &asks, &words);
        refused(&school, "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"], &words);
        refused(&school, "petrova", &CLASS, &words);
        refused(&school, "petrova", &["report", "progress"], &words);
        school.run(NOON, "ivanova", &["audit"]).fails(1, &["устройство файла изменено", name]);
    }
}

#[test]
fn what_a_file_of_another_version_brings_along_is_named_too() {
    let Some(school) = school() else { return };
    let trigger = "CREATE TRIGGER t AFTER INSERT ON ledger BEGIN DELETE FROM marks; END; PRAGMA user_version = 1";
    school.file().execute_batch(trigger).unwrap();
    refused(&school, "petrova", &CLASS, &[BUILT_OTHERWISE, "trigger t"]);
}

#[test]
fn the_audit_changes_nothing_whatever_it_finds() {
    for sql in ["SELECT 1", "PRAGMA user_version = 1", "UPDATE marks SET marks = '5'", "CREATE VIEW v AS SELECT 1"] {
        let Some(school) = school() else { return };
        school.file().execute_batch(sql).unwrap();
        // As a process leaves it that was killed: what it recorded last lies in the log only.
        let open = school.file();
        open.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO page_texts VALUES ('', x'00')").unwrap();
        let left = school.path("left");
        std::fs::create_dir(&left).unwrap();
        for file in ["journal.letopis", "journal.letopis-wal"] {
            std::fs::copy(school.path(file), left.join(file)).unwrap();
        }
        drop(open);
        let before = contents(&left);
        school.run(NOON, "ivanova", &["audit", "--journal", "left/journal.letopis"]);
        let after = contents(&left);
        for file in ["journal.letopis", "journal.letopis-wal"] {
            assert!(before[Path::new(file)] == after[Path::new(file)], "{sql}: {file} was changed");
        }
    }
}

/// A closed year on two carriers.
pub fn closed() -> Option<School> {
    let school = school()?;
    let register = |usb: &str, label: &str, holder: &str, place: &str| {
        std::fs::create_dir(school.path(usb)).unwrap();
        let args = ["carrier", "register", usb, "--label", label, "--holder", holder, "--place", place];
        school.run("2025-10-24 15:00:00", "petrova", &args).ok();
    };
    register("usb-1", "А-1", "kuznetsov", "сейф директора");
    register("usb-2", "А-2", "petrova", "кабинет завуча");
    archive(&school, "2025-10-24 15:10:00", "I четверть").ok();
    school
        .run(
            "2026-05-29 12:00:00",
            "petrova",
            &["year", "close", "--year", "2025/2026", "--reason", "сведения на бумаге"],
        )
        .ok();
    archive(&school, "2026-05-29 13:00:00", "Год").ok();
    let config = std::fs::read_to_string(school.path("school/school.toml")).unwrap();
    let next = config.replace("2026", "2027").replace("2025", "2026");
    std::fs::write(school.path("next.toml"), next).unwrap();
    Some(school)
}

fn archive(school: &School, at: &str, period: &str) -> crate::common::school::Run {
    let args = ["archive", "create", "--period", period, "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run(at, "petrova", &args)
}

const NEXT_YEAR: [&str; 9] = [
    "init",
    "--school",
    "next.toml",
    "--admin",
    "ivanova",
    "--previous",
    "journal.letopis",
    "--journal",
    "next.letopis",
];

#[test]
fn no_year_is_continued_whose_keys_recovery_key_or_close_were_changed_in_the_file() {
    for sql in [
        "UPDATE keys SET recipient = (SELECT recipient FROM keys WHERE login = 'gusev') WHERE login = 'kuznetsov'",
        "UPDATE recovery_keys SET recipient = (SELECT recipient FROM keys WHERE login = 'gusev')",
        "DELETE FROM year_closed",
        "INSERT INTO roles VALUES ('gusev', 'administrator')",
    ] {
        let Some(school) = closed() else { return };
        school.file().execute_batch(sql).unwrap();
        let entries = school.entries();
        let args = [&NEXT_YEAR[..], &["--against", "usb-1"]].concat();
        school.run("2026-08-20 09:00:00", "ivanova", &args).fails(1, &[UNPROVEN]);
        assert!(!school.path("next.letopis").exists(), "{sql}: a new journal was made");
        assert_eq!(school.entries(), entries, "{sql}");
    }
}

#[test]
fn a_year_that_is_not_closed_is_not_continued_though_the_table_says_so() {
    let Some(school) = school() else { return };
    school
        .file()
        .execute_batch("INSERT INTO year_closed VALUES (1, '2026-05-29T12:00:00+03:00', 'petrova', 9)")
        .unwrap();
    std::fs::copy(school.path("school/school.toml"), school.path("next.toml")).unwrap();
    let args = [&NEXT_YEAR[..], &["--without-witness"]].concat();
    school.run(NOON, "ivanova", &args).fails(1, &[UNPROVEN]);
    assert!(!school.path("next.letopis").exists());
}

#[test]
fn a_year_is_continued_with_its_witness_and_both_journals_say_so() {
    let Some(school) = closed() else { return };
    school.run("2026-08-20 09:00:00", "ivanova", &NEXT_YEAR).fails(2, &["--against", "--without-witness"]);
    let nowhere = "ab".repeat(32);
    let stranger = [&NEXT_YEAR[..], &["--against", &nowhere]].concat();
    school.run("2026-08-20 09:00:00", "ivanova", &stranger).fails(1, &["не таков, каким его видел свидетель"]);
    assert!(!school.path("next.letopis").exists());
    let args = [&NEXT_YEAR[..], &["--against", "usb-2"]].concat();
    let told = school.run("2026-08-20 09:00:00", "ivanova", &args).ok().stdout;
    let shown = school.run(NOON, "kuznetsov", &["key", "show", "keys/kuznetsov.key"]).ok().stdout;
    let fingerprint = shown.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap();
    assert!(told.contains(fingerprint) && told.contains("age1"), "to be compared with paper: {told}");
    let first: String = Connection::open(school.path("next.letopis"))
        .unwrap()
        .query_row("SELECT payload FROM ledger WHERE seq = 1", [], |row| row.get(0))
        .unwrap();
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    let previous = &first["body"]["previous"];
    let last: String =
        school.file().query_row("SELECT payload FROM ledger ORDER BY seq DESC LIMIT 1", [], |row| row.get(0)).unwrap();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!((&last["kind"], &last["body"]["token"]), (&"year.continued".into(), &previous["token"]));
    assert_eq!(
        (previous["length"].as_u64(), &previous["witness"]["archive"]["name"]),
        (Some(school.entries()), &"2025-2026-year".into())
    );
    let again: Vec<&str> =
        args.iter().map(|arg| if *arg == "next.letopis" { "second.letopis" } else { *arg }).collect();
    school.run("2026-08-20 09:01:00", "ivanova", &again).fails(1, &["уже начат", "--another"]);
    assert!(!school.path("second.letopis").exists());
    school.run("2026-08-20 09:02:00", "ivanova", &[&again[..], &["--another"]].concat()).ok();
    for journal in ["journal.letopis", "next.letopis"] {
        school.run("2026-08-20 09:05:00", "ivanova", &["audit", "--journal", journal]).ok();
    }
}

/// Cuts the last entries off, and lets the tables be made anew.
pub fn cut(school: &School, to: u64) {
    school.file().execute("DELETE FROM ledger WHERE seq > ?1", [to]).unwrap();
    school.file().pragma_update(None, "user_version", 1).unwrap();
}

#[test]
fn a_cut_off_end_is_named_though_the_carriers_were_rewritten_to_fit() {
    let Some(school) = closed() else { return };
    let file = school.file();
    let sql = "SELECT entry FROM archives ORDER BY entry LIMIT 1";
    let kept: u64 = file.query_row(sql, [], |row| row.get::<_, u64>(0)).unwrap() - 1;
    let head: Vec<u8> = file.query_row("SELECT head FROM ledger WHERE seq = ?1", [kept], |row| row.get(0)).unwrap();
    drop(file);
    cut(&school, kept);
    for usb in ["usb-1", "usb-2"] {
        for bag in ["2025-2026-h1", "2025-2026-year"] {
            rewrite_facts(&school.path(usb).join("LETOPIS").join(bag), kept, &hex(&head));
        }
    }
    let witness = ["audit", "--against", "usb-1"];
    school.run("2026-06-01 12:00:00", "ivanova", &["audit"]).ok();
    school.run("2026-06-01 12:00:00", "ivanova", &witness).fails(1, &["свидетелем быть не может"]);
    let entries = school.entries();
    archive(&school, "2025-10-24 16:00:00", "I четверть").fails(1, &["свидетелем быть не может"]);
    assert_eq!(school.entries(), entries);
    let args = [&NEXT_YEAR[..], &["--against", "usb-2"]].concat();
    school.run("2026-08-20 09:00:00", "ivanova", &args).fails(1, &["свидетелем быть не может"]);
}

/// Makes a bag say that it was made of a shorter ledger, and its lists right again; only its signature cannot be.
pub fn rewrite_facts(bag: &Path, length: u64, head: &str) {
    let path = bag.join("bag-info.txt");
    let line = |line: &str| match line.split_once(": ") {
        Some(("Letopis-Ledger-Length", _)) => format!("Letopis-Ledger-Length: {length}"),
        Some(("Letopis-Ledger-Head", _)) => format!("Letopis-Ledger-Head: {head}"),
        _ => line.to_owned(),
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let forged: String = text.lines().map(|text| line(text) + "\n").collect();
    assert!(forged.contains(head), "the fields are called otherwise");
    std::fs::write(&path, &forged).unwrap();
    let list = bag.join("tagmanifest-sha256.txt");
    let listed = std::fs::read_to_string(&list).unwrap();
    let sum = hex(&Sha256::digest(forged.as_bytes()));
    let relisted: String = listed
        .lines()
        .map(|line| if line.ends_with("bag-info.txt") { format!("{sum}  bag-info.txt\n") } else { format!("{line}\n") })
        .collect();
    std::fs::write(&list, relisted).unwrap();
}

#[test]
fn a_witness_says_no_more_than_it_has_seen() {
    let Some(school) = closed() else { return };
    let head_of = |seq: u64| -> String {
        let head: Vec<u8> =
            school.file().query_row("SELECT head FROM ledger WHERE seq = ?1", [seq], |row| row.get(0)).unwrap();
        hex(&head)
    };
    let entries = school.entries();
    let audit =
        |witness: &str| school.run("2026-06-01 12:00:00", "ivanova", &["audit", "--against", witness]).ok().stdout;
    let early = audit(&head_of(10));
    let since = format!("После этого внесено ещё {}", entries - 10);
    assert!(early.contains(&since) && !early.contains("конец не отрезан"), "{early}");
    let last = audit(&head_of(entries));
    assert!(last.contains("это последняя запись журнала, до неё конец не отрезан"), "{last}");
    let carrier = audit("usb-1");
    assert!(
        carrier.contains("архив 2025-2026-year, подпись ключа SHA256:") && carrier.contains("(petrova)"),
        "{carrier}"
    );
    // The last archive's own entry cut off: what the archive has seen is all there, and that is said, and no more.
    cut(&school, entries - 1);
    let bag = "usb-1/LETOPIS/2025-2026-year";
    let short = audit(bag);
    assert!(short.contains("записи о самом архиве после них нет") && !short.contains("конец не отрезан"), "{short}");
    school
        .run("2026-06-01 12:00:00", "ivanova", &["audit", "--against", &head_of(10)])
        .fails(0, &["После этого внесено ещё"]);
}

/// Signs a bag anew with somebody's key, and names him in it.
pub fn sign_anew(bag: &Path, key: &Path, login: &str) {
    use letopis::archive::signature::{AllowedSigners, sign};
    let identity = keyfile::read(key, || unreachable!("no passphrase")).unwrap();
    let signers = AllowedSigners::new([(login.to_owned(), identity.public())]).to_string();
    std::fs::write(bag.join("allowed_signers"), signers).unwrap();
    let info = std::fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    let line = |line: &str| match line.split_once(": ") {
        Some(("Letopis-Signer", _)) => format!("Letopis-Signer: {login}"),
        _ => line.to_owned(),
    };
    std::fs::write(bag.join("bag-info.txt"), info.lines().map(|text| line(text) + "\n").collect::<String>()).unwrap();
    let list = bag.join("tagmanifest-sha256.txt");
    let listed = std::fs::read_to_string(&list).unwrap();
    let relisted: String = listed
        .lines()
        .map(|line| {
            let name = line.rsplit("  ").next().unwrap();
            format!("{}  {name}\n", hex(&Sha256::digest(std::fs::read(bag.join(name)).unwrap())))
        })
        .collect();
    std::fs::write(&list, &relisted).unwrap();
    std::fs::write(bag.join("tagmanifest-sha256.txt.sig"), sign(&identity, relisted.as_bytes()).unwrap()).unwrap();
}

#[test]
fn a_bag_that_a_teacher_or_a_stranger_has_signed_is_no_witness_and_takes_nobody_in() {
    let Some(school) = closed() else { return };
    school.run(NOON, "petrova", &["key", "new", "stranger.key", "--no-passphrase"]).ok();
    let (bag, head) = (school.path("usb-1/LETOPIS/2025-2026-year"), "cd".repeat(32));
    for (key, login) in [("keys/semyonov.key", "semyonov"), ("stranger.key", "petrova")] {
        rewrite_facts(&bag, 40, &head);
        sign_anew(&bag, &school.path(key), login);
        let words = ["свидетелем быть не может", "не было права создавать архивы", "в отдельное место"];
        school.run("2026-06-01 12:00:00", "ivanova", &["audit", "--against", "usb-1"]).fails(1, &words);
        let entries = school.entries();
        archive(&school, "2026-06-01 12:00:00", "Год").fails(1, &words);
        let args = [&NEXT_YEAR[..], &["--against", "usb-1"]].concat();
        school.run("2026-08-20 09:00:00", "ivanova", &args).fails(1, &words);
        assert_eq!(school.entries(), entries);
    }
    // Signed by who may, and another archive than the one that was recorded under this name.
    let length: u64 = 10;
    let head: Vec<u8> =
        school.file().query_row("SELECT head FROM ledger WHERE seq = ?1", [length], |row| row.get(0)).unwrap();
    rewrite_facts(&bag, length, &hex(&head));
    sign_anew(&bag, &school.path("keys/petrova.key"), "petrova");
    let words = ["свидетелем быть не может"];
    school.run("2026-06-01 12:00:00", "ivanova", &["audit", "--against", "usb-1"]).fails(1, &words);
}

#[test]
fn what_forbids_the_next_year_leaves_no_word_of_it_in_the_old_journal() {
    let Some(school) = closed() else { return };
    let entries = school.entries();
    let begin = |extra: &[&str]| {
        let args = [&NEXT_YEAR[..], &["--against", "usb-1"], extra].concat();
        school.run("2026-08-20 09:00:00", "ivanova", &args)
    };
    std::fs::write(school.path("sheet.txt"), "old").unwrap();
    begin(&["--recovery-sheet", "sheet.txt"]).fails(2, &["sheet.txt", "уже существует"]);
    std::fs::write(school.path("next.contacts"), "no contacts").unwrap();
    begin(&[]).fails(2, &["next.contacts", "уже существует"]);
    std::fs::remove_file(school.path("next.contacts")).unwrap();
    let next = std::fs::read(school.path("next.toml")).unwrap();
    std::fs::copy(school.path("school/school.toml"), school.path("next.toml")).unwrap();
    begin(&[]).fails(2, &["next.toml", "он за ним не следует"]);
    std::fs::write(school.path("next.toml"), next).unwrap();
    assert_eq!((school.entries(), school.path("next.letopis").exists()), (entries, false));
    begin(&[]).ok();
    let left: Vec<_> =
        contents(&school.path(".")).into_keys().filter(|path| path.to_string_lossy().contains("trial")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_archive_whose_signature_does_not_read_is_no_witness() {
    let Some(school) = closed() else { return };
    let signature = school.path("usb-1/LETOPIS/2025-2026-year/tagmanifest-sha256.txt.sig");
    let text = std::fs::read_to_string(&signature).unwrap();
    let line = text.lines().nth(3).unwrap().to_owned();
    for broken in [String::new(), text.replace(&line, &line.replace(&line[..6], "AAAAAA"))] {
        std::fs::write(&signature, broken).unwrap();
        let witness = ["audit", "--against", "usb-1/LETOPIS/2025-2026-year"];
        school
            .run("2026-06-01 12:00:00", "ivanova", &witness)
            .fails(1, &["свидетелем быть не может", "archive repair"]);
    }
}

/// An account that may only read: everything that reads works, what would write says why it does not.
#[test]
fn a_journal_that_cannot_be_written_is_read() {
    let Some(school) = school() else { return };
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    let Some(setpriv) = peers::require("setpriv").filter(|_| is_root) else {
        return println!("skipped: no root or no setpriv");
    };
    drop(setpriv);
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &Path, mode: u32| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    school.file().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let before = std::fs::read(school.path("journal.letopis")).unwrap();
    let _ = std::fs::remove_file(school.path("journal.letopis-lock"));
    for entry in walkdir::WalkDir::new(school.path(".")) {
        let entry = entry.unwrap();
        set(entry.path(), if entry.file_type().is_dir() { 0o555 } else { 0o444 });
    }
    let nobody = |by: &str, args: &[&str]| {
        let line = school.shell_line(NOON, Some(by), args);
        let command = ["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", &line];
        crate::common::school::Run(peers::run("setpriv", command, &school.path(".")))
    };
    nobody("ivanova", &["audit"]).ok();
    nobody("ivanova", &["report", "progress"]).ok();
    nobody("ivanova", &["staff", "list"]).ok();
    nobody("ivanova", &["print", "list"]).ok();
    let mark = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
    nobody("semyonov", &mark).fails(2, &["открыт только для чтения", "права"]);
    assert!(std::fs::read(school.path("journal.letopis")).unwrap() == before);
    set(&school.path("."), 0o755);
}
