//! Entries of the «Блокнот» (§2.3.4).

use serde::{Deserialize, Serialize};

/// A note in somebody's «Блокнот» (§2.3.4). Only its author can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteAdded {
    /// The note as JSON, encrypted with age to its author's key: the lines of an armoured age file.
    pub sealed: Vec<String>,
}

/// A note was done with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteDone {
    /// The number of the entry that added the note.
    pub note: u64,
}
