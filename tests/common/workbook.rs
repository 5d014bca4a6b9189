//! Workbooks with the sheets and texts that a test names.

use rust_xlsxwriter::Workbook;

/// An XLSX file of sheets with their rows. A name may hold what Excel would refuse, since others do not.
pub fn xlsx(sheets: &[(&str, &[Vec<&str>])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, text) in (0..).zip(cells) {
                sheet.write(row, column, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}
