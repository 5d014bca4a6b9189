//! Entries about how the journal is kept: what an inspecting eye remarks, and what was done about it (§3.3.5).

use crate::school::{ClassName, CourseKey};
use serde::{Deserialize, Serialize};

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
