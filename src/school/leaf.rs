//! What the leaves of a class's book are called: by numbers, with letters behind those of leaves that were added, as archives
//! number them. Cover and certificate have names instead, and the leaves of the inner list are counted apart.

use std::fmt;

/// The number of a leaf: 7, or 7а of one that was added behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafNumber {
    /// The number.
    pub number: u32,
    /// The place in the alphabet of the letter behind it, from 1; 0 without a letter.
    pub letter: u8,
}

/// The letters of leaves that were added: those that cannot be taken for a digit or another letter.
const LETTERS: &str = "абвгдежиклмнпрстуфхцшщэюя";

impl LeafNumber {
    /// A leaf without a letter.
    pub fn plain(number: u32) -> Self {
        Self { number, letter: 0 }
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let letter = match text.get(digits.len()..)? {
            "" => 0,
            letter => u8::try_from(LETTERS.chars().position(|known| letter.chars().eq([known]))? + 1).ok()?,
        };
        let number = digits.parse().ok()?;
        let read = Self { number, letter };
        (number > 0 && read.to_string() == text).then_some(read)
    }

    /// The one that is added behind it; none where the letters are used up.
    pub fn next(self) -> Option<Self> {
        let letter = self.letter + 1;
        (usize::from(letter) <= LETTERS.chars().count()).then_some(Self { letter, ..self })
    }
}

impl fmt::Display for LeafNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        let letter = usize::from(self.letter).checked_sub(1).and_then(|at| LETTERS.chars().nth(at));
        letter.map_or(Ok(()), |letter| write!(f, "{letter}"))
    }
}

/// A leaf of a class's book. They sort as they lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafName {
    /// The cover.
    Cover,
    /// A leaf of the inner list, from 1.
    List(u32),
    /// A leaf that is counted.
    Numbered(LeafNumber),
    /// The certificate.
    Certificate,
}

const COVER: &str = "обложка";
const LIST: &str = "опись ";
const CERTIFICATE: &str = "лист-заверитель";

impl LeafName {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let name = match text {
            COVER => Self::Cover,
            CERTIFICATE => Self::Certificate,
            text => match text.strip_prefix(LIST) {
                Some(leaf) => Self::List(leaf.parse().ok()?),
                None => Self::Numbered(LeafNumber::parse(text)?),
            },
        };
        (name.to_string() == text).then_some(name)
    }

    /// Its number, if it is counted.
    pub fn number(self) -> Option<LeafNumber> {
        match self {
            Self::Numbered(number) => Some(number),
            _ => None,
        }
    }

    /// As it is called: «л. 7», «л. 1 внутренней описи», «обложка», «лист-заверитель».
    pub fn spoken(self) -> String {
        match self {
            Self::Cover | Self::Certificate => self.to_string(),
            Self::List(_) | Self::Numbered(_) => self.of(),
        }
    }

    /// As it is spoken of behind «вместо»: «л. 7», «л. 1 внутренней описи», «обложки», «листа-заверителя».
    pub fn of(self) -> String {
        match self {
            Self::Cover => "обложки".to_owned(),
            Self::List(leaf) => format!("л. {leaf} внутренней описи"),
            Self::Numbered(number) => format!("л. {number}"),
            Self::Certificate => "листа-заверителя".to_owned(),
        }
    }
}

impl fmt::Display for LeafName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cover => f.write_str(COVER),
            Self::List(leaf) => write!(f, "{LIST}{leaf}"),
            Self::Numbered(number) => number.fmt(f),
            Self::Certificate => f.write_str(CERTIFICATE),
        }
    }
}

/// Leaves one after another as people list them: «7, 9–12, 12а, внутренняя опись, лист-заверитель».
pub fn leaves_listed(leaves: impl IntoIterator<Item = LeafName>) -> String {
    let mut leaves: Vec<LeafName> = leaves.into_iter().collect();
    leaves.sort_unstable();
    let (mut runs, mut named): (Vec<(LeafNumber, LeafNumber)>, Vec<&str>) = (Vec::new(), Vec::new());
    for leaf in leaves {
        match (leaf, runs.last_mut()) {
            (LeafName::Numbered(at), Some((_, last)))
                if at.letter == 0 && last.letter == 0 && at.number == last.number + 1 =>
            {
                *last = at;
            }
            (LeafName::Numbered(at), _) => runs.push((at, at)),
            (LeafName::Cover, _) => named.push(COVER),
            (LeafName::List(_), _) if named.last() != Some(&"внутренняя опись") => {
                named.push("внутренняя опись")
            }
            (LeafName::List(_), _) => {}
            (LeafName::Certificate, _) => named.push(CERTIFICATE),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| match last.number - first.number {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    });
    runs.chain(named.into_iter().map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leaves_are_listed_as_people_list_them() {
        let names = |texts: &[&str]| texts.iter().map(|text| LeafName::parse(text).unwrap()).collect::<Vec<_>>();
        let all = names(&["лист-заверитель", "опись 2", "опись 1", "обложка", "7", "10", "8", "9", "12", "12а", "13"]);
        assert_eq!(leaves_listed(all), "7–10, 12, 12а, 13, обложка, внутренняя опись, лист-заверитель");
        assert_eq!(leaves_listed(names(&["2", "1"])), "1, 2");
        assert_eq!(leaves_listed(names(&["7а", "7б"])), "7а, 7б");
    }

    #[test]
    fn what_is_no_leaf_is_not_read() {
        for text in
            ["", "0", "07", "7z", "7аа", "а7", "-1", "опись", "опись x", "опись 01", "Обложка", "7ё", "99999999999"]
        {
            assert_eq!(LeafName::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_leaf_reads_back(number in 1u32..300, letter in 0u8..=25, list in 1u32..9) {
            let number = LeafNumber { number, letter };
            let all = [LeafName::Numbered(number), LeafName::List(list), LeafName::Cover, LeafName::Certificate];
            for leaf in all {
                prop_assert_eq!(LeafName::parse(&leaf.to_string()), Some(leaf));
            }
        }
    }
}
