//! A class: a grade from 1 to 11 and a letter, written «7А».
//!
//! People write it in many ways («7а», `7 «А»`, `7-А`), and keyboards hide a Latin letter among them. All are read as
//! the one canonical form with a Cyrillic capital.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A class in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClassName {
    grade: u8,
    letter: char,
}

impl ClassName {
    /// Reads a class in any usual spelling.
    ///
    /// # Errors
    /// Anything that is not a grade from 1 to 11 followed by one letter.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || {
            Error::input(format!("«{}» не похоже на класс", text.trim()))
                .next("укажите параллель от 1 до 11 и букву, например «7А»")
        };
        let kept: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let digits = kept.chars().take_while(char::is_ascii_digit).count();
        let grade: u8 = kept[..digits].parse().map_err(|_| bad())?;
        let mut letters = kept[digits..].chars();
        let letter = letters.next().and_then(cyrillic_capital).ok_or_else(bad)?;
        if !(1..=11).contains(&grade) || letters.next().is_some() {
            return Err(bad());
        }
        Ok(Self { grade, letter })
    }

    /// The grade, 1 to 11 («параллель»).
    pub fn grade(&self) -> u8 {
        self.grade
    }

    /// The letter («литера»), a Cyrillic capital.
    pub fn letter(&self) -> char {
        self.letter
    }

    /// As headings print it: `7 «А»`.
    pub fn quoted(&self) -> String {
        format!("{} «{}»", self.grade, self.letter)
    }

    /// The class in ASCII for file names on carriers: `7a`, `8b`, `9v`. Lossless: see [`transliterate`].
    pub fn ascii(&self) -> String {
        format!("{}{}", self.grade, transliterate(self.letter))
    }
}

/// A capital of the Russian alphabet as lower-case ASCII, each letter another text.
pub fn transliterate(letter: char) -> &'static str {
    const TABLE: [(char, &str); 33] = [
        ('А', "a"),
        ('Б', "b"),
        ('В', "v"),
        ('Г', "g"),
        ('Д', "d"),
        ('Е', "e"),
        ('Ё', "yo"),
        ('Ж', "zh"),
        ('З', "z"),
        ('И', "i"),
        ('Й', "j"),
        ('К', "k"),
        ('Л', "l"),
        ('М', "m"),
        ('Н', "n"),
        ('О', "o"),
        ('П', "p"),
        ('Р', "r"),
        ('С', "s"),
        ('Т', "t"),
        ('У', "u"),
        ('Ф', "f"),
        ('Х', "kh"),
        ('Ц', "c"),
        ('Ч', "ch"),
        ('Ш', "sh"),
        ('Щ', "shch"),
        ('Ъ', "hard"),
        ('Ы', "y"),
        ('Ь', "soft"),
        ('Э', "eh"),
        ('Ю', "yu"),
        ('Я', "ya"),
    ];
    TABLE.iter().find(|(c, _)| *c == letter).map_or("x", |(_, ascii)| ascii)
}

/// The Cyrillic capital for a letter, also for a Latin one that looks like it.
fn cyrillic_capital(c: char) -> Option<char> {
    let upper = c.to_uppercase().next()?;
    match upper {
        'А'..='Я' | 'Ё' => Some(upper),
        _ => super::text::cyrillic_alike(upper),
    }
}

impl fmt::Display for ClassName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.grade, self.letter)
    }
}

impl TryFrom<String> for ClassName {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<ClassName> for String {
    fn from(class: ClassName) -> Self {
        class.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_usual_spelling_is_the_same_class() {
        for text in ["7А", "7а", "7 «А»", "7-А", " 7 а ", "7A", "7a", "7«A»"] {
            assert_eq!(ClassName::parse(text).unwrap().to_string(), "7А", "{text}");
        }
        assert_eq!(ClassName::parse("11-в").unwrap().quoted(), "11 «В»");
    }

    #[test]
    fn what_is_no_class_is_refused() {
        for text in ["", "А7", "7", "12А", "0А", "7АБ", "7Q", "999999999999А", "7٣А"] {
            assert!(ClassName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_two_letters_share_an_ascii_name() {
        let names: BTreeSet<String> =
            ('А'..='Я').chain(['Ё']).map(|c| ClassName::parse(&format!("7{c}")).unwrap().ascii()).collect();
        assert_eq!(names.len(), 33);
    }

    #[test]
    fn classes_sort_by_grade_then_letter() {
        let mut classes: Vec<ClassName> = ["10А", "5Б", "5А"].iter().map(|c| ClassName::parse(c).unwrap()).collect();
        classes.sort();
        assert_eq!(classes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["5А", "5Б", "10А"]);
    }
}
