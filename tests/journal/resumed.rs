//! Yesterday's backup of a journal taken for today's: whoever has seen more notices; after a disaster it is gone on with.

use crate::common::school::School;

const LESSON: [&str; 7] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
const MARK: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"];
const AGAIN: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Сизов=5"];

fn back_up(school: &School) {
    school.file().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    std::fs::copy(school.path("journal.letopis"), school.path("backup.letopis")).unwrap();
}

/// The computer burned: yesterday's copy is all there is.
fn restore(school: &School) {
    for name in ["journal.letopis-wal", "journal.letopis-shm"] {
        let _ = std::fs::remove_file(school.path(name));
    }
    std::fs::copy(school.path("backup.letopis"), school.path("journal.letopis")).unwrap();
}

fn head(school: &School) -> String {
    let sql = "SELECT lower(hex(head)) FROM ledger ORDER BY seq DESC LIMIT 1";
    school.file().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn yesterdays_backup_is_gone_on_with_after_a_disaster_at_every_workplace() {
    let Some(school) = School::small() else { return };
    school.run_at("desk-1", "2025-09-15 10:00:00", "semyonov", &LESSON).ok();
    school.run_at("desk-2", "2025-09-15 10:00:30", "petrova", &["lesson", "missing"]).ok();
    back_up(&school);
    let (kept, kept_head) = (school.entries(), head(&school));
    school.run_at("desk-1", "2025-09-15 10:01:00", "semyonov", &MARK).ok();
    let seen_first = (school.entries(), head(&school));
    school.run_at("desk-1", "2025-09-15 10:02:00", "semyonov", &AGAIN).ok();
    school.run_at("desk-2", "2025-09-15 10:02:30", "petrova", &["lesson", "missing"]).ok();
    let last = (school.entries(), head(&school));
    assert_eq!(last.0, kept + 2);
    restore(&school);

    // Both have seen more: reading warns, recording is refused with both sums and the way on.
    for (desk, login) in [("desk-1", "semyonov"), ("desk-2", "petrova")] {
        let words = ["Внимание", "короче", &last.1, &kept_head];
        school.run_at(desk, "2025-09-15 11:00:00", login, &["lesson", "missing"]).fails(0, &words);
        school.run_at(desk, "2025-09-15 11:00:10", login, &["audit"]).fails(0, &words);
    }
    let words = ["короче", &last.1, &kept_head, "journal resume --reason", "--journal", "audit --against"];
    school.run_at("desk-1", "2025-09-15 11:01:00", "semyonov", &MARK).fails(1, &words);
    assert_eq!(school.entries(), kept);
    // Going on is no teacher's right; what was there cannot be lost.
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    school.run_at("desk-1", "2025-09-15 11:02:00", "semyonov", &resume).fails(1, &["нет права"]);
    let there = format!("{kept}:{kept_head}");
    let args = [&resume[..], &["--lost", &there]].concat();
    school.run_at("desk-2", "2025-09-15 11:02:30", "petrova", &args).fails(2, &["не утрачена"]);
    school.run_at("desk-1", "2025-09-15 11:02:40", "semyonov", &MARK).fails(1, &["короче"]);

    let words = [&format!("–{} (2), последняя сумма {}", last.0, last.1), "пропущено: 100"];
    school.run_at("desk-2", "2025-09-15 11:03:00", "petrova", &resume).fails(0, &words);
    assert_eq!(school.entries(), kept + 1);
    school.run_at("desk-1", "2025-09-15 11:04:00", "semyonov", &MARK).ok();
    school
        .run_at("desk-2", "2025-09-15 11:05:00", "petrova", &["print", "class", "7А", "--out", "out"])
        .fails(0, &["2025-0101"]);
    let audit = school.run_at("desk-1", "2025-09-15 11:06:00", "semyonov", &["audit"]).ok();
    assert!(audit.stdout.contains("Чрезвычайные записи") && audit.stdout.contains("сгорел компьютер"), "{audit}");
    assert!(!audit.stderr.contains("Внимание"), "{audit}");

    // What was given up once is not given up again: the restored journal is put back a second time.
    restore(&school);
    school.run_at("desk-1", "2025-09-15 12:00:00", "semyonov", &MARK).fails(1, &["journal resume"]);
    // A workplace that saw only a part of what was lost then, and came back now.
    let part = format!("{}:{}", seen_first.0, seen_first.1);
    let args = [&resume[..], &["--lost", &part, "--skip-numbers", "7"]].concat();
    school.run_at("desk-3", "2025-09-15 12:01:00", "petrova", &args).fails(0, &["пропущено: 7"]);
    school.run_at("desk-1", "2025-09-15 12:02:00", "semyonov", &MARK).fails(1, &["короче", "journal resume"]);
    school.run_at("desk-2", "2025-09-15 12:03:00", "petrova", &resume).ok();
    school.run_at("desk-1", "2025-09-15 12:04:00", "semyonov", &MARK).ok();
}

#[test]
fn a_copy_of_the_journal_at_another_place_is_the_same_journal_and_another_journal_is_not() {
    let Some(school) = School::small() else { return };
    school.run_at("desk", "2025-09-15 10:00:00", "semyonov", &LESSON).ok();
    back_up(&school);
    school.run_at("desk", "2025-09-15 10:01:00", "semyonov", &MARK).ok();
    let copy = [&MARK[..], &["--journal", "backup.letopis"]].concat();
    school.run_at("desk", "2025-09-15 10:02:00", "semyonov", &copy).fails(1, &["«backup.letopis» короче"]);
    // What the copy lacks is not forgotten over it, and whoever has not seen more works on.
    school.run_at("desk", "2025-09-15 10:03:00", "semyonov", &AGAIN).ok();
    school.run_at("desk", "2025-09-15 10:04:00", "semyonov", &copy).fails(1, &["«backup.letopis» короче"]);
    school.run_at("another", "2025-09-15 10:05:00", "semyonov", &copy).ok();
    // As long as the journal by now, and another one.
    let forked = [&AGAIN[..], &["--journal", "backup.letopis"]].concat();
    school.run_at("another", "2025-09-15 10:06:00", "semyonov", &forked).ok();
    school.run_at("desk", "2025-09-15 10:07:00", "semyonov", &forked).fails(1, &["«backup.letopis» не тот"]);
}

#[test]
fn a_memory_that_cannot_be_kept_is_said_once_and_stops_nothing() {
    let Some(school) = School::small() else { return };
    std::fs::create_dir_all(school.path("state")).unwrap();
    std::fs::write(school.path("state/full"), "no folder").unwrap();
    let said = school.run_at("full", "2025-09-15 10:00:00", "semyonov", &LESSON).ok();
    assert_eq!(said.stderr.matches("до какого места вы видели журнал").count(), 1, "{said}");
    assert_eq!(said.stderr.matches("Внимание").count(), 1, "{said}");
}

#[test]
fn an_archive_of_the_part_that_was_lost_is_known_for_that_and_stands_in_nobodys_way() {
    let Some(school) = School::small() else { return };
    for (usb, label, holder, place) in
        [("usb-1", "А-1", "kuznetsov", "сейф директора"), ("usb-2", "А-2", "petrova", "кабинет завуча")]
    {
        std::fs::create_dir(school.path(usb)).unwrap();
        let args = ["carrier", "register", usb, "--label", label, "--holder", holder, "--place", place];
        school.run("2025-10-24 15:00:00", "petrova", &args).ok();
    }
    back_up(&school);
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run("2025-10-24 15:10:00", "petrova", &create).ok();
    restore(&school);
    school.run("2025-10-24 16:00:00", "petrova", &create).fails(1, &["которых в этом журнале нет", "journal resume"]);
    let resume = ["journal", "resume", "--reason", "сгорел компьютер", "--lost-in", "usb-1"];
    let said = school.run("2025-10-24 16:01:00", "petrova", &resume).ok();
    assert!(said.stdout.contains("Из журнала утрачен"), "{said}");
    let verify = ["archive", "verify", "usb-1", "--journal", "journal.letopis"];
    let said = school.run("2025-10-24 16:02:00", "petrova", &verify).ok();
    assert!(said.stdout.contains("утрачены, когда журнал восстановили") && !said.stdout.contains("подлинен"), "{said}");
    school.run("2025-10-24 16:03:00", "petrova", &create).fails(0, &["2025-2026-h1-2"]);
    let both = ["archive", "verify", "usb-1/LETOPIS/2025-2026-h1-2", "--journal", "journal.letopis"];
    school.run("2025-10-24 16:04:00", "petrova", &both).fails(0, &["цел и подлинен: журнал, ключ petrova"]);
    school.run("2025-10-24 16:05:00", "petrova", &["audit"]).fails(0, &["Чрезвычайные записи"]);
}

#[test]
fn where_there_is_a_second_person_nothing_is_recorded_before_he_has_confirmed_going_on() {
    let Some(school) = School::small() else { return };
    let at = |desk: &str, time: &str, login: &str, args: &[&str]| {
        school.run_at(desk, time, login, &[args, &["--journal", "j.letopis"]].concat())
    };
    let request = ["key", "request", "keys/petrova.key", "--login", "petrova", "--new-journal", "--to", "p.request"];
    school.run_at("desk-2", "2025-09-15 09:00:00", "petrova", &request).ok();
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--second", "petrova=p.request"];
    let sheets = ["--recovery-sheet", "r.txt", "--emergency-sheet", "e.txt"];
    at("desk-1", "2025-09-15 09:01:00", "ivanova", &[&init[..], &sheets].concat()).ok();
    at("desk-1", "2025-09-15 09:02:00", "ivanova", &["import", "school"]).ok();
    let journal = school.path("j.letopis");
    rusqlite::Connection::open(&journal).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let backup = std::fs::read(&journal).unwrap();
    let remark = ["remark", "write", "7А", "Журнал проверен"];
    at("desk-2", "2025-09-15 10:00:00", "petrova", &remark).ok();
    ["j.letopis-wal", "j.letopis-shm"].iter().for_each(|name| drop(std::fs::remove_file(school.path(name))));
    std::fs::write(&journal, backup).unwrap();

    at("desk-2", "2025-09-15 11:00:00", "petrova", &remark).fails(1, &["короче", "journal resume"]);
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    at("desk-2", "2025-09-15 11:01:00", "petrova", &resume).fails(0, &["ждёт подтверждения", "После подтверждения"]);
    at("desk-2", "2025-09-15 11:02:00", "petrova", &remark).fails(1, &["journal resume"]);
    let listed = at("desk-2", "2025-09-15 11:03:00", "ivanova", &["confirm", "list", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let entries = listed["entries"].as_array().unwrap();
    let number = entries.iter().find(|one| one["kind"] == "journal.restored").unwrap()["from"].to_string();
    // Not by himself; by another also at the workplace that has seen more.
    at("desk-2", "2025-09-15 11:04:00", "petrova", &["confirm", "give", &number]).fails(1, &["нужно второе лицо"]);
    at("desk-2", "2025-09-15 11:05:00", "ivanova", &["confirm", "give", &number]).ok();
    at("desk-2", "2025-09-15 11:06:00", "petrova", &remark).ok();
    let audit = at("desk-1", "2025-09-15 11:07:00", "ivanova", &["audit"]).ok();
    assert!(audit.stdout.contains("сгорел компьютер — подтверждено: ivanova"), "{audit}");
}
