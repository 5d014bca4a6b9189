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

/// What a journal is opened for, where it may be one that goes on from an older copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To read or to record.
    Any,
    /// To record that it goes on from a restored copy.
    Resume,
    /// To decide what waits: that may be such an entry.
    Decide,
}

impl Errand {
    /// What becomes of a journal that does not contain what was seen of it.
    fn of_outrun(self) -> &'static str {
        match self {
            Self::Any => "записывать в него нельзя",
            Self::Resume => "эта команда записывает, что он восстановлен из копии, и продолжает его",
            Self::Decide => "пока не подтверждено, что он восстановлен из копии, подтвердить в нём можно только это",
        }
    }
}

/// Holds a journal that was just opened against what is remembered of it: one that does not contain that is only read from
/// here on, and why is given. Of any other is remembered, when it is closed, what there was to see by then.
///
/// # Errors
/// A file that does not read.
pub fn arrive(journal: &mut Journal, memory: impl Memory + Send + 'static, errand: Errand) -> Result<Option<Warning>> {
    let known = memory.recall(&Seen::of(journal.tables())?.tip.journal);
    let missing = known.map(|seen| journal.lacks(seen)).transpose()?.flatten();
    let warning =
        missing.map(|outrun| Warning::from(format!("{}; {}", outrun.what(journal.path()), errand.of_outrun())));
    journal.withhold(missing);
    journal.on_closing(move |seen| {
        if known != Some(seen) {
            memory.keep(&seen);
        }
    });
    Ok(warning)
}
