//! XLSX, by calamine: its cells one after another, so that a cell far below or to the right makes no huge grid.

use super::{Sheet, Value, choose, unreadable};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a sheet. The bytes have been bounded before.
pub fn read(bytes: &[u8], wanted: &str) -> Result<Sheet, String> {
    // calamine computes with the numbers that a workbook names without looking whether they overflow.
    catch_unwind(AssertUnwindSafe(|| cells(bytes, wanted)))
        .unwrap_or_else(|_| Err(unreadable("в нём недопустимые числа")))
}

fn cells(bytes: &[u8], wanted: &str) -> Result<Sheet, String> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheets = book.sheets_metadata().iter();
    let shown = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let chosen = choose(&names, wanted).ok_or("в файле нет ни одного листа")?;
    let mut sheet = Sheet { name: names[chosen].clone(), others: names.len() - 1, ..Sheet::default() };
    let mut reader = book.worksheet_cells_reader(&names[chosen]).map_err(unreadable)?;
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        sheet.put(row.into(), column.into(), value(cell.get_value()))?;
    }
    Ok(sheet)
}

fn value(data: &DataRef<'_>) -> Value {
    match data {
        DataRef::Empty => Value::Empty,
        DataRef::Int(number) => Value::Text(number.to_string()),
        DataRef::Float(number) => Value::number(*number),
        DataRef::String(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Bool(yes) => Value::yes_or_no(*yes),
        DataRef::DateTime(moment) => day(moment).map_or(Value::Time, Value::Date),
        DataRef::DateTimeIso(text) => super::ods::day(text).map_or(Value::Time, Value::Date),
        DataRef::DurationIso(_) => Value::Time,
        DataRef::Error(_) => Value::Error,
    }
}

/// The day that a date's number stands for, counted from 1900 or from 1904 as the workbook says.
fn day(moment: &ExcelDateTime) -> Option<NaiveDate> {
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&moment.as_f64()) {
        return None;
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
}

/// Whether the shared strings, which begin with `start` and are `length` bytes long, can be as many as they say:
/// calamine makes room for that number before it reads them.
pub fn check_strings(start: &[u8], length: u64) -> Result<(), String> {
    let text = String::from_utf8_lossy(start).replace('\0', "");
    let said = text.split("uniqueCount").nth(1).unwrap_or_default();
    let digits = said.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | '+'));
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() || digits.parse::<u64>().is_ok_and(|count| count <= length) {
        return Ok(());
    }
    Err(unreadable("число строк не соответствует содержимому"))
}
