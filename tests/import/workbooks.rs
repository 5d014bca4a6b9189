//! Workbooks beside CSV: the same tables in XLSX and ODS bring the same entries.
//!
//! `tests/fixtures/libreoffice/` holds lessons and marks as CSV and as LibreOffice 7.4 saved them from it; in `turned/` it
//! was let to guess what a mark is, and made a date of «4/5».

use chrono::{DateTime, FixedOffset, NaiveDate};
use letopis::import;
use letopis::journal::entry::{JournalCreated, Person};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::school::School;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};
use zip::write::{SimpleFileOptions, ZipWriter};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// One key for all journals, since entries carry it.
fn key() -> &'static Identity {
    static KEY: OnceLock<Identity> = OnceLock::new();
    KEY.get_or_init(Identity::generate)
}

/// A journal without anything but its administrator.
fn journal(dir: &Path) -> Journal {
    let small = fixture("small");
    let school = School::from_toml(&std::fs::read_to_string(small.join("school.toml")).unwrap()).unwrap();
    let row = import::read_staff(&small, &mut import::Faults::default()).unwrap().remove(0).1;
    let import::StaffRow { login, name, position, association, roles } = row;
    let administrator = Person { login, name, position, association, roles };
    let (key, recovery) = (key().public(), key().public().recipient().to_owned());
    let created =
        JournalCreated { previous: None, school, administrator, key, recovery, second: Vec::new(), emergency: None };
    Journal::create(&dir.join("j.letopis"), author(), created).unwrap()
}

fn author() -> Author<'static> {
    static MORNING: LazyLock<DateTime<FixedOffset>> =
        LazyLock::new(|| DateTime::parse_from_rfc3339("2025-10-01T08:00:00+03:00").unwrap());
    Author { signer: key(), clock: &*MORNING, taken_over: false }
}

/// Imports a folder and gives the kinds and bodies of what was recorded, and the faults.
fn import(school: &Path) -> (Vec<(String, serde_json::Value)>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = journal(dir.path());
    let outcome = import::import(&mut journal, author(), school, import::How::default(), &mut |_, _| {}).unwrap();
    let file = rusqlite::Connection::open(journal.path()).unwrap();
    let mut statement = file.prepare("SELECT payload FROM ledger WHERE seq > 1 ORDER BY seq").unwrap();
    let payloads = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let entries = payloads.map(|payload| {
        let entry: serde_json::Value = serde_json::from_str(&payload.unwrap()).unwrap();
        (entry["kind"].as_str().unwrap().to_owned(), entry["body"].clone())
    });
    (entries.collect(), outcome.faults.iter().map(ToString::to_string).collect())
}

/// A folder with the small school, its lessons and marks, whose every table is written by `convert`.
fn folder(convert: impl Fn(&Path, &str, &[Vec<String>])) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("small/school.toml"), dir.path().join("school.toml")).unwrap();
    for from in ["small", "libreoffice"] {
        for file in std::fs::read_dir(fixture(from)).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|ending| ending == "csv") {
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(b';')
                    .has_headers(false)
                    .from_reader(std::fs::File::open(&file).unwrap());
                let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
                convert(dir.path(), file.file_stem().unwrap().to_str().unwrap(), &rows.collect::<Vec<_>>());
            }
        }
    }
    dir
}

fn as_csv(dir: &Path, name: &str, rows: &[Vec<String>]) {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(dir.join(format!("{name}.csv"))).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

/// What a spreadsheet makes of a text that is typed into it.
enum Typed {
    Number(f64),
    Date(NaiveDate),
    Text,
}

fn typed(text: &str) -> Typed {
    match (text.parse(), NaiveDate::parse_from_str(text, "%d.%m.%Y")) {
        (Ok(number), _) => Typed::Number(number),
        (_, Ok(date)) => Typed::Date(date),
        _ => Typed::Text,
    }
}

fn as_xlsx(dir: &Path, name: &str, rows: &[Vec<String>]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let format = Format::new().set_num_format("dd.mm.yyyy");
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            match typed(text) {
                Typed::Number(number) => sheet.write(row, column, number).unwrap(),
                Typed::Date(date) => {
                    let date = ExcelDateTime::parse_from_str(&date.to_string()).unwrap();
                    sheet.write_with_format(row, column, date, &format).unwrap()
                }
                Typed::Text => sheet.write(row, column, text.as_str()).unwrap(),
            };
        }
    }
    book.save(dir.join(format!("{name}.xlsx"))).unwrap();
}

fn as_ods(dir: &Path, name: &str, rows: &[Vec<String>]) {
    let cell = |text: &String| match typed(text) {
        Typed::Number(number) => format!("<table:table-cell office:value-type=\"float\" office:value=\"{number}\"/>"),
        Typed::Date(date) => format!("<table:table-cell office:value-type=\"date\" office:date-value=\"{date}\"/>"),
        Typed::Text if text.is_empty() => "<table:table-cell/>".to_owned(),
        Typed::Text => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        }
    };
    let rows = rows.iter().map(|row| {
        let cells: String = row.iter().map(cell).collect();
        format!("<table:table-row>{cells}</table:table-row>")
    });
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"{name}\">{}</table:table>\
         </office:spreadsheet></office:body></office:document-content>",
        rows.collect::<String>()
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    std::fs::write(dir.join(format!("{name}.ods")), zip.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn a_school_in_xlsx_or_ods_brings_the_entries_that_it_brings_in_csv() {
    let (expected, faults) = import(folder(as_csv).path());
    assert_eq!(faults, [""; 0]);
    assert!(expected.iter().filter(|(kind, _)| kind == "lesson.recorded").count() == 4, "{expected:?}");
    assert_eq!(import(folder(as_xlsx).path()), (expected.clone(), vec![]));
    assert_eq!(import(folder(as_ods).path()), (expected, vec![]));
}

#[test]
fn workbooks_that_libreoffice_wrote_bring_the_entries_that_csv_brings() {
    let (expected, _) = import(folder(as_csv).path());
    for ending in ["xlsx", "ods"] {
        let school = folder(as_csv);
        for table in ["lessons", "marks"] {
            std::fs::remove_file(school.path().join(format!("{table}.csv"))).unwrap();
            let file = format!("{table}.{ending}");
            std::fs::copy(fixture("libreoffice").join(&file), school.path().join(&file)).unwrap();
        }
        assert_eq!(import(school.path()), (expected.clone(), vec![]), "{ending}");
    }
}

#[test]
fn a_mark_that_libreoffice_turned_into_a_date_is_a_fault_of_its_cell() {
    for ending in ["xlsx", "ods"] {
        let school = folder(as_csv);
        std::fs::remove_file(school.path().join("marks.csv")).unwrap();
        let file = format!("marks.{ending}");
        std::fs::copy(fixture("libreoffice/turned").join(&file), school.path().join(&file)).unwrap();
        let (entries, faults) = import(school.path());
        assert_eq!(entries, []);
        let place = format!("{file}, строка 3, столбец 7 «Отметка»");
        let what = "редактор таблиц превратил значение в дату 05.04.2026, например из «4/5»; \
                    задайте ячейке текстовый формат и введите значение заново";
        assert_eq!(faults, [format!("{place}: {what}")]);
    }
}

#[test]
fn faults_of_workbooks_name_the_workbook_its_row_and_its_column() {
    let school = folder(|dir, name, rows| {
        let mut rows = rows.to_vec();
        if name == "courses" {
            rows[4][3] = "никто".into();
        }
        as_xlsx(dir, name, &rows);
    });
    let (_, faults) = import(school.path());
    assert_eq!(faults, ["courses.xlsx, строка 5, столбец 4 «Учитель»: сотрудника «никто» нет в staff.xlsx"]);
    as_csv(school.path(), "marks", &[]);
    std::fs::write(school.path().join("groups.xlsx"), "не книга").unwrap();
    let (_, faults) = import(school.path());
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("marks.csv: одна таблица в нескольких файлах: marks.csv, marks.xlsx")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.starts_with("groups.xlsx: файл повреждён или не является таблицей")),
        "{faults:?}"
    );
    std::fs::rename(school.path().join("staff.xlsx"), school.path().join("staff.xls")).unwrap();
    let (_, faults) = import(school.path());
    assert!(faults.iter().any(|fault| fault.starts_with("staff.xls: этот формат не читается")), "{faults:?}");
}
