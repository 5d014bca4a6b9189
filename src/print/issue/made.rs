//! Documents that were rendered: written beside their places, entered into the register, put into place.

use super::Issued;
use crate::error::{Error, Result};
use crate::files::{Draft, Readers};
use crate::journal::entry::DocumentIssued;
use crate::journal::read::Tables;
use crate::journal::{Author, Journal};
use crate::ledger::chain::hex;
use crate::print::register::{Registered, last_issued};
use crate::print::{PageSeal, Rendered, Variant, Wanted};
use std::path::Path;

/// A document rendered and written beside its place.
pub(super) struct Made {
    pub(super) issued: Issued,
    pub(super) draft: Draft,
    pub(super) volumes: u32,
    pub(super) entry: Option<(DocumentIssued, Vec<PageSeal>)>,
}

/// Writes the file beside its place.
pub(super) fn write(wanted: &Wanted, number: &str, rendered: Rendered, dir: &Path) -> Result<Made> {
    let file = dir.join(format!("{}.pdf", wanted.file_stem()));
    let draft = Draft::of(&file, &rendered.pdf, Readers::Owner).map_err(|e| Error::file("записать", &file, &e))?;
    let (title, pages, leaves, volumes) = (rendered.title, rendered.pages.len(), rendered.leaves, rendered.volumes);
    let issued = Issued {
        wanted: wanted.clone(),
        number: number.to_owned(),
        title,
        pages,
        leaves,
        file,
        beside: Vec::new(),
        new: true,
    };
    Ok(Made { issued, draft, volumes, entry: None })
}

/// Writes the file of a document as it was issued.
pub(super) fn write_issued(
    tables: &Tables,
    wanted: &Wanted,
    issued: &Registered,
    pdf: &[u8],
    dir: &Path,
) -> Result<Made> {
    let mut volumes = 1;
    let volume = |volume| Wanted { variant: Variant { volume, ..wanted.variant }, ..wanted.clone() };
    while wanted.variant.volume <= 1
        && last_issued(tables, &volume(volumes + 1))?.is_some_and(|next| next.superseded.is_none())
    {
        volumes += 1;
    }
    let file = dir.join(format!("{}.pdf", wanted.file_stem()));
    let draft = Draft::of(&file, pdf, Readers::Owner).map_err(|e| Error::file("записать", &file, &e))?;
    let issued = Issued {
        wanted: wanted.clone(),
        number: issued.number.clone(),
        title: issued.title.clone(),
        pages: issued.pages.len(),
        leaves: issued.leaves,
        file,
        new: false,
        beside: Vec::new(),
    };
    Ok(Made { issued, draft, volumes, entry: None })
}

impl Made {
    /// The volumes after this one, where it is a book's first.
    pub(super) fn further_volumes(&self) -> impl Iterator<Item = Wanted> + '_ {
        let Wanted { form, subject, variant } = &self.issued.wanted;
        let first = variant.volume <= 1;
        let further = (2..=self.volumes).filter(move |_| first);
        further.map(|volume| Wanted { form: *form, subject: subject.clone(), variant: Variant { volume, ..*variant } })
    }

    pub(super) fn into_place(self) -> Result<Issued> {
        let file = &self.issued.file;
        self.draft.put_lightly().map_err(|e| Error::file("записать", file, &e))?;
        Ok(self.issued)
    }
}

/// Enters the new documents into the register, with the texts of their pages, all or none; says whether there were any.
pub(super) fn register(journal: &mut Journal, author: Author<'_>, made: &[Made]) -> Result<bool> {
    if made.iter().all(|made| made.entry.is_none()) {
        return Ok(false);
    }
    let mut batch = journal.batch()?;
    for (entry, seals) in made.iter().filter_map(|made| made.entry.as_ref()) {
        for seal in seals {
            batch.keep_page_text(&hex(&seal.digest), &seal.record)?;
        }
        batch.record(author, entry.clone())?;
    }
    batch.commit()?;
    Ok(true)
}
