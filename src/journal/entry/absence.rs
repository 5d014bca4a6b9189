//! Entries about why pupils were absent and what they are exempted from (§3.3.4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Why a pupil was absent (§3.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// Illness.
    #[serde(rename = "болезнь")]
    Illness,
    /// A valid reason.
    #[serde(rename = "уважительная")]
    Valid,
    /// No valid reason.
    #[serde(rename = "неуважительная")]
    Invalid,
}

impl Reason {
    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = crate::school::fold(text.trim());
        [Self::Illness, Self::Valid, Self::Invalid].into_iter().find(|reason| reason.word() == folded)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Illness => "болезнь",
            Self::Valid => "уважительная",
            Self::Invalid => "неуважительная",
        }
    }
}

/// The reason of a pupil's absences between two days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonSet {
    /// Номер личного дела.
    pub pupil: String,
    /// First day.
    pub since: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// Why.
    pub reason: Reason,
    /// The document it rests on, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

/// A reason was entered by mistake: it no longer holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonWithdrawn {
    /// Номер личного дела.
    pub pupil: String,
    /// First day of the span that was entered.
    pub since: NaiveDate,
    /// Last day of it.
    pub until: NaiveDate,
}

/// A document exempts a pupil from a subject between two days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionSet {
    /// Номер личного дела.
    pub pupil: String,
    /// The subject.
    pub subject: String,
    /// First day.
    pub since: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// The document it rests on.
    pub document: String,
}

/// An exemption was entered by mistake: it no longer holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionWithdrawn {
    /// Номер личного дела.
    pub pupil: String,
    /// The subject.
    pub subject: String,
    /// First day of the span that was entered.
    pub since: NaiveDate,
}
