//! The signatures that the school's own program made of issued documents.

use super::Tables;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{SignatureCheck, SignatureFile, SignaturePart};
use chrono::{DateTime, FixedOffset};

/// A signature of an issued document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The entry that recorded it.
    pub entry: u64,
    /// The document's number.
    pub number: String,
    /// When it was recorded.
    pub at: DateTime<FixedOffset>,
    /// Login of who recorded it.
    pub by: String,
    /// The program that signed.
    pub program: String,
    /// What the program that checks said.
    pub check: SignatureCheck,
    /// That program, or empty.
    pub checker: String,
    /// Whom the certificate names, or empty.
    pub signer: String,
    /// The end of the certificate's validity.
    pub valid_until: Option<DateTime<FixedOffset>>,
    /// Whether there is a timestamp.
    pub timestamp: bool,
    /// The signature, and what lies beside it.
    pub files: Vec<SignatureFile>,
}

/// The signatures of a document, in the order in which they were recorded.
///
/// # Errors
/// A row that does not read is damage.
pub fn of(tables: &Tables, number: &str) -> Result<Vec<Signature>> {
    let sql = "SELECT entry, number, at, by, program, checked, checker, signer, valid_until, timestamp FROM signatures
               WHERE number = ?1 ORDER BY entry";
    let all: Vec<(Signature, String, Option<String>)> =
        tables.all("подпись документа", sql, [number], |row| {
            let signature = Signature {
                entry: row.get("entry")?,
                number: row.get("number")?,
                at: row.moment("at")?,
                by: row.get("by")?,
                program: row.get("program")?,
                check: SignatureCheck::None,
                checker: row.get("checker")?,
                signer: row.get("signer")?,
                valid_until: None,
                timestamp: row.get("timestamp")?,
                files: Vec::new(),
            };
            Ok((signature, row.get("checked")?, row.get("valid_until")?))
        })?;
    let whole = |(signature, checked, until): (Signature, String, Option<String>)| {
        let check = SignatureCheck::ALL.into_iter().find(|check| check.word() == checked);
        let until = until.map(|until| DateTime::parse_from_rfc3339(&until)).transpose();
        let (Some(check), Ok(valid_until)) = (check, until) else {
            return Err(Error::damaged(format!("подпись документа № {number} не читается"))
                .next_by("проверьте журнал", Action::Audit));
        };
        let files = files(tables, signature.entry)?;
        Ok(Signature { check, valid_until, files, ..signature })
    };
    all.into_iter().map(whole).collect()
}

fn files(tables: &Tables, entry: u64) -> Result<Vec<SignatureFile>> {
    let sql = "SELECT kind, sha256, bytes FROM signature_files WHERE entry = ?1 ORDER BY place";
    let rows: Vec<(String, String, u64)> = tables.all("файл подписи", sql, [entry], |row| {
        Ok((row.get("kind")?, row.get("sha256")?, row.get("bytes")?))
    })?;
    let part = |word: &str| {
        SignaturePart::ALL.into_iter().find(|part| part.word() == word).ok_or_else(|| {
            Error::damaged(format!("файл подписи вида «{word}» не читается")).next_by("проверьте журнал", Action::Audit)
        })
    };
    rows.into_iter().map(|(kind, sha256, bytes)| Ok(SignatureFile { kind: part(&kind)?, sha256, bytes })).collect()
}

/// The files of the signatures that were recorded after an entry: the document's number, and the file's digest in hex.
///
/// # Errors
/// A row that does not read is damage.
pub fn files_after(tables: &Tables, entry: u64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT number, sha256 FROM signature_files JOIN signatures USING (entry) WHERE entry > ?1
               ORDER BY entry, place";
    tables.all("файл подписи", sql, [entry], |row| Ok((row.get("number")?, row.get("sha256")?)))
}
