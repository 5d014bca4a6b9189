//! Entries about the school year as a whole: its close, its being opened again, and the journal of the next.

use serde::{Deserialize, Serialize};

/// The school year was closed: from here on only printing, archive copies and verification are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearClosed {
    /// The year as it was typed, so that nobody closes one by accident; from rules 2.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub year: String,
    /// Why it is closed although something is missing; empty where nothing is. It is printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The closed year was opened again, before the next one was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearReopened {
    /// Why.
    pub reason: String,
}

/// The journal of the next year was begun: its first entry repeats the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearContinued {
    /// 128 random bits in hex.
    pub token: String,
}
