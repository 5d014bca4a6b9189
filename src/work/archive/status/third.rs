//! How an archive stands in a third place beside its carriers (§2.5: it takes the place of none of them), and what is due there.
//!
//! The place that was used last is the school's; an archive that lies only in one that was used before is missing there.

use super::{ArchiveStatus, Need, Verified};
use crate::error::Result;
use crate::journal::entry::VerifiedAs;
use crate::journal::read::{self, Tables};
use crate::school::{Day, School};
use chrono::Months;

/// An archive in a third place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Third {
    /// What people call the place.
    pub place: String,
    /// Where it lies there: `<school>/<year>/<bag>`.
    pub shelf: String,
    /// How it was read there last; bringing it there reads every byte, too.
    pub verified: Verified,
    /// Whether that was when it was brought there.
    pub put: bool,
    /// The day until which it is locked there against removal.
    pub locked_until: Option<Day>,
    /// The day from which it should be verified again.
    pub due: Day,
}

impl Third {
    /// Whether it is a copy that counts there.
    pub fn is_good(&self) -> bool {
        self.verified.result.is_whole()
    }
}

/// An archive in all third places that it was ever brought to.
pub(super) fn of_archive(tables: &Tables, school: &School, archive: &str) -> Result<Vec<Third>> {
    let term = Months::new(school.policy.verify_months.into());
    let third = |stored: read::Stored| {
        let read::Stored { place, shelf, at, put, depth, result, is_gone, locked_until, .. } = stored;
        let day = school.day_of(at);
        let verified = Verified { day, depth, result, is_gone };
        let due = day.checked_add_months(term).unwrap_or(Day::MAX);
        Third { place, shelf, verified, put, locked_until, due }
    };
    Ok(read::stored(tables, archive)?.into_iter().map(third).collect())
}

/// What is due of an archive in the place that the school uses.
pub(super) fn needs(archive: &ArchiveStatus, place: &str, day: Day) -> Option<Need> {
    if archive.may_be_destroyed(day) {
        return None;
    }
    let place = place.to_owned();
    match archive.third.iter().find(|third| third.place == place) {
        Some(third) if third.verified.result == VerifiedAs::Forged => Some(Need::StoredForged(place)),
        _ if archive.replaced_by.is_some() => None,
        // The dispatcher's copy goes there only where somebody brings it.
        None => (!archive.database_only).then_some(Need::NotStored(place)),
        Some(third) if third.verified.is_gone => Some(Need::NotStored(place)),
        Some(third) if !third.is_good() => Some(Need::StoredBad(place)),
        Some(third) => (day >= third.due).then_some(Need::VerifyStored(place, third.due)),
    }
}
