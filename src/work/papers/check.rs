//! A page or a file that was brought: whose it is, whether it prints the same again, what became of it since.

use super::sign::what_expires;
use crate::error::Result;
use crate::journal::Proven;
use crate::journal::entry::Replaces;
use crate::journal::read::folder::{self, Fate};
use crate::journal::read::signatures::Signature;
use crate::journal::read::{self, Turn};
use crate::print::check::{self, Checked, Page};
use crate::print::register::{Bound, Registered};
use crate::print::{Code, Layouts};
use std::path::Path;

/// What was brought.
#[derive(Debug)]
pub enum Brought {
    /// A page, known by its code.
    Page(Page),
    /// A file, known by its sum.
    File(Registered),
}

impl Brought {
    /// The document that it is, or is of.
    pub fn document(&self) -> &Registered {
        match self {
            Self::Page(page) => &page.document,
            Self::File(document) => document,
        }
    }
}

/// What was brought, and how its document stands today.
#[derive(Debug)]
pub struct Standing {
    /// What was brought to be checked.
    pub brought: Brought,
    /// «Петрова Е. Н.»
    pub issued_by: String,
    /// The document that was issued in its place later.
    pub later: Option<Registered>,
    /// What became of the leaf in its book, of a page of one.
    pub fate: Option<Fate>,
    /// What leaves of a book the document replaces.
    pub replaces: Option<Replaces>,
    /// The year was opened again since, and the document holds no longer.
    pub reopened: Option<Turn>,
    /// How it was bound.
    pub bound: Option<Bound>,
    /// Its signatures by the school's own program, and what of each expires when.
    pub signatures: Vec<(Signature, Option<String>)>,
    /// By whom that was recorded: «Зайцева О. П.»
    pub bound_by: String,
    /// Whether it prints the same again, and what has changed since.
    pub checked: Checked,
}

/// Checks a page by its code.
///
/// # Errors
/// A code that is none of this journal's.
pub fn check_code(proven: &Proven, layouts: &Layouts, code: &Code) -> Result<Standing> {
    let page = check::find(proven, code)?;
    let checked = check::page_again(proven, layouts, &page)?;
    standing(proven, Brought::Page(page), checked)
}

/// Checks a file by its sum.
///
/// # Errors
/// A file that this journal has not issued.
pub fn check_file(proven: &Proven, layouts: &Layouts, file: &Path) -> Result<Standing> {
    let document = check::find_file(proven, file)?;
    let checked = check::file_again(proven, layouts, &document)?;
    standing(proven, Brought::File(document), checked)
}

fn standing(proven: &Proven, brought: Brought, checked: Checked) -> Result<Standing> {
    let tables = &proven.tables()?;
    let name = |login: &str| -> Result<String> {
        Ok(read::staff(tables, login)?.map(|person| person.name.initials()).unwrap_or_default())
    };
    let document = brought.document();
    let (issued_by, later) = (name(&document.issued_by)?, check::superseding(tables, document)?);
    let bound = read::bound(tables, &document.number)?;
    let bound_by = bound.as_ref().map(|bound| name(&bound.by)).transpose()?.unwrap_or_default();
    let reopenings = read::reopenings(tables)?;
    let reopened = reopenings.into_iter().find(|turn| document.superseded == Some(turn.entry));
    let signatures = read::signatures::of(tables, &document.number)?.into_iter();
    let signatures = signatures.map(|one| what_expires(tables, &one).map(|expires| (one, expires)));
    let signatures = signatures.collect::<Result<_>>()?;
    let fate = match &brought {
        Brought::Page(page) => folder::fate(tables, &page.document.number, page.page)?,
        Brought::File(_) => None,
    };
    let replaces = folder::replaces(tables, &brought.document().number)?;
    Ok(Standing { brought, issued_by, later, fate, replaces, reopened, bound, signatures, bound_by, checked })
}
