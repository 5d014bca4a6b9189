//! What a workplace remembers of a journal from one time to the next: how far it has seen it.

use crate::error::{Result, Warning};
use crate::journal::{Journal, Seen};
use crate::ledger::chain::Hash;

/// A workplace's memory; where it lies, the face knows.
pub trait Memory {
    /// What was last seen of this journal, if it was ever seen here.
    fn recall(&self, journal: &Hash) -> Option<Seen>;
    /// Remembers what was seen. That it could not is no reason not to work.
    fn keep(&self, seen: &Seen);
}

/// Holds a journal that was just opened against what is remembered of it: one that does not contain that is only read from
/// here on, and why is given. Of any other is remembered, when it is closed, what there was to see by then.
///
/// # Errors
/// A file that does not read.
pub fn arrive(journal: &mut Journal, memory: impl Memory + Send + 'static) -> Result<Option<Warning>> {
    let known = memory.recall(&Seen::of(journal.tables())?.tip.journal);
    let missing = known.map(|seen| journal.lacks(seen)).transpose()?.flatten();
    let warning =
        missing.map(|outrun| Warning::from(format!("{}; записывать в него нельзя", outrun.what(journal.path()))));
    journal.withhold(missing);
    journal.on_closing(move |seen| {
        if known != Some(seen) {
            memory.keep(&seen);
        }
    });
    Ok(warning)
}
