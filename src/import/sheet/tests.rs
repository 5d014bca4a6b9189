use super::*;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook};
use std::io::{Cursor, Read, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn day(year: i32, month: u32, day: u32) -> Value {
    Value::Date(NaiveDate::from_ymd_opt(year, month, day).unwrap())
}

fn pack(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = zip.len();
    let member = |index| {
        let mut member = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(member).collect()
}

/// The workbook with `from` replaced by `to` in whatever member has it.
fn edited(workbook: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut members = unpack(workbook);
    let changed = members.iter_mut().filter_map(|(_, bytes)| {
        let text = String::from_utf8(bytes.clone()).ok().filter(|text| text.contains(from))?;
        *bytes = text.replace(from, to).into_bytes();
        Some(())
    });
    assert!(changed.count() > 0, "«{from}» is nowhere");
    pack(&members)
}

fn xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Заметки").unwrap().write(0, 0, "не то").unwrap();
    let sheet = book.add_worksheet().set_name("Marks").unwrap();
    let date = Style::new().set_num_format("dd.mm.yyyy");
    sheet.write(1, 0, "Класс & буква").unwrap();
    sheet.write(2, 0, 5.0).unwrap();
    sheet.write(2, 1, 1.5).unwrap();
    sheet.write(2, 3, true).unwrap();
    sheet.write(3, 0, "4/5").unwrap();
    sheet.write_with_format(3, 1, ExcelDateTime::from_ymd(2025, 9, 15).unwrap(), &date).unwrap();
    sheet.write(3, 2, Formula::new("=0.1+0.2").set_result("0.30000000000000004")).unwrap();
    let time = Style::new().set_num_format("hh:mm");
    sheet.write_with_format(5, 1, ExcelDateTime::from_hms(8, 30, 0).unwrap(), &time).unwrap();
    sheet.write(5, 2, "  ").unwrap();
    book.save_to_buffer().unwrap()
}

const ODS_ROWS: &str = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>не то</text:p></office:annotation><text:p>Класс &amp; <text:span>буква</text:span></text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2">
 <table:table-cell office:value-type="float" office:value="5"><text:p>5,00</text:p></table:table-cell>
 <table:covered-table-cell/>
 <table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1.5"><text:p>1,5</text:p></table:table-cell>
 <table:table-cell office:value-type="boolean" office:boolean-value="false"><text:p>ЛОЖЬ</text:p></table:table-cell>
 <table:table-cell office:value-type="date" office:date-value="2025-09-15T00:00:00"><text:p>15.09.25</text:p></table:table-cell>
 <table:table-cell office:value-type="time" office:time-value="PT08H30M00S"><text:p>08:30</text:p></table:table-cell>
 <table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#Н/Д</text:p></table:table-cell>
 <table:table-cell table:number-columns-repeated="16000"/></table:table-row>
<table:table-row table:number-rows-repeated="1048500"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;

fn ods(rows: &str) -> Vec<u8> {
    let sheet = |name: &str, rows: &str| format!("<table:table table:name=\"{name}\">{rows}</table:table>");
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content><office:body><office:spreadsheet>{}{}\
         </office:spreadsheet></office:body></office:document-content>",
        sheet("Заметки", "<table:table-row/>"),
        sheet("marks", rows)
    );
    let mimetype = "application/vnd.oasis.opendocument.spreadsheet";
    pack(&[
        ("mimetype".into(), mimetype.into()),
        ("META-INF/manifest.xml".into(), "<manifest:manifest/>".into()),
        ("content.xml".into(), content.into()),
    ])
}

fn fault(bytes: &[u8], format: Format) -> String {
    read(bytes, format, "marks").unwrap_err()
}

#[test]
fn cells_of_xlsx_read_as_a_csv_file_would_have_them() {
    let sheet = read(&xlsx(), Format::Xlsx, "marks").unwrap();
    assert_eq!((sheet.name.as_str(), sheet.others), ("Marks", 1));
    let rows: Vec<_> = sheet.rows.into_iter().collect();
    assert_eq!(rows[0], (2, vec![text("Класс & буква")]));
    assert_eq!(rows[1], (3, vec![text("5"), text("1.5"), Value::Empty, text("да")]));
    assert_eq!(rows[2], (4, vec![text("4/5"), day(2025, 9, 15), text("0.3")]));
    assert_eq!(rows[3], (6, vec![Value::Empty, Value::Time]));
    assert_eq!(rows.len(), 4);
}

#[test]
fn cells_of_ods_read_as_a_csv_file_would_have_them() {
    let sheet = read(&ods(ODS_ROWS), Format::Ods, "marks").unwrap();
    let rows: Vec<_> = sheet.rows.into_iter().collect();
    assert_eq!(rows[0], (3, vec![text("Класс & буква")]));
    let cells =
        [text("5"), Value::Empty, text("1.5"), text("1.5"), text("нет"), day(2025, 9, 15), Value::Time, Value::Error];
    assert_eq!(rows[1..], [(4, cells.to_vec()), (5, cells.to_vec())]);
}

#[test]
fn a_workbook_that_counts_from_1904_has_its_own_days() {
    // 2025-09-15 is day 45915 from 1900 and day 44453 from 1904.
    let since_1904 = edited(&edited(&xlsx(), "<workbookPr", "<workbookPr date1904=\"1\""), ">45915<", ">44453<");
    let sheet = read(&since_1904, Format::Xlsx, "marks").unwrap();
    assert_eq!(sheet.rows[&4][1], day(2025, 9, 15));
}

#[test]
fn the_first_sheet_is_read_where_none_has_the_tables_name() {
    assert_eq!(read(&xlsx(), Format::Xlsx, "pupils").unwrap().name, "Заметки");
    assert_eq!(read(&ods(ODS_ROWS), Format::Ods, "pupils").unwrap().name, "Заметки");
}

#[test]
fn what_is_no_workbook_is_said_to_be_none() {
    for format in [Format::Xlsx, Format::Ods] {
        assert!(fault(b"", format).contains("не является таблицей"));
        let told = fault(b"PK\x03\x04 and no more", format).replace("XLSX", "").replace("ODS", "");
        assert!(!told.chars().any(|c| c.is_ascii_alphabetic()), "{told}");
        assert!(fault("Класс;Учитель".as_bytes(), format).contains("не является таблицей"));
        assert!(fault(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1], format).contains("паролем"));
        assert!(fault(&pack(&[("a".into(), vec![])]), format).contains("не является таблицей"));
    }
    let locked = edited(&ods(ODS_ROWS), "<manifest:manifest/>", "<manifest:encryption-data/>");
    assert!(fault(&locked, Format::Ods).contains("паролем"));
    let cut = edited(&ods(ODS_ROWS), "</office:spreadsheet>", "<table:table>");
    assert!(fault(&cut, Format::Ods).contains("повреждён"));
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() {
    let bomb = pack(&[("content.xml".into(), vec![b' '; 48 << 20])]);
    assert!(bomb.len() < 60_000);
    assert!(fault(&bomb, Format::Ods).contains("распаковывается больше"));
    // What the directory says of it is not believed either.
    let directory = bomb.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut humble = bomb;
    humble[directory + 24..directory + 28].copy_from_slice(&1000u32.to_le_bytes());
    assert!(fault(&humble, Format::Ods).contains("повреждён"));
}

#[test]
fn members_that_lie_on_each_other_or_share_a_name_are_refused() {
    let book = ods(ODS_ROWS);
    let twice = [pack(&unpack(&book)), pack(&[("CONTENT.xml".into(), vec![])])];
    assert!(read(&twice[0], Format::Ods, "marks").is_ok());
    let mut members = unpack(&book);
    members.push(("Content.xml".into(), b"<a/>".to_vec()));
    assert!(fault(&pack(&members), Format::Ods).contains("с одним именем"));
    // The second member's entry points at the first one's bytes.
    let mut overlapping = pack(&[("content.xml".into(), vec![b'x'; 400]), ("styles.xml".into(), vec![b'x'; 400])]);
    let last = overlapping.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    overlapping[last + 42..last + 46].copy_from_slice(&0u32.to_le_bytes());
    assert!(fault(&overlapping, Format::Ods).contains("повреждён"));
}

#[test]
fn one_text_many_levels_and_many_merged_cells_are_bounded() {
    let long = ODS_ROWS.replace("5,00", &"5".repeat(2 << 20));
    assert!(fault(&ods(&long), Format::Ods).contains("длиннее 1 МБ"));
    let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
    assert!(fault(&ods(&deep), Format::Ods).contains("вложенных"));
    let merged = "<mergeCell ref=\"A1:IV1048576\"/>".repeat(70_000);
    let merged = edited(&xlsx(), "</sheetData>", &format!("</sheetData><mergeCells>{merged}</mergeCells>"));
    assert!(fault(&merged, Format::Xlsx).contains("объединённых"));
    let columns = edited(
        &xlsx(),
        "<sheetData>",
        "<cols><col min=\"1\" max=\"18446744073709551615\" hidden=\"1\"/></cols><sheetData>",
    );
    assert_eq!(read(&columns, Format::Xlsx, "marks").unwrap().hidden().1, [1, 2, 3, 4]);
}

#[test]
fn what_is_hidden_is_told() {
    let hidden = edited(&xlsx(), "<row r=\"4\"", "<row hidden=\"1\" r=\"4\"");
    assert_eq!(read(&hidden, Format::Xlsx, "marks").unwrap().hidden().0, [4]);
    let style = r#"<style:style style:name="t"><style:table-properties table:display="false"/></style:style>"#;
    let book = edited(&ods(ODS_ROWS), "<office:body>", &format!("{style}<office:body>"));
    let book = edited(&book, "table:name=\"Заметки\"", "table:style-name=\"t\" table:name=\"Заметки\"");
    let sheet = read(&book, Format::Ods, "pupils").unwrap();
    assert_eq!((sheet.name.as_str(), sheet.others, sheet.hidden_sheets), ("marks", 0, 1));
    let rows = ODS_ROWS.replace(
        "<table:table-row table:number-rows-repeated=\"2\">\n",
        "<table:table-row table:visibility=\"filter\" table:number-rows-repeated=\"2\">\n",
    );
    assert_eq!(read(&ods(&rows), Format::Ods, "marks").unwrap().hidden().0, [4, 5]);
    for state in ["hidden", "veryHidden"] {
        let sheets = edited(&xlsx(), "name=\"Заметки\"", &format!("state=\"{state}\" name=\"Заметки\""));
        assert_eq!(read(&sheets, Format::Xlsx, "pupils").unwrap().name, "Marks");
    }
}

#[test]
fn what_a_cell_does_not_say_is_never_nothing() {
    let unknown = |value: &Value| matches!(value, Value::Fault(_));
    for stored in ["", "<v></v>", "<v/>"] {
        let from = "<f>0.1+0.2</f><v>0.30000000000000004</v>";
        let book = edited(&xlsx(), from, &format!("<f>0.1+0.2</f>{stored}"));
        assert!(unknown(&read(&book, Format::Xlsx, "marks").unwrap().rows[&4][2]));
    }
    let merged = edited(&xlsx(), "</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"A3:A4\"/></mergeCells>");
    assert!(unknown(&read(&merged, Format::Xlsx, "marks").unwrap().rows[&4][0]));
    for (cell, expected) in [
        ("<table:table-cell table:formula=\"of:=1\"/>", None),
        ("<table:table-cell office:value-type=\"float\"/>", None),
        ("<table:table-cell table:formula=\"of:=T(1)\" office:value-type=\"string\"/>", Some(Value::Empty)),
        ("<table:table-cell><text:p>4/5</text:p></table:table-cell>", Some(text("4/5"))),
        (
            "<table:table-cell office:value-type=\"float\" office:value=\"315\"><text:p>0315</text:p></table:table-cell>",
            Some(text("0315")),
        ),
        (
            "<table:table-cell office:value-type=\"float\" office:value=\"7\"><text:p>7А</text:p></table:table-cell>",
            Some(text("7А")),
        ),
        (
            "<table:table-cell office:value-type=\"float\" office:value=\"1234\"><text:p>1\u{a0}234,00</text:p></table:table-cell>",
            Some(text("1234")),
        ),
        (
            "<table:table-cell office:value-type=\"float\" office:value=\"4.5\"><text:p>5</text:p></table:table-cell>",
            None,
        ),
    ] {
        let row = format!(
            "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>а</text:p></table:table-cell>{cell}</table:table-row>"
        );
        let sheet = read(&ods(&row), Format::Ods, "marks").unwrap();
        let read = sheet.rows[&1].get(1).cloned().unwrap_or(Value::Empty);
        assert!(expected.as_ref().map_or(unknown(&read), |expected| *expected == read), "{cell}: {read:?}");
    }
}

#[test]
fn counts_and_places_that_a_workbook_makes_up_are_refused_or_not_believed() {
    let strings = edited(&xlsx(), "uniqueCount=\"4\"", "uniqueCount=\"18446744073709551615\"");
    assert_eq!(read(&strings, Format::Xlsx, "marks").unwrap().rows, read(&xlsx(), Format::Xlsx, "marks").unwrap().rows);
    for place in ["XFD3", "A99999999", "A99999999999999", "ZZZZZZZZZZ3"] {
        let far = edited(&xlsx(), "r=\"B3\"", &format!("r=\"{place}\""));
        read(&far, Format::Xlsx, "marks").unwrap_err();
    }
    let cell =
        r#"<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>"#;
    let wide = format!("<table:table-row>{cell}</table:table-row>");
    assert!(fault(&ods(&wide), Format::Ods).contains("больше 256 столбцов"));
    let long = wide.replace("16384", "2").replace("-row>", "-row table:number-rows-repeated=\"99999999999999\">");
    let long = long.replace("</table:table-row table:number-rows-repeated=\"99999999999999\">", "</table:table-row>");
    assert!(fault(&ods(&long), Format::Ods).contains("строк"));
}

#[test]
fn a_text_that_a_workbook_repeats_over_and_over_is_refused() {
    let text = format!("<text:p>{}</text:p>", "x".repeat(50_000));
    let cell = format!(
        r#"<table:table-cell table:number-columns-repeated="250" office:value-type="string">{text}</table:table-cell>"#
    );
    let rows = format!(r#"<table:table-row table:number-rows-repeated="40000">{cell}</table:table-row>"#);
    assert!(fault(&ods(&rows), Format::Ods).contains("больше 128 МБ текста"));
}

proptest! {
    #[test]
    fn no_bytes_make_a_workbook_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [Format::Xlsx, Format::Ods] {
            let _ = read(&bytes, format, "marks");
            let _ = read(&[b"PK\x03\x04".as_slice(), &bytes].concat(), format, "marks");
        }
    }

    #[test]
    fn no_damage_within_a_workbook_makes_it_panic(
        which in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        for (workbook, format) in [(xlsx(), Format::Xlsx), (ods(ODS_ROWS), Format::Ods)] {
            let mut members = unpack(&workbook);
            let bytes = &mut which.get_mut(&mut members).1;
            for (place, byte) in &places {
                *place.get_mut(bytes) = *byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = read(&pack(&members), format, "marks");
            let mut whole = workbook;
            for (place, byte) in &places {
                *place.get_mut(&mut whole) = *byte;
            }
            let _ = read(&whole, format, "marks");
        }
    }
}
