//! A manifest: lines of a SHA-256 sum and a path, in the form that `sha256sum -c` reads.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::path::BagPath;
use crate::archive::sum::Sum;

/// An archive has hundreds of files; a list of more lines than this is not taken apart.
pub const MAX_LINES: usize = 1_000_000;

/// Paths and their sums, in the order of the paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(BTreeMap<BagPath, Sum>);

/// A line that cannot be read, and why, in Russian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "строка {}: {}", self.line, self.why)
    }
}

impl Manifest {
    /// Reads a manifest: lines end with LF, CR or CR LF; sum and path are set apart by blanks, and a `*` before the
    /// path (a binary file to `sha256sum`) is passed over. A path named twice is an error, and so are two that one
    /// of the common file systems would take for the same file.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let mut manifest = Self::default();
        let mut folded = HashSet::new();
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        for (index, line) in lines.split('\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let fault = |why: &str| ManifestError { line: index + 1, why: why.to_owned() };
            if index >= MAX_LINES {
                return Err(fault("строк больше, чем бывает файлов"));
            }
            let (sum, path) = line.split_once([' ', '\t']).ok_or_else(|| fault("нет имени файла"))?;
            let sum = sum.parse().map_err(|()| fault("контрольная сумма — не 64 шестнадцатеричные цифры"))?;
            let path = path.trim_start_matches([' ', '\t']);
            let path = BagPath::decode(path.strip_prefix('*').unwrap_or(path)).map_err(fault)?;
            if !folded.insert(fold(path.as_str())) {
                return Err(fault(&format!("файл «{path}» назван дважды (или имена различаются только регистром)")));
            }
            manifest.0.insert(path, sum);
        }
        Ok(manifest)
    }

    /// Lists one more file.
    pub fn insert(&mut self, path: BagPath, sum: Sum) {
        self.0.insert(path, sum);
    }

    /// The sum of a listed file.
    pub fn get(&self, path: &BagPath) -> Option<Sum> {
        self.0.get(path).copied()
    }

    /// Every file and its sum, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&BagPath, Sum)> {
        self.0.iter().map(|(path, sum)| (path, *sum))
    }
}

/// What exFAT, NTFS or HFS+ would take for the same name.
pub fn fold(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).collect()
}

/// The manifest as a file: sorted by path, LF.
impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|(path, sum)| writeln!(f, "{sum}  {}", path.encode()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn all_line_endings_and_blanks_of_the_rfc_are_read() {
        let text = format!("{SUM}  data/a\r\n{SUM}\tdata/b\r{SUM} *data/c\n\n{SUM}   data/d e");
        let paths: Vec<String> = Manifest::parse(&text).unwrap().iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["data/a", "data/b", "data/c", "data/d e"]);
    }

    #[test]
    fn faults_are_named_with_their_line() {
        for (line, word) in [
            (format!("{SUM}  data/../x"), "выходит"),
            (format!("{SUM}  data/A"), "дважды"),
            (SUM.to_owned(), "нет имени"),
            ("abc  data/x".to_owned(), "64"),
        ] {
            let error = Manifest::parse(&format!("{SUM}  data/a\n{line}\n")).unwrap_err();
            assert_eq!(error.line, 2);
            assert!(error.why.contains(word), "{error}");
        }
    }

    #[test]
    fn names_that_differ_in_normalisation_only_clash() {
        assert!(Manifest::parse(&format!("{SUM}  data/й\n{SUM}  data/и\u{306}\n")).is_err());
    }

    proptest! {
        #[test]
        fn a_manifest_is_read_back_as_written(names in proptest::collection::btree_set("[a-z0-9 %]{1,8}", 0..9)) {
            let mut manifest = Manifest::default();
            for name in names {
                if let Ok(path) = BagPath::new(&format!("data/{}x", name)) {
                    manifest.insert(path, Sum::of(name.as_bytes()));
                }
            }
            prop_assert_eq!(Manifest::parse(&manifest.to_string()).unwrap(), manifest);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "[\\PC\n\r\t%]{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..90)) {
            let _ = Manifest::parse(&text);
            let _ = Manifest::parse(&format!("{SUM} {}", String::from_utf8_lossy(&bytes)));
        }
    }
}
