//! A report as a workbook: numbers are numbers, the row below them adds them up by formulas, which carry their values
//! for programs that do not compute.

use super::table::{Cell, Column, Kind, Table, Total, text};
use crate::error::{Error, Result};
use rust_xlsxwriter::{Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};

/// The file's bytes.
///
/// # Errors
/// More rows than a sheet has room for.
pub fn xlsx(table: &Table) -> Result<Vec<u8>> {
    write(table).map_err(|fault| {
        Error::environment(format!("книга XLSX не записана: {fault}")).next("сузьте отчёт или запишите его в CSV")
    })
}

fn write(table: &Table) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(table.title)?;
    // Printed, it is as wide as a page lying on its side, its headings on each.
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    let heading = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    for (at, column) in (0u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, column.heading, &heading)?;
        sheet.set_column_width(at, width(table, usize::from(at)))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1u32..).zip(&table.rows) {
        for ((at, column), cell) in (0u16..).zip(&table.columns).zip(row) {
            match cell {
                // A string is never a formula, whatever it begins with.
                Cell::Text(text) => sheet.write_string(line, at, text)?,
                Cell::Number(number) => {
                    sheet.write_number_with_format(line, at, stored(*number, column.kind), &format(column.kind))?
                }
                Cell::Empty => continue,
            };
        }
    }
    for (at, column) in (0u16..).zip(&table.columns) {
        total(sheet, table, at, column)?;
    }
    book.save_to_buffer()
}

/// A percentage is stored as a part of one.
fn stored(number: f64, kind: Kind) -> f64 {
    if kind == Kind::Percent { (number * 10.0).round() / 1000.0 } else { number }
}

fn format(kind: Kind) -> Format {
    match kind {
        Kind::Text => Format::new(),
        Kind::Count => Format::new().set_num_format("0"),
        Kind::Number => Format::new().set_num_format("0.00"),
        Kind::Percent => Format::new().set_num_format("0.0%"),
        Kind::Change => Format::new().set_num_format("+0.0;-0.0;0.0"),
    }
}

/// The formula below a column, with its value.
fn total(sheet: &mut Worksheet, table: &Table, at: u16, column: &Column) -> std::result::Result<(), XlsxError> {
    let last = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    let numbers: Vec<f64> = table.numbers(at.into()).iter().map(|number| stored(*number, column.kind)).collect();
    let sum: f64 = numbers.iter().sum();
    let (function, value, kind) = match column.total {
        Total::Sum => ("SUM", sum, column.kind),
        Total::Average if numbers.is_empty() => return Ok(()),
        Total::Average if column.kind == Kind::Count => ("AVERAGE", sum / numbers.len() as f64, Kind::Number),
        Total::Average => ("AVERAGE", sum / numbers.len() as f64, column.kind),
        Total::None if at == 0 && last > 0 => {
            sheet.write_string_with_format(last + 1, 0, "Итого / в среднем", &Format::new().set_bold())?;
            return Ok(());
        }
        Total::None => return Ok(()),
    };
    if last == 0 {
        return Ok(());
    }
    let letter = rust_xlsxwriter::utility::column_number_to_name(at);
    let formula = Formula::new(format!("={function}({letter}2:{letter}{})", last + 1)).set_result(value.to_string());
    sheet.write_formula_with_format(last + 1, at, formula, &self::format(kind).set_bold())?;
    Ok(())
}

/// The width that the texts of a column need, in characters.
fn width(table: &Table, at: usize) -> f64 {
    let column = &table.columns[at];
    let cells = table.rows.iter().filter_map(|row| row.get(at));
    let widest = cells.map(|cell| text(cell, column.kind).chars().count()).max().unwrap_or_default();
    // A heading of several words goes over several lines.
    let word = column.heading.split(' ').map(|word| word.chars().count()).max().unwrap_or_default();
    let first = if at == 0 { "Итого / в среднем".chars().count() } else { 0 };
    (widest.max(word).max(first) + 2).min(60) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};

    fn table() -> Table {
        let columns = [
            ("Класс", Kind::Text, Total::None),
            ("Учеников", Kind::Count, Total::Sum),
            ("Успеваемость", Kind::Percent, Total::Average),
            ("Средний балл", Kind::Number, Total::Average),
            ("Разница", Kind::Change, Total::None),
        ];
        let mut table = Table::new("Успеваемость", &columns);
        table.rows.push(vec!["=1+1".into(), 20u32.into(), Some(90.0).into(), Some(4.25).into(), Some(-1.5).into()]);
        table.rows.push(vec!["7Б".into(), 25u32.into(), Some(57.1).into(), None.into(), None.into()]);
        table
    }

    #[test]
    fn a_workbook_reads_back_with_numbers_and_the_values_of_its_formulas() {
        let bytes = xlsx(&table()).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(&bytes)).unwrap();
        let range = book.worksheet_range("Успеваемость").unwrap();
        let rows: Vec<&[Data]> = range.rows().collect();
        assert_eq!(rows.len(), 4);
        let numbers = |row: &[Data]| row[1..].iter().map(|cell| cell.as_f64()).collect::<Vec<_>>();
        use calamine::DataType;
        assert_eq!(rows[1][0], Data::String("=1+1".into()), "a text, not a formula");
        assert_eq!(numbers(rows[1]), [Some(20.0), Some(0.9), Some(4.25), Some(-1.5)]);
        // 20 + 25; (0,9 + 0,571) / 2; the only one.
        assert_eq!(numbers(rows[3]), [Some(45.0), Some(0.7355), Some(4.25), None]);
        let formulas = book.worksheet_formula("Успеваемость").unwrap();
        let formulas: Vec<&str> = formulas.used_cells().map(|(.., formula)| formula.as_str()).collect();
        assert_eq!(formulas, ["SUM(B2:B3)", "AVERAGE(C2:C3)", "AVERAGE(D2:D3)"]);
    }

    #[test]
    fn a_table_without_rows_is_a_workbook_with_headings() {
        let bytes = xlsx(&Table { rows: Vec::new(), ..table() }).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!(book.worksheet_range("Успеваемость").unwrap().height(), 1);
    }
}
