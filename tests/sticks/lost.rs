//! A stick is lost: what else signs with its key, and the way to another stick, along what the program says.

use super::{OnStick, keep_passphrase, prepare, with_passphrase};

const LOST: [&str; 5] = ["carrier", "lost", "У-7", "--circumstances", "забыт в автобусе"];
const NEW_KEY: [&str; 4] = ["key", "new", "keys/new.key", "--no-passphrase"];

#[test]
fn the_other_sticks_of_a_revoked_key_are_named_with_what_to_do() {
    let Some(stick) = OnStick::new() else { return };
    prepare(&stick.school, "usb2", "У-8", "semyonov");
    prepare(&stick.school, "usb3", "У-9", "belova");
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--journal", "usb2"];
    with_passphrase(&stick.school, "2025-09-15 10:00:00", "usb2", &lesson).ok();
    let named = ["носитель «У-8»: записывать на него больше нельзя", "carrier return У-8 --place МЕСТО --stick ПАПКА"];
    let told = stick.at_school("2025-09-16 08:00:00", "petrova", &LOST).fails(0, &named);
    assert!(!told.to_string().contains("У-9") && !told.stderr.contains("У-7"), "{told}");

    let told = stick.at_school("2025-09-16 08:10:00", "petrova", &["stick", "status"]).fails(0, &named);
    let line = |label: &str| told.stdout.lines().find(|line| line.contains(label)).unwrap();
    assert!(line("У-8").contains("ключ отозван") && line("У-9").contains("в работе"), "{told}");
    assert!(line("У-7").contains("носитель утерян"), "{told}");
    let json = stick.at_school("2025-09-16 08:10:00", "petrova", &["stick", "status", "--json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json[1]["key_revoked"], &json[2]["key_revoked"]), (&true.into(), &false.into()));

    // The stick does not know of it; beside the journal it is told.
    let on_second = |clock: &str, args: &[&str]| with_passphrase(&stick.school, clock, "usb2", args);
    let status = ["stick", "status", "usb2"];
    on_second("2025-09-16 08:20:00", &status).fails(0, &named);
    let away = on_second("2025-09-16 08:20:00", &["stick", "status", "--journal", "usb2"]).ok();
    assert!(!away.to_string().contains("отозван"), "{away}");
    let refused = ["отозван", "carrier return У-8 --place МЕСТО --stick ПАПКА", "stick prepare"];
    on_second("2025-09-16 08:30:00", &["stick", "sync", "usb2"]).fails(1, &refused);
    let back = ["carrier", "return", "У-8", "--place", "шкаф", "--stick", "usb2"];
    let told = stick.at_school("2025-09-16 08:40:00", "petrova", &back);
    told.fails(0, &["отклонено: 1", "отозван", "correction request 7А Алгебра 15.09.2025", "Носитель «У-8» принят"]);
    let told = stick.at_school("2025-09-16 08:50:00", "petrova", &["stick", "status"]).ok();
    assert!(!told.to_string().contains("отозван"), "{told}");
    stick.audited("2025-09-16 09:00:00");
}

#[test]
fn what_is_said_after_a_loss_leads_to_the_new_stick() {
    let Some(stick) = OnStick::new() else { return };
    let told = stick.at_school("2025-09-16 08:00:00", "petrova", &LOST).ok();
    let commands = told.stdout.lines().filter_map(|line| line.trim().split_once(". ")?.1.split_once("letopis "));
    let commands: Vec<Vec<String>> = commands
        .map(|(_, command)| {
            let word = |word: &str| match word {
                "ФАЙЛ" => "keys/new.key".to_owned(),
                "ПАПКА" => "print".to_owned(),
                "ЗАЯВКА" => "new.request".to_owned(),
                "НОСИТЕЛЬ" => "usb2".to_owned(),
                "НАДПИСЬ" => "У-9".to_owned(),
                word => word.to_owned(),
            };
            command.split(' ').map(word).collect()
        })
        .collect();
    let firsts: Vec<String> = commands.iter().map(|words| words[..2].join(" ")).collect();
    // Nobody confirms in this school: there never was a second person.
    let steps = ["print loss", "key new", "key request", "staff enroll", "stick prepare"];
    assert_eq!(firsts, steps, "{told}");
    std::fs::create_dir(stick.school.path("usb2")).unwrap();
    let by = ["petrova", "semyonov", "semyonov", "ivanova", "petrova"];
    for ((minute, words), by) in (10..).zip(commands).zip(by) {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..2] {
            ["key", "new"] => words.push("--no-passphrase"),
            ["key", "request"] => words.extend(["--to", "new.request"]),
            ["stick", "prepare"] => words.extend(["--programs", "school", "--json"]),
            _ => {}
        }
        let done = stick.at_school(&format!("2025-09-16 08:{minute}:00"), by, &words).ok();
        if words[..2] == ["stick", "prepare"] {
            keep_passphrase(&stick.school, "usb2", &done);
        }
    }
    let lesson = ["lesson", "record", "7А", "Алгебра", "17.09.2025", "--topic", "Дроби", "--journal", "usb2"];
    with_passphrase(&stick.school, "2025-09-17 10:00:00", "usb2", &lesson).ok();
    let sync = ["stick", "sync", "usb2", "--programs", "school"];
    with_passphrase(&stick.school, "2025-09-17 12:00:00", "usb2", &sync).fails(0, &["принято записей: 1"]);
    stick.audited("2025-09-17 13:00:00");
}

#[test]
fn whoever_prepares_a_stick_too_early_is_told_what_is_missing_each_time() {
    let Some(stick) = OnStick::new() else { return };
    std::fs::create_dir(stick.school.path("usb2")).unwrap();
    stick.at_school("2025-09-16 08:00:00", "petrova", &LOST).ok();
    let prepare = |clock: &str, by: &str, more: &[&str]| {
        let args = ["stick", "prepare", "usb2", "--to", "semyonov", "--replaces", "У-7", "--programs", "school"];
        stick.at_school(clock, by, &[&args[..], more].concat())
    };
    let steps = [
        "ключ сотрудника «semyonov» отозван, а нового у него ещё нет",
        "key new ФАЙЛ",
        "key request ФАЙЛ --login semyonov",
        "staff enroll semyonov ЗАЯВКА",
        "--owner-key ФАЙЛ",
    ];
    prepare("2025-09-16 08:10:00", "petrova", &[]).fails(1, &steps);
    stick.at_school("2025-09-16 08:20:00", "semyonov", &NEW_KEY).ok();
    let key = ["--owner-key", "keys/new.key"];
    prepare("2025-09-16 08:21:00", "petrova", &key).fails(2, &["не действующий ключ", "staff enroll"]);
    let enroll = ["staff", "enroll", "semyonov", "keys/new.key"];
    stick.at_school("2025-09-16 08:22:00", "ivanova", &enroll).ok();
    prepare("2025-09-16 08:25:00", "petrova", &[]).fails(2, &["--owner-key ФАЙЛ"]);
    prepare("2025-09-16 08:26:00", "petrova", &key).fails(2, &["ещё не зарегистрирован", "--label НАДПИСЬ"]);
    let label = |label: &'static str| [&key[..], &["--label", label]].concat();
    prepare("2025-09-16 08:27:00", "petrova", &label("У-7")).fails(1, &["уже зарегистрирована", "--label НАДПИСЬ"]);
    prepare("2025-09-16 08:28:00", "petrova", &label("У-9")).ok();
    stick.audited("2025-09-16 09:00:00");
}

#[test]
fn the_administrator_alone_is_told_who_registers_a_carrier() {
    let Some(stick) = OnStick::new() else { return };
    std::fs::create_dir(stick.school.path("usb2")).unwrap();
    let prepare = |clock: &str| {
        let args = ["stick", "prepare", "usb2", "--to", "belova", "--label", "У-8", "--owner-key", "keys/belova.key"];
        stick.at_school(clock, "ivanova", &[&args[..], &["--programs", "school"]].concat())
    };
    let steps = ["завуч или директор", "carrier register usb2", "carrier issue"];
    let entries = stick.school.entries();
    prepare("2025-09-16 08:00:00").fails(1, &steps);
    assert_eq!(stick.school.entries(), entries);
    let register = ["carrier", "register", "usb2", "--label", "У-8", "--holder", "belova", "--place", "у владельца"];
    stick.at_school("2025-09-16 08:01:00", "petrova", &register).ok();
    prepare("2025-09-16 08:02:00").fails(1, &steps[..1]);
    stick.at_school("2025-09-16 08:03:00", "petrova", &["carrier", "issue", "У-8", "--to", "belova"]).ok();
    prepare("2025-09-16 08:04:00").ok();
}

#[test]
fn the_statement_on_a_stick_that_was_not_lost_says_how_to_record_the_loss() {
    let Some(stick) = OnStick::new() else { return };
    let loss = ["print", "loss", "У-7", "--out", "print"];
    let says = ["не записан как утерянный", "carrier lost У-7 --circumstances", "carrier list"];
    stick.at_school("2025-09-16 08:00:00", "petrova", &loss).fails(2, &says);
    assert!(!stick.school.path("print").exists());
}
