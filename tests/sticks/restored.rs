//! The school's computer burned, and an older copy of the journal is all there is: sticks still have what they sent.

use super::{OnStick, prepare, with_passphrase};
use crate::common::school::School;

fn back_up(school: &School) {
    school.file().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    std::fs::copy(school.path("journal.letopis"), school.path("backup.letopis")).unwrap();
}

fn restore(school: &School) {
    for name in ["journal.letopis-wal", "journal.letopis-shm"] {
        let _ = std::fs::remove_file(school.path(name));
    }
    std::fs::copy(school.path("backup.letopis"), school.path("journal.letopis")).unwrap();
}

#[test]
fn two_sticks_hand_in_again_in_order_what_the_restored_journal_lacks() {
    let Some(stick) = OnStick::new() else { return };
    let school = &stick.school;
    prepare(school, "usb2", "У-8", "belova");
    stick.teach("2025-09-15", "10:00", "Ёлкина=5");
    stick.sync("2025-09-15 12:00:00").fails(0, &["принято записей: 2"]);
    back_up(school);
    stick.teach("2025-09-17", "10:00", "Ёлкина=4");
    stick.sync("2025-09-17 12:00:00").fails(0, &["принято записей: 2"]);
    let english = ["lesson", "record", "7А", "Английский язык", "16.09.2025", "--topic", "Past Simple"];
    let on_second = |clock: &str, args: &[&str]| with_passphrase(school, clock, "usb2", args);
    on_second("2025-09-17 10:00:00", &[&english[..], &["--journal", "usb2"]].concat()).ok();
    let sync_second = ["stick", "sync", "usb2", "--programs", "school"];
    on_second("2025-09-17 12:10:00", &sync_second).fails(0, &["принято записей: 1"]);
    let against = |mount: &'static str| ["audit", "--against", mount];
    let audit = |clock: &str, mount: &'static str| {
        let file = format!("{mount}.pass");
        school.run(clock, "ivanova", &[&against(mount)[..], &["--passphrase-file", &file]].concat())
    };
    audit("2025-09-17 13:00:00", "usb").fails(0, &["Сверено: носитель «У-7»", "semyonov"]);

    restore(school);
    let before = school.entries();
    audit("2025-09-18 08:00:00", "usb").fails(1, &["носитель «У-7» видел в журнале", "конец журнала отрезан"]);
    stick.sync("2025-09-18 08:01:00").fails(1, &["другой или старше", "journal resume"]);
    assert_eq!(school.entries(), before);
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    let told = stick.at_school("2025-09-18 08:02:00", "petrova", &resume).ok();
    if let Some(number) = told.stdout.split("confirm show ").nth(1) {
        let number = number.split_whitespace().next().unwrap();
        stick.at_school("2025-09-18 08:03:00", "kuznetsov", &["confirm", "give", number]).ok();
    }
    let before = school.entries();
    // He had gone on meanwhile.
    stick.teach("2025-09-19", "11:30", "Ёлкина=3");
    let told = stick.sync("2025-09-19 12:00:00").fails(0, &["принято записей: 4", "принято раньше: 2"]);
    assert!(told.stdout.contains("Носитель обновлён"), "{told}");
    assert_eq!(school.entries(), before + 4);
    on_second("2025-09-19 12:10:00", &sync_second).fails(0, &["принято записей: 1", "Носитель обновлён"]);
    assert_eq!(school.entries(), before + 5);
    for (day, mark) in [("15.09.2025", '5'), ("17.09.2025", '4'), ("19.09.2025", '3')] {
        let list = ["mark", "list", "7А", "Алгебра", day];
        let told = stick.at_school("2025-09-19 12:20:00", "ivanova", &list).ok();
        let line = told.stdout.lines().find(|line| line.contains("Ёлкина")).unwrap();
        assert!(line.trim_end().ends_with(mark), "{told}");
    }
    stick.sync("2025-09-19 12:30:00").fails(0, &["принято записей: 0"]);
    on_second("2025-09-19 12:31:00", &sync_second).fails(0, &["принято записей: 0"]);
    for mount in ["usb", "usb2"] {
        audit("2025-09-19 13:00:00", mount).fails(0, &["Сверено: носитель"]);
    }
    // What was typed after the loss goes on as before.
    stick.teach("2025-09-22", "10:00", "Ёлкина=5");
    stick.sync("2025-09-22 12:00:00").fails(0, &["принято записей: 2", "Носитель обновлён"]);
    stick.audited("2025-09-22 13:00:00");
}

#[test]
fn what_comes_again_too_late_is_told_with_the_request_to_make() {
    let Some(stick) = OnStick::new() else { return };
    back_up(&stick.school);
    stick.teach("2025-09-15", "10:00", "Ёлкина=5");
    stick.sync("2025-09-15 12:00:00").ok();
    restore(&stick.school);
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    stick.at_school("2025-09-30 08:00:00", "petrova", &resume).ok();
    // He took them in himself: nobody else witnesses when that was.
    let told = stick.sync("2025-09-30 09:00:00").fails(1, &["отклонено: 2", "§2.3.2", "Носитель обновлён"]);
    assert!(told.stdout.contains("correction request 7А Алгебра 15.09.2025 --lesson 2 --mark Ё-04=5"), "{told}");
    stick.audited("2025-09-30 13:00:00");
}

#[test]
fn a_stick_says_how_much_the_restored_journal_has_lost() {
    let Some(stick) = OnStick::new() else { return };
    back_up(&stick.school);
    stick.teach("2025-09-15", "10:00", "Ёлкина=5");
    stick.sync("2025-09-15 12:00:00").ok();
    let (had, kept) = (stick.school.entries(), {
        restore(&stick.school);
        stick.school.entries()
    });
    let resume =
        ["journal", "resume", "--reason", "сгорел компьютер", "--lost-in", "usb", "--passphrase-file", "usb.pass"];
    let told = stick.at_school("2025-09-16 08:00:00", "petrova", &resume).ok();
    assert!(told.stdout.contains(&format!("{}–{had}", kept + 1)), "{told}");
    assert!(!told.stderr.contains("что утрачено, не известно"), "{told}");
}
