//! Names of files inside a bag: relative, with `/`, and unable to mean any place outside.
//!
//! RFC 8493 writes a line feed, a carriage return and a percent sign in a manifest as `%0A`, `%0D`, `%25`, and nothing
//! else encoded. A backslash, a drive letter and a leading `~` are legal in a Linux name, but mean another place
//! elsewhere, so they are refused: an archive is for any system.

use std::fmt;
use std::path::{Path, PathBuf};

const FORBIDDEN: &str = "недопустимый знак в имени";

/// A safe relative path inside a bag.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BagPath(String);

impl BagPath {
    /// Takes a path that must mean the same place on every system. The error says in Russian what is wrong with it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        if text.contains('\\') {
            return Err(FORBIDDEN);
        }
        Self::of_this_system(text)
    }

    /// Takes a path as it is on disk here: a backslash is a letter like any other where it sets no folders apart.
    pub fn of_this_system(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("пустое имя");
        }
        if text.starts_with('/') {
            return Err("путь от корня диска");
        }
        if text.starts_with('~') {
            return Err("имя начинается с «~»");
        }
        if text.contains('\0') || (text.contains('\\') && (cfg!(windows) || leaves_elsewhere(text))) {
            return Err(FORBIDDEN);
        }
        if text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic() {
            return Err("путь с буквой диска");
        }
        if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err("путь выходит из папки или записан неоднозначно");
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a path as a manifest writes it, for every system.
    pub fn decode(text: &str) -> Result<Self, &'static str> {
        Self::new(&decoded(text)?)
    }

    /// Takes a path as a manifest writes it, for this system.
    pub fn decode_here(text: &str) -> Result<Self, &'static str> {
        Self::of_this_system(&decoded(text)?)
    }

    /// The path as a manifest writes it.
    pub fn encode(&self) -> String {
        self.0.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
    }

    /// The path with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of one part of a file that was cut: `NAME.001` and so on.
    pub fn part(&self, number: u32) -> Self {
        Self(format!("{}.{number:03}", self.0))
    }

    /// Where it lies under a root.
    pub fn under(&self, root: &Path) -> PathBuf {
        self.0.split('/').fold(root.to_owned(), |path, part| path.join(part))
    }

    /// Whether it is in the folder `folder` of the bag.
    pub fn is_in(&self, folder: &str) -> bool {
        self.0.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether a backslash in it would lead out of the folder where it sets folders apart.
fn leaves_elsewhere(text: &str) -> bool {
    let has_drive = text.as_bytes().get(1) == Some(&b':');
    has_drive || text.starts_with('\\') || text.split(['/', '\\']).any(|part| part == "..")
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let mut path = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        path.push_str(&rest[..at]);
        path.push(match rest.get(at + 1..at + 3) {
            Some("25") => '%',
            Some("0A" | "0a") => '\n',
            Some("0D" | "0d") => '\r',
            _ => return Err("знак «%» не записан как %25"),
        });
        rest = &rest[at + 3..];
    }
    path.push_str(rest);
    Ok(path)
}

/// As people read it: control characters are shown, never sent to a terminal.
impl fmt::Display for BagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for BagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_mean_another_place_are_refused() {
        let hostile = [
            "",
            "/etc/passwd",
            "../x",
            "data/../../x",
            "data//x",
            "data/.",
            "./data",
            "~/x",
            "C:/x",
            "c:x",
            "data\\x",
            "data/",
            "data/..",
            "a\0b",
        ];
        for name in hostile {
            assert!(BagPath::new(name).is_err(), "{name}");
            assert!(BagPath::decode(name).is_err(), "{name}");
        }
        assert!(BagPath::decode("data/%2e%2e/x").is_err());
        assert!(BagPath::decode("data/%").is_err());
    }

    #[test]
    fn only_three_characters_are_encoded() {
        let path = BagPath::new("data/100%\n и\r пробел").unwrap();
        assert_eq!(path.encode(), "data/100%25%0A и%0D пробел");
        assert_eq!(path.to_string(), "data/100%\\n и\\r пробел");
    }

    proptest! {
        #[test]
        fn every_safe_path_survives_its_encoding(text in "\\PC{0,12}(/[\\PC\n\r%]{0,12}){0,3}") {
            if let Ok(path) = BagPath::new(&text) {
                prop_assert_eq!(BagPath::decode(&path.encode()).unwrap(), path);
            }
        }

        #[test]
        fn no_text_makes_decoding_panic_or_leaves_the_root(text in "[\\PC\n\r%./\\\\]{0,40}") {
            if let Ok(path) = BagPath::decode(&text) {
                let under = path.under(Path::new("/bag"));
                prop_assert!(under.starts_with("/bag"));
                prop_assert!(!under.components().any(|part| part == std::path::Component::ParentDir));
            }
        }
    }
}
