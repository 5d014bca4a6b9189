//! Entries about what leaves the journal: issued documents, bound books, archive copies (§5).

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

/// A document was issued and certified (§5.1). Digests are lower-case hex of SHA-256.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentIssued {
    /// Register number: `2025-0143`.
    pub number: String,
    /// The form: `class-book`, `summary-sheet` …
    pub form: String,
    /// The class, the period of a справка, or empty for a document of the whole school.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Options that change what is printed (`simplex`, `volume=2`), or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// Its title in Russian.
    pub title: String,
    /// Leaves of paper.
    pub leaves: u32,
    /// The number of the ledger entry whose state the document shows.
    pub at_entry: u64,
    /// The time printed on it, which is also the PDF's.
    pub issued_at: DateTime<FixedOffset>,
    /// Check codes of its pages in order.
    pub pages: Vec<IssuedPage>,
    /// SHA-256 of the PDF file.
    pub pdf_sha256: String,
    /// The version of Letopis that made it.
    pub version: String,
    /// The layouts and fonts it was made with.
    pub resources: Vec<IssuedResource>,
}

/// The check code of a page, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssuedPage(pub String);

/// A file that a document was made with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedResource {
    /// `layouts/book.toml`, `fonts/PTSerif-Regular.ttf`.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
}

/// A class's book was bound (§5.4). Said again of the same book, it tells where the book stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookBound {
    /// Register number of the book, or of its volume.
    pub number: String,
    /// The day on which it was bound.
    pub date: NaiveDate,
    /// Leaves that were counted in the binding.
    pub sheets: u32,
    /// Where it is kept: «архив, шкаф 2, полка 3».
    pub shelf: String,
}

/// An archive copy was written (§5.5). Digests are lower-case hex of SHA-256.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveCreated {
    /// The bag's name: `2025-2026-q1`.
    pub name: String,
    /// The period, or «Год».
    pub period: String,
    /// The digest of `tagmanifest-sha256.txt`: the archive's code.
    pub tagmanifest: String,
    /// The ledger in it: how many entries,
    pub length: u64,
    /// and the head after the last of them.
    pub head: String,
    /// Files in the bag.
    pub files: u64,
    /// Bytes in the bag.
    pub bytes: u64,
    /// Fingerprint of the key that signed the copies; empty where it is the entry's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signer: String,
    /// The carriers that hold it: two, or one where writing the other failed.
    pub copies: Vec<CopyOn>,
}

/// One copy of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyOn {
    /// The carrier's id.
    pub carrier: String,
}

/// A copy was verified by the staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveVerified {
    /// The bag's name.
    pub archive: String,
    /// The carrier's id, or empty where the copy lay elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// How deep: «суммы», «подпись», «содержание».
    pub depth: String,
    /// The verdict in words.
    pub result: String,
    /// How many files were found damaged or missing; absent where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<u64>,
    /// Whether the copy's own recovery data suffice for the damage; absent where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healable: Option<bool>,
}

/// The second copy of an archive that had only one was written from the first (§2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveCopied {
    /// The bag's name.
    pub archive: String,
    /// The id of the carrier that the copy was written to.
    pub carrier: String,
}

/// A damaged copy was repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveRepaired {
    /// The bag's name.
    pub archive: String,
    /// The carrier's id, or empty where the copy lay elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// How many files were repaired.
    pub files: u64,
    /// How many bytes were written.
    pub bytes: u64,
    /// What they were repaired from.
    pub from: RepairedFrom,
}

/// What a copy was repaired from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepairedFrom {
    /// Its own recovery data.
    Recovery,
    /// The other copy.
    Copy,
    /// Both.
    Both,
}

impl RepairedFrom {
    /// The word of the JSON, which is also that of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Copy => "copy",
            Self::Both => "both",
        }
    }
}
