//! The file that an entry was read from: marks that are kept elsewhere come as a table, and whoever doubts one of them can
//! hold the file itself against the entry.

use serde::{Deserialize, Serialize};

/// A file that was brought, and the cells of it that an entry was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The SHA-256 of the file's bytes, 64 digits, lower case.
    pub sha256: String,
    /// The cells as a table names them, after their sheet where it has a name: `I четверть!F5`, `I четверть!F5:F9`, `F5`.
    pub cells: Vec<String>,
}
