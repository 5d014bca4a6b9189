//! A school's own tables taken over into the journal.

use super::Workplace;
use crate::error::Result;
use crate::import::{self, Outcome};
use std::path::Path;

/// Takes over a folder of tables, all of it or nothing; on trial everything is checked and nothing kept. What clashes in the
/// timetable is taken over only `despite` that. `progress` is told
/// of lessons done and their number.
///
/// # Errors
/// As [`import::import`].
pub fn import(
    place: &mut Workplace<'_>,
    dir: &Path,
    trial: bool,
    despite: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Outcome> {
    import::import_despite(place.journal, place.author, dir, (trial, despite), progress)
}
