//! Tables and answers that nobody in his right mind would bring: each is told in words and soon, and nothing is recorded.

use super::grids::bring;
use crate::common::grid::{Sheet, ods_of, xlsx};
use crate::common::office::Office;
use letopis::work::brought::{Given, Map, TablesWish, Taken};
use std::time::{Duration, Instant};

/// What is told of a file, which is to take no more than seconds; nothing is recorded of it.
#[track_caller]
fn told(office: &mut Office, name: &str, bytes: Vec<u8>) -> Vec<String> {
    let (before, begun) = (office.journal.tip().unwrap(), Instant::now());
    let taken = brought(office, name, bytes);
    assert!(begun.elapsed() < Duration::from_secs(60), "{name}: {:?}", begun.elapsed());
    assert!(!taken.doubts.is_empty(), "{name}");
    assert_eq!(office.journal.tip().unwrap(), before);
    taken.doubts.iter().map(ToString::to_string).collect()
}

fn brought(office: &mut Office, name: &str, bytes: Vec<u8>) -> Taken {
    let files = vec![Given { name: name.into(), bytes }];
    let (course, topic) = (Some("7А Алгебра".to_owned()), Some("Тема".to_owned()));
    bring(office, "ivanova", "2025-11-05T12:00", &TablesWish { files, course, topic, ..TablesWish::default() }).unwrap()
}

fn lines(head: &str, line: impl Fn(usize) -> String, number: usize) -> Vec<u8> {
    let lines: String = (0..number).map(|at| line(at) + "\n").collect();
    format!("{head}\n{lines}").into_bytes()
}

#[test]
fn more_rows_than_a_course_has_are_refused_and_as_many_as_it_may_have_are_read_in_seconds() {
    let mut office = Office::open();
    let big = lines("ФИО;01.09", |_| "Иванов Павел;5".into(), 1_000_000);
    let said = told(&mut office, "т.csv", big);
    assert_eq!(said, ["т.csv: заполненных строк больше 5000: это не таблица одного курса; оставьте в файле один курс"]);
    // Just as many: strangers, headings, lessons, and cells of which each is in doubt.
    for (what, head, line) in [
        ("«Чужой 7»", "ФИО;01.09", (|at| format!("Чужой {at};5")) as fn(usize) -> String),
        ("ячейка A", "ФИО;01.09", |_| "ФИО;01.09".to_owned() + "\nНикто;5"),
        ("строк в списке тем 4990", "Дата;Тема", |at| format!("01.09;Тема {at}")),
        ("«ы»", "ФИО;01.09;03.09;05.09", |_| format!("Иванов Павел;{}", ["ы"; 60].join(";"))),
    ] {
        let number = if what == "ячейка A" { 2_490 } else { 4_990 };
        let said = told(&mut office, "т.csv", lines(head, line, number));
        assert!(said.iter().any(|doubt| doubt.contains(what)), "{what}: {:?}", said.first());
        assert!(said.len() <= 2_001, "{what}: {}", said.len());
    }
    let said = told(&mut office, "т.csv", lines("ФИО;01.09", |at| format!("Чужой {at};5"), 4_990));
    assert_eq!(said.last().unwrap(), "т.csv: и ещё сомнений: 2990; разберите названные и повторите");
}

#[test]
fn merged_cells_over_everything_or_over_each_other_are_bounded() {
    let mut office = Office::open();
    let cell = |text: &str, rows: u64, columns: u64| {
        format!(
            "<table:table-cell office:value-type=\"string\" table:number-rows-spanned=\"{rows}\" \
             table:number-columns-spanned=\"{columns}\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let sheet = |rows: &str| ods_of(&format!("<table:table table:name=\"Л\">{rows}</table:table>"));
    let over_all = row(&(cell("ФИО", u64::MAX, u64::MAX) + &cell("31.02", 1, 1)))
        + &row(&(cell("Иванов Павел", 1, 1) + &cell("5", 1, 1)));
    let said = told(&mut office, "т.ods", sheet(&over_all));
    assert!(said[0].contains("ячейка B"), "{said:?}");
    let over_each_other: String = (0..5_000).map(|_| row(&cell("ФИО", 1 << 20, 256).repeat(10))).collect();
    let said = told(&mut office, "т.ods", sheet(&over_each_other));
    assert_eq!(said, ["т.ods: лист «Л»: объединённые ячейки лежат одна на другой; разъедините их"]);
    let many = format!(
        "<table:table-cell table:number-columns-repeated=\"{}\" office:value-type=\"string\"><text:p>5</text:p></table:table-cell>",
        u64::MAX
    );
    let said = told(&mut office, "т.ods", sheet(&row(&many)));
    assert!(said[0].contains("столбцов"), "{said:?}");
}

#[test]
fn whatever_encoding_and_separator_a_csv_has_it_is_read_and_what_is_empty_is_said_to_be() {
    let text = "7А, Алгебра\nФИО;01.09;03.09\nИванов Павел;5;4/5\nЁлкина Дарья;н;\n";
    let utf16 = |text: &str| {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes(),
        encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        text.replace(';', ",").into_bytes(),
        utf16(&text.replace(';', "\t")),
        format!("sep=;\n{text}").into_bytes(),
    ] {
        let mut office = Office::open();
        let taken = brought(&mut office, "т.csv", bytes);
        assert_eq!(taken.doubts, []);
        assert_eq!((taken.courses[0].lessons, taken.courses[0].cells), (2, 3));
    }
    let mut office = Office::open();
    for (name, bytes) in [
        ("т.csv", Vec::new()),
        ("т.csv", vec![0; 1_000]),
        ("т.csv", "ФИО;01.09\n\"Иванов;5\n".into()),
        ("т.xlsx", xlsx(&[Sheet::of("Лист1", "")])),
        ("т.ods", ods_of("<table:table table:name=\"Л\"/>")),
        ("т.ods", ods_of("")),
        ("т.ods", ods_of("<table:table><table:table-row>")),
        ("т.xlsx", b"PK\x03\x04".to_vec()),
        ("т.xlsx", vec![0xd0, 0xcf, 0x11, 0xe0]),
        ("т.xls", vec![0xd0, 0xcf, 0x11, 0xe0]),
    ] {
        let said = told(&mut office, name, bytes);
        assert!(said.iter().all(|doubt| doubt.starts_with(name) && doubt.contains(": ")), "{said:?}");
    }
    let formula = "<table:table table:name=\"Л\"><table:table-row><table:table-cell office:value-type=\"string\">\
        <text:p>ФИО</text:p></table:table-cell><table:table-cell office:value-type=\"string\"><text:p>01.09</text:p>\
        </table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type=\"string\">\
        <text:p>Иванов Павел</text:p></table:table-cell><table:table-cell table:formula=\"of:=1+4\"/></table:table-row></table:table>";
    let said = told(&mut office, "т.ods", ods_of(formula));
    assert!(said[0].starts_with("т.ods, лист «Л», ячейка B2: у формулы"), "{said:?}");
}

#[test]
fn a_map_with_faults_names_the_line_or_the_answer_and_what_is_to_be_done() {
    for (text, words) in [
        ("[marks", "строка 1"),
        ("[marks]\n\"п\" = \"у\"\n\"п\" = \"н\"\n", "строка 3"),
        ("[grades]\n", "раздела [grades] нет"),
        ("marks = 1", "не раздел"),
        ("[marks]\n\"п\" = 5", "«п» не в кавычках"),
        ("[marks.\"7\"]\n\"п\" = \"у\"", "класс"),
        ("[marks.\"7А\"]\n\"п\" = [\"у\"]", "«п» не в кавычках"),
        ("\0", "строка 1"),
    ] {
        let error = Map::parse(text).unwrap_err();
        assert!(error.message().starts_with("файл ответов: ") && error.message().contains(words), "{text}: {error}");
        assert!(error.next_step().is_some(), "{text}");
    }
    // Answers that mean nothing here are doubts of their cells.
    let mut office = Office::open();
    for (map, words) in [
        ("[pupils]\n\"Кто\" = \"Я-99\"", "ячейка A2: ответ «Я-99» на «Кто»"),
        ("[pupils]\n\"Кто\" = \"Иванов\"", "ячейка A2: ответ «Иванов» на «Кто»"),
        ("[pupils]\n\"Кто\" = \"И-01\"\n[marks]\n\"ы\" = \"7\"", "ячейка B2: ответ «7» на «ы»"),
        ("[dates]\n\"01.09\" = \"вчера\"", "ячейка B1: ответ «вчера» не дата"),
        ("[dates]\n\"01.09\" = \"2025-09-01/999\"", "ячейка B1: ответ «2025-09-01/999» не дата"),
        ("[dates]\n\"01.09\" = \"2027-09-01\"", "ячейка B1"),
    ] {
        let bytes = "ФИО;01.09\nКто;ы\n".as_bytes().to_vec();
        let files = vec![Given { name: "7А Алгебра.csv".into(), bytes }];
        let answers = Map::parse(map).unwrap();
        let wish = TablesWish { files, answers, topic: Some("Тема".into()), ..TablesWish::default() };
        let before = office.journal.tip().unwrap();
        let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
        let said: Vec<String> = taken.doubts.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|doubt| doubt.contains(words)), "{map}: {said:?}");
        assert_eq!(office.journal.tip().unwrap(), before);
    }
}
