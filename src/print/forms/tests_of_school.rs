//! What stands in the registers, acts and extracts of the school.

use crate::print::testing::{ARCHIVE, act, context, of_school, papers};
use crate::print::{Form, Layouts, Subject, Wanted, lay_out};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The lines of a register, cell by cell.
fn lines(tables: &Connection, form: Form) -> Vec<Vec<String>> {
    lines_of(tables, &of_school(form))
}

/// The lines of a document, cell by cell.
fn lines_of(tables: &Connection, wanted: &Wanted) -> Vec<Vec<String>> {
    let document = lay_out(tables, &Layouts::load(None).unwrap(), wanted, &context("2025-0143")).unwrap();
    let mut cells: BTreeMap<(usize, u32, u32), String> = BTreeMap::new();
    for (page, runs) in document.pages.iter().enumerate().map(|(i, page)| (i, &page.runs)) {
        for run in runs {
            let cell = cells.entry((page, run.place.row, run.place.column)).or_default();
            if !cell.is_empty() {
                cell.push(' ');
            }
            cell.push_str(run.text());
        }
    }
    let mut rows: BTreeMap<(usize, u32), Vec<String>> = BTreeMap::new();
    for ((page, row, _), text) in cells {
        rows.entry((page, row)).or_default().push(text);
    }
    rows.into_values().collect()
}

fn has(lines: &[Vec<String>], line: &[&str]) -> bool {
    lines.iter().any(|known| known == line)
}

#[test]
fn the_register_of_corrections_says_what_was_asked_for_and_what_came_of_it() {
    let lines = lines(&papers(4, 0, false), Form::Corrections);
    let reason = "отметка поставлена не тому ученику";
    let line = |number, changes, decision| {
        let name = "Учителева И. И.";
        [number, "19.10.2025", "7А", name, "14.10.2025, урок 3", "Русский язык", changes, reason, decision]
    };
    let mark = "Андреев Глеб: было 3, стало 4";
    assert!(has(&lines, &line("1", mark, "удовлетворено 20.10.2025, Завьялова И. И.")), "{lines:#?}");
    assert!(has(&lines, &line("2", mark, "отклонено 20.10.2025, Завьялова И. И.: работа не найдена")), "{lines:#?}");
    assert!(has(&lines, &line("3", mark, "не рассмотрено")), "{lines:#?}");
    let fourth = lines.iter().find(|line| line[0] == "4").unwrap();
    assert!(fourth[6].ends_with("замена «Преподавателев И. И.»"), "a name and no login: {}", fourth[6]);
}

#[test]
fn a_clock_put_right_stands_between_the_requests_before_and_after_it() {
    let lines = lines(&papers(2, 0, false), Form::Corrections);
    let place = |number: &str| lines.iter().position(|line| line[0] == number && line.len() == 9).unwrap();
    let clock = place("—");
    assert!(place("1") < clock && clock < place("2"), "{lines:#?}");
    assert_eq!(lines[clock][3], "Директоров И. И.");
    assert!(lines[clock][6].starts_with("Поправлены часы"));
    assert_eq!(lines[clock][7], "села батарея, часы показывали 2031 год");
    assert_eq!(lines[clock][8], "внесено 19.10.2025, Директоров И. И.");
}

#[test]
fn the_register_of_documents_names_the_code_of_the_last_page_and_leaves_itself_out() {
    let lines = lines(&papers(0, 6, false), Form::Register);
    let title = "Классный журнал 7 «А» класса за 2025/2026 учебный год";
    let simplex = format!("{title} (на одной стороне листа)");
    let line = |number, title, code| [number, "24.10.2025", title, "72", code, "Завьялова И. И."];
    assert!(has(&lines, &line("2025-0001", &simplex, "0001 0002 0001 0002")), "{lines:#?}");
    assert!(has(&lines, &line("2025-0002", title, "0002 0002 0002 0002")), "{lines:#?}");
    assert!(lines.iter().all(|line| line[0] != "2025-0005"), "{lines:#?}");
    assert!(lines.iter().any(|line| line[0].contains("их номера пропущены")), "{lines:#?}");
}

#[test]
fn the_register_of_carriers_says_who_has_each_and_leaves_room_for_the_pen() {
    let lines = lines(&papers(0, 0, false), Form::Carriers);
    let first = ["1", "«А-1», № 00c1d2e3f4a5b6c7"];
    let issued = "Директоров Инна Игоревна, 24.10.2025; место хранения: сейф директора, кабинет № 12";
    assert!(has(&lines, &[first[0], first[1], issued]), "{lines:#?}");
    let second = lines.iter().find(|line| line[0] == "2").unwrap();
    assert_eq!(second[1], "«А-2», № 11c1d2e3f4a5b6c7; JetFlash, серийный № 0A1B2C3D4E5F");
}

#[test]
fn an_empty_register_says_so_and_is_certified_all_the_same() {
    let tables = papers(0, 0, false);
    tables.execute_batch("DELETE FROM clock_resets; DELETE FROM carriers").unwrap();
    for form in [Form::Corrections, Form::Register, Form::Carriers, Form::Keys] {
        let lines = lines(&tables, form);
        assert!(has(&lines, &["Записей нет"]), "{lines:#?}");
        assert!(has(&lines, &["Верно"]), "{lines:#?}");
    }
}

#[test]
fn the_act_names_the_archive_its_carriers_the_code_and_the_key() {
    let lines = lines_of(&papers(0, 0, false), &act());
    let code = "1A2B 3C4D ".repeat(8);
    for line in [
        &["Председатель комиссии", "Директоров Инна Игоревна, директор"][..],
        &["Член комиссии", "Завьялова Инна Игоревна, заместитель директора по УВР"],
        &["Архив", ARCHIVE],
        &["Период", "I четверть"],
        &["Создан", "24.10.2025, 15:20"],
        &["Записей журнала", "41237"],
        &["Объём одной копии", "файлов: 9, байт: 461825"],
        &["Код архива", code.trim()],
        &["Отпечаток ключа подписи", "SHA256:UubaRZpX9s2SFBa+OjgqJTeElMNxk3dBCC3KuwVpDyk"],
        &["1", "А-1", "00c1d2e3f4a5b6c7", "Директоров Инна Игоревна", "сейф директора, кабинет № 12"],
        &["Верно"],
    ] {
        assert!(has(&lines, line), "{line:?}\n{lines:#?}");
    }
    let signed = lines.iter().filter(|line| line[0].ends_with("комиссии")).count();
    assert_eq!(signed, 6, "three of the commission, and their signatures");
}

#[test]
fn an_archive_that_the_journal_did_not_make_has_no_act() {
    let wanted = Wanted::new(Form::ArchiveAct, Subject::Archive("2024-2025-q1".into()));
    let tables = papers(0, 0, false);
    let fault = lay_out(&tables, &Layouts::load(None).unwrap(), &wanted, &context("2025-0143")).unwrap_err();
    assert_eq!(fault.exit_status(), 2);
    assert!(fault.message().contains("2024-2025-q1"));
}
