//! Entries about lessons that somebody else than the course's teacher gives (§2.1).

use super::LessonRef;
use serde::{Deserialize, Serialize};

/// The deputy head assigns somebody to give a lesson instead of the course's teacher (§2.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstitutionAssigned {
    /// Which lesson.
    pub at: LessonRef,
    /// Login of who gives it; empty takes the assignment back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub substitute: String,
}

/// The deputy head confirms that a substitute's lesson was given as recorded (§2.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstitutionConfirmed {
    /// Which lesson.
    pub at: LessonRef,
}
