//! Entries by which the journal is watched over: substitutions (§2.1), remarks, the «Блокнот» (§2.3.4), the year's close.

use super::LessonRef;
use crate::school::{ClassName, CourseKey};
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

/// A remark on how a class's journal is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemarkWritten {
    /// The class in whose book it stands.
    pub class: ClassName,
    /// The course that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseKey>,
    /// Замечания и предложения проверяющего.
    pub text: String,
}

/// What was done about a remark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemarkAnswered {
    /// The remark's number.
    pub number: u64,
    /// Отметка о выполнении.
    pub text: String,
}

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
