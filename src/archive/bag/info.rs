//! `bag-info.txt`: labels and values, a line each.
//!
//! A value may be continued on lines that begin with a blank (RFC 8493, 2.2.2); we write each on one line.

use std::fmt;
use std::str::FromStr;

/// More lines than any tool writes are not taken apart.
pub const MAX_LINES: usize = 100_000;

/// Labels and values in their order. A label may stand more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info(Vec<(String, String)>);

impl Info {
    /// Reads the file; the error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        for (index, line) in lines.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            if index >= MAX_LINES {
                return Err(format!("строк больше {MAX_LINES}"));
            }
            if line.starts_with([' ', '\t']) {
                let last = fields.last_mut().ok_or_else(|| format!("строка {}: продолжение без начала", index + 1))?;
                last.1.push(' ');
                last.1.push_str(line.trim());
                continue;
            }
            match line.split_once(':') {
                Some((label, value)) if !label.trim().is_empty() => {
                    fields.push((label.trim().to_owned(), value.trim().to_owned()));
                }
                _ => return Err(format!("строка {}: нет знака «:» после названия поля", index + 1)),
            }
        }
        Ok(Self(fields))
    }

    /// Adds a field. Line ends and other control characters in the value become spaces.
    pub fn push(&mut self, label: &str, value: &str) {
        self.0.push((label.to_owned(), value.replace(char::is_control, " ").trim().to_owned()));
    }

    /// The first value of a label, whose case does not matter.
    pub fn get(&self, label: &str) -> Option<&str> {
        self.all(label).next()
    }

    /// The labels in their order, each as often as it stands.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(label, _)| label.as_str())
    }

    /// Every value of a label, in their order.
    pub fn all<'i>(&'i self, label: &str) -> impl Iterator<Item = &'i str> {
        self.0.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(label)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(label, value)| writeln!(f, "{label}: {value}"))
    }
}

/// `Payload-Oxum`: bytes and files of the payload, the quickest check that something is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Oxum {
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files.
    pub files: u64,
}

impl fmt::Display for Oxum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.bytes, self.files)
    }
}

impl FromStr for Oxum {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (bytes, files) = text.split_once('.').ok_or(())?;
        Ok(Self { bytes: bytes.parse().map_err(|_| ())?, files: files.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn continued_values_and_foreign_line_ends_are_read() {
        let info = Info::parse("Source-Organization: Школа\r\n  № 1\rPayload-Oxum: 12.3\n").unwrap();
        assert_eq!(info.get("source-organization"), Some("Школа № 1"));
        assert_eq!(info.get("Payload-Oxum").unwrap().parse(), Ok(Oxum { bytes: 12, files: 3 }));
    }

    #[test]
    fn a_value_cannot_smuggle_in_a_field() {
        let mut info = Info::default();
        info.push("Letopis-Period", "I четверть\nLetopis-Journal: 00");
        assert_eq!(Info::parse(&info.to_string()).unwrap().get("Letopis-Journal"), None);
    }

    proptest! {
        #[test]
        fn fields_are_read_back_as_written(values in proptest::collection::vec("\\PC{0,30}", 0..6)) {
            let mut info = Info::default();
            for value in &values {
                info.push("Label", value);
            }
            prop_assert_eq!(Info::parse(&info.to_string()).unwrap(), info);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "[\\PC\n\r\t :]{0,200}") {
            let _ = Info::parse(&text);
            let _ = text.parse::<Oxum>();
        }
    }
}
