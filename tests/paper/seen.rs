//! `print check` shows a page as it stands on paper: a table with its columns, empty cells too.

use crate::common::school::School;
use serde_json::Value;

const NOW: &str = "2025-09-03 13:00:00";

#[test]
fn a_page_is_shown_as_a_table_whose_rows_all_have_every_column() {
    let Some(school) = School::small() else { return };
    for (day, at) in [("01.09.2025", "2025-09-01 12:00:00"), ("03.09.2025", "2025-09-03 12:00:00")] {
        school.run(at, "semyonov", &["lesson", "record", "7А", "Алгебра", day, "--topic", "Дроби"]).ok();
    }
    school.run("2025-09-03 12:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "03.09.2025", "Петренко=5"]).ok();
    school.run(NOW, "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    let sql = "SELECT page, digest FROM document_pages WHERE number = '2025-0001' ORDER BY page";
    let file = school.file();
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))).unwrap();
    let pages: Vec<(u32, String)> = rows.map(Result::unwrap).collect();
    let mut found = 0;
    for (page, code) in &pages {
        let code = format!("2025-0001/{page} {}", &code[..16]);
        let told = school.run(NOW, "petrova", &["--json", "print", "check", &code]).ok().stdout;
        let told: Value = serde_json::from_str(&told).unwrap();
        for table in told["sheet"].as_array().unwrap().iter().filter(|part| part.get("rows").is_some()) {
            let rows = || table["heads"].as_array().unwrap().iter().chain(table["rows"].as_array().unwrap());
            let columns = rows().next().unwrap().as_array().unwrap().len();
            assert!(rows().all(|row| row.as_array().unwrap().len() == columns), "{table}");
            let has_mark = |row: &&Value| row.as_array().unwrap().iter().skip(2).any(|cell| cell == "5");
            let marked = rows().find(|row| row.to_string().contains("Петренко") && has_mark(row));
            let Some(marked) = marked else { continue };
            found += 1;
            // The mark stands under its day, and the day without one is an empty cell.
            let place = marked.as_array().unwrap().iter().rposition(|cell| cell == "5").unwrap();
            let days = table["heads"].as_array().unwrap().last().unwrap();
            assert_eq!((&days[place - 1], &days[place]), (&Value::from("1"), &Value::from("3")), "{table}");
            assert_eq!(marked[place - 1], "", "{table}");
            let shown = school.run(NOW, "petrova", &["print", "check", &code]).ok().stdout;
            let line = shown.lines().find(|line| line.contains("Петренко")).unwrap();
            let cells: Vec<&str> = line.split('│').map(str::trim).collect();
            assert!(matches!(cells[..], ["", _, "Петренко Анна", "", "5", ""]), "{shown}");
        }
    }
    assert_eq!(found, 1, "the page of the marks");
}
