//! Entries about the sticks that archives and personal journals are kept on: who has each, and what became of it
//! (§5.5.3, §5.5.4, §5.6–5.8). A carrier is named by the id that is written on it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A carrier was registered (§5.5.3, §5.5.4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierRegistered {
    /// The id that is written on it.
    pub id: String,
    /// What is written on its case.
    pub label: String,
    /// Login of who keeps it.
    pub holder: String,
    /// Where it is kept.
    pub place: String,
    /// What the system says of the device (serial number, model), may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
}

/// A carrier was given out (§5.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierIssued {
    /// The carrier's id.
    pub carrier: String,
    /// Login of who has it now.
    pub to: String,
}

/// A carrier that was given out was handed in (§5.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierReturned {
    /// The carrier's id.
    pub carrier: String,
    /// Where it is kept now.
    pub place: String,
}

/// The loss of a carrier was reported (§5.8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierLost {
    /// The carrier's id.
    pub carrier: String,
    /// The day on which it was reported.
    pub reported: NaiveDate,
    /// How it was lost.
    pub circumstances: String,
    /// Whether by the fault of who had it, who then buys another (§5.8.2).
    pub by_fault: bool,
}

/// A carrier is used no more: worn out, and destroyed or wiped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierRetired {
    /// The carrier's id.
    pub carrier: String,
    /// Why, and what became of it.
    pub reason: String,
}

/// What a lost carrier held was restored on another (§5.8.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierRestored {
    /// The id of the lost one.
    pub carrier: String,
    /// The id of the one that replaces it.
    pub replacement: String,
}
