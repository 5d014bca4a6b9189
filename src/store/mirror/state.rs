//! What a school remembers of its mirror: a small file beside the journal, which is no truth. It saves asking the place from
//! the first record on, and tells people what the mirror lacks while the place does not answer.

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::ledger::chain::Hash;
use crate::ledger::chain::{hex, parse_hash};
use crate::ledger::log::checkpoint::Origin;
use crate::ledger::log::segment::Segment;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is remembered is no longer.
const LONGEST: u64 = 64 * 1024;

/// What is remembered of a mirror.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// The place as people call it, and the school's folder in it.
    pub place: String,
    /// The log: `letopis/<journal>/<epoch>`.
    pub origin: String,
    /// The last segment that was seen there whole.
    pub last: Option<Last>,
    /// When the mirror was last known to have every record.
    pub whole_at: Option<DateTime<FixedOffset>>,
    /// Why it cannot be brought what it lacks.
    pub fault: Option<Faulted>,
    /// What stands there by halves.
    pub left: Option<Left>,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// Its first record,
    pub from: u64,
    /// and its last.
    pub to: u64,
    /// The head after that, in hex.
    pub head: String,
}

/// A fault that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faulted {
    /// Since when.
    pub since: DateTime<FixedOffset>,
    /// In Russian.
    pub why: String,
}

/// Half a segment, which somebody may be putting just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The number of its first record.
    pub from: u64,
    /// What was seen there.
    pub seen: String,
    /// Since when that stands there.
    pub since: DateTime<FixedOffset>,
}

impl State {
    /// Where it lies beside a journal.
    pub fn path(journal: &Path) -> PathBuf {
        crate::journal::beside::path_for(journal, "mirror")
    }

    /// What is remembered beside a journal; nothing where no mirror was ever brought anything, or what is there does not read.
    pub fn read(journal: &Path) -> Option<Self> {
        let bytes = files::read(&files::real(&Self::path(journal)).ok()?, LONGEST).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Remembers it beside a journal.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn write(&self, journal: &Path) -> Result<()> {
        let path = Self::path(journal);
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        files::real(&path)
            .and_then(|path| files::replace(&path, &text, Readers::Folder))
            .map_err(|cause| Error::file("записать", &path, &cause))
    }

    /// What is remembered of this log in this place; nothing where it is of another.
    #[must_use]
    pub fn of(self, place: &str, origin: Origin) -> Self {
        match self.place == place && self.origin == origin.to_string() {
            true => self,
            false => Self { place: place.to_owned(), origin: origin.to_string(), ..Self::default() },
        }
    }

    /// The place of the last record that is there, if any is.
    pub fn end(&self) -> Option<(u64, Hash)> {
        let last = self.last.as_ref()?;
        Some((last.to, parse_hash(&last.head)?))
    }

    pub(super) fn note_last(&mut self, segment: &Segment) {
        self.last = Some(Last { from: segment.from, to: segment.to, head: hex(&segment.head) });
        // What stands by halves after it is still waited for.
        self.left.take_if(|left| left.from <= segment.from);
    }

    /// Whether what stands by halves has stood there for so long.
    pub(super) fn has_stood(&mut self, from: u64, seen: &str, now: DateTime<FixedOffset>, long: TimeDelta) -> bool {
        match &self.left {
            Some(left) if left.from == from && left.seen == seen && left.since <= now => now - left.since >= long,
            _ => {
                self.left = Some(Left { from, seen: seen.to_owned(), since: now });
                false
            }
        }
    }
}
