//! What goes as it should: a day on a stick, a hand-over, a loss, a replacement.

use super::{OnStick, keep_passphrase, prepare, with_passphrase};
use crate::common::school::{School, contents};

#[test]
fn what_is_recorded_on_a_stick_stands_in_the_journal_once_it_is_handed_over() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=5");
    let told = stick.away("2025-09-15 11:00:00", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(told.stdout.contains("Ёлкина"), "{told}");
    stick.away("2025-09-15 11:00:00", &["stick", "status"]).fails(0, &["Не передано записей: 2", "15.09.2025"]);
    stick.at_school("2025-09-15 11:00:00", "ivanova", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).fails(1, &[]);
    let before = stick.school.entries();
    stick.sync("2025-09-15 12:00:00").fails(0, &["принято записей: 2, отклонено: 0", "Носитель обновлён"]);
    assert_eq!(stick.school.entries(), before + 2);
    let told = stick.at_school("2025-09-15 12:10:00", "ivanova", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(told.stdout.contains('5'), "{told}");
    stick.sync("2025-09-15 12:20:00").fails(0, &["принято записей: 0"]);
    assert_eq!(stick.school.entries(), before + 2, "handing over again records nothing");
    stick.away("2025-09-15 12:30:00", &["stick", "status"]).fails(0, &["Всё передано"]);
    stick.audited("2025-09-15 13:00:00");
}

#[test]
fn a_teacher_meets_the_rules_on_the_stick_and_what_takes_the_whole_journal_is_refused_in_words() {
    let Some(stick) = OnStick::new() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "08.09.2025", "--topic", "Дроби"];
    stick.away("2025-09-17 10:00:00", &lesson).fails(1, &["§2.3.2"]);
    let foreign = ["lesson", "record", "7А", "Химия", "11.09.2025", "--lesson", "4", "--topic", "Вода"];
    stick.away("2025-09-11 15:00:00", &foreign).fails(1, &["нет права"]);
    for (args, words) in [
        (&["print", "class", "7А", "--out", "p"][..], "на носителе"),
        (&["audit"], "на носителе"),
        (&["contact", "list", "7А"], "на носителе"),
        (&["school", "workday", "14.09.2025"], "носител"),
        (&["stick", "sync", "usb"], "не указан журнал школы"),
    ] {
        let run = stick.away("2025-09-11 15:00:00", args);
        assert!(run.0.code != Some(0) && run.0.stderr.contains(words), "{args:?}: {}", run.0);
    }
}

#[test]
fn a_teacher_brings_his_table_on_the_stick_and_the_school_takes_it_in_with_its_cells() {
    let Some(stick) = OnStick::new() else { return };
    let table = "7А, Алгебра\nФИО;01.09;12.09;15.09\nИванов Павел;5;4;н\nЁлкина Дарья;;;5\n\
        Дата;Тема\n01.09;Числа\n12.09;Дроби\n15.09;Степени\n";
    std::fs::write(stick.school.path("algebra.csv"), table).unwrap();
    let told = stick.away("2025-09-15 15:00:00", &["import", "grid", "algebra.csv"]);
    told.fails(1, &["внесено: 2 урока, 3 клетки", "Поздно (§2.3.2)", "correction request 7А Алгебра 01.09.2025"]);
    stick.away("2025-09-15 15:10:00", &["import", "grid", "algebra.csv"]).fails(1, &["Нового в таблицах нет"]);
    stick.sync("2025-09-15 16:00:00").fails(0, &["отклонено: 0", "Носитель обновлён"]);
    let list = stick.at_school("2025-09-15 16:10:00", "ivanova", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(list.stdout.lines().any(|line| line.contains("Ёлкина") && line.trim_end().ends_with('5')), "{list}");
    stick
        .at_school("2025-09-15 16:20:00", "semyonov", &["import", "grid", "algebra.csv"])
        .fails(1, &["Нового в таблицах нет"]);
    // Whose course it is not brings nothing there either.
    std::fs::write(stick.school.path("chemistry.csv"), table.replace("Алгебра", "Химия")).unwrap();
    let told = stick.away("2025-09-15 17:00:00", &["import", "grid", "chemistry.csv"]);
    assert!(
        told.0.code.is_some_and(|code| [1, 2].contains(&code)) && !told.0.stderr.contains("panicked"),
        "{}",
        told.0
    );
    stick.audited("2025-09-15 18:00:00");
}

#[test]
fn what_stands_by_then_wins_and_the_refused_is_told_with_the_request_to_make() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
    stick.at_school("2025-09-15 13:00:00", "semyonov", &lesson).ok();
    stick
        .at_school("2025-09-15 13:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина=2"])
        .ok();
    let told = stick.sync("2025-09-17 12:00:00").fails(1, &["отклонено: 1", "Отклонена запись № 2", "§2.3.2"]);
    assert!(
        told.stdout.contains("correction request 7А Алгебра 15.09.2025 --lesson 2 --mark Ё-04=4 --reason ПРИЧИНА"),
        "{told}"
    );
    let list = stick.at_school("2025-09-17 12:10:00", "ivanova", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    let line = list.stdout.lines().find(|line| line.contains("Ёлкина")).unwrap();
    assert!(line.trim_end().ends_with('2'), "{list}");
    let refused = [
        "владелец Семёнов С. С.",
        "Отклонена запись № 2 (отметки, 7А, Алгебра, 15.09.2025): §2.3.2",
        "correction request 7А Алгебра 15.09.2025 --lesson 2 --mark Ё-04=4 --reason ПРИЧИНА",
    ];
    stick.away("2025-09-17 12:20:00", &["stick", "status"]).fails(0, &refused);
    stick.audited("2025-09-17 13:00:00");
}

#[test]
fn what_its_owner_has_no_right_to_ask_for_he_is_not_told_to() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-17", "10:00", "Ёлкина=4");
    let handed_on = ["course", "set", "7А", "Алгебра", "--teacher", "belova", "--hours", "3"];
    stick.at_school("2025-09-16 12:00:00", "ivanova", &handed_on).ok();
    let told = stick.sync("2025-09-17 12:00:00").fails(1, &["отклонено: 2", "нет права"]);
    assert!(!told.to_string().contains("correction request"), "{told}");
    let told =
        stick.away("2025-09-17 12:20:00", &["stick", "status"]).fails(0, &["(отметки, 7А, Алгебра, 17.09.2025)"]);
    assert!(!told.to_string().contains("correction request"), "{told}");
}

#[test]
fn a_deputy_head_takes_in_without_the_owner_who_renews_it_later() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    // What the school has recorded by then wins, so one of the entries is refused.
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--mark", "Ёлкина=2"];
    stick.at_school("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    let args = ["stick", "sync", "usb", "--without-owner"];
    let before = contents(&stick.school.path("usb"));
    stick.at_school("2025-09-16 12:00:00", "belova", &args).fails(1, &["не для этого ключа"]);
    let told = stick.at_school("2025-09-16 12:01:00", "petrova", &args);
    told.fails(1, &["принято записей: 1, отклонено: 1", "Носитель не изменён", "stick sync usb"]);
    let entries = stick.school.entries();
    stick.at_school("2025-09-16 12:02:00", "petrova", &args).fails(0, &["принято записей: 0, отклонено: 0"]);
    assert_eq!(stick.school.entries(), entries, "taking in twice records nothing");
    assert!(contents(&stick.school.path("usb")) == before, "without its owner nothing on the stick can change");
    // The stick does not know of it, and goes on from where it was.
    stick.away("2025-09-16 13:00:00", &["stick", "status"]).fails(0, &["Не передано записей: 2"]);
    stick.teach("2025-09-17", "10:00", "Ёлкина=5");
    let told = stick.sync("2025-09-17 12:00:00");
    told.fails(
        0,
        &["принято записей: 2, отклонено: 0, принято раньше: 2", "Отклонена запись № 2", "Носитель обновлён"],
    );
    stick.away("2025-09-17 13:00:00", &["stick", "status"]).fails(0, &["Всё передано", "Отклонена запись № 2"]);
    stick.audited("2025-09-17 13:00:00");
}

#[test]
fn a_stick_holds_no_name_and_no_mark_in_the_clear_nor_what_is_not_its_owners() {
    let Some(school) = School::small() else { return };
    prepare(&school, "usb", "У-8", "belova");
    for (name, bytes) in contents(&school.path("usb")) {
        let text = String::from_utf8_lossy(&bytes);
        for word in ["Иванов", "Петренко", "Ёлкина", "belova", "Бэла", "И-01"] {
            assert!(!text.contains(word), "{}: {word}", name.display());
        }
    }
    let list =
        |args: &[&str]| with_passphrase(&school, "2025-09-09 10:00:00", "usb", &[args, &["--journal", "usb"]].concat());
    let told = list(&["pupil", "list", "7А"]).ok();
    assert!(told.stdout.contains("Петренко") && !told.stdout.contains("Ёлкина"), "{told}");
}

#[test]
fn a_lost_stick_is_closed_with_its_key_stated_and_replaced_by_one_that_brings_back_what_was_taken_in() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    stick.sync("2025-09-15 12:00:00").ok();
    stick.teach("2025-09-17", "10:00", "Ёлкина=3");
    let lost = ["carrier", "lost", "У-7", "--circumstances", "забыт в автобусе"];
    stick.at_school("2025-09-18 08:00:00", "petrova", &lost).ok();
    stick.sync("2025-09-18 09:00:00").fails(1, &["отозван"]);
    let loss = ["print", "loss", "У-7", "--out", "print"];
    stick.at_school("2025-09-18 09:10:00", "petrova", &loss).ok();
    assert_eq!(stick.school.path("print").read_dir().unwrap().count(), 1);
    // A new key is an administrator's to enrol, and of somebody who has had one, two people's.
    let key = |args: &[&str], login: &str, clock: &str| stick.at_school(clock, login, args);
    key(&["key", "new", "keys/new.key", "--no-passphrase"], "semyonov", "2025-09-18 10:00:00").ok();
    let told = key(&["staff", "enroll", "semyonov", "keys/new.key"], "ivanova", "2025-09-18 10:01:00").ok();
    let number = told.stdout.split("confirm show ").nth(1).map(|rest| rest.trim().to_owned());
    if let Some(number) = number {
        key(&["confirm", "give", &number], "petrova", "2025-09-18 10:02:00").ok();
    }
    std::fs::create_dir(stick.school.path("usb2")).unwrap();
    let args = [
        "stick",
        "prepare",
        "usb2",
        "--to",
        "semyonov",
        "--label",
        "У-9",
        "--replaces",
        "У-7",
        "--owner-key",
        "keys/new.key",
        "--programs",
        "school",
        "--json",
    ];
    let output = stick.at_school("2025-09-18 11:00:00", "petrova", &args).ok();
    keep_passphrase(&stick.school, "usb2", &output);
    let list = ["mark", "list", "7А", "Алгебра", "15.09.2025", "--journal", "usb2"];
    let told = with_passphrase(&stick.school, "2025-09-18 12:00:00", "usb2", &list).ok();
    assert!(told.stdout.contains('4'), "{told}");
    stick.audited("2025-09-18 13:00:00");
}

#[test]
fn who_leaves_hands_his_stick_in_or_says_why_not() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=4");
    stick
        .at_school("2025-09-16 08:00:00", "ivanova", &["staff", "dismiss", "semyonov"])
        .fails(1, &["У-7", "--abandon"]);
    let back = ["carrier", "return", "У-7", "--place", "шкаф"];
    stick.at_school("2025-09-16 08:01:00", "petrova", &back).fails(1, &["--stick", "--abandon"]);
    let back = [&back[..], &["--stick", "usb"]].concat();
    stick.at_school("2025-09-16 08:02:00", "petrova", &back).fails(0, &["принято записей: 2", "принят"]);
    stick.away("2025-09-16 08:03:00", &["stick", "status"]).ok();
    stick.at_school("2025-09-16 08:04:00", "ivanova", &["staff", "dismiss", "semyonov"]).ok();
    stick.audited("2025-09-16 13:00:00");
}
