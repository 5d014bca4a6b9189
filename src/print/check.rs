//! Checking paper against the journal: whose page is this code, what was on it, and does it print the same again.
//!
//! The first proof is the text that was kept when the page was issued, which is its own witness: the code on the paper is
//! its digest. The second is rendering the page again from the ledger as it stood. Where the second differs although the
//! first holds, the program or a layout has changed since, and the one that did is named.

use super::issue::issued_resources;
use super::register::{Registered, context_of, registered, superseded_by};
use super::{Code, Layouts, render};
use crate::error::{Error, Result};
use crate::journal::{Journal, page_text, tables};
use crate::ledger::chain::{hex, parse_hash};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// What a code on paper stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document.
    pub document: Registered,
    /// The page, from 1.
    pub page: u32,
    /// The page's whole check code, hex.
    pub digest: String,
    /// The kept record of its text.
    pub record: Vec<u8>,
    /// The number of the document that was issued for the same thing later, if any.
    pub superseded_by: Option<String>,
}

/// What rendering again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// The file is the same, byte for byte.
    Identical,
    /// The page's text is the same, the file is not: another version or font drew it.
    SameText,
    /// The page differs, and so do these versions or layouts.
    Differs(Vec<String>),
    /// The page differs and nothing explains it.
    Unexplained,
}

/// Finds the page of a code.
///
/// # Errors
/// No page has this code; several have; the kept text is lost or altered.
pub fn find(file: &Connection, code: &Code) -> Result<Page> {
    let sql = "SELECT number, page, digest FROM document_pages WHERE digest >= ?1 AND digest < ?1 || 'g'";
    let mut statement = file.prepare(sql)?;
    let rows = statement.query_map([hex(&code.digest)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut rows: Vec<(String, u32, String)> = rows.collect::<rusqlite::Result<_>>()?;
    rows.retain(|(number, page, _)| {
        code.number.as_ref().is_none_or(|named| named == number) && code.page.is_none_or(|named| named == *page)
    });
    let (number, page, digest) = match &rows[..] {
        [row] => row.clone(),
        [] => {
            return Err(Error::damaged("журнал не выдавал страницы с таким кодом")
                .next("проверьте, верно ли набран код; если верно, страница не из этого журнала или подделана"));
        }
        _ => return Err(Error::input("такой код у нескольких страниц").next("укажите номер документа и страницу")),
    };
    let damaged = |what: &str| {
        Error::damaged(format!("документ № {number}, стр. {page}: {what}")).next("выполните «letopis audit»")
    };
    let record = page_text(file, &digest)?.ok_or_else(|| damaged("сохранённый текст страницы утрачен"))?;
    if hex(&Sha256::digest(&record)) != digest || parse_hash(&digest).is_none() {
        return Err(damaged("сохранённый текст страницы изменён"));
    }
    let document = registered(file, &number)?.ok_or_else(|| damaged("документа нет в реестре"))?;
    let superseded_by = superseded_by(file, &document)?;
    Ok(Page { document, page, digest, record, superseded_by })
}

/// Renders the page's document again from the ledger as it stood when it was issued.
///
/// # Errors
/// A ledger that cannot be replayed; a form that this version does not know.
pub fn render_again(journal: &Journal, layouts: &Layouts, page: &Page) -> Result<Again> {
    let document = &page.document;
    let wanted = document.wanted()?;
    let then = tables::as_of(journal.tables(), Some(document.at_entry))?;
    let context = context_of(journal.tables(), &then, document)?;
    let rendered = render(&then, layouts, &wanted, &context)?;
    let place = usize::try_from(page.page).unwrap_or(usize::MAX).saturating_sub(1);
    let same_page = rendered.pages.get(place).is_some_and(|seal| hex(&seal.digest) == page.digest);
    if same_page {
        let identical = hex(&rendered.pdf_sha256) == document.pdf_sha256;
        return Ok(if identical { Again::Identical } else { Again::SameText });
    }
    let differing = differing(journal.tables(), layouts, document)?;
    Ok(if differing.is_empty() { Again::Unexplained } else { Again::Differs(differing) })
}

/// Which of the things that a document was made with are others today.
fn differing(file: &Connection, layouts: &Layouts, document: &Registered) -> Result<Vec<String>> {
    let mut out = Vec::new();
    if document.version != super::issue::VERSION {
        out.push(format!("версия программы {} (сейчас {})", document.version, super::issue::VERSION));
    }
    let mut statement = file.prepare("SELECT name, sha256 FROM document_resources WHERE number = ?1 ORDER BY name")?;
    let rows = statement.query_map([&document.number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let then: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let now = issued_resources(layouts);
    for (name, sha256) in &then {
        if now.iter().all(|resource| resource.name != *name || resource.sha256 != *sha256) {
            out.push(name.clone());
        }
    }
    Ok(out)
}
