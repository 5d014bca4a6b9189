//! Leaves of a class's book that differ from those in its folder, and the book together with such leaves.
//!
//! What differs is found by comparing the kept text of the issued leaves with the book as it would be printed today. Where
//! nothing does, a book and the leaves that were issued for it show the journal as it is: an archive takes all of them, each
//! as it was issued.

use super::made::{Made, write_issued};
use super::{Issued, Issuer};
use crate::error::{Action, Error, Kind, Result};
use crate::files::{self, Readers};
use crate::journal::entry::Replaces;
use crate::journal::read::Tables;
use crate::journal::read::folder::Folder;
use crate::journal::{Author, Proven, read};
use crate::ledger::chain::hex;
use crate::print::check::{self, differing, file_as_issued};
use crate::print::forms::leaves::{Spoken, differing as differing_leaves_of, spoken};
use crate::print::register::{Registered, last_issued};
use crate::print::seal::read_record;
use crate::print::sheet::FOOT_ROWS;
use crate::print::{Form, IssueContext, Layouts, Variant, Wanted, forms, signature};
use crate::school::ClassName;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Leaves of a book that differ from those in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// The document that they make.
    pub wanted: Wanted,
    /// Which they are, and what they replace.
    pub replaces: Replaces,
}

/// The leaves of a book that differ today from those in its folder; nothing where none does.
///
/// # Errors
/// An author without the right; a book that an older version or another layout set otherwise; a book of several volumes.
pub fn differing_leaves(
    proven: &Proven,
    author: Author<'_>,
    layouts: &Layouts,
    folder: &Folder,
) -> Result<Option<Differing>> {
    let tables = proven.tables()?;
    let issuer = Issuer::new(&tables, author, layouts)?;
    let book = document(&tables, &folder.book)?;
    for number in [&folder.book].into_iter().chain(&folder.by) {
        let issued = document(&tables, number)?;
        if !differing(proven, layouts, &issued)?.is_empty() && !check::is_set_as_issued(proven, layouts, &issued)? {
            return Err(Error::refused(format!(
                "документ № {number}: эта версия программы или этот макет расположили бы его страницы иначе, чем при выдаче (версия {}), и отличались бы все листы",
                issued.version
            ))
            .next_by("напечатайте журнал целиком", Action::PrintClass { class: ClassName::parse(&book.subject)? }));
        }
    }
    let of_book = Wanted::of(&book)?;
    let wanted = leaves_of(&of_book, folder.by.len() + 1);
    let replaces = issuer.differing(proven, &tables, folder, &wanted)?;
    Ok(replaces.map(|replaces| Differing { wanted, replaces }))
}

/// Writes a document of leaves again as it was issued; nothing where it does not print the same any more.
///
/// # Errors
/// An author without the right; a folder that cannot be written.
pub fn leaves_again(
    proven: &Proven,
    author: Author<'_>,
    layouts: &Layouts,
    number: &str,
    dir: &Path,
) -> Result<Option<Issued>> {
    let tables = proven.tables()?;
    let issuer = Issuer::new(&tables, author, layouts)?;
    let issued = document(&tables, number)?;
    let dir = &*files::named(dir)?;
    files::make_folders(dir, Readers::All).map_err(|e| Error::file("создать папку", dir, &e))?;
    let Some(made) = issuer.as_it_was(proven, &Wanted::of(&issued)?, &issued, dir)? else { return Ok(None) };
    let one = made.into_place()?;
    files::sync_folder(dir).map_err(|e| Error::file("записать", dir, &e))?;
    let beside = signature::put_beside(proven, &tables, &one.number, &one.file)?;
    Ok(Some(Issued { beside, ..one }))
}

/// The document of leaves that replaces some of a book for the so-manieth time.
fn leaves_of(book: &Wanted, turn: usize) -> Wanted {
    let turn = u32::try_from(turn).unwrap_or(u32::MAX);
    let variant = Variant { turn, volume: 0, ..book.variant };
    Wanted { form: Form::BookLeaves, subject: book.subject.clone(), variant }
}

fn document(tables: &Tables, number: &str) -> Result<Registered> {
    read::documents::document(tables, number)?.ok_or_else(|| {
        Error::damaged(format!("документа № {number} нет в реестре")).next_by("проверьте журнал", Action::Audit)
    })
}

/// Whether one of the documents that are wanted together is a book whose leaves are among them, or such leaves: these show
/// the journal together, each as it was issued.
pub(super) fn is_printed_as_issued(one: &Wanted, all: &[Wanted]) -> bool {
    let is_of = |other: &Wanted| other.form == Form::BookLeaves && other.subject == one.subject;
    match one.form {
        Form::ClassBook => all.iter().any(is_of),
        Form::BookLeaves => one.variant.turn > 0 && all.iter().any(|other| other.form == Form::ClassBook),
        _ => false,
    }
}

impl Issuer<'_> {
    fn differing(
        &self,
        proven: &Proven,
        tables: &Tables,
        folder: &Folder,
        wanted: &Wanted,
    ) -> Result<Option<Replaces>> {
        let Some(class) = wanted.subject.class() else { return Ok(None) };
        let context: IssueContext = self.context(proven, folder.book.clone())?;
        let composer = forms::Composer::new(tables, self.layouts, wanted, &context)?.of_class(class)?;
        let mut documents: Vec<Registered> = Vec::new();
        for number in [&folder.book].into_iter().chain(&folder.by) {
            documents.push(document(tables, number)?);
        }
        let kept = |number: &str, page: u32| -> Result<Vec<Spoken>> {
            let issued = documents.iter().find(|document| document.number == number);
            let digest = issued.and_then(|document| document.pages.get(page.checked_sub(1)? as usize));
            let damaged = || {
                Error::damaged(format!("документ № {number}, стр. {page}: сохранённый текст не читается"))
                    .next_by("проверьте журнал", Action::Audit)
            };
            let record = proven.page_text(digest.ok_or_else(damaged)?)?;
            let (.., runs) = read_record(&record).ok_or_else(damaged)?;
            Ok(spoken(runs, FOOT_ROWS + usize::from(number != folder.book)))
        };
        differing_leaves_of(&composer, folder, &kept)
    }

    /// The leaves that were issued for a book, where with them it shows the journal as it is today, and all of it prints
    /// again as it was issued; nothing of every other document.
    pub(super) fn leaves_of_today(&self, proven: &Proven, tables: &Tables, wanted: &Wanted) -> Result<Vec<Wanted>> {
        if wanted.form != Form::ClassBook {
            return Ok(Vec::new());
        }
        let Some(book) = last_issued(tables, wanted)?.filter(|book| book.superseded.is_none()) else {
            return Ok(Vec::new());
        };
        if read::folder::replacing(tables, &book.number)?.is_empty()
            || read::later_issue(tables, &book.number)?.is_some()
        {
            return Ok(Vec::new());
        }
        let Some(folder) = Folder::of(tables, &book.number)? else { return Ok(Vec::new()) };
        for number in [&folder.book].into_iter().chain(&folder.by) {
            if self.file_as_it_was(proven, &document(tables, number)?)?.is_none() {
                return Ok(Vec::new());
            }
        }
        let turns: Vec<Wanted> = (1..=folder.by.len()).map(|turn| leaves_of(wanted, turn)).collect();
        Ok(match self.differing(proven, tables, &folder, &leaves_of(wanted, folder.by.len() + 1))? {
            None => turns,
            Some(_) => Vec::new(),
        })
    }

    /// The document's file as it was issued, if it prints the same again.
    fn file_as_it_was(&self, proven: &Proven, issued: &Registered) -> Result<Option<Vec<u8>>> {
        let pdf = match file_as_issued(proven, self.layouts, issued) {
            // Set as it is today, the book has other leaves than it had.
            Err(error) if error.kind() == Kind::Input => None,
            pdf => pdf?,
        };
        Ok(pdf.filter(|pdf| hex(&Sha256::digest(pdf)) == issued.pdf_sha256))
    }

    /// The document as it was issued, whatever was recorded since.
    pub(super) fn as_it_was(
        &self,
        proven: &Proven,
        wanted: &Wanted,
        last: &Registered,
        dir: &Path,
    ) -> Result<Option<Made>> {
        let Some(pdf) = self.file_as_it_was(proven, last)? else { return Ok(None) };
        Ok(Some(Made { volumes: 1, ..write_issued(&proven.tables()?, wanted, last, &pdf, dir)? }))
    }
}
