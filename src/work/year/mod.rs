//! The end of the school year.

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
