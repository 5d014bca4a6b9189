//! Forms laid out into pages, and pages written as PDF/A.
//!
//! Three things, in this order. A *form* ([`forms`]) gathers its rows from the tables. A *layout* ([`layout`]) says
//! paper, margins, sizes, widths, headings and wording, and can be changed without recompiling. The result is *pages*
//! ([`page`]): text, rules and a QR code at their places, which [`pdf`] turns into a file. Between the last two every page
//! is sealed ([`seal`]): its text is hashed, and the hash is printed in its foot.
//!
//! The same tables, layouts and context always give the same bytes. Nothing here reads a clock or writes anywhere.

pub mod check;
pub mod fonts;
pub mod forms;
pub mod issue;
pub mod layout;
pub mod page;
pub mod pdf;
pub mod qr;
pub mod ready;
pub mod seal;
pub mod sheet;
pub mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod typeset;
pub mod words;

pub use forms::book::Document;
pub use layout::Layouts;
pub use seal::{Code, parse_code, show_page_record};
pub use sheet::PageSeal;

use crate::error::{Error, Result};
use crate::school::{ClassName, PersonName};
use chrono::{DateTime, FixedOffset};
use forms::Composer;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// A form of a class that is issued as a document of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Классный журнал: the class's book.
    ClassBook,
    /// Сводная ведомость итоговой успешности, kept for 25 years (§5.2).
    SummarySheet,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::ClassBook, Self::SummarySheet];

    /// The stable name under which the ledger keeps it.
    pub fn id(self) -> &'static str {
        match self {
            Self::ClassBook => "class-book",
            Self::SummarySheet => "summary-sheet",
        }
    }

    /// The form of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.id() == id)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::ClassBook => "Классный журнал",
            Self::SummarySheet => "Сводная ведомость итоговой успешности класса",
        }
    }

    /// The beginning of its file's name, in ASCII; the class follows.
    pub fn file_stem(self, class: &ClassName) -> String {
        let stem = match self {
            Self::ClassBook => "journal",
            Self::SummarySheet => "summary",
        };
        format!("{stem}-{}", class.ascii())
    }
}

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
}

/// A document as a file, with what its register keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The title.
    pub title: String,
    /// The seal of each page in order.
    pub pages: Vec<PageSeal>,
    /// Leaves of paper when printed on both sides.
    pub leaves: u32,
    /// The file.
    pub pdf: Vec<u8>,
    /// The file's SHA-256.
    pub pdf_sha256: [u8; 32],
}

/// Renders a form of a class.
///
/// # Errors
/// [`crate::error::Kind::Input`] for a class that is not there, a number that is none, more pupils or a longer topic
/// than a page holds; [`crate::error::Kind::Damaged`] for tables that hold what they cannot hold.
pub fn render(
    tables: &Connection,
    layouts: &Layouts,
    form: Form,
    class: &ClassName,
    context: &IssueContext,
) -> Result<Rendered> {
    check_number(&context.number)?;
    let composer = Composer::new(tables, layouts, class, context)?;
    let document = compose(&composer, form)?;
    let id = if context.number.is_empty() { "draft" } else { &context.number };
    let about = pdf::About {
        title: document.title.clone(),
        author: composer.short_school().to_owned(),
        producer: format!("Letopis {}", context.version),
        id: format!("{}/{id}/{}/{class}", context.journal_id, form.id()),
        issued_at: context.issued_at,
    };
    let pdf = pdf::write_pdf(&document.pages, &document.bookmarks, &about)?;
    let leaves = sheet::leaf_of(u32::try_from(document.pages.len()).unwrap_or(u32::MAX));
    let pdf_sha256 = Sha256::digest(&pdf).into();
    Ok(Rendered { title: document.title, pages: document.seals, leaves, pdf, pdf_sha256 })
}

/// Lays out a form of a class without writing a PDF: the positioned pages, sealed.
///
/// # Errors
/// As [`render`].
pub fn lay_out(
    tables: &Connection,
    layouts: &Layouts,
    form: Form,
    class: &ClassName,
    context: &IssueContext,
) -> Result<Document> {
    check_number(&context.number)?;
    compose(&Composer::new(tables, layouts, class, context)?, form)
}

/// The digests of everything besides the tables that a document is made with: layouts and fonts, by name.
pub fn resources(layouts: &Layouts) -> Vec<(String, [u8; 32])> {
    layouts.digests().iter().cloned().chain(fonts::digests()).collect()
}

fn compose(composer: &Composer<'_>, form: Form) -> Result<Document> {
    match form {
        Form::ClassBook => forms::book::class_book(composer),
        Form::SummarySheet => forms::summary_sheet::summary_sheet(composer),
    }
}

fn check_number(number: &str) -> Result<()> {
    if number.is_empty() || seal::is_number(number) {
        return Ok(());
    }
    Err(Error::input(format!("«{number}» не номер документа")).next("номер выглядит как 2025-0143"))
}
