//! A table on its way to a file: delimiter, encoding, line ends, quoting.
//!
//! Most files are UTF-8 with semicolons. The sample also keeps one file in
//! Windows-1251, one with a byte order mark and commas, and one with tabs,
//! since schools' programs and spreadsheets write all of these.

use std::io;
use std::path::Path;

#[derive(Clone, Copy)]
pub enum Dialect {
    Semicolon,
    /// As a spreadsheet saves «CSV UTF-8»: a byte order mark, commas, CR LF.
    CommaWithMark,
    Tab,
    /// As an older Windows program exports: Windows-1251, semicolons, CR LF.
    Windows1251,
}

pub struct Table {
    dialect: Dialect,
    text: String,
}

impl Table {
    pub fn new(dialect: Dialect, headings: &[&str]) -> Table {
        let mut table = Table { dialect, text: String::new() };
        table.row(headings);
        table
    }

    pub fn row<S: AsRef<str>>(&mut self, fields: &[S]) {
        let delimiter = self.delimiter();
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.text.push(delimiter);
            }
            push_field(&mut self.text, field.as_ref(), delimiter);
        }
        self.text.push_str(match self.dialect {
            Dialect::CommaWithMark | Dialect::Windows1251 => "\r\n",
            Dialect::Semicolon | Dialect::Tab => "\n",
        });
    }

    pub fn save(&self, path: &Path) -> io::Result<()> {
        match self.dialect {
            Dialect::Windows1251 => std::fs::write(path, windows_1251(&self.text)),
            Dialect::CommaWithMark => std::fs::write(path, format!("\u{feff}{}", self.text)),
            Dialect::Semicolon | Dialect::Tab => std::fs::write(path, &self.text),
        }
    }

    fn delimiter(&self) -> char {
        match self.dialect {
            Dialect::Semicolon | Dialect::Windows1251 => ';',
            Dialect::CommaWithMark => ',',
            Dialect::Tab => '\t',
        }
    }
}

fn push_field(text: &mut String, field: &str, delimiter: char) {
    if field.contains([delimiter, '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}

/// # Panics
/// On a character that Windows-1251 lacks: the data files must not have one there.
fn windows_1251(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '\0'..='\x7f' => c as u8,
        'А'..='я' => (c as u32 - 'А' as u32) as u8 + 0xc0,
        'Ё' => 0xa8,
        'ё' => 0xb8,
        '«' => 0xab,
        '»' => 0xbb,
        '№' => 0xb9,
        '–' => 0x96,
        '—' => 0x97,
        _ => panic!("Windows-1251 has no {c:?}"),
    };
    text.chars().map(byte).collect()
}
