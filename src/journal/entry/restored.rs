//! The entry with which a journal goes on from a restored copy.

use serde::{Deserialize, Serialize};

/// The journal was restored from an older copy of itself and goes on from there: what followed is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalRestored {
    /// What happened.
    pub reason: String,
    /// The last places of the lost part that are known; none where nobody knows of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostTail>,
    /// So many numbers of documents are left out: they may stand on paper that was issued in the lost part.
    pub numbers: u64,
}

/// A place of the lost part of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostTail {
    /// How many entries the ledger had there,
    pub length: u64,
    /// and its head, in lower-case hex.
    pub head: String,
}
