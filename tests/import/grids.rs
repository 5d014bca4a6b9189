//! Tables of marks that are kept elsewhere: each of the shapes that people give them (IMPORT.md «A grid»), as CSV, XLSX and
//! ODS, with the mistakes that people make.

use crate::common::grid::{Sheet, each_format, xlsx};
use crate::common::office::{Office, at};
use letopis::work::Workplace;
use letopis::work::brought::{Given, Map, TablesWish, Taken, proposed, take};

/// Brings files at somebody's place.
pub fn bring(office: &mut Office, login: &str, now: &str, wish: &TablesWish) -> letopis::Result<Taken> {
    let (key, now) = (&office.keys[login], at(now));
    take(&mut Workplace::at(&mut office.journal, key, &now).unwrap(), wish)
}

fn given(name: &str, bytes: Vec<u8>) -> Vec<Given> {
    vec![Given { name: name.into(), bytes }]
}

/// Of algebra in 7А, with a topic for lessons that have none.
fn algebra(files: Vec<Given>) -> TablesWish {
    TablesWish {
        files, course: Some("7А Алгебра".into()), topic: Some("Тема".into()), ..TablesWish::default()
    }
}

fn doubts(taken: &Taken) -> Vec<String> {
    taken.doubts.iter().map(ToString::to_string).collect()
}

/// The entries that came from tables, a lesson or a set of final marks a line.
fn recorded(office: &Office) -> Vec<String> {
    let file = rusqlite::Connection::open(office.journal.path()).unwrap();
    let mut statement = file.prepare("SELECT payload FROM ledger ORDER BY seq").unwrap();
    let payloads = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let entries = payloads.map(|payload| serde_json::from_str::<serde_json::Value>(&payload.unwrap()).unwrap());
    entries.filter(|entry| entry.get("source").is_some()).map(|entry| line(&entry)).collect()
}

fn line(entry: &serde_json::Value) -> String {
    let body = &entry["body"];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let cell = |cell: &serde_json::Value| {
        let parts = [text(&cell["attendance"]), text(&cell["marks"]), text(&cell["mark"])];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}={}", text(&cell["pupil"]), parts.join(" "))
    };
    let lines = ["cells", "marks", "pupils"].iter().filter_map(|name| body[*name].as_array()).flatten();
    let mut cells: Vec<String> = lines.map(cell).collect();
    cells.sort();
    let date = text(&body["at"]["date"]);
    let head = match text(&body["period"]) {
        period if period.is_empty() => format!("{}/{}", date.get(5..).unwrap_or_default(), body["at"]["lesson"]),
        period => period,
    };
    let says = ["topic", "work", "homework"].map(|name| text(&body[name]));
    let said: Vec<String> = says.into_iter().filter(|text| !text.is_empty()).collect();
    format!("{head} {} {}", said.join(" | "), cells.join(" ")).replace("  ", " ")
}

/// What sheets come to in each format, brought by the administrator, which must be the same.
#[track_caller]
fn of_each_format(sheets: &[Sheet], expected: &[&str]) {
    for (ending, bytes) in each_format(sheets) {
        let mut office = Office::open();
        let wish = algebra(given(&format!("таблица.{ending}"), bytes));
        let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
        assert_eq!(doubts(&taken), [""; 0], "{ending}");
        assert_eq!(recorded(&office), expected, "{ending}");
        assert!(office.is_clean(), "{ending}");
        let again = bring(&mut office, "ivanova", "2025-11-06T12:00", &wish).unwrap();
        assert!(again.done.numbers.is_empty() && doubts(&again).is_empty(), "{ending}: a second time brings nothing");
    }
}

#[test]
fn shape_1_one_row_of_headings_and_final_marks_at_the_end() {
    let lines = "№;Фамилия Имя;01.09;03.09;05.09;08.09;10.09;I четв.;Год
        =1;Иванов Павел;=5;;4;н;;=5;
        =2;Иванов Пётр;;=3;=4;;;=4;
        =3;Петренко Анна;=4;;;5;;;
        =4;Ёлкина Дарья;;н;;;;=5;";
    let expected = [
        "09-01/2 Тема И-01=5 П-03=4",
        "09-03/1 Тема Ё-04=н И-02=3",
        "09-05/3 Тема И-01=4 И-02=4",
        "09-08/2 Тема И-01=н П-03=5",
        "I четверть Ё-04=5 И-01=5 И-02=4",
    ];
    of_each_format(&[Sheet::of("Алгебра", lines)], &expected);
    // The same with days as a spreadsheet keeps them, of whatever year it thought of.
    let days = lines.replace("01.09", "@2025-09-01").replace("03.09", "@2026-09-03").replace("05.09", "@2024-09-05");
    let days = Sheet::of("Алгебра", &days);
    let mut office = Office::open();
    let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &algebra(given("т.xlsx", xlsx(&[days])))).unwrap();
    assert_eq!((doubts(&taken), recorded(&office)), (vec![], expected.map(str::to_owned).to_vec()));
}

#[test]
fn shape_2_months_merged_over_their_days_and_a_day_twice_for_two_lessons() {
    let lines = "№;Фамилия Имя;Сентябрь;;;Октябрь;;I четв.
        ;;4;4;11;2;2;
        1;Иванов Павел;5;;4;;3;4
        2;Петренко Анна;;4;;н;;";
    let sheet = Sheet::of("Химия", lines)
        .merge((0, 0, 1, 0))
        .merge((0, 1, 1, 1))
        .merge((0, 2, 0, 4))
        .merge((0, 5, 0, 6))
        .merge((0, 7, 1, 7));
    for (ending, bytes) in each_format(&[sheet]) {
        let mut office = Office::open();
        let files = given(&format!("7А Химия.{ending}"), bytes);
        let wish = TablesWish { topic: Some("Тема".into()), files, ..TablesWish::default() };
        let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
        // On 11 September there are two lessons and one column.
        let told = doubts(&taken);
        assert_eq!(told.len(), 1, "{ending}: {told:?}");
        assert!(told[0].contains("11.09.2025: столбцов 1, а уроков 2: 4 и 5"), "{told:?}");
        let answers = Map::parse("[dates]\n\"Сентябрь / 11\" = \"2025-09-11/5\"\n").unwrap();
        let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &TablesWish { answers, ..wish }).unwrap();
        assert_eq!(doubts(&taken), [""; 0], "{ending}");
        let expected = [
            "09-04/4 Тема И-01=5",
            "09-04/5 Тема П-03=4",
            "09-11/5 Тема И-01=4",
            "10-02/4 Тема П-03=н",
            "10-02/5 Тема И-01=3",
            "I четверть И-01=4",
        ];
        assert_eq!(recorded(&office), expected, "{ending}");
    }
}

#[test]
fn shape_3_kinds_of_work_below_the_days_or_in_them_and_numbers_of_lessons() {
    let below = "№;ФИО;01.09;03.09;05.09
        ;Вид работы;К/р;;с/р
        1;Иванов П. А.;5;;4
        2;Иванов П. О.;4;5;";
    let expected = [
        "09-01/2 Тема | контрольная работа И-01=5 И-02=4",
        "09-03/1 Тема И-02=5",
        "09-05/3 Тема | самостоятельная работа И-01=4",
    ];
    of_each_format(&[Sheet::of("т", below)], &expected);
    let beside = "№;ФИО;01.09 К/р;03.09;05.09 с/р
        1;Иванов Павел;5;;4
        2;Иванов Пётр;4;5;";
    of_each_format(&[Sheet::of("т", beside)], &expected);
    // In a note, where the format has notes.
    let noted = Sheet::of("т", &beside.replace(" К/р", "").replace(" с/р", ""));
    let noted = noted.note(0, 2, "Вид работы: контрольная работа").note(0, 4, "С/р");
    for (ending, bytes) in each_format(&[noted]).into_iter().skip(1) {
        let mut office = Office::open();
        bring(&mut office, "ivanova", "2025-11-05T12:00", &algebra(given(&format!("т.{ending}"), bytes))).unwrap();
        assert_eq!(recorded(&office), expected, "{ending}");
    }
    // Numbers of lessons, whose days the list of topics tells.
    let numbers = Sheet::of("т", "№;ФИО;1;2;3\n1;Иванов Павел;5;;4\n2;Иванов Пётр;4;5;");
    let topics = "№;Дата;Тема;Вид работы\n1;01.09;Тема;к/р\n2;03.09;Тема;\n3;05.09;Тема;с/р";
    of_each_format(&[numbers, Sheet::of("Темы", topics)], &expected);
}

#[test]
fn shape_4_several_marks_in_a_cell_absences_and_an_empty_cell_that_removes_nothing() {
    let lines = "Фамилия;Имя;01.09;03.09;05.09;08.09
        Иванов;Павел;4 5;н/4;Н;
        Иванов;Пётр;4/5;б;ув;осв
        Петренко;Анна;4,5;у;оп;3/4/5
        Ёлкина;Дарья;5;осв;оп 4;";
    let expected = [
        "09-01/2 Тема Ё-04=5 И-01=4/5 И-02=4/5 П-03=4/5",
        "09-03/1 Тема Ё-04=осв И-01=н 4 И-02=б П-03=у",
        "09-05/3 Тема Ё-04=оп 4 И-01=н И-02=у П-03=оп",
        "09-08/2 Тема И-02=осв П-03=3/4/5",
    ];
    of_each_format(&[Sheet::of("т", lines)], &expected);
    // Emptied since, and one added: what stands stays.
    let mut office = Office::open();
    let mut week = |lines: &str| {
        let wish = algebra(given("т.xlsx", xlsx(&[Sheet::of("т", lines)])));
        bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap()
    };
    week("ФИО;01.09\nИванов Павел;5\nИванов Пётр;");
    let taken = week("ФИО;01.09\nИванов Павел;\nИванов Пётр;4");
    assert_eq!((taken.done.numbers.len(), taken.courses[0].differs.len()), (1, 0));
    let taken = week("ФИО;01.09\nИванов Павел;3\nИванов Пётр;4");
    assert_eq!(taken.done.numbers.len(), 0);
    let differs = taken.courses[0].differs[0].error.message().to_owned();
    assert!(differs.contains("Иванов Павел") && differs.contains("«5»") && differs.contains("«3»"), "{differs}");
    assert_eq!(recorded(&office), ["09-01/2 Тема И-01=5", "09-01/2 И-02=4"]);
}

#[test]
fn shape_4_what_may_be_one_thing_or_another_is_told_all_at_once_with_its_cell() {
    let lines = "ФИО;01.09;=1.1;05.09;08.09
        Иванов Павел;5(2);5;=4.5;@2026-05-04
        Иванов Пётр;п;4;–;.
        Кузьмин Ян;5;;;
        Иванов;4;;;";
    for (ending, bytes) in each_format(&[Sheet::of("Лист1", lines)]) {
        of_doubts(ending, bytes);
    }
}

fn of_doubts(ending: &str, bytes: Vec<u8>) {
    let wish = algebra(given(&format!("т.{ending}"), bytes));
    let mut office = Office::open();
    let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
    let told = doubts(&taken);
    for (cell, what) in [
        ("B2", "«5(2)»"),
        ("C1", "«1.1»"),
        ("D2", "«4.5»"),
        ("E2", "вместо отметки дата 04.05.2026"),
        ("B3", "«п»"),
        ("D3", "«–»"),
        ("E3", "«.»"),
        ("A4", "«Кузьмин Ян»: такого ученика в 7А нет"),
        ("A5", "«Иванов»: это может быть"),
    ] {
        let sheet = if ending == "csv" { "" } else { "лист «Лист1», " };
        let at = format!("т.{ending}, {sheet}ячейка {cell}: ");
        assert!(told.iter().any(|doubt| doubt.starts_with(&at) && doubt.contains(what)), "{cell} {what}: {told:#?}");
    }
    assert_eq!((told.len(), recorded(&office).len()), (9, 0), "{told:#?}");
    // The questions as a map, answered.
    let map = proposed(&taken.doubts).unwrap();
    assert!(map.contains("\"4.5\" = \"4/5\"") && map.contains("\"04.05.2026\" = \"4/5\""), "{map}");
    assert!(map.contains("\"1.1\" = \"2025-10-01\""), "the day with a lesson is proposed: {map}");
    let answered = map
        .replace("\"5(2)\" = \"?\"", "\"5(2)\" = \"5\"")
        .replace("\"п\" = \"?\"", "\"п\" = \"н\"")
        .replace("\"Кузьмин Ян\" = \"?\"", "\"Кузьмин Ян\" = \"-\"")
        .replace("\"Иванов\" = \"?\"", "\"Иванов\" = \"П-03\"");
    let wish = TablesWish { answers: Map::parse(&answered).unwrap(), ..wish };
    let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
    assert_eq!(doubts(&taken), [""; 0], "{answered}");
    let expected = [
        "09-01/2 Тема И-01=5 И-02=н П-03=4",
        "09-05/3 Тема И-01=4/5",
        "09-08/2 Тема И-01=4/5",
        "10-01/1 Тема И-01=5 И-02=4",
    ];
    assert_eq!(recorded(&office), expected);
}

#[test]
fn a_day_without_its_month_is_proposed_by_the_timetable_and_the_columns_beside_it() {
    // On the 3rd there are lessons in September, October and November, on the 1st in September and October.
    let alone = Sheet::of("Лист1", "ФИО;=3\nИванов Павел;5");
    let beside = Sheet::of("Лист1", "ФИО;=1;3;=29;1;31\nИванов Павел;5;4;4;3;5");
    for ((ending, alone), (_, beside)) in each_format(&[alone]).into_iter().zip(each_format(&[beside])) {
        let mut office = Office::open();
        let mut told = |bytes: Vec<u8>| {
            let wish = algebra(given(&format!("т.{ending}"), bytes));
            let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &wish).unwrap();
            assert!(taken.done.numbers.is_empty());
            (doubts(&taken), proposed(&taken.doubts).unwrap(), wish)
        };
        let (list, map, _) = told(alone);
        assert_eq!(list.len(), 1, "{list:?}");
        let may_be = "«3»: месяц не назван; по расписанию это может быть 03.09.2025, 03.10.2025 или 03.11.2025";
        assert!(list[0].contains(may_be) && list[0].contains("например: \"3\" = \"2025-09-03\""), "{list:?}");
        assert!(map.contains("\"3\" = \"?\""), "{map}");
        let (list, map, wish) = told(beside);
        assert_eq!(list.len(), 5, "{list:?}");
        assert!(list[4].contains("«31»: месяц не назван, а урока 31-го числа по расписанию нет"), "{list:?}");
        for answer in ["\"3\" = \"2025-09-03\"", "\"29\" = \"2025-09-29\"", "E1\" = \"2025-10-01\"", "\"31\" = \"?\""] {
            assert!(map.contains(answer), "{answer} is not in {map}");
        }
        let answers = Map::parse(&map.replace("\"31\" = \"?\"", "\"31\" = \"-\"")).unwrap();
        let taken = bring(&mut office, "ivanova", "2025-11-05T12:00", &TablesWish { answers, ..wish }).unwrap();
        assert_eq!(doubts(&taken), [""; 0], "{ending}");
        let expected = ["09-01/2 Тема И-01=5", "09-03/1 Тема И-01=4", "09-29/2 Тема И-01=4", "10-01/1 Тема И-01=3"];
        assert_eq!(recorded(&office), expected, "{ending}");
    }
}

#[test]
fn shape_5_topics_and_homework_on_a_second_sheet_or_below() {
    let marks = Sheet::of("Отметки", "№;Фамилия Имя;01.09;03.09\n1;Иванов Павел;5;\n2;Иванов Пётр;;4");
    let topics = Sheet::of(
        "Темы",
        "Дата;Тема;Домашнее задание\n01.09;Числа;§ 1, № 5\n03.09;Дроби;\n05.09;Степени;§ 3\n08.05;Итоги;",
    );
    let expected = ["09-01/2 Числа | § 1, № 5 И-01=5", "09-03/1 Дроби И-02=4", "09-05/3 Степени | § 3 "];
    of_each_format(&[marks, topics], &expected);
}

#[test]
fn what_is_unclear_in_a_list_of_topics_is_said_of_its_rows() {
    let marks = Sheet::of("Отметки", "№;Фамилия Имя;01.09;03.09\n1;Иванов Павел;5;");
    let topics = Sheet::of("Темы", "Дата;Тема\n01.09;Числа\n05.09;Дроби\n05.09;Степени\n;Сумма\nскоро;Итоги");
    for (ending, bytes) in each_format(&[marks, topics]) {
        let wish = algebra(given(&format!("т.{ending}"), bytes));
        let told = doubts(&bring(&mut Office::open(), "ivanova", "2025-11-05T12:00", &wish).unwrap());
        let twice = "05.09.2025: строк в списке тем 2, а урок один (3)";
        for what in [twice, twice, "тема без даты урока", "«скоро»: в какой день был этот урок?"]
        {
            assert!(told.iter().any(|doubt| doubt.contains(what)), "{ending} {what}: {told:#?}");
        }
        assert!(told.len() == 4 && !told.concat().contains("столб"), "{told:#?}");
    }
}

#[test]
fn shape_6_periods_on_sheets_a_caption_a_total_row_and_an_average() {
    let first = "8 класс не тот, а 7А, Алгебра, учитель Семёнов С. С.
        ;
        №;Фамилия Имя;01.09;03.09;Средний балл;Четверть
        1;Иванов Павел;5;4;4.5;5
        2;Сизов Олег;3;;3;
        3;Петренко Анна;;4;4;4
        ;Итого отметок;2;2;;
        Учитель;Семёнов С. С.;;;;";
    let second = "№;Фамилия Имя;05.11;Четверть;Год
        1;Иванов Павел;4;;
        2;Петренко Анна;5;;
        3;Новикова Ника;3;;
        ;Средний балл;4;;";
    let sheets = [Sheet::of("I четверть", first), Sheet::of("II четверть", second)];
    let expected = [
        "09-01/2 Тема И-01=5 С-05=3",
        "09-03/1 Тема И-01=4 П-03=4",
        "11-05/1 Тема И-01=4 Н-06=3 П-03=5",
        "I четверть И-01=5 П-03=4",
    ];
    for (ending, bytes) in each_format(&sheets) {
        // In CSV the sheets have no names: the quarter is the one of the last day before it.
        let mut office = Office::open();
        let files = given(&format!("выгрузка.{ending}"), bytes);
        let wish = TablesWish { files, topic: Some("Тема".into()), ..TablesWish::default() };
        let taken = bring(&mut office, "ivanova", "2025-11-05T15:00", &wish).unwrap();
        assert_eq!(doubts(&taken), [""; 0], "{ending}");
        assert_eq!(recorded(&office), expected, "{ending}");
    }
    // A pupil who had left by then has no mark.
    let late = Sheet::of("т", "ФИО;06.10\nСизов Олег;5");
    let mut office = Office::open();
    let taken = bring(&mut office, "ivanova", "2025-11-05T15:00", &algebra(given("т.xlsx", xlsx(&[late])))).unwrap();
    assert!(doubts(&taken)[0].contains("Сизов Олег 06.10.2025 не в списке"), "{:?}", doubts(&taken));
}

#[test]
fn each_entry_keeps_the_files_sum_and_its_cells() {
    let sheet = Sheet::of("Лист 1", "№;ФИО;01.09;I четв.\n1;Иванов Павел;5;4\n2;Иванов Пётр;;4\n3;Петренко Анна;4;");
    let bytes = xlsx(&[sheet]);
    let sum = letopis::ledger::chain::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    let mut office = Office::open();
    bring(&mut office, "ivanova", "2025-11-05T12:00", &algebra(given("т.xlsx", bytes))).unwrap();
    let file = rusqlite::Connection::open(office.journal.path()).unwrap();
    let sql = "SELECT payload FROM ledger WHERE payload LIKE '%\"source\"%' ORDER BY seq";
    let mut statement = file.prepare(sql).unwrap();
    let payloads = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let sources: Vec<serde_json::Value> = payloads
        .map(|payload| serde_json::from_str::<serde_json::Value>(&payload.unwrap()).unwrap()["source"].clone())
        .collect();
    let source = |cells: &[&str]| serde_json::json!({ "sha256": sum, "cells": cells });
    assert_eq!(
        sources,
        [source(&["Лист 1!C1:C2", "Лист 1!C4"]), source(&["Лист 1!D2:D3"])],
        "the heading and the cells of the lesson, then those of the final marks"
    );
}

#[test]
fn a_teacher_brings_his_own_under_the_day_rules_and_what_is_too_late_is_ready_to_be_asked_for() {
    let mut office = Office::open();
    let lines = "ФИО;01.09;08.09;10.09\nИванов Павел;5;4;н\nИванов Пётр;;н/3;5";
    let wish = algebra(given("т.xlsx", xlsx(&[Sheet::of("т", lines)])));
    let taken = bring(&mut office, "semyonov", "2025-09-10T15:00", &wish).unwrap();
    assert_eq!(doubts(&taken), [""; 0]);
    let course = &taken.courses[0];
    assert_eq!((course.lessons, course.cells, course.late.len(), course.refused.len()), (2, 4, 1, 0));
    assert!(course.late[0].why.message().starts_with("§2.3.2"), "{:?}", course.late);
    assert!(recorded(&office).iter().all(|line| !line.starts_with("09-01")), "{:?}", recorded(&office));
    // It is asked for as it stands there, and not proposed again.
    let wished =
        letopis::work::correction::CorrectionWish { what: course.late[0].what.clone(), reason: "поздно".into() };
    let (key, now) = (&office.keys["semyonov"], at("2025-09-10T15:10"));
    let mut place = Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::request(&mut place, &wished).unwrap();
    let again = bring(&mut office, "semyonov", "2025-09-11T15:00", &wish).unwrap();
    let course = &again.courses[0];
    assert_eq!((again.done.numbers.len(), course.late.len(), course.asked), (0, 0, 2));
    let (key, now) = (&office.keys["petrova"], at("2025-09-11T16:00"));
    let mut place = Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::approve(&mut place, 1, "").unwrap();
    let again = bring(&mut office, "semyonov", "2025-09-12T15:00", &wish).unwrap();
    assert_eq!((again.done.numbers.len(), again.courses[0].asked, again.courses[0].differs.len()), (0, 0, 0));
    assert!(office.is_clean());
    // Whose course it is not, and who is no administrator, brings nothing.
    let refused = bring(&mut office, "gusev", "2025-09-12T15:00", &wish).unwrap_err();
    assert!(refused.message().contains("нет права"), "{refused}");
}

#[test]
fn a_caption_of_another_course_a_day_to_come_and_a_file_that_is_none_are_doubts() {
    let mut office = Office::open();
    let mut told = |name: &str, lines: &str| {
        let wish = algebra(given(name, xlsx(&[Sheet::of("Лист1", lines)])));
        let taken = bring(&mut office, "ivanova", "2025-09-10T15:00", &wish).unwrap();
        doubts(&taken).join("\n")
    };
    assert!(told("т.xlsx", "7А, Химия\nФИО;01.09\nИванов Павел;5").contains("таблица подписана «7А, Химия»"));
    assert!(told("т.xlsx", "ФИО;12.09\nИванов Павел;5").contains("ещё не наступил"));
    assert!(told("т.xlsx", "ФИО;01.11\nИванов Павел;5").contains("не учебный день"));
    assert!(told("т.xlsx", "ФИО;01.07\nИванов Павел;5").contains("в учебном году 2025/2026 нет"));
    assert!(told("т.xlsx", "ФИО;01.09;\nИванов Павел;5;4").contains("столбец с отметками без даты"));
    assert!(told("т.xlsx", "ФИО;01.09\n;5").contains("в строке без имени есть отметки"));
    assert!(told("т.xlsx", "ФИО;01.09\nИванов Павел;5\nИванов Павел;4").contains("уже есть в строке 2"));
    assert!(told("т.xlsx", "Заметки").contains("не найдено ни таблицы отметок"));
    assert!(told("т.ods", "ФИО;01.09").contains("файл повреждён или не является таблицей"));
    assert!(told("т.xls", "ФИО;01.09").contains("формат не читается"));
    assert!(told("т.xlsx", "ФИО;Итоговая\nИванов Павел;н").contains("одна отметка"));
    assert!(recorded(&office).is_empty());
}
