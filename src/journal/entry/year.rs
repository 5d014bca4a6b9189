//! Entries about the school year as a whole: its close, and the journal of the next.

use serde::{Deserialize, Serialize};

/// The school year was closed: from here on only printing, archive copies and verification are recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearClosed {}

/// The journal of the next year was begun: its first entry repeats the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearContinued {
    /// 128 random bits in hex.
    pub token: String,
}
