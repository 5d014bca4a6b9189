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
    /// The version of the way in which its file was written; 1 in ledgers that do not say.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub writing: u32,
    /// What leaves of a class's book it replaces, where it is printed for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaces>,
    /// Why it was issued although something is missing of what it certifies, which is printed on it; empty where nothing
    /// is. From rules 2.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Leaves of a class's book that are replaced, by a document that is printed for that. A leaf is named as its foot names
/// it: `7`, `7а` where it was added, `обложка`, `опись 1`, `лист-заверитель`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaces {
    /// Register number of the book.
    pub book: String,
    /// The leaves that take the places of others or are added, in the order of the document's pages.
    pub leaves: Vec<NewLeaf>,
    /// The leaves that are taken out with none in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<OldLeaf>,
}

/// A leaf that takes the place of another, or is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLeaf {
    /// Its name in the book.
    pub leaf: String,
    /// The page of its front in this document, from 1.
    pub page: u32,
    /// Where the leaf of the same name is from that it replaces; nothing of an added one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<FrontPage>,
}

/// The front of a leaf among the documents that were issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontPage {
    /// Register number of the document: the book, or an earlier one that replaced leaves of it.
    pub number: String,
    /// The page there, from 1.
    pub page: u32,
}

/// A leaf that is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldLeaf {
    /// Its name in the book.
    pub leaf: String,
    /// Where it is from.
    pub of: FrontPage,
}

fn first() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks so
fn is_first(version: &u32) -> bool {
    *version == 1
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

/// An issued document was signed by the school's own signing program, with a detached signature that others check. The
/// files themselves are kept beside the ledger under their digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSigned {
    /// Register number of the document.
    pub number: String,
    /// SHA-256 of the file that was signed: the document's.
    pub pdf_sha256: String,
    /// The signature first, then what lies beside it.
    pub files: Vec<SignatureFile>,
    /// The name of the program that signed.
    pub program: String,
    /// What a program that checks signatures said.
    pub check: SignatureCheck,
    /// The name of the program that was asked, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checker: String,
    /// Whom the certificate in the signature names, or empty where none is in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signer: String,
    /// The end of that certificate's validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<FixedOffset>>,
    /// Whether a timestamp is in the signature or lies beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timestamp: bool,
}

/// A file of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureFile {
    /// What it is.
    pub kind: SignaturePart,
    /// Its SHA-256, hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// What a file of a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignaturePart {
    /// The detached signature (CMS, RFC 5652).
    Signature,
    /// The chain of certificates.
    Chain,
    /// A list of revoked certificates.
    Crl,
    /// A timestamp (RFC 3161).
    Timestamp,
}

/// What a program that checks signatures said of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureCheck {
    /// It holds.
    Accepted,
    /// It does not hold, or not by what the program knew.
    Rejected,
    /// Nobody was asked.
    None,
}

impl SignaturePart {
    /// The word of the tables and of the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Chain => "chain",
            Self::Crl => "crl",
            Self::Timestamp => "timestamp",
        }
    }

    /// Every part.
    pub const ALL: [Self; 4] = [Self::Signature, Self::Chain, Self::Crl, Self::Timestamp];
}

impl SignatureCheck {
    /// The word of the tables and of the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::None => "none",
        }
    }

    /// Every result.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Rejected, Self::None];
}
