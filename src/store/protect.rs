//! A verified bag locked against removal for as long as it must be kept (§5.2): a journal five years, sheets of final results
//! twenty-five, counted from 1 January after the school year. Copies of any day serve a few weeks and are not locked.

use super::patient::Patient;
use super::settings::Lock;
use super::shelf::Shelf;
use crate::archive::bag::{Content, Facts, Folder};
use crate::error::Result;
use crate::school::{Day, JOURNAL_YEARS, SUMMARIES_YEARS, kept_until};

/// Whether a bag is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Until this day begins.
    Until(Day),
    /// The place cannot.
    Cannot,
    /// Nobody wants that of this place or of this kind of bag.
    None,
}

/// The day until which a bag is locked; none of what is not locked.
pub fn until(shelf: &Shelf, content: Content) -> Option<Day> {
    let years = match content {
        Content::Journal | Content::Database => JOURNAL_YEARS,
        Content::Summaries => SUMMARIES_YEARS,
        Content::Backup => return None,
    };
    let ends = shelf.year().split_once('-').and_then(|(_, ends)| ends.parse().ok())?;
    kept_until(Day::from_ymd_opt(ends, 8, 31)?, years).succ_opt()
}

/// Locks every file of a bag that stands whole on its shelf.
///
/// # Errors
/// A place that does not do it though it says that it can.
pub fn protect(place: Patient<'_>, bag: &Folder, shelf: &Shelf, lock: Lock) -> Result<Protection> {
    let facts = bag.info().and_then(|info| Facts::from_info(&info).ok());
    let Some(until) = facts.filter(|_| lock != Lock::None).and_then(|facts| until(shelf, facts.content)) else {
        return Ok(Protection::None);
    };
    if !place.ask(|| place.at_once().locks())? {
        return Ok(Protection::Cannot);
    }
    for path in bag.own_files().keys() {
        place.ask(|| place.at_once().lock(&shelf.key(path), until, lock == Lock::Compliance))?;
    }
    Ok(Protection::Until(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_with_the_year_that_it_ends_in() {
        let day = |year| Day::from_ymd_opt(year, 1, 1);
        let shelf = Shelf::of("a", "2025-2026-year").unwrap();
        assert_eq!(until(&shelf, Content::Journal), day(2032));
        assert_eq!(until(&shelf, Content::Summaries), day(2052));
        assert_eq!(until(&shelf, Content::Backup), None);
        assert_eq!(until(&Shelf::of("a", "x").unwrap(), Content::Journal), None);
    }
}
