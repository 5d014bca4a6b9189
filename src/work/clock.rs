//! The way out when a wrong clock has poisoned the ledger.

use super::{Done, Workplace};
use crate::error::Result;
use crate::journal::entry::ClockReset;
use crate::school::clean;

/// Records that the clock was wrong before: from here on time runs from this entry.
///
/// # Errors
/// Anybody but an administrator; a reason that is empty or cannot be printed.
pub fn reset(place: &mut Workplace<'_>, reason: &str) -> Result<Done> {
    place.record([ClockReset { reason: clean(reason)? }.into()])
}
