//! Which bags lie in a place, as a listing and the bags themselves tell.
//!
//! A listing may lag and lie, so this says what there seems to be; whether a bag is whole, [`super::verify`] says.

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

/// The bags of a school, or of all.
///
/// # Errors
/// A place that does not answer.
pub fn list(place: Patient<'_>, school: Option<&str>) -> Result<Vec<Lying>> {
    let found = place.ask(|| {
        let mut found: BTreeMap<Shelf, (u64, u64, bool)> = BTreeMap::new();
        place.at_once().list(school.unwrap_or_default(), &mut |key, size| {
            let Some((shelf, file)) = Shelf::of_key(key).filter(|(_, file)| *file != super::claim::CLAIM) else {
                return;
            };
            let (files, bytes, declared) = found.entry(shelf).or_default();
            *files += 1;
            *bytes = bytes.saturating_add(size);
            *declared |= file == BAGIT;
        })?;
        Ok(found)
    })?;
    let looked = |(shelf, (files, bytes, declared)): (Shelf, (u64, u64, bool))| {
        let info = place.get_whole(&shelf.under(INFO), MAX_INFO)?.map(|(bytes, _)| bytes);
        let info = info.and_then(|bytes| Info::parse(&String::from_utf8(bytes).ok()?).ok());
        let code =
            place.get_whole(&shelf.under(TAGMANIFEST), MAX_TAG_FILE)?.map(|(bytes, _)| Sum::of(&bytes).to_string());
        let finished = declared || is_declared(place, &shelf)?;
        let facts = info.and_then(|info| Facts::from_info(&info).ok());
        Ok(Lying { shelf, files, bytes, finished, facts, code })
    };
    found.into_iter().map(looked).collect()
}
