//! Files that are read: plans in tables and workbooks, the key that is typed from a sheet of paper.

use letopis::import::read_plan;
use letopis::ledger::paper_key;
use rust_xlsxwriter::Workbook;
use std::path::{Path, PathBuf};

fn faults_of(path: &Path) -> (usize, Vec<String>, Vec<String>) {
    let (lines, faults) = read_plan(path).unwrap();
    (lines.len(), faults.list.iter().map(ToString::to_string).collect(), faults.warnings)
}

fn csv(dir: &Path, text: &str) -> PathBuf {
    let path = dir.join("plan.csv");
    std::fs::write(&path, format!("№;Тема;Вид работы;Домашнее задание\n{text}")).unwrap();
    path
}

#[test]
fn a_plan_without_a_lesson_and_one_with_a_number_twice_are_faults() {
    let dir = tempfile::tempdir().unwrap();
    let (lines, faults, _) = faults_of(&csv(dir.path(), ""));
    assert!(lines == 0 && faults.len() == 1 && faults[0].contains("нет ни одного урока"), "{faults:?}");
    assert_eq!(faults_of(&csv(dir.path(), "1;Дроби;;\n2;Степени;;\n")), (2, vec![], vec![]));
    let (_, faults, _) = faults_of(&csv(dir.path(), "1;Дроби;;\n1;Степени;;\n"));
    assert!(faults.len() == 1 && faults[0].contains("номер 1 уже есть"), "{faults:?}");
    let (_, faults, _) = faults_of(&csv(dir.path(), "0;Дроби;;\n"));
    assert!(faults.len() == 1 && faults[0].contains("не номер урока"), "{faults:?}");
}

#[test]
fn a_workbook_of_several_sheets_says_which_one_was_read_where_none_is_named_as_the_table() {
    let dir = tempfile::tempdir().unwrap();
    let book = |names: &[&str]| {
        let path = dir.path().join("plan.xlsx");
        let mut workbook = Workbook::new();
        for name in names {
            let sheet = workbook.add_worksheet().set_name(*name).unwrap();
            sheet.write_row(0, 0, ["№", "Тема", "Вид работы", "Домашнее задание"]).unwrap();
            sheet.write(1, 0, 1).unwrap();
            sheet.write(1, 1, "Дроби").unwrap();
        }
        workbook.save(&path).unwrap();
        faults_of(&path)
    };
    assert_eq!(book(&["Лист1"]), (1, vec![], vec![]));
    let (lines, faults, warnings) = book(&["Лист1", "Лист2"]);
    assert!(lines == 1 && faults.is_empty() && warnings.len() == 1, "{warnings:?}");
    assert!(warnings[0].contains("прочитан лист «Лист1», листов ещё: 1"), "{warnings:?}");
    assert_eq!(book(&["Лист1", "Plan"]), (1, vec![], vec![]));
}

#[test]
fn a_line_is_the_whole_key_with_its_beginning_or_without_and_a_letter_less_is_not() {
    let whole = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let bare = whole.strip_prefix("AGE-SECRET-KEY-1").unwrap();
    for line in [whole, bare, &whole.to_lowercase()] {
        assert!(paper_key::is_bare(line), "{line}");
        assert!(paper_key::read(line).is_ok(), "{line}");
        assert!(!paper_key::is_bare(&line[..line.len() - 1]) && paper_key::read(&line[..line.len() - 1]).is_err());
        assert!(!paper_key::is_bare(&format!("{line}Q")));
    }
    let lines = paper_key::lines(whole);
    assert!(lines.iter().all(|line| !paper_key::is_bare(line)), "a line of the sheet is a part of the key");
    let typed: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
    assert!(paper_key::read(&typed.join("\n")).is_ok());
    assert!(paper_key::read(&typed[1..].join("\n")).is_err());
}
