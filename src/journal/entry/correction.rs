//! Entries of the register «Замена сведений в электронном журнале» (§2.3.3): a request, and the decision on it.
//!
//! A request lists its changes in full, each with what stood in the journal when it was made; so the register reads
//! «было 3, стало 4» by itself, and a decision can tell that something else has changed meanwhile. Approving applies
//! exactly these changes and nothing else.

use super::LessonCell;
use crate::school::{Attendance, CourseKey, Marks};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What stands in the place of a lesson that was annulled.
const ANNULLED: &str = "аннулирован";

/// A teacher asks for a correction (§2.3.3.1). Who asks and when are the entry's author and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequested {
    /// Class and subject.
    pub course: CourseKey,
    /// The day for which changes are to be made; for a final mark the last day of its period.
    pub date: NaiveDate,
    /// The lesson's number in that day; 0 where only final marks are to be changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lesson: u8,
    /// What is to be changed.
    pub changes: Vec<Change>,
    /// Why.
    pub reason: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// The deputy head or the director decides a request (§2.3.3.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionDecided {
    /// The request's number in the register.
    pub number: u64,
    /// Whether the changes are made.
    pub approved: bool,
    /// Why not, where they are not; else a note, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One change of a request. `was` is what stands in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// A pupil's marks of the lesson.
    Mark {
        /// Номер личного дела.
        pupil: String,
        /// What stands there; nothing where the cell is empty.
        was: Option<Marks>,
        /// What is to stand there; nothing empties the cell.
        becomes: Option<Marks>,
        /// Kind of work where it is another than the lesson's, else empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        work: String,
        /// The document that marks from elsewhere rest on (§2.3.5), else empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        document: String,
        /// Whether the marks were earned later by a pupil who was absent («н/4»). Since version 2 of the rules.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        earned: bool,
    },
    /// Whether a pupil was at the lesson.
    Attendance {
        /// Номер личного дела.
        pupil: String,
        /// What stands there.
        was: Option<Attendance>,
        /// What is to stand there; nothing: he was there.
        becomes: Option<Attendance>,
    },
    /// The lesson itself: its topic, kind of work, homework, substitute; or a lesson that was never entered.
    Lesson {
        /// What stands there; nothing where the lesson was never entered.
        was: Option<LessonText>,
        /// What is to stand there.
        becomes: LessonText,
    },
    /// A pupil's final mark.
    Final {
        /// Номер личного дела.
        pupil: String,
        /// A period's name, «Год», «Экзамен» or «Итог».
        period: String,
        /// What stands there.
        was: Option<Marks>,
        /// What is to stand there; nothing takes it out.
        becomes: Option<Marks>,
    },
    /// The whole lesson, which was recorded by mistake, with its cells. It is a request's only change. Since version 2 of
    /// the rules.
    Annulment {
        /// What stands there.
        was: Option<LessonText>,
        /// All its cells as they stand, by personal file.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cells: Vec<LessonCell>,
    },
}

/// What a lesson's line in the journal says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonText {
    /// Что пройдено на уроке.
    pub topic: String,
    /// Kind of work, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub work: String,
    /// Homework, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub homework: String,
    /// Login of who gave it instead of the course's teacher, else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub substitute: String,
}

impl Change {
    /// The kind's name in the tables: `mark`, `attendance`, `lesson`, `final`, `annulment`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mark { .. } => "mark",
            Self::Attendance { .. } => "attendance",
            Self::Lesson { .. } => "lesson",
            Self::Final { .. } => "final",
            Self::Annulment { .. } => "annulment",
        }
    }

    /// The personal file of the pupil whose cell is changed.
    pub fn pupil(&self) -> Option<&str> {
        match self {
            Self::Mark { pupil, .. } | Self::Attendance { pupil, .. } | Self::Final { pupil, .. } => Some(pupil),
            Self::Lesson { .. } | Self::Annulment { .. } => None,
        }
    }

    /// The period of a final mark, else empty.
    pub fn period(&self) -> &str {
        if let Self::Final { period, .. } = self { period } else { "" }
    }

    /// What stands and what is to stand there, as people read it; empty for an empty cell.
    pub fn texts(&self) -> (String, String) {
        fn text<T: ToString>(value: Option<&T>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        let presence = |kind: &Option<Attendance>| kind.map(Attendance::as_str).unwrap_or_default().to_owned();
        match self {
            Self::Mark { was, becomes, .. } | Self::Final { was, becomes, .. } => {
                (text(was.as_ref()), text(becomes.as_ref()))
            }
            Self::Attendance { was, becomes, .. } => (presence(was), presence(becomes)),
            Self::Lesson { was, becomes } => (text(was.as_ref()), becomes.to_string()),
            Self::Annulment { was, .. } => (text(was.as_ref()), ANNULLED.to_owned()),
        }
    }
}

impl std::fmt::Display for LessonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "тема «{}»", self.topic)?;
        if !self.work.is_empty() {
            write!(f, ", вид работы «{}»", self.work)?;
        }
        if !self.homework.is_empty() {
            write!(f, ", задание «{}»", self.homework)?;
        }
        if !self.substitute.is_empty() {
            write!(f, ", замена «{}»", self.substitute)?;
        }
        Ok(())
    }
}
