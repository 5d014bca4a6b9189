//! Archive copies: made, completed, verified, repaired (§2.5, §5.5).

use std::fmt;

use crate::school::Day;
use serde::{Deserialize, Serialize};

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
    /// What is in it; absent in ledgers of early versions, whose names of archives tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ArchiveKind>,
}

impl ArchiveCreated {
    /// What is in it.
    pub fn content(&self) -> ArchiveKind {
        self.kind.unwrap_or_else(|| ArchiveKind::of_early_name(&self.name))
    }
}

/// A copy of any day was made: the journal alone, for the case that the disk breaks (§5.5.1). It is no archive of a period.
/// Digests are lower-case hex of SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupMade {
    /// The bag's name: `backup-2025-11-12`.
    pub name: String,
    /// The id of the carrier that it lies on; empty where it lies in a folder that is none of the journal's carriers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// That folder, as it is called on the machine that made the copy; empty where it is a carrier.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The digest of `tagmanifest-sha256.txt`: the copy's code.
    pub tagmanifest: String,
    /// The ledger in it: how many entries,
    pub length: u64,
    /// and the head after the last of them.
    pub head: String,
    /// Files in the bag.
    pub files: u64,
    /// Bytes in the bag.
    pub bytes: u64,
}

/// What an archive holds, which decides for how long it is kept and what may take its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveKind {
    /// The journal and what was printed of it.
    Journal,
    /// The journal alone: the dispatcher's copy (§5.5.1).
    Database,
    /// The sheets that are kept for 25 years (§5.2).
    Summaries,
}

impl ArchiveKind {
    /// The word of the JSON, which is also that of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Database => "database",
            Self::Summaries => "summaries",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Journal, Self::Database, Self::Summaries].into_iter().find(|kind| kind.word() == word)
    }

    /// What version 0.1.0 called its archives by.
    fn of_early_name(name: &str) -> Self {
        match name {
            _ if name.contains("-summaries") => Self::Summaries,
            _ if name.contains("-db") => Self::Database,
            _ => Self::Journal,
        }
    }
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
    /// How deep.
    pub depth: VerifiedDepth,
    /// The verdict.
    pub result: VerifiedAs,
    /// How many files were found damaged or missing; absent where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<u64>,
    /// Whether the copy's own recovery data suffice for the damage; absent where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healable: Option<bool>,
}

/// An archive was brought to a third place beside its carriers, or read there again, every byte of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveStored {
    /// The bag's name.
    pub archive: String,
    /// What people call the place.
    pub place: String,
    /// Where it lies there: `<school>/<year>/<bag>`.
    pub shelf: String,
    /// The digest of the `tagmanifest-sha256.txt` that stands there; empty where none does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tagmanifest: String,
    /// Whether it was brought there by this, and not only read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub put: bool,
    /// How deep it was verified there.
    pub depth: VerifiedDepth,
    /// The verdict.
    pub result: VerifiedAs,
    /// How many files were found damaged or missing; absent where none were, and where nothing of it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<u64>,
    /// Whether its own recovery data suffice for the damage; absent where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healable: Option<bool>,
    /// The day until which it is locked there against removal, where it was locked by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Day>,
}

/// How deep a verification went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifiedDepth {
    /// The list of files and its signature.
    #[serde(rename = "состав")]
    List,
    /// Files and their sums.
    #[serde(rename = "контрольные суммы")]
    Sums,
    /// And signature and link to the archive before.
    #[serde(rename = "подпись")]
    Signature,
    /// And everything in the packages.
    #[serde(rename = "содержание")]
    Content,
}

/// What a verification found a copy to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifiedAs {
    /// Its writing was interrupted.
    #[serde(rename = "не завершён")]
    Unfinished,
    /// Something is missing or altered.
    #[serde(rename = "повреждён")]
    Damaged,
    /// Whole, and not what it should be.
    #[serde(rename = "не подлинен")]
    Forged,
    /// Nothing is missing; the files were not read.
    #[serde(rename = "состав полон")]
    Complete,
    /// Whole.
    #[serde(rename = "цел")]
    Whole,
    /// Whole and vouched for.
    #[serde(rename = "цел и подлинен")]
    Genuine,
    /// A valid bag of another program.
    #[serde(rename = "цел как пакет BagIt")]
    Bag,
    /// A bag of another program that is not valid.
    #[serde(rename = "не цел как пакет BagIt")]
    BrokenBag,
}

impl VerifiedDepth {
    /// Every depth.
    const ALL: [Self; 4] = [Self::List, Self::Sums, Self::Signature, Self::Content];

    /// The word of the JSON, which is also that of the tables and of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::List => "состав",
            Self::Sums => "контрольные суммы",
            Self::Signature => "подпись",
            Self::Content => "содержание",
        }
    }

    /// The depth of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.word() == word)
    }
}

impl VerifiedAs {
    /// Every verdict.
    const ALL: [Self; 8] = [
        Self::Unfinished,
        Self::Damaged,
        Self::Forged,
        Self::Complete,
        Self::Whole,
        Self::Genuine,
        Self::Bag,
        Self::BrokenBag,
    ];

    /// The word of the JSON, which is also that of the tables and of the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unfinished => "не завершён",
            Self::Damaged => "повреждён",
            Self::Forged => "не подлинен",
            Self::Complete => "состав полон",
            Self::Whole => "цел",
            Self::Genuine => "цел и подлинен",
            Self::Bag => "цел как пакет BagIt",
            Self::BrokenBag => "не цел как пакет BagIt",
        }
    }

    /// The verdict of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// Whether nothing was found amiss with the files.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Whole | Self::Genuine | Self::Bag)
    }
}

impl fmt::Display for VerifiedDepth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for VerifiedAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
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
    /// The copy's own files: they had other names, or only its recovery data were lost and were made anew from them.
    Itself,
}

impl RepairedFrom {
    /// The word of the JSON, which is also that of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Copy => "copy",
            Self::Both => "both",
            Self::Itself => "itself",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_tables_is_the_word_of_the_ledger() {
        for verdict in VerifiedAs::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.word());
            assert_eq!(VerifiedAs::parse(verdict.word()), Some(verdict));
        }
        for depth in VerifiedDepth::ALL {
            assert_eq!(serde_json::to_value(depth).unwrap(), depth.word());
            assert_eq!(VerifiedDepth::parse(depth.word()), Some(depth));
        }
        for kind in [ArchiveKind::Journal, ArchiveKind::Database, ArchiveKind::Summaries] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
            assert_eq!(ArchiveKind::parse(kind.word()), Some(kind));
        }
    }

    #[test]
    fn an_archive_of_an_early_version_is_what_it_was_called() {
        for (name, kind) in [
            ("2025-2026-q1", ArchiveKind::Journal),
            ("2025-2026-year-r2", ArchiveKind::Journal),
            ("2025-2026-q1-db-2", ArchiveKind::Database),
            ("2025-2026-summaries", ArchiveKind::Summaries),
        ] {
            assert_eq!(ArchiveKind::of_early_name(name), kind, "{name}");
        }
    }
}
