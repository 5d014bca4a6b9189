//! A school's own tables taken over into the journal.

use super::Workplace;
use crate::error::Result;
use crate::import::{self, Outcome};
use std::path::Path;

pub use crate::import::How;

/// Takes over a folder of tables, all of it or nothing. `progress` is told
/// of lessons done and their number.
///
/// # Errors
/// As [`import::import`].
pub fn import(place: &mut Workplace<'_>, dir: &Path, how: How, progress: &mut dyn FnMut(u64, u64)) -> Result<Outcome> {
    import::import(place.journal, place.author, dir, how, progress)
}
