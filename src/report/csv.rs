//! A report as a CSV file that a Russian Excel opens as it is: UTF-8 with a byte order mark, `;`, decimal commas.

use super::table::{Cell, Table};

/// The file's bytes.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut out = "\u{feff}".to_owned();
    line(&mut out, table.columns.iter().map(|column| column.heading.to_owned()));
    for row in &table.rows {
        let texts = row.iter().zip(table.texts(row));
        line(&mut out, texts.map(|(cell, text)| if matches!(cell, Cell::Text(_)) { harmless(text) } else { text }));
    }
    out.into_bytes()
}

/// The bytes of a file whose cells are all texts.
pub fn csv_of_texts(headings: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = "\u{feff}".to_owned();
    line(&mut out, headings.iter().map(|heading| (*heading).to_owned()));
    rows.iter().for_each(|row| line(&mut out, row.iter().map(|text| harmless(text.clone()))));
    out.into_bytes()
}

/// A text that a spreadsheet does not take for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (i, field) in fields.enumerate() {
        if i > 0 {
            out.push(';');
        }
        if field.contains([';', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Kind, Total};

    #[test]
    fn a_file_has_a_mark_semicolons_commas_and_no_formulas() {
        let columns =
            [("Тема", Kind::Text, Total::None), ("%", Kind::Percent, Total::None), ("±", Kind::Change, Total::None)];
        let mut table = Table::new("Проба", &columns);
        table.rows.push(vec!["=SUM(A1)".into(), Some(57.1).into(), Some(-3.0).into()]);
        table.rows.push(vec!["«a; \"b\"»".into(), None.into(), Some(0.5).into()]);
        let text = String::from_utf8(csv(&table)).unwrap();
        assert_eq!(text, "\u{feff}Тема;%;±\r\n'=SUM(A1);57,1;-3,0\r\n\"«a; \"\"b\"\"»\";;+0,5\r\n");
    }
}
