//! What `docs/json.md` promises of the lists is what the program prints: every field, in no other name.

use crate::common::school::School;
use std::collections::{BTreeMap, BTreeSet};

/// The fields of each command in the page's table of lists.
fn promised() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let lists = page.split("## Lists").nth(1).unwrap().split("## ").next().unwrap();
    let mut promised = BTreeMap::new();
    for line in lists.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split(" | ");
        let (command, fields) = (cells.next().unwrap(), cells.next().unwrap());
        let command = command.split('`').nth(1).unwrap().to_owned();
        // What stands in brackets explains.
        let mut depth = 0;
        let plain: String = fields
            .chars()
            .filter(|c| {
                depth += i32::from(*c == '(') - i32::from(*c == ')');
                depth == 0
            })
            .collect();
        promised.insert(command, plain.split('`').skip(1).step_by(2).map(str::to_owned).collect());
    }
    promised
}

/// A year so far in which every list has something to show.
fn busy(school: &School) {
    let steps: &[(&str, &str, &[&str])] = &[
        ("2025-09-01 09:00:00", "ivanova", &["contact", "set", "И-01", "--who", "мать", "--name", "Иванова Анна"]),
        ("2025-09-01 09:00:00", "semyonov", &["plan", "insert", "7А", "Алгебра", "1", "--topic", "Уравнения"]),
        ("2025-09-01 10:00:00", "semyonov", &["lesson", "record", "7А", "Алгебра", "01.09.2025"]),
        ("2025-09-01 10:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "01.09.2025", "Петренко=5"]),
        ("2025-09-01 10:02:00", "semyonov", &["absence", "set", "7А", "Алгебра", "01.09.2025", "Сизов"]),
        (
            "2025-09-01 10:03:00",
            "semyonov",
            &["absence", "excuse", "7А", "Ёлкина", "01.09.2025", "--reason", "болезнь"],
        ),
        ("2025-09-01 10:04:00", "semyonov", &["note", "add", "пересдать"]),
        (
            "2025-09-01 10:05:00",
            "petrova",
            &["substitution", "assign", "7А", "Алгебра", "03.09.2025", "--teacher", "gusev"],
        ),
        ("2025-09-01 10:06:00", "petrova", &["remark", "write", "7А", "Уточнить список"]),
        ("2025-09-01 10:06:00", "petrova", &["school", "event", "add", "Бал", "20.09.2025"]),
        (
            "2025-09-01 10:07:00",
            "petrova",
            &["carrier", "register", "usb-1", "--label", "А-1", "--holder", "petrova", "--place", "сейф"],
        ),
        (
            "2025-09-02 10:00:00",
            "semyonov",
            &["correction", "request", "7А", "Алгебра", "01.09.2025", "--mark", "Петренко=4", "--reason", "описка"],
        ),
        (
            "2025-10-20 09:00:00",
            "petrova",
            &["carrier", "register", "usb-2", "--label", "А-2", "--holder", "kuznetsov", "--place", "кабинет"],
        ),
        (
            "2025-10-20 09:01:00",
            "petrova",
            &["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"],
        ),
        (
            "2025-10-20 09:30:00",
            "petrova",
            &["stick", "prepare", "usb-3", "--to", "semyonov", "--label", "У-1", "--owner-key", "keys/semyonov.key"],
        ),
        ("2025-10-20 10:00:00", "semyonov", &["final", "set", "7А", "Алгебра", "I четверть", "Петренко=н/а"]),
    ];
    for carrier in ["usb-1", "usb-2", "usb-3"] {
        std::fs::create_dir_all(school.path(carrier)).unwrap();
    }
    for (at, by, run) in steps {
        school.run(at, by, run).ok();
    }
}

#[test]
fn every_list_has_the_fields_that_the_page_promises() {
    let Some(school) = School::small() else { return };
    busy(&school);
    let lesson = ["7А", "Алгебра", "01.09.2025"];
    let arguments: &[(&str, &[&str])] = &[
        ("pupil list", &["7А"]),
        ("contact list", &["7А"]),
        ("access list", &["7А"]),
        ("course week", &["7А", "01.09.2025"]),
        ("plan show", &lesson[..2]),
        ("mark list", &lesson),
        ("absence list", &["7А"]),
        ("absence unexplained", &["7А"]),
        ("final list", &lesson[..2]),
        ("print class", &["7А", "--out", "print"]),
    ];
    let mut checked = 0;
    for (command, fields) in promised() {
        let more = arguments.iter().find(|(name, _)| *name == command).map_or(&[][..], |(_, more)| more);
        let run: Vec<&str> = command.split(' ').chain(more.iter().copied()).chain(["--json"]).collect();
        let by = if command.starts_with("print") { "petrova" } else { "semyonov" };
        let shown = school.run("2025-10-20 12:00:00", by, &run).ok().stdout;
        let shown: serde_json::Value =
            serde_json::from_str(&shown).unwrap_or_else(|e| panic!("{command}: {e}\n{shown}"));
        let first = shown.get(0).unwrap_or_else(|| panic!("{command}: the list is empty")).as_object().unwrap();
        assert_eq!(first.keys().cloned().collect::<BTreeSet<_>>(), fields, "{command}");
        checked += 1;
    }
    assert!(checked >= 14, "only {checked} lists are on the page");
}
