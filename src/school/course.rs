//! A course: what a teacher teaches. A class or a group of it, and a subject; lessons, plans and marks hang on it.

use crate::school::ClassName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a course. `group` is empty where the whole class is taught.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseKey {
    /// The class.
    pub class: ClassName,
    /// The group's name, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The subject's name.
    pub subject: String,
}

impl fmt::Display for CourseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            write!(f, "{}, {}", self.class, self.subject)
        } else {
            write!(f, "{} ({}), {}", self.class, self.group, self.subject)
        }
    }
}
