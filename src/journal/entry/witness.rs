//! Whom the school names as witnesses of its ledger: strangers who sign its checkpoints.

use serde::{Deserialize, Serialize};

/// A witness that the school names from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessAdded {
    /// What people call it: «РОНО», «школа № 17».
    pub name: String,
    /// Its key, as a vkey of C2SP `signed-note`: name, id and key, with `+` between; of type 0x04.
    pub key: String,
    /// Where it takes checkpoints: `https://…`; nothing where files are carried to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A witness that the school no longer names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessRemoved {
    /// Its key, as it was added.
    pub key: String,
    /// Why.
    pub reason: String,
}
