//! Forms laid out into pages, and pages written as PDF/A.
//!
//! Three things, in this order. A *form* ([`forms`]) gathers its rows from the tables. A *layout* ([`layout`]) says
//! paper, margins, sizes, widths, headings and wording, and can be changed without recompiling. The result is *pages*
//! ([`page`]): text, rules and a QR code at their places, which [`pdf`] turns into a file. Between the last two every page
//! is sealed ([`seal`]): its text is hashed, and the hash is printed in its foot.
//!
//! The same tables, layouts and context always give the same bytes. Nothing here reads a clock or writes anywhere.

mod catalog;
pub mod chart;
pub mod check;
pub mod document;
pub mod fonts;
pub mod forms;
pub mod issue;
pub mod layout;
pub mod page;
mod paginate;
pub mod pdf;
#[cfg(test)]
#[path = "../../tests/common/peers.rs"]
pub(crate) mod peers;
#[cfg(test)]
mod pictures;
pub mod qr;
pub mod ready;
pub mod register;
pub mod reprint;
pub mod seal;
pub mod seen;
pub mod setting;
pub mod sheet;
pub mod signature;
pub mod since;
pub mod structure;
pub mod table;
mod tags;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod typeset;
pub mod words;

pub use document::{Form, Scope, Subject, Variant, Wanted};
pub use forms::Document;
pub use forms::access::{AccessSheet, AccessSlip, access_slips};
pub use forms::consent::{ConsentOf, consents};
pub use forms::contacts::contacts_sheet;
pub use forms::diary_slips::{DiarySheet, DiarySlip, SlipDay, SlipLesson, diary_slips};
pub use forms::inspection::{self, inspection_act};
pub use forms::recovery::{Recovery, emergency_sheet, recovery_sheet};
pub use forms::spine::spine_labels;
pub use layout::Layouts;
pub use seal::{Code, parse_code, show_page_record};
pub use sheet::PageSeal;

use crate::error::{Error, Result};
use crate::journal::entry::Replaces;
use crate::journal::read::Tables;
use crate::ledger::log::checkpoint::Checkpoint;
use crate::school::PersonName;
use chrono::{DateTime, FixedOffset};
use forms::Composer;
use sha2::{Digest, Sha256};

/// What a document says of its being issued. All of it comes from the ledger, so a document can be rendered again.
#[derive(Debug, Clone)]
pub struct IssueContext {
    /// The register number, `2025-0143`; empty for a draft, which has no number, code or QR code.
    pub number: String,
    /// When it is issued.
    pub issued_at: DateTime<FixedOffset>,
    /// Who issues it.
    pub issued_by: PersonName,
    /// In which position.
    pub issued_position: String,
    /// The journal's id, hexadecimal.
    pub journal_id: String,
    /// How many entries the ledger has whose state is printed.
    pub ledger_length: u64,
    /// The head of the last of them, hexadecimal.
    pub ledger_head: String,
    /// The version of Letopis.
    pub version: String,
    /// The version of the rules of the last of those entries: what documents say by later ones, this one does not.
    pub rules: u32,
    /// The version of the way in which files are written: [`pdf::WRITING`] of what is issued now.
    pub writing: u32,
    /// What leaves of a class's book it replaces, where it is printed for that.
    pub replaces: Option<Replaces>,
    /// The checkpoint of the ledger whose state is printed, where the school had named witnesses who sign such.
    pub checkpoint: Option<Checkpoint>,
    /// Why it is issued although something is missing of what it certifies; empty where nothing is.
    pub reason: String,
}

/// A document as a file, with what its register keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The title.
    pub title: String,
    /// The seal of each page in order.
    pub pages: Vec<PageSeal>,
    /// Leaves of paper.
    pub leaves: u32,
    /// Volumes of the book that this document is one of; 1 for every other document.
    pub volumes: u32,
    /// The file.
    pub pdf: Vec<u8>,
    /// The file's SHA-256.
    pub pdf_sha256: [u8; 32],
}

/// Renders a document.
///
/// # Errors
/// [`crate::error::Kind::Input`] for a class that is not there, a number that is none, more pupils or a longer topic
/// than a page holds; [`crate::error::Kind::Damaged`] for tables that hold what they cannot hold.
pub fn render(tables: &Tables, layouts: &Layouts, wanted: &Wanted, context: &IssueContext) -> Result<Rendered> {
    let document = lay_out(tables, layouts, wanted, context)?;
    let pdf = write(&document, wanted, context)?;
    let volumes = document.volumes;
    let pdf_sha256 = Sha256::digest(&pdf).into();
    Ok(Rendered { title: document.title, pages: document.seals, leaves: document.leaves, volumes, pdf, pdf_sha256 })
}

/// Writes a document that was laid out as a file.
///
/// # Errors
/// As [`render`].
pub fn write(document: &Document, wanted: &Wanted, context: &IssueContext) -> Result<Vec<u8>> {
    let id = if context.number.is_empty() { "draft" } else { &context.number };
    let about = pdf::About {
        title: document.title.clone(),
        author: document.author.clone(),
        producer: format!("Letopis {}", context.version),
        id: format!("{}/{id}/{}/{}", context.journal_id, wanted.form.id(), wanted.subject),
        issued_at: context.issued_at,
        numbering: document.numbering,
        names: document.names.clone(),
        tagged: wanted.form.is_tagged(),
    };
    let looks = pdf::Looks {
        number: context.number.clone(),
        draft: context.number.is_empty(),
        facing: document.numbering.sides == sheet::Sides::Both
            && document.pages.iter().any(|page| page.height > page.width),
        writing: context.writing,
    };
    pdf::write_document(&document.pages, &document.bookmarks, &about, &looks)
}

/// Lays out a document without writing a PDF: the positioned pages, sealed.
///
/// # Errors
/// As [`render`].
pub fn lay_out(tables: &Tables, layouts: &Layouts, wanted: &Wanted, context: &IssueContext) -> Result<Document> {
    check_number(&context.number)?;
    forms::compose(Composer::new(tables, layouts, wanted, context)?, wanted)
}

/// The digests of everything besides the tables that a document is made with: layouts and fonts, by name.
pub fn resources(layouts: &Layouts) -> Vec<(String, [u8; 32])> {
    layouts.digests().iter().cloned().chain(fonts::digests()).collect()
}

fn check_number(number: &str) -> Result<()> {
    if number.is_empty() || seal::is_number(number) {
        return Ok(());
    }
    Err(Error::input(format!("«{number}» не номер документа")).next("номер выглядит как 2025-0143"))
}
