//! Entries that put right what was recorded of a pupil by mistake, or take it back (§3.3.1).

use crate::school::{ClassName, Stay, format_date};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A pupil's stay in a class, as an entry names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayIn {
    /// The class.
    pub class: ClassName,
    /// The first day in it.
    pub since: NaiveDate,
    /// The first day on which the pupil is no longer there, if he left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl StayIn {
    /// Of a class and the days in it.
    pub fn of(class: ClassName, Stay { since, until }: Stay) -> Self {
        Self { class, since, until }
    }

    /// The days.
    pub fn stay(&self) -> Stay {
        Stay { since: self.since, until: self.until }
    }

    /// «7А с 01.09.2025», «7А с 01.09.2025, выбытие 03.02.2026».
    pub fn in_words(&self) -> String {
        let left = self.until.map(|until| format!(", выбытие {}", format_date(until)));
        format!("{} с {}{}", self.class, format_date(self.since), left.unwrap_or_default())
    }
}

/// A pupil's last stay had been recorded wrongly: the class, its first day or the day he left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentCorrected {
    /// Номер личного дела.
    pub file: String,
    /// The stay as it stood.
    pub was: StayIn,
    /// As it should have been.
    pub becomes: StayIn,
    /// Why, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// That what stands after an earlier day of leaving or moving is to stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}

/// A pupil's personal file got another number; the old one still names him and is never given again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilRenumbered {
    /// The number so far.
    pub file: String,
    /// The number from here on.
    pub becomes: String,
    /// Why, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A pupil had been recorded by mistake: he never came, or is there twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilAnnulled {
    /// Номер личного дела.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// A group of a class had been made by mistake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupAnnulled {
    /// The class.
    pub class: ClassName,
    /// The group's name.
    pub group: String,
    /// Why.
    pub reason: String,
}
