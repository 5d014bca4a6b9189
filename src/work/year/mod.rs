//! The end of the school year, and the next one.

mod next;
mod taken_over;

pub use next::{Begun, NewYear, OldYear};
pub(super) use taken_over::{archive_before, last_archive};

use super::{Done, Workplace};
use crate::error::Result;
use crate::journal::entry::YearClosed;

/// Closes the school year: from here on only printing, archives and verifications are recorded.
///
/// # Errors
/// What a right or a rule refuses.
pub fn close(place: &mut Workplace<'_>) -> Result<Done> {
    place.record([YearClosed {}.into()])
}
