//! `bagit.txt`: which version of BagIt, and how the other tag files are encoded (RFC 8493, 2.1.1).

use std::fmt;

use super::encoding::{Encoding, lines};

const VERSION: &str = "BagIt-Version:";
const ENCODING: &str = "Tag-File-Character-Encoding:";

/// A version of BagIt that is known: 0.93 to 0.97, 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// The version of RFC 8493.
    pub const V1_0: Self = Self { major: 1, minor: 0 };

    fn parse(text: &str) -> Result<Self, String> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let (major, minor) = text
            .split_once('.')
            .and_then(|(major, minor)| Some((digits(major)?, digits(minor)?)))
            .ok_or_else(|| format!("версия «{}» — не два числа через точку", text.escape_debug()))?;
        let version = Self { major, minor };
        if version == Self::V1_0 || (major == 0 && (93..=97).contains(&minor)) {
            return Ok(version);
        }
        Err(format!("версия {version} не известна: проверяются 0.93–0.97 и 1.0"))
    }

    /// Whether the rules of RFC 8493 hold, which are stricter than those of the drafts.
    pub fn is_of_rfc(self) -> bool {
        self >= Self::V1_0
    }

    /// What the bag says of itself is in this file; the first of them that is there.
    pub fn info_names(self) -> &'static [&'static str] {
        // The drafts up to 0.95 call it so.
        if self.major == 0 && self.minor <= 95 { &["package-info.txt", "bag-info.txt"] } else { &["bag-info.txt"] }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What `bagit.txt` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Which version of BagIt the bag follows.
    pub version: Version,
    /// How its tag files are encoded.
    pub encoding: Encoding,
    /// What another version would have refused.
    pub warnings: Vec<String>,
}

impl Declaration {
    /// Reads the two lines. The file itself is always UTF-8, without a byte order mark.
    ///
    /// # Errors
    /// In Russian, what makes it no declaration of a version that is known.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Err("начинается с метки порядка байтов (BOM)".to_owned());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "не в UTF-8".to_owned())?;
        let lines: Vec<&str> = lines(text).map(|(_, line)| line).collect();
        let line = |at: usize, label: &str| {
            let value = lines.get(at).and_then(|line| line.strip_prefix(label));
            value.ok_or_else(|| format!("строка {}: должна начинаться с «{label}»", at + 1))
        };
        let (version, encoding) = (line(0, VERSION)?, line(1, ENCODING)?);
        let (number, name) = (version.trim_matches([' ', '\t']), encoding.trim_matches([' ', '\t']));
        let parsed = Version::parse(number)?;
        let mut warnings = Vec::new();
        let spaced = [(version, number), (encoding, name)].iter().all(|(raw, value)| *raw == format!(" {value}"));
        let exact = [(lines.len() == 2, "строк не две"), (spaced, "лишний или недостающий пробел")];
        for (_, fault) in exact.iter().filter(|(holds, _)| !holds) {
            if parsed.is_of_rfc() {
                return Err((*fault).to_owned());
            }
            warnings.push((*fault).to_owned());
        }
        let encoding =
            Encoding::of(name).ok_or_else(|| format!("кодировка «{}» не поддерживается", name.escape_debug()))?;
        Ok(Self { version: parsed, encoding, warnings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Declaration, String> {
        Declaration::parse(text.as_bytes())
    }

    #[test]
    fn every_version_is_read_with_any_line_end() {
        for version in ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"] {
            for end in ["\n", "\r\n", "\r"] {
                let text = format!("BagIt-Version: {version}{end}Tag-File-Character-Encoding: UTF-8{end}");
                let declared = read(&text).unwrap();
                assert_eq!((declared.version.to_string().as_str(), declared.warnings.len()), (version, 0));
            }
        }
    }

    #[test]
    fn what_the_rfc_forbids_is_a_fault_and_in_a_draft_a_warning() {
        for (line, rest) in [("BagIt-Version:  #", ""), ("BagIt-Version: #", "\n"), ("BagIt-Version: # ", "")] {
            let text = format!("{line}\nTag-File-Character-Encoding: UTF-8\n{rest}");
            assert_eq!(read(&text.replace('#', "0.97")).unwrap().warnings.len(), 1, "{text:?}");
            assert!(read(&text.replace('#', "1.0")).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_declaration_is_none() {
        let encoding = "Tag-File-Character-Encoding: UTF-8\n";
        for text in [
            String::new(),
            "BagIt-Version: 1.0\n".to_owned(),
            format!("{encoding}BagIt-Version: 1.0\n"),
            format!("BagIt-Version : 0.97\n{encoding}"),
            format!(" BagIt-Version: 0.97\n{encoding}"),
            format!("bagit-version: 0.97\n{encoding}"),
            format!("BagIt-Version: 0.92\n{encoding}"),
            format!("BagIt-Version: 1.1\n{encoding}"),
            format!("BagIt-Version: 1\n{encoding}"),
            format!("BagIt-Version: +1.0\n{encoding}"),
            format!("BagIt-Version: 99999999999.0\n{encoding}"),
            format!("\u{feff}BagIt-Version: 1.0\n{encoding}"),
            format!("BagIt-Version: 1.0\n\n{encoding}"),
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: no-such\n".to_owned(),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in "[\\PC\n\r\t :.]{0,80}") {
            let _ = Declaration::parse(&bytes);
            let _ = read(&format!("BagIt-Version: {text}"));
        }
    }
}
