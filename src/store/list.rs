//! Which bags lie in a place, as a listing and the bags themselves tell.
//!
//! A listing may lag and lie, so this says what there seems to be; whether a bag is whole, [`super::verify`] says.

use super::claim::CLAIM;
use super::destroy::DESTROYED;
use super::patient::Patient;
use super::shelf::Shelf;
use super::verify::is_declared;
use crate::archive::bag::{BAGIT, Facts, INFO, Info, MAX_INFO, MAX_TAG_FILE, TAGMANIFEST};
use crate::archive::sum::Sum;
use crate::error::Result;
use std::collections::BTreeMap;

/// A bag that lies in a place.
#[derive(Debug)]
pub struct Lying {
    /// Where.
    pub shelf: Shelf,
    /// How many files there are, its claim left out.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether it was finished.
    pub finished: bool,
    /// What it says of itself, unverified.
    pub facts: Option<Facts>,
    /// Its code, unverified.
    pub code: Option<String>,
}

/// What a listing tells of a bag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct There {
    /// How many files there are, those of the program itself left out.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether `bagit.txt` is among them.
    pub declared: bool,
    /// Whether there is a claim.
    pub claimed: bool,
    /// Whether there is a note that it was destroyed.
    pub destroyed: bool,
}

impl There {
    /// Takes another file of the bag into account.
    pub(super) fn add(&mut self, file: &str, size: u64) {
        match file {
            CLAIM => self.claimed = true,
            DESTROYED => self.destroyed = true,
            _ => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(size);
                self.declared |= file == BAGIT;
            }
        }
    }
}

/// What a listing tells of the bags of a school, or of all.
///
/// # Errors
/// A place that does not answer.
pub fn shelves(place: Patient<'_>, school: Option<&str>) -> Result<BTreeMap<Shelf, There>> {
    place.ask(|| {
        let mut found: BTreeMap<Shelf, There> = BTreeMap::new();
        place.at_once().list(school.unwrap_or_default(), &mut |key, size| {
            if let Some((shelf, file)) = Shelf::of_key(key) {
                found.entry(shelf).or_default().add(file, size);
            }
        })?;
        Ok(found)
    })
}

/// The bags of a school, or of all.
///
/// # Errors
/// A place that does not answer.
pub fn list(place: Patient<'_>, school: Option<&str>) -> Result<Vec<Lying>> {
    let found = shelves(place, school)?.into_iter().filter(|(_, there)| there.files > 0);
    found.map(|(shelf, there)| look(place, shelf, there)).collect()
}

/// What a bag says of itself.
///
/// # Errors
/// A place that does not answer.
pub(super) fn look(place: Patient<'_>, shelf: Shelf, there: There) -> Result<Lying> {
    let info = place.get_whole(&shelf.under(INFO), MAX_INFO)?.map(|(bytes, _)| bytes);
    let info = info.and_then(|bytes| Info::parse(&String::from_utf8(bytes).ok()?).ok());
    let code = place.get_whole(&shelf.under(TAGMANIFEST), MAX_TAG_FILE)?.map(|(bytes, _)| Sum::of(&bytes).to_string());
    let finished = there.declared || is_declared(place, &shelf)?;
    let facts = info.and_then(|info| Facts::from_info(&info).ok());
    Ok(Lying { shelf, files: there.files, bytes: there.bytes, finished, facts, code })
}
