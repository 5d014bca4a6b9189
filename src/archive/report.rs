//! What a verification found, and the verdict in words.
//!
//! The words promise no more than is known. What lies on a carrier vouches for its wholeness and never for its author,
//! since a forger makes sums, signature and list of signers right again; so «подлинен» is said only where something
//! from outside the carrier, an [`super::anchor::Anchor`], fits.

use std::fmt;

use serde::Serialize;

use super::bag::{BAGIT, Facts, Oxum};
use crate::school::grouped;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Nothing is lost yet, but somebody should look.
    Warning,
    /// Something is not as it was written.
    Damage,
    /// Something is whole and yet not what it claims to be.
    Forgery,
}

/// One finding: where and what, in Russian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file inside the bag (or inside `LETOPIS`), empty where it is about the whole.
    pub path: String,
    /// What was found.
    pub what: String,
    /// How grave it is.
    pub severity: Severity,
    /// Whether it is about something that does not belong to the archive.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stray: bool,
}

impl Finding {
    /// Something worth knowing.
    pub fn note(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self::new(Severity::Note, path, what)
    }

    /// Something that somebody should look at.
    pub fn warning(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, path, what)
    }

    /// Something that does not belong to the archive, and does it no harm.
    pub fn stray(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self { stray: true, ..Self::new(Severity::Warning, path, what) }
    }

    /// Something that is not as it was written.
    pub fn damage(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self::new(Severity::Damage, path, what)
    }

    /// Something that is not what it claims to be.
    pub fn forgery(path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self::new(Severity::Forgery, path, what)
    }

    /// Whether something is wrong, and not only worth knowing.
    pub fn is_fault(&self) -> bool {
        self.severity >= Severity::Damage
    }

    fn new(severity: Severity, path: impl fmt::Display, what: impl Into<String>) -> Self {
        Self { path: path.to_string(), what: what.into(), severity, stray: false }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.what) } else { write!(f, "{}: {}", self.path, self.what) }
    }
}

/// How deep a verification went, in the words the ledger records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Depth {
    /// Only that `bagit.txt` and a signature that holds are not there: it is not finished.
    #[serde(rename = "ничего")]
    Nothing,
    /// The files that are listed, by name and size, and the signature over the lists. The payload was not read.
    #[serde(rename = "состав")]
    List,
    /// Files and sums: of a bag that is not ours there is no more to check.
    #[serde(rename = "контрольные суммы")]
    Sums,
    /// Files, sums, signature and the link to the archive before.
    #[serde(rename = "подпись")]
    Signature,
    /// And with a key, all that is in the packages.
    #[serde(rename = "содержание")]
    Content,
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "ничего: суммы, подпись и содержание незавершённого архива не проверяются",
            Self::List => "состав",
            Self::Sums => "контрольные суммы",
            Self::Signature => "подпись",
            Self::Content => "содержание",
        })
    }
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// The folder has no `bagit.txt`: its writing was interrupted.
    Unfinished,
    /// Something is missing or altered.
    Damaged,
    /// Whole, but not what the anchor says it should be.
    Forged,
    /// Nothing is missing and the lists are whole; whether the files are, nobody looked.
    Complete {
        /// Fingerprint of the key that signed it.
        fingerprint: String,
    },
    /// Whole; by whom, only paper can tell.
    Whole {
        /// Fingerprint of the key that signed it.
        fingerprint: String,
    },
    /// Whole and vouched for by an anchor.
    Genuine {
        /// Fingerprint of the key that signed it.
        fingerprint: String,
        /// The anchors that fit, in Russian.
        by: Vec<String>,
    },
    /// Valid as a bag of this version of BagIt; not an archive of ours.
    Bag {
        /// `1.0`.
        bagit: String,
    },
    /// Not valid as a bag, and not an archive of ours; the version where it can be read.
    #[serde(rename = "broken_bag")]
    BrokenBag {
        /// `1.0`.
        bagit: Option<String>,
    },
}

impl Verdict {
    /// 0 where nothing amiss was found, 1 otherwise.
    pub fn exit_status(&self) -> u8 {
        let fine = matches!(self, Self::Complete { .. } | Self::Whole { .. } | Self::Genuine { .. } | Self::Bag { .. });
        u8::from(!fine)
    }

    /// The short word the ledger records.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unfinished => "не завершён",
            Self::Damaged => "повреждён",
            Self::Forged => "не подлинен",
            Self::Complete { .. } => "состав полон",
            Self::Whole { .. } => "цел",
            Self::Genuine { .. } => "цел и подлинен",
            Self::Bag { .. } => "цел как пакет BagIt",
            Self::BrokenBag { .. } => "не цел как пакет BagIt",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Whole { fingerprint } => write!(f, "; подпись ключа {fingerprint} — сверьте с актом"),
            Self::Complete { .. } => f.write_str("; сами файлы не читались"),
            Self::Bag { bagit } => write!(f, " {bagit}; чьё это — не известно: это не архив Летописи"),
            Self::BrokenBag { bagit } => {
                bagit.iter().try_for_each(|version| write!(f, " {version}"))?;
                f.write_str("; это не архив Летописи")
            }
            Self::Unfinished => f.write_str(": нет ни bagit.txt, ни верной подписи, архивом это не признать"),
            _ => Ok(()),
        }
    }
}

/// All that is known of one bag after a verification.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The archive's name, which is its folder's.
    pub name: String,
    /// What it says of itself, where that can be read.
    pub facts: Option<Facts>,
    /// Its code, the SHA-256 of the tag manifest, where there is one.
    pub code: Option<String>,
    /// Fingerprint of the key that signed it, where the signature holds.
    pub signer: Option<String>,
    /// What it was held against, and what did not fit, in Russian.
    pub asked: Vec<String>,
    /// The payload as found.
    pub payload: Oxum,
    /// How deep the check went.
    pub depth: Depth,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
    #[serde(flatten)]
    /// What it comes to.
    pub verdict: Verdict,
    /// Where something is damaged and there are recovery data: what they can do about it.
    pub healing: Option<Healing>,
}

/// What recovery data can do about the damage, in PAR2's slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Healing {
    /// How many slices all files have that the recovery data cover.
    pub slices: usize,
    /// How many of them are lost.
    pub lost: usize,
    /// How many recovery slices are whole: so many lost ones they bring back.
    pub available: usize,
}

/// In Russian, for a verdict and an act.
impl fmt::Display for Healing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slices, lost, available } = self;
        let can = if self.suffices() {
            "исправимо"
        } else {
            "одной этой копии для исправления мало"
        };
        let [lost, slices, available] = [lost, slices, available].map(|count| grouped(*count as u64));
        write!(f, "частей повреждено: {lost} из {slices}; данных для восстановления хватает на {available}: {can}")
    }
}

impl Healing {
    /// Whether the recovery data of this copy suffice.
    pub fn suffices(&self) -> bool {
        self.lost <= self.available
    }
}

impl Report {
    /// The findings that make the verdict what it is.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity >= Severity::Damage)
    }

    /// What lies in the archive's folder and does not belong to it.
    pub fn strays(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.stray)
    }

    /// Whether it is about a bag of another program, whatever was asked of it.
    pub fn is_foreign(&self) -> bool {
        self.depth == Depth::Sums
    }

    /// Whether nothing but `bagit.txt` is amiss: then the archive can be made whole without another copy.
    pub fn lost_declaration_only(&self) -> bool {
        self.verdict == Verdict::Damaged && self.faults().all(|finding| finding.path == BAGIT)
    }

    /// Whether a file is named by a finding that is damage or forgery.
    pub fn blames(&self, path: &str) -> bool {
        self.faults().any(|finding| finding.path == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_say_no_more_than_is_known() {
        let fingerprint = "SHA256:abc".to_owned();
        let whole = Verdict::Whole { fingerprint: fingerprint.clone() };
        assert_eq!(whole.to_string(), "цел; подпись ключа SHA256:abc — сверьте с актом");
        let genuine = Verdict::Genuine { fingerprint, by: vec!["журнал".to_owned()] };
        assert_eq!(genuine.to_string(), "цел и подлинен");
        assert_eq!([whole.exit_status(), genuine.exit_status(), Verdict::Forged.exit_status()], [0, 0, 1]);
    }
}
