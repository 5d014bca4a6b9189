//! What left the school as statistics.

use serde::{Deserialize, Serialize};

/// Counts of a closed period were given out, or its rows were written for the school itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticsExported {
    /// The period's name, or «Год».
    pub period: String,
    /// SHA-256 of what was given out, lower-case hex: of the table as CSV; of rows, of the encrypted file.
    pub sha256: String,
    /// Whether it is rows under pseudonyms, encrypted for the school.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rows: bool,
}
