//! The files of signatures that the school's own program made of issued documents: what they say of themselves, how they
//! are called beside the document, and putting them there.

mod cms;

pub use cms::{Cms, read as read_cms};

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::journal::Proven;
use crate::journal::entry::SignaturePart;
use crate::journal::read::{self, Tables};
use std::path::{Path, PathBuf};

/// The names of a signature's files, in their order: `class-7a.pdf.1.p7s`, `class-7a.pdf.1.chain.pem`. `pdf` is the name of
/// the document's file, `number` the signature's among those of the document, from 1; each file is given by what it is
/// and its bytes.
pub fn names(pdf: &str, number: usize, files: &[(SignaturePart, &[u8])]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for (part, bytes) in files {
        let (stem, ending) = match (part, bytes.starts_with(b"-----")) {
            (SignaturePart::Signature, _) => ("", "p7s"),
            (SignaturePart::Chain, true) => ("chain", "pem"),
            (SignaturePart::Chain, false) => ("chain", "p7b"),
            (SignaturePart::Crl, true) => ("crl", "pem"),
            (SignaturePart::Crl, false) => ("", "crl"),
            (SignaturePart::Timestamp, _) => ("", "tsr"),
        };
        let name = |again: usize| {
            let again = if again > 1 { again.to_string() } else { String::new() };
            let middle = [stem, &again].concat();
            let middle = if middle.is_empty() { middle } else { format!(".{middle}") };
            format!("{pdf}.{number}{middle}.{ending}")
        };
        let free = (1..).map(name).find(|name| !named.contains(name));
        named.extend(free);
    }
    named
}

/// Puts the files of all signatures of a document beside its PDF, and removes those of an earlier one that was replaced
/// there. Gives their paths.
///
/// # Errors
/// A kept file that is lost or altered; a folder that cannot be written.
pub fn put_beside(proven: &Proven, tables: &Tables, number: &str, pdf: &Path) -> Result<Vec<PathBuf>> {
    let (folder, name) =
        (pdf.parent().unwrap_or(Path::new(".")), pdf.file_name().unwrap_or_default().to_string_lossy());
    let mut put = Vec::new();
    for (at, signature) in (1..).zip(read::signatures::of(tables, number)?) {
        let bytes: Vec<Vec<u8>> =
            signature.files.iter().map(|file| proven.signature_file(&file.sha256)).collect::<Result<_>>()?;
        let files: Vec<_> = signature.files.iter().zip(&bytes).map(|(file, bytes)| (file.kind, &bytes[..])).collect();
        for (name, (_, bytes)) in names(&name, at, &files).into_iter().zip(&files) {
            let path = folder.join(name);
            files::replace(&path, bytes, Readers::Owner).map_err(|e| Error::file("записать", &path, &e))?;
            put.push(path);
        }
    }
    remove_others(folder, &name, &put)?;
    Ok(put)
}

/// Removes files of signatures that are named after a document's file and are not among these.
fn remove_others(folder: &Path, pdf: &str, kept: &[PathBuf]) -> Result<()> {
    let failed = |e: std::io::Error| Error::file("прочитать", folder, &e);
    for entry in files::list(folder).map_err(failed)? {
        let name = entry.name.to_string_lossy();
        let path = folder.join(&entry.name);
        if is_named_after(pdf, &name) && matches!(entry.kind, files::Kind::File(_)) && !kept.contains(&path) {
            files::remove(&path).map_err(|e| Error::file("удалить", &path, &e))?;
        }
    }
    Ok(())
}

/// Whether a name is one that [`names`] gives.
fn is_named_after(pdf: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(pdf).and_then(|rest| rest.strip_prefix('.')) else { return false };
    let Some((number, rest)) = rest.split_once('.') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (middle, ending) = rest.rsplit_once('.').unwrap_or(("", rest));
    let middle = middle.trim_end_matches(|c: char| c.is_ascii_digit());
    is_number(number) && ["", "chain", "crl"].contains(&middle) && ["p7s", "pem", "p7b", "crl", "tsr"].contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_signature_has_a_name_of_its_own_that_is_known_again() {
        let pem = b"-----BEGIN CERTIFICATE-----";
        let files: Vec<(SignaturePart, &[u8])> = vec![
            (SignaturePart::Signature, b"0"),
            (SignaturePart::Chain, pem),
            (SignaturePart::Crl, b"0"),
            (SignaturePart::Crl, b"1"),
            (SignaturePart::Timestamp, b"0"),
        ];
        let names = names("class-7a.pdf", 2, &files);
        let endings = ["2.p7s", "2.chain.pem", "2.crl", "2.2.crl", "2.tsr"];
        assert_eq!(names, endings.map(|ending| format!("class-7a.pdf.{ending}")));
        assert!(names.iter().all(|name| is_named_after("class-7a.pdf", name)));
        for other in
            ["class-7a.pdf", "class-7a.pdf.p7s", "class-7a.pdf.1.txt", "class-7b.pdf.1.p7s", "class-7a.pdf.x.p7s"]
        {
            assert!(!is_named_after("class-7a.pdf", other), "{other}");
        }
    }
}
