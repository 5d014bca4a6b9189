//! The register of issued documents: what was issued, when, by whom, from which state, and the codes of its pages.

use super::Tables;
use crate::error::{Action, Error, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, Row, params};

/// A document as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its number.
    pub number: String,
    /// Stable name of the form.
    pub form: String,
    /// What it is about: a class, a pupil, an archive, or empty for the school.
    pub subject: String,
    /// How it is printed.
    pub variant: String,
    /// Its title.
    pub title: String,
    /// Its leaves of paper.
    pub leaves: u32,
    /// The entry whose state it shows.
    pub at_entry: u64,
    /// When it was issued.
    pub issued_at: DateTime<FixedOffset>,
    /// Login of who issued it.
    pub issued_by: String,
    /// The version that made it.
    pub version: String,
    /// The version of the way in which its file was written.
    pub writing: u32,
    /// SHA-256 of its file, hex.
    pub pdf_sha256: String,
    /// Why it was issued with gaps, or empty.
    pub reason: String,
    /// The entry that opened the year again, after which it holds no longer.
    pub superseded: Option<u64>,
    /// The entry that issued it.
    pub entry: u64,
    /// Check codes of its pages, hex.
    pub pages: Vec<String>,
}

const SELECT: &str = "SELECT number, form, subject, variant, title, leaves, at_entry, issued_at, issued_by, version,
                      pdf_sha256, writing, reason, superseded, entry FROM documents";

/// Every document that was issued, in the order of their numbers.
///
/// # Errors
/// A row that does not read is damage.
pub fn documents(tables: &Tables) -> Result<Vec<Registered>> {
    let mut statement = tables.prepare_cached(&format!("{SELECT} ORDER BY entry"))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(registered(tables, row)?);
    }
    Ok(all)
}

/// A document by its number.
///
/// # Errors
/// A row that does not read is damage.
pub fn document(tables: &Tables, number: &str) -> Result<Option<Registered>> {
    one(tables, "WHERE number = ?1", [number])
}

/// The document of a thing that was issued last, by the stable names of its form, subject and variant.
///
/// # Errors
/// A row that does not read is damage.
pub fn last_document(tables: &Tables, form: &str, subject: &str, variant: &str) -> Result<Option<Registered>> {
    let which = "WHERE form = ?1 AND subject = ?2 AND variant = ?3 ORDER BY entry DESC LIMIT 1";
    one(tables, which, [form, subject, variant])
}

/// The document whose file has a SHA-256, hex.
///
/// # Errors
/// A row that does not read is damage.
pub fn document_of_file(tables: &Tables, sha256: &str) -> Result<Option<Registered>> {
    one(tables, "WHERE pdf_sha256 = ?1", [sha256])
}

fn one<const N: usize>(tables: &Tables, which: &str, parameters: [&str; N]) -> Result<Option<Registered>> {
    let mut statement = tables.prepare_cached(&format!("{SELECT} {which}"))?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    rows.next()?.map(|row| registered(tables, row)).transpose()
}

fn registered(tables: &Tables, row: &Row<'_>) -> Result<Registered> {
    let number: String = row.get("number")?;
    let time: String = row.get("issued_at")?;
    let issued_at = DateTime::parse_from_rfc3339(&time).map_err(|_| {
        Error::damaged(format!("время выдачи документа № {number} не читается: «{time}»"))
            .next_by("проверьте журнал", Action::Audit)
    })?;
    let mut pages = tables.prepare_cached("SELECT digest FROM document_pages WHERE number = ?1 ORDER BY page")?;
    let pages = pages.query_map([&number], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Registered {
        form: row.get("form")?,
        subject: row.get("subject")?,
        variant: row.get("variant")?,
        title: row.get("title")?,
        leaves: row.get("leaves")?,
        at_entry: row.get("at_entry")?,
        issued_at,
        issued_by: row.get("issued_by")?,
        version: row.get("version")?,
        writing: row.get("writing")?,
        pdf_sha256: row.get("pdf_sha256")?,
        reason: row.get("reason")?,
        superseded: row.get("superseded")?,
        entry: row.get("entry")?,
        number,
        pages,
    })
}

/// A page that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedPage {
    /// Its document's number.
    pub number: String,
    /// Its number in the document, from 1.
    pub page: u32,
    /// Its check code, hex.
    pub digest: String,
}

/// The pages of the documents that were issued after an entry, in order.
pub fn pages_issued_after(tables: &Tables, entry: u64) -> Result<Vec<IssuedPage>> {
    let sql = "SELECT number, page, digest FROM document_pages JOIN documents USING (number) WHERE entry > ?1
               ORDER BY number, page";
    pages(tables, sql, params![entry])
}

/// The pages whose check code begins with these hex digits.
pub fn pages_of_code(tables: &Tables, digits: &str) -> Result<Vec<IssuedPage>> {
    let sql = "SELECT number, page, digest FROM document_pages WHERE digest >= ?1 AND digest < ?1 || 'g'";
    pages(tables, sql, [digits])
}

fn pages(tables: &Tables, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<IssuedPage>> {
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| {
        Ok(IssuedPage { number: row.get("number")?, page: row.get("page")?, digest: row.get("digest")? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The largest text of a page in bytes; a real one is some kilobytes. The limit keeps a forged row from filling the memory.
const LARGEST_TEXT: u64 = 1 << 24;

/// The kept text of an issued page, by its digest in hex, as it lies in a journal's file; empty where it does not inflate.
/// It is not held against its digest here.
pub fn page_text(file: &Tables, digest: &str) -> Result<Option<Vec<u8>>> {
    use std::io::Read;
    let sql = "SELECT text FROM page_texts WHERE digest = ?1";
    let deflated: Option<Vec<u8>> = file.prepare_cached(sql)?.query_row([digest], |row| row.get(0)).optional()?;
    Ok(deflated.map(|deflated| {
        let mut text = Vec::new();
        let inflated = flate2::read::DeflateDecoder::new(&deflated[..]).take(LARGEST_TEXT).read_to_end(&mut text);
        if inflated.is_ok() { text } else { Vec::new() }
    }))
}
