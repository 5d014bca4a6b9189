//! Files that are read: plans in tables and workbooks, the key that is typed from a sheet of paper.

use super::Office;
use letopis::import::{self, Outcome, read_plan};
use letopis::journal::Author;
use letopis::ledger::paper_key;
use rust_xlsxwriter::Workbook;
use std::path::{Path, PathBuf};

fn faults_of(path: &Path) -> (usize, Vec<String>, Vec<String>) {
    let (lines, faults) = read_plan(path).unwrap();
    let texts = faults.warnings.iter().map(ToString::to_string).collect();
    (lines.len(), faults.list.iter().map(ToString::to_string).collect(), texts)
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

/// A sheet of a plan as an ODS file whose one cell with a topic holds `cell`.
fn ods(dir: &Path, cell: &str) -> PathBuf {
    let plain = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let heading: String = ["№", "Тема", "Вид работы", "Домашнее задание"].map(plain).concat();
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"plan\"><table:table-row>{heading}</table:table-row>\
         <table:table-row>{}<table:table-cell office:value-type=\"string\">{cell}</table:table-cell></table:table-row></table:table>\
         </office:spreadsheet></office:body></office:document-content>",
        plain("1")
    );
    let path = dir.join("plan.ods");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &*content)] {
        zip.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    path
}

#[test]
fn of_a_cell_only_its_paragraphs_are_read() {
    let dir = tempfile::tempdir().unwrap();
    for cell in [
        "<text:p>Дроби</text:p>",
        "\n  <text:p>Дроби</text:p>\n",
        "мимо<text:p>Дроби</text:p>мимо",
        "<![CDATA[мимо]]><text:p>Дроби</text:p>",
        "&#1084;<text:p>Дро<text:span>би</text:span></text:p>&lt;",
        "<office:annotation><text:p>мимо</text:p></office:annotation><text:p>Дроби</text:p>",
    ] {
        let (lines, faults) = read_plan(&ods(dir.path(), cell)).unwrap();
        assert!(faults.list.is_empty(), "{cell}: {:?}", faults.list);
        assert_eq!(lines[0].topic, "Дроби", "{cell}");
    }
    let (lines, _) = read_plan(&ods(dir.path(), "<text:p><![CDATA[a]]>&lt;&#1073;</text:p>")).unwrap();
    assert_eq!(lines[0].topic, "a<б");
}

/// What an import into the small school comes to, of its own tables with some of them changed.
fn imported(office: &mut Office, files: &[(&str, &str)]) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
    for file in std::fs::read_dir(small).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    files.iter().for_each(|(name, text)| std::fs::write(dir.path().join(name), text).unwrap());
    let author = Author {
        signer: &office.keys["ivanova"],
        clock: &crate::common::office::at("2025-10-17T12:00"),
        taken_over: false,
    };
    import::import(&mut office.journal, author, dir.path(), import::How::default(), &mut |_, _| {}).unwrap()
}

#[test]
fn hours_and_lessons_out_of_range_are_named_at_their_column() {
    let mut office = Office::open();
    let of = |hours: &str| format!("Класс;Группа;Предмет;Учитель;Часов в неделю\n7А;;Алгебра;semyonov;{hours}\n");
    for (hours, right) in [("0", false), ("-1", false), ("0,5", true), ("40", true), ("40,5", false), ("три", false)]
    {
        // The other tables name courses that this one leaves out; only the fault of this column is asked for.
        let outcome = imported(&mut office, &[("courses.csv", &of(hours))]);
        let named = outcome.faults.iter().any(|f| f.file == "courses.csv" && f.column == (5, "Часов в неделю".into()));
        assert_eq!(named, !right, "{hours}: {:?}", outcome.faults);
    }
    let of = |number: &str| {
        format!(
            "Класс;Группа;Предмет;Дата;Урок;Тема;Вид работы;Домашнее задание;Замена\n7А;;Алгебра;03.09.2025;{number};Тема;;;\n"
        )
    };
    for (number, right) in [("0", false), ("1", true), ("15", true), ("16", false), ("-", false)] {
        let outcome = imported(&mut office, &[("lessons.csv", &of(number))]);
        let named = outcome.faults.iter().any(|f| f.file == "lessons.csv" && f.column.1 == "Урок");
        assert_eq!((named, outcome.faults.is_empty()), (!right, right), "{number}: {:?}", outcome.faults);
    }
}

#[test]
fn what_the_journal_has_already_is_passed_over_and_the_rest_is_recorded() {
    let mut office = Office::open();
    assert_eq!(imported(&mut office, &[]).recorded, 0);
    let reasons = "Личное дело;С;По;Причина;Документ\nП-03;03.09.2025;04.09.2025;болезнь;справка № 3\n";
    assert_eq!(imported(&mut office, &[("reasons.csv", reasons)]).recorded, 1);
    assert_eq!(imported(&mut office, &[("reasons.csv", reasons)]).recorded, 0);
    for changed in [reasons.replace("№ 3", "№ 4"), reasons.replace("болезнь", "уважительная")] {
        assert_eq!(imported(&mut office, &[("reasons.csv", &changed)]).recorded, 1, "{changed}");
    }
    let lessons =
        "Класс;Группа;Предмет;Дата;Урок;Тема;Вид работы;Домашнее задание;Замена\n7А;;Алгебра;03.09.2025;1;Тема;;§ 1;\n";
    let marks = |mark: &str| {
        format!("Класс;Группа;Предмет;Дата;Урок;Личное дело;Отметка\n7А;;Алгебра;03.09.2025;1;П-03;{mark}\n")
    };
    let both = |mark: &str| [("lessons.csv", lessons.to_owned()), ("marks.csv", marks(mark))];
    let run = |office: &mut Office, files: [(&str, String); 2]| {
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        imported(office, &files)
    };
    assert_eq!(run(&mut office, both("4")).recorded, 1);
    assert_eq!(run(&mut office, both("4")).recorded, 0);
    for other in ["5", "н", "оп", "н/5", "4/5", "н/4"] {
        let outcome = run(&mut office, both(other));
        let named = outcome.faults.first().is_some_and(|fault| fault.what.contains("уже стоит другое: «4»"));
        assert_eq!((outcome.faults.len(), named), (1, true), "{other}: {:?}", outcome.faults);
    }
    let absent = |mark: &str| {
        [("lessons.csv", lessons.replace("03.09", "04.09")), ("marks.csv", marks(mark).replace("03.09", "04.09"))]
    };
    assert_eq!(run(&mut office, absent("н")).recorded, 1);
    let outcome = run(&mut office, absent("4"));
    assert!(outcome.faults[0].to_string().contains("напишите «н/4»"), "{:?}", outcome.faults);
    assert_eq!(run(&mut office, absent("н/4")).recorded, 1, "it says that the mark was earned later");
    assert_eq!(run(&mut office, absent("н 4")).recorded, 0);
    assert_eq!(run(&mut office, absent("н")).recorded, 0, "what a file does not say stays");
    assert!(office.is_clean());
}

#[test]
fn a_code_is_of_the_page_whose_digest_begins_with_it_and_of_no_other() {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&[0x1a, 0x2b, 0x3c, 0x4d, 0x5e, 0x6f, 0x70, 0x81]);
    let typed = letopis::print::parse_code("2025-0143/13 1A2B 3C4D 5E6F 7081").unwrap();
    assert!(typed.matches(&digest));
    digest[31] = 1;
    assert!(typed.matches(&digest), "what is printed is its beginning");
    digest[7] ^= 1;
    assert!(!typed.matches(&digest));
    assert!(!letopis::print::Code { digest: vec![0; 8], ..typed }.matches(&digest));
}

#[test]
fn a_key_file_of_64_kib_is_looked_into_and_a_larger_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.key");
    for (length, large) in [(64 * 1024, false), (64 * 1024 + 1, true), (1024 * 1024, true)] {
        std::fs::write(&path, vec![b'#'; length]).unwrap();
        let error =
            letopis::ledger::keyfile::read(&path, || unreachable!("it is not encrypted")).map(drop).unwrap_err();
        assert_eq!(error.message().contains("слишком велик"), large, "{length}: {error:?}");
    }
}

#[test]
fn a_workbook_file_of_the_greatest_size_is_opened_and_one_byte_more_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("plan.xlsx");
    let largest = 64 * 1024 * 1024;
    for (length, large) in [(largest, false), (largest + 1, true)] {
        std::fs::write(&path, vec![b'P'; length]).unwrap();
        let (_, faults, _) = faults_of(&path);
        assert!(faults.len() == 1 && faults[0].contains("файл больше") == large, "{length}: {faults:?}");
    }
}

#[test]
fn an_import_that_replaces_what_is_there_says_so_with_its_line() {
    let mut office = Office::open();
    let courses = include_str!("../fixtures/small/courses.csv").replace("Химия;petrova;1", "Химия;petrova;2");
    let outcome = imported(&mut office, &[("courses.csv", &courses)]);
    assert!(outcome.faults.is_empty() && outcome.recorded == 1, "{outcome:?}");
    let said =
        |outcome: &Outcome, words: &str| outcome.warnings.iter().any(|warning| warning.message.starts_with(words));
    assert!(said(&outcome, "courses.csv, строка 5: заменяется"), "{:?}", outcome.warnings);
    let school = include_str!("../fixtures/small/school.toml").replace("Великие Луки", "Псков");
    let outcome = imported(&mut office, &[("courses.csv", &courses), ("school.toml", &school)]);
    assert!(outcome.recorded == 1 && said(&outcome, "school.toml: заменяется"), "{:?}", outcome.warnings);
}
