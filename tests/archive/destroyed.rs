//! What is no longer kept: the small school of version 0.1.0, five years later.

use crate::common::peers;
use crate::common::school::{School, copy_folder};
use serde_json::Value;
use std::path::Path;

/// The first working day after the term of the journal of 2025/2026.
const AFTER: &str = "2032-01-12 10:00:00";
const OLD: &str = "journal.letopis";
const NOW: &[&str] = &["--journal", "current.letopis"];
const SHEETS: &str = "usb-1/LETOPIS/2025-2026-summaries";

/// The old journal with its carriers, and the journal of 2031/2032; nothing where a peer is missing.
fn school() -> Option<School> {
    peers::require("faketime")?;
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1");
    copy_folder(&fixture, dir.path());
    let school = School::in_folder(dir);
    std::fs::create_dir(school.path("today")).unwrap();
    let old = std::fs::read_to_string(school.path("school/school.toml")).unwrap();
    let toml = old.replace("2026", "2032").replace("2025", "2031");
    std::fs::write(school.path("today/school.toml"), toml).unwrap();
    std::fs::copy(school.path("school/staff.csv"), school.path("today/staff.csv")).unwrap();
    let day = "2031-09-01 09:00:00";
    let init = ["init", "--school", "today/school.toml", "--admin", "ivanova", "--recovery-sheet", "sheet.txt"];
    school.run(day, "ivanova", &[&init[..], NOW].concat()).ok();
    for (login, surname, position, role) in [
        ("petrova", "Петрова", "заместитель директора по УВР", "завуч"),
        ("kuznetsov", "Кузнецов", "директор", "директор"),
        ("belova", "Белова", "учитель", "учитель"),
    ] {
        let add =
            ["staff", "add", login, "--surname", surname, "--given", "Инна", "--position", position, "--roles", role];
        school.run(day, "ivanova", &[&add[..], NOW].concat()).ok();
        let key = format!("keys/{login}.key");
        school.run(day, "ivanova", &[&["staff", "enroll", login, &key], NOW].concat()).ok();
    }
    Some(school)
}

fn destroyed<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["archive", "destroyed", OLD][..], more, NOW].concat()
}

fn whole(sheets: &str) -> Vec<&str> {
    let decided = ["--protocol", "от 12.01.2032 № 3", "--means", "измельчение; стирание носителей"];
    destroyed(&[&decided[..], &["--year", "2025/2026", "--summaries", sheets]].concat())
}

fn entries(school: &School) -> u64 {
    let audit = school.run(AFTER, "petrova", &[&["audit", "--json"], NOW].concat()).ok();
    serde_json::from_str::<Value>(&audit.stdout).unwrap()["entries"].as_u64().unwrap()
}

#[test]
fn an_old_journal_is_set_apart_once_its_term_is_over_and_its_sheets_are_safe() {
    let Some(school) = school() else { return };
    let before = entries(&school);
    // On the last day of the term it is still kept; on the next it may go.
    let last = school.run("2031-12-31 23:00:00", "petrova", &destroyed(&["--dry-run"]));
    last.fails(1, &["срок хранения не истёк", "до 31.12.2031 включительно", "с 01.01.2032"]);
    let shown = school.run("2032-01-01 00:30:00", "petrova", &destroyed(&["--dry-run"])).ok().stdout;
    for said in ["Классный журнал 7 «А» класса", "2025-2026-year", "Остаётся (25 лет)", "2025-2026-summaries"]
    {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("Сводная ведомость"), "the sheets stay: {shown}");
    // What is not said is asked for; nobody else may.
    school.run(AFTER, "petrova", &destroyed(&[])).fails(2, &["--protocol", "--means"]);
    let decided = ["--protocol", "№ 3", "--means", "измельчение", "--year", "2025/2026"];
    school.run(AFTER, "petrova", &destroyed(&decided)).fails(2, &["--summaries"]);
    school.run(AFTER, "belova", &whole(SHEETS)).fails(1, &["нет права"]);
    let other_year = whole(SHEETS).into_iter().map(|word| if word == "2025/2026" { "2024/2025" } else { word });
    school.run(AFTER, "petrova", &other_year.collect::<Vec<_>>()).fails(2, &["2025/2026"]);
    // Neither another archive nor a damaged one will do for the sheets.
    school.run(AFTER, "petrova", &whole("usb-1/LETOPIS/2025-2026-q1")).fails(1, &["§5.2", "2025-2026-summaries"]);
    let bag = school.path("usb-2/LETOPIS/2025-2026-summaries/data");
    let package = std::fs::read_dir(bag).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&package).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&package, bytes).unwrap();
    school.run(AFTER, "petrova", &whole("usb-2/LETOPIS/2025-2026-summaries")).fails(1, &["§5.2"]);
    school.run(AFTER, "petrova", &destroyed(&[&decided[..], &["--sheets"]].concat())).fails(1, &["до 31.12.2051"]);
    assert_eq!(entries(&school), before, "what is refused changes nothing");

    school.run(AFTER, "petrova", &whole("usb-1")).ok();
    assert_eq!(entries(&school), before + 1);
    school.run(AFTER, "kuznetsov", &whole(SHEETS)).fails(1, &["уже выделен"]);
    school
        .run(
            AFTER,
            "kuznetsov",
            &whole(SHEETS).iter().map(|word| if *word == OLD { "current.letopis" } else { word }).collect::<Vec<_>>(),
        )
        .fails(1, &["не истёк"]);
}

#[test]
fn nothing_is_asked_for_an_old_journal_that_was_set_apart_and_its_act_is_printed_again() {
    let Some(school) = school() else { return };
    let status = ["archive", "status", "--json"];
    let now = ["--current", "current.letopis"];
    let of_old = |more: &[&str]| school.run(AFTER, "petrova", &[&status[..], more].concat());
    assert_eq!(of_old(&now).0.code, Some(1), "its sheets have not been verified for years");
    school
        .run(AFTER, "petrova", &[&["print", "destruction", "--out", "print"], NOW].concat())
        .fails(2, &["не выделено"]);
    school.run(AFTER, "petrova", &whole(SHEETS)).ok();
    let told: Value = serde_json::from_str(&of_old(&now).ok().stdout).unwrap();
    assert_eq!((&told["due"], &told["destroyed"]["stays"]["name"]), (&false.into(), &"2025-2026-summaries".into()));
    let said = school.run(AFTER, "petrova", &[&["archive", "status"], NOW].concat()).0.stdout;
    assert!(said.contains("Журнал 2025/2026 учебного года: срок хранения истёк"), "{said}");

    let act = [&["print", "destruction", "2025/2026", "--out", "print", "--json"], NOW].concat();
    let print = || -> Value { serde_json::from_str(&school.run(AFTER, "petrova", &act).ok().stdout).unwrap() };
    let (first, again) = (print(), print());
    assert_eq!((&first[0]["number"], &again[0]["new"]), (&again[0]["number"], &false.into()));
    // The old journal may be gone by then.
    std::fs::remove_file(school.path(OLD)).unwrap();
    assert_eq!(print()[0]["new"], false);
    let file = first[0]["file"].as_str().unwrap();
    peers::verapdf("2u", &[school.path(file)]).unwrap();
    peers::verapdf("2a,ua1", &[school.path(file)]).unwrap();
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let text = pdftotext.run(["-layout", file, "-"], &school.path(".")).stdout;
    let id = &told["destroyed"]["journal"].as_str().unwrap()[..16];
    for says in ["УТВЕРЖДАЮ", "от 12.01.2032 № 3", "измельчение; стирание носителей", "2025-2026-summaries", id]
    {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert!(entries(&school) > 0, "the journal audits clean");
}

#[test]
fn the_list_of_cases_waits_for_all_sheets_and_the_schedule_counts_when_the_year_is_over() {
    let Some(school) = School::small() else { return };
    let list = ["print", "case-list", "--out", "print"];
    school.run("2026-05-29 12:00:00", "petrova", &list).fails(1, &["не выданы сводные ведомости", "7А"]);
    school.run("2026-05-29 12:00:00", "petrova", &[&list[..], &["--draft"]].concat()).ok();
    school.run("2026-05-28 12:00:00", "petrova", &["печать", "номенклатура", "--куда", "early"]).ok();
    let marks = ["final", "set", "7А", "Алгебра", "Год", "Петренко=4", "Ёлкина=5"];
    school.run("2026-05-29 12:00:00", "semyonov", &marks).ok();
    let sheet = ["print", "summary", "7А", "--out", "print", "--year", "2025/2026", "--reason", "учебный пример"];
    school.run("2026-05-29 13:00:00", "petrova", &sheet).ok();
    school.run("2026-05-29 13:10:00", "petrova", &["печать", "опись", "--куда", "print"]).ok();
    school.run("2026-05-29 13:10:00", "petrova", &["print", "nomenclature", "--out", "print"]).ok();
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let text = |file: &str| pdftotext.run(["-layout", file, "-"], &school.path(".")).stdout;
    let list = text("print/case-list.pdf");
    assert!(list.contains("с № 1 по № ") && list.contains("25 лет") && list.contains("уточните"), "{list}");
    assert!(text("early/nomenclature.pdf").contains("проставляются по окончании"));
    assert!(text("print/nomenclature.pdf").contains("Итоговая запись"));
}

#[test]
fn an_archive_in_a_third_place_goes_by_the_number_of_the_act_and_leaves_a_note() {
    let Some(school) = school() else { return };
    std::fs::create_dir(school.path("all")).unwrap();
    std::fs::write(school.path("store.toml"), "school = \"sosh-1\"\nfolder = \"all\"\n").unwrap();
    // The old journal learns of the third place, and the act names it.
    let push = ["store", "push", "usb-1", "--only", "2025-2026-q1", "--only", "2025-2026-summaries"];
    school.run("2026-10-24 12:00:00", "petrova", &push).ok();
    school.run(AFTER, "petrova", &whole(SHEETS)).ok();
    let destroy = |bag: &str, act: &str| {
        let act = ["--act", act];
        school.run(AFTER, "kuznetsov", &[&["store", "destroy", bag][..], &act, NOW].concat())
    };
    destroy("2025-2026-q1", "2031-0001").fails(1, &["акта о выделении к уничтожению № 2031-0001 в журнале нет"]);
    let print = [&["print", "destruction", "2025/2026", "--out", "print", "--json"], NOW].concat();
    let act: Value = serde_json::from_str(&school.run(AFTER, "petrova", &print).ok().stdout).unwrap();
    let number = act[0]["number"].as_str().unwrap();
    if let Some(pdftotext) = peers::require("pdftotext") {
        let text = pdftotext.run(["-layout", act[0]["file"].as_str().unwrap(), "-"], &school.path(".")).stdout;
        assert!(text.contains("третье") && text.contains("sosh-1/2025-2026"), "{text}");
    }
    destroy("2025-2026-summaries", number).fails(1, &["в акте", "2025-2026-summaries"]);
    destroy("2025-2026-year", number).fails(2, &["нет архива «sosh-1/2025-2026/2025-2026-year»"]);
    school.run("2026-10-24 12:05:00", "petrova", &["store", "push", "usb-1", "--only", "2025-2026-year"]).ok();
    let manifest = school.path("all/sosh-1/2025-2026/2025-2026-q1/tagmanifest-sha256.txt");
    let own = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, "another").unwrap();
    destroy("2025-2026-q1", number).fails(1, &["лежит другой архив"]);
    std::fs::write(&manifest, own).unwrap();
    destroy("2025-2026-q1", number).ok();
    destroy("2025-2026-q1", number).ok();
    let left: Vec<_> = walkdir::WalkDir::new(school.path("all/sosh-1/2025-2026/2025-2026-q1"))
        .into_iter()
        .filter_map(|entry| entry.ok().filter(|entry| entry.file_type().is_file()))
        .map(|entry| entry.file_name().to_owned())
        .collect();
    assert_eq!(left, [".destroyed"]);
    let said = school.run(AFTER, "petrova", &["store", "catalogue", "--days", "4000"]).ok().stdout;
    assert!(said.contains(&format!("уничтожен по акту № {number}")), "{said}");
    school
        .run(AFTER, "petrova", &["store", "push", "usb-1", "--only", "2025-2026-q1"])
        .fails(1, &["уничтожен в хранилище"]);
}
