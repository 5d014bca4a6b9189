//! What is no longer kept: an older journal, or its sheets of final results, past its term of storage.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An older journal with all that was archived and printed of it was set apart to be destroyed, its term being over; or its
/// sheets for 25 years were. Recorded in the journal of today, which the act (form 19) is printed from. Digests are
/// lower-case hex of SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveDestroyed {
    /// The old journal's id.
    pub journal: String,
    /// Its school year: `2025/2026`.
    pub year: String,
    /// The last day of that year, from which the term counts.
    pub ends: NaiveDate,
    /// Of what the term is over.
    pub what: Destroyed,
    /// Its ledger as it was last: how many entries,
    pub length: u64,
    /// and the head after the last of them.
    pub head: String,
    /// The archives that go with it, by name and code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<NamedArchive>,
    /// The archive of the sheets for 25 years, which stays and was verified for this; of a journal alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<NamedArchive>,
    /// The lines of the act.
    pub cases: Vec<DestroyedCase>,
    /// Minutes of the expert commission: «№ 3 от 12.01.2032».
    pub protocol: String,
    /// How it is destroyed: «измельчение; стирание носителей».
    pub means: String,
}

/// Of what the term is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destroyed {
    /// The journal, kept for 5 years.
    Journal,
    /// The sheets of final results, kept for 25.
    Summaries,
}

impl Destroyed {
    /// The word of the JSON, which is also that of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Summaries => "summaries",
        }
    }

    /// What a word means.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Journal, Self::Summaries].into_iter().find(|what| what.word() == word)
    }
}

/// An archive of another journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedArchive {
    /// The bag's name.
    pub name: String,
    /// Its code: the digest of `tagmanifest-sha256.txt`.
    pub code: String,
}

/// A line of the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyedCase {
    /// Индекс дела.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub index: String,
    /// The heading.
    pub title: String,
    /// The first day of what is in it,
    pub first: NaiveDate,
    /// and the last.
    pub last: NaiveDate,
    /// How many files, or copies on carriers.
    pub count: u32,
    /// Term and article.
    pub term: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
