//! Where a bag lies in a place: `<school>/<year>/<bag>/…`.
//!
//! The year follows from the bag's name alone, so that a bag is found without a listing.

use crate::archive::bag::BagPath;
use crate::archive::dated;
use crate::error::{Error, Result};
use chrono::Datelike;
use std::fmt;

/// The year of bags whose name tells none.
const NO_YEAR: &str = "other";

/// A name is no longer.
const LONGEST: usize = 100;

/// Where a bag lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelf {
    school: String,
    year: String,
    bag: String,
}

/// Whether it is the name of a school's folder: small Latin letters, digits and hyphens.
pub fn is_school(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('-')
}

/// Whether it may be the name of a bag in a place.
fn is_bag(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with(['.', '-'])
}

/// The school year of a bag by its name: `2025-2026-q1`, `backup-2025-11-12`.
fn year_of(bag: &str) -> String {
    let is_year = |years: &str| {
        let parsed = years.split_once('-').map(|(from, to)| (from.parse::<u16>(), to.parse::<u16>()));
        matches!(parsed, Some((Ok(from), Ok(to))) if from >= 1000 && to == from + 1)
    };
    if let Some(years) = bag.get(..9).filter(|years| is_year(years)) {
        return years.to_owned();
    }
    match dated::day_of(bag) {
        Some(day) if day.month() >= 9 => format!("{}-{}", day.year(), day.year() + 1),
        Some(day) => format!("{}-{}", day.year() - 1, day.year()),
        None => NO_YEAR.to_owned(),
    }
}

impl Shelf {
    /// Where a bag of a school lies.
    ///
    /// # Errors
    /// A name that is none of a bag's.
    pub fn of(school: &str, bag: &str) -> Result<Self> {
        if !is_bag(bag) {
            return Err(Error::input(format!("«{bag}» — не имя архива"))
                .next("укажите имя архива так, как зовётся его папка: 2025-2026-q1"));
        }
        Ok(Self { school: school.to_owned(), year: year_of(bag), bag: bag.to_owned() })
    }

    /// The bag that a key is of, and the file in it.
    pub fn of_key(key: &str) -> Option<(Self, &str)> {
        let mut parts = key.splitn(4, '/');
        let (school, year, bag, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let known = is_school(school) && is_bag(bag) && year == year_of(bag);
        known.then(|| (Self { school: school.to_owned(), year: year.to_owned(), bag: bag.to_owned() }, file))
    }

    /// The school.
    pub fn school(&self) -> &str {
        &self.school
    }

    /// The school year, or what stands for none.
    pub fn year(&self) -> &str {
        &self.year
    }

    /// The bag's name.
    pub fn bag(&self) -> &str {
        &self.bag
    }

    /// The key of a file of the bag.
    pub fn key(&self, file: &BagPath) -> String {
        self.under(file.as_str())
    }

    /// The key of a file that is named by the program itself.
    pub fn under(&self, file: &str) -> String {
        format!("{self}/{file}")
    }
}

/// As it is in the place.
impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.school, self.year, self.bag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_follows_from_the_name() {
        for (bag, year) in [
            ("2025-2026-q1", "2025-2026"),
            ("2025-2026-year-db", "2025-2026"),
            ("backup-2025-11-12", "2025-2026"),
            ("backup-2026-08-31-2", "2025-2026"),
            ("2025-2027-q1", "other"),
            ("x", "other"),
        ] {
            let shelf = Shelf::of("school-1", bag).unwrap();
            assert_eq!(shelf.year(), year, "{bag}");
            assert_eq!(Shelf::of_key(&shelf.under("data/a")), Some((shelf, "data/a")), "{bag}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_none() {
        for name in ["", ".", "..", "a/b", ".claim", "я", "a b", "-x"] {
            assert!(Shelf::of("school-1", name).is_err(), "{name}");
        }
        for name in ["", "..", "a/b", "Школа", "A", "-a"] {
            assert!(!is_school(name), "{name}");
        }
        for key in ["a", "a/b/c", "../2025-2026/2025-2026-q1/x", "a/2024-2025/2025-2026-q1/x"] {
            assert_eq!(Shelf::of_key(key), None, "{key}");
        }
    }
}
