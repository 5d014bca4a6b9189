//! A journal that was restored from an archive or from a copy of the day: what it says of that very copy, of what was lost,
//! and of paper that may have been issued in the lost part.

use crate::common::school::School;

const CREATE: [&str; 9] =
    ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];

fn school() -> Option<School> {
    let school = School::small()?;
    for (usb, label, holder, place) in
        [("usb-1", "А-1", "kuznetsov", "сейф директора"), ("usb-2", "А-2", "petrova", "кабинет завуча")]
    {
        std::fs::create_dir(school.path(usb)).unwrap();
        let args = ["carrier", "register", usb, "--label", label, "--holder", holder, "--place", place];
        school.run("2025-10-24 15:00:00", "petrova", &args).ok();
    }
    Some(school)
}

/// The computer burned: the journal that comes out of this bag takes its place.
fn restore(school: &School, at: &str, bag: &str) {
    let args = ["archive", "restore", bag, "--to", "out"];
    school.run(at, "kuznetsov", &args).ok();
    for name in ["journal.letopis", "journal.letopis-wal", "journal.letopis-shm"] {
        let _ = std::fs::remove_file(school.path(name));
    }
    std::fs::rename(school.path("out/journal.letopis"), school.path("journal.letopis")).unwrap();
    std::fs::remove_dir_all(school.path("out")).unwrap();
}

fn verified(school: &School, at: &str, bag: &str) -> String {
    school.run(at, "petrova", &["archive", "verify", bag, "--journal", "journal.letopis"]).ok().stdout
}

#[test]
fn the_newest_archive_is_known_for_what_the_journal_came_out_of_and_stays_genuine_when_it_has_gone_on() {
    let Some(school) = school() else { return };
    school.run("2025-10-24 15:10:00", "petrova", &CREATE).ok();
    let bag = "usb-1/LETOPIS/2025-2026-h1";
    restore(&school, "2025-10-24 15:20:00", bag);
    let said = verified(&school, "2025-10-24 15:21:00", bag);
    assert!(said.contains("он извлечён из неё самой, или её запись прервали") && said.contains("подлинен"), "{said}");
    school.run("2025-10-24 15:22:00", "petrova", &["journal", "resume", "--reason", "сгорел компьютер"]).ok();
    let said = verified(&school, "2025-10-24 15:23:00", bag);
    assert!(said.contains("восстановлен из этой копии и продолжен записью №") && said.contains("подлинен"), "{said}");
    // Though a newer one was made since, which does not follow it.
    school.run("2025-10-24 15:30:00", "petrova", &CREATE).ok();
    let said = verified(&school, "2025-10-24 15:31:00", bag);
    assert!(said.contains("подлинен") && !said.contains("не подлинен"), "{said}");
}

#[test]
fn a_journal_goes_on_from_the_copy_of_the_day() {
    let Some(school) = school() else { return };
    std::fs::create_dir(school.path("disk")).unwrap();
    let copy = ["archive", "backup", "--to", "disk", "--allow-same-device"];
    school.run("2025-10-24 22:00:00", "petrova", &copy).ok();
    school.run("2025-10-25 09:00:00", "petrova", &["remark", "write", "7А", "После копии"]).ok();
    let bag = "disk/LETOPIS/backup-2025-10-24";
    restore(&school, "2025-10-25 10:00:00", bag);
    let said = verified(&school, "2025-10-25 10:01:00", bag);
    assert!(said.contains("он извлечён из неё, или её запись прервали"), "{said}");
    school.run("2025-10-25 10:02:00", "petrova", &["journal", "resume", "--reason", "сгорел компьютер"]).ok();
    let said = verified(&school, "2025-10-25 10:03:00", bag);
    assert!(said.contains("восстановлен из этой копии и продолжен записью №"), "{said}");
    // The journal does not know that copies were made there, and makes the next.
    school.run("2025-10-25 22:00:00", "petrova", &copy).fails(0, &["Копий там теперь: 2"]);
    school
        .run("2025-10-25 22:10:00", "petrova", &["audit", "--against", bag])
        .fails(0, &["начало журнала, 38 записей, то же"]);
}

#[test]
fn an_archive_of_the_lost_part_contradicts_nothing_and_says_nothing_of_today() {
    let Some(school) = school() else { return };
    std::fs::create_dir(school.path("disk")).unwrap();
    let copy = ["archive", "backup", "--to", "disk", "--allow-same-device"];
    school.run("2025-10-24 15:05:00", "petrova", &copy).ok();
    school.run("2025-10-24 15:10:00", "petrova", &CREATE).ok();
    restore(&school, "2025-10-24 15:20:00", "disk/LETOPIS/backup-2025-10-24");
    let against = ["audit", "--against", "usb-1"];
    school.run("2025-10-24 15:21:00", "petrova", &against).fails(1, &["конец журнала отрезан"]);
    let resume = ["journal", "resume", "--reason", "сгорел компьютер", "--lost-in", "usb-1"];
    school.run("2025-10-24 15:22:00", "petrova", &resume).ok();
    let said = school.run("2025-10-24 15:23:00", "petrova", &against).ok();
    assert!(said.stdout.contains("утраченная часть, о ней сказано в записи №"), "{said}");
    assert!(!said.stdout.contains("отрезан"), "{said}");
    let json = school.run("2025-10-24 15:24:00", "petrova", &[&against[..], &["--json"]].concat()).ok();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(json["against"][0]["lost_in"].is_u64() && json["against"][0]["contradiction"].is_null(), "{json}");
    // A head of which it is not said that it was lost still contradicts, and that is told too.
    let head = "ab".repeat(32);
    school
        .run("2025-10-24 15:25:00", "petrova", &["audit", "--against", &head])
        .fails(1, &["восстановлен из старой копии", "утраченным не названо"]);
}

#[test]
fn paper_with_a_number_that_was_left_out_is_said_to_be_of_the_lost_part() {
    let Some(school) = school() else { return };
    std::fs::create_dir(school.path("disk")).unwrap();
    let copy = ["archive", "backup", "--to", "disk", "--allow-same-device"];
    school.run("2025-10-24 15:05:00", "petrova", &copy).ok();
    school.run("2025-10-24 15:10:00", "petrova", &["print", "class", "7А", "--out", "paper"]).ok();
    let listed = school.run("2025-10-24 15:11:00", "petrova", &["print", "list", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let (number, code) = (listed[0]["number"].as_str().unwrap(), listed[0]["code"].as_str().unwrap());
    restore(&school, "2025-10-24 15:20:00", "disk/LETOPIS/backup-2025-10-24");
    school.run("2025-10-24 15:22:00", "petrova", &["journal", "resume", "--reason", "сгорел компьютер"]).ok();
    let on_paper = format!("{number}/1 {code}");
    let said = ["пропущены, когда журнал восстановили", "2025-0001", "2025-0100", "утраченной части"];
    school.run("2025-10-24 15:23:00", "petrova", &["print", "check", &on_paper]).fails(1, &said);
    school
        .run("2025-10-24 15:24:00", "petrova", &["print", "check", code])
        .fails(1, &["номер с 2025-0001 по 2025-0100"]);
    let beyond = format!("2025-0101/1 {code}");
    let other = school.run("2025-10-24 15:25:00", "petrova", &["print", "check", &beyond]).fails(1, &["не выдавал"]);
    assert!(!other.stderr.contains("утраченной"), "{other}");
}
