//! Entries about what happens at school beside the lessons (§1.6): meetings, olympiads, excursions.

use crate::school::{ClassName, Day};
use serde::{Deserialize, Serialize};

/// An event of the school, which pupils and parents are told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventAnnounced {
    /// What it is: «Родительское собрание».
    pub title: String,
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// When it begins, `18:00`; nothing where it takes the whole day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<String>,
    /// Where it is, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// For which classes; none means the whole school.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassName>,
}

/// An event that does not take place, or was announced by mistake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventAnnulled {
    /// The event's number: its place among the events, from 1.
    pub number: u64,
    /// Why.
    pub reason: String,
}
