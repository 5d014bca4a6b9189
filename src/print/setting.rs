//! Documents that an older program or another layout set otherwise.
//!
//! A document keeps its number while nothing on its pages has changed, and it is printed again to learn that. A program
//! that sets pages otherwise would find every page changed. So where the pages differ, and so does what they were set
//! with, two documents of today's setting are held against each other: one of the tables as they stood when the document was issued, one
//! of those of now. Where these are alike, it is the setting alone that differs: the document stands, and it is for people
//! to say whether its file is taken from an archive or set anew under a new number.

use super::check::differing;
use super::register::{Registered, context_of};
use super::{Document, IssueContext, Layouts, Wanted, lay_out, write};
use crate::error::{Action, Detail, Error, Kind, Result};
use crate::journal::Proven;
use crate::journal::read::Tables;
use crate::ledger::chain::hex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Files by their sums (SHA-256, hex).
pub type Files = BTreeMap<String, Vec<u8>>;

/// What is done with documents that would be set otherwise today although nothing in them has changed.
#[derive(Clone, Copy, Default)]
pub enum SetOtherwise<'a> {
    /// Nothing: it is said that they are.
    #[default]
    Refuse,
    /// They are set anew, under new numbers.
    Reissue,
    /// Their files are taken from where somebody has them: given sums (SHA-256, hex), the files of those that were found,
    /// by sum.
    From(&'a (dyn Fn(&BTreeSet<String>) -> Result<Files> + Sync)),
}

/// The numbers of those of the documents that today's program and layouts set otherwise although nothing in them has
/// changed. One walk through the ledger serves all.
pub(super) fn set_otherwise(
    proven: &Proven,
    tables: &Tables,
    layouts: &Layouts,
    documents: Vec<(Wanted, Registered)>,
) -> Result<BTreeSet<String>> {
    let mut by_entry: BTreeMap<u64, Vec<(Wanted, Registered)>> = BTreeMap::new();
    for (wanted, document) in documents {
        if !differing(proven, layouts, &document)?.is_empty() {
            by_entry.entry(document.at_entry).or_default().push((wanted, document));
        }
    }
    let mut found = BTreeSet::new();
    if by_entry.is_empty() {
        return Ok(found);
    }
    let set = |tables: &Tables, wanted: &Wanted, document: &Registered| {
        let context = context_of(proven, tables, document)?;
        match lay_out(tables, layouts, wanted, &context) {
            Ok(laid_out) => Ok(Some((laid_out, context))),
            // A volume that the book no longer has, set as it is today.
            Err(error) if error.kind() == Kind::Input => Ok(None),
            Err(error) => Err(error),
        }
    };
    let places: Vec<u64> = by_entry.keys().copied().collect();
    proven.replay(&places, &mut |seq, then| {
        for (wanted, document) in by_entry.remove(&seq).unwrap_or_default() {
            let before = set(then, &wanted, &document)?;
            let codes = before.as_ref().map(|(laid_out, _)| codes(laid_out));
            let same_text = codes.as_ref() == Some(&document.pages);
            let same_file = |(laid_out, context): &(Document, IssueContext)| -> Result<bool> {
                Ok(hex(&Sha256::digest(write(laid_out, &wanted, context)?)) == document.pdf_sha256)
            };
            let alike = same_text && before.as_ref().map(same_file).transpose()?.unwrap_or_default();
            if alike {
                continue;
            }
            let now = set(tables, &wanted, &document)?;
            if codes == now.map(|(laid_out, _)| self::codes(&laid_out)) {
                found.insert(document.number);
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn codes(document: &Document) -> Vec<String> {
    document.seals.iter().map(|seal| hex(&seal.digest)).collect()
}

/// Said of such a document.
pub(super) fn refusal(document: &Registered) -> Error {
    Error::refused(format!(
        "документ № {}: данные прежние, но эта версия программы или этот макет расположили бы его страницы иначе, чем при выдаче (версия {})",
        document.number, document.version
    ))
    .next_by("выданный файл возьмите из архива, номер останется прежним", Action::Give(Detail::FromArchive))
    .then_by("или оформите документ заново под новым номером", Action::Give(Detail::Reissue))
}

/// Said where an archive has not the file of such a document.
pub(super) fn not_there(document: &Registered) -> Error {
    Error::input(format!("в архиве нет файла документа № {}", document.number))
        .next("укажите архив, созданный после его выдачи и вашим ключом открываемый")
        .then_by("или оформите документ заново под новым номером", Action::Give(Detail::Reissue))
}
