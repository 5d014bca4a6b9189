//! The register of issued documents as the tables keep it: what was issued, when, by whom, from which state.

use super::seal::groups;
use super::{Form, IssueContext, Subject, Variant, Wanted};
use crate::error::{Error, Result};
use crate::journal::read;
pub use crate::journal::read::Bound;
use crate::journal::read::Tables;
use crate::ledger::chain::{hex, parse_hash};
use crate::ledger::store;
use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, params};

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
    /// The entry whose state it shows.
    pub at_entry: u64,
    /// When it was issued.
    pub issued_at: DateTime<FixedOffset>,
    /// Login of who issued it.
    pub issued_by: String,
    /// The version that made it.
    pub version: String,
    /// SHA-256 of its file, hex.
    pub pdf_sha256: String,
    /// Check codes of its pages, hex.
    pub pages: Vec<String>,
}

impl Registered {
    /// What was issued.
    ///
    /// # Errors
    /// A form, subject or variant that this version does not know.
    pub fn wanted(&self) -> Result<Wanted> {
        let form = Form::from_id(&self.form).ok_or_else(|| {
            Error::input(format!("эта версия программы не печатает документы вида «{}»", self.form))
                .next("обновите программу")
        })?;
        let subject = Subject::parse(form.scope(), &self.subject)?;
        Ok(Wanted { form, subject, variant: Variant::parse(&self.variant)? })
    }
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The document.
    pub document: Registered,
    /// Its leaves of paper.
    pub leaves: u32,
    /// How it was bound, if it was.
    pub bound: Option<Bound>,
}

impl Line {
    /// The check code of the document's last page, which bears the certification: in a class's book it covers all the
    /// others.
    pub fn code(&self) -> String {
        self.document.pages.last().and_then(|hex| parse_hash(hex)).map(|digest| groups(&digest)).unwrap_or_default()
    }
}

/// Every document that was issued, in the order of their numbers.
///
/// # Errors
/// A row that does not read is damage.
pub fn all(tables: &Tables) -> Result<Vec<Line>> {
    let mut statement = tables.prepare_cached("SELECT number, leaves FROM documents ORDER BY entry")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(String, u32)> = rows.collect::<rusqlite::Result<_>>()?;
    let line = |(number, leaves): (String, u32)| {
        let bound = bound(tables, &number)?;
        Ok(registered(tables, &number)?.map(|document| Line { document, leaves, bound }))
    };
    rows.into_iter().filter_map(|row| line(row).transpose()).collect()
}

/// The context in which a document was issued, from the register, the ledger, and the people in `tables`.
pub fn last_context(tables: &Tables, last: &Registered) -> Result<IssueContext> {
    context_of(tables, tables, last)
}

/// As [`last_context`], with the ledger in `file` and the people as `tables` have them.
pub fn context_of(file: &Tables, tables: &Tables, document: &Registered) -> Result<IssueContext> {
    let damaged = |what: &str| {
        Error::damaged(format!("документ № {}: {what}", document.number)).next("выполните «letopis audit»")
    };
    let at =
        store::get(file.db(), document.at_entry)?.ok_or_else(|| damaged("записи, по которой он составлен, нет"))?;
    let person = read::staff(tables, &document.issued_by)?.ok_or_else(|| damaged("нет сотрудника, выдавшего его"))?;
    Ok(IssueContext {
        number: document.number.clone(),
        issued_at: document.issued_at,
        issued_by: person.name,
        issued_position: person.position,
        journal_id: hex(&store::tip(file.db())?.journal),
        ledger_length: document.at_entry,
        ledger_head: hex(&at.head),
        version: document.version.clone(),
    })
}

/// The document of a thing that was issued last.
///
/// # Errors
/// A row that does not read is damage.
pub fn last_issued(tables: &Tables, wanted: &Wanted) -> Result<Option<Registered>> {
    let sql =
        "SELECT number FROM documents WHERE form = ?1 AND subject = ?2 AND variant = ?3 ORDER BY entry DESC LIMIT 1";
    let parameters = params![wanted.form.id(), wanted.subject.to_string(), wanted.variant.to_string()];
    let number: Option<String> = tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
    number.map(|number| registered(tables, &number)).transpose().map(Option::flatten)
}

/// The number of the last document that was issued of the same thing after this one, on whichever sides of the paper.
///
/// # Errors
/// Only the database's.
pub fn superseded_by(tables: &Tables, document: &Registered) -> Result<Option<String>> {
    read::later_issue(tables, &document.number)
}

/// How a book was bound (§5.4), if it was.
///
/// # Errors
/// A row that does not read is damage.
pub fn bound(tables: &Tables, number: &str) -> Result<Option<Bound>> {
    read::bound(tables, number)
}

/// A document of the register by its number.
///
/// # Errors
/// A row that does not read is damage.
pub fn registered(tables: &Tables, number: &str) -> Result<Option<Registered>> {
    let sql = "SELECT number, form, subject, title, at_entry, issued_at, issued_by, version, pdf_sha256, variant
               FROM documents WHERE number = ?1";
    let mut time = String::new();
    let found = tables.prepare_cached(sql)?.query_row([number], |row| {
        time = row.get(5)?;
        Ok(Registered {
            number: row.get(0)?,
            form: row.get(1)?,
            subject: row.get(2)?,
            title: row.get(3)?,
            at_entry: row.get(4)?,
            issued_at: DateTime::UNIX_EPOCH.fixed_offset(),
            issued_by: row.get(6)?,
            version: row.get(7)?,
            pdf_sha256: row.get(8)?,
            variant: row.get(9)?,
            pages: Vec::new(),
        })
    });
    let Some(mut document) = found.optional()? else { return Ok(None) };
    document.issued_at = DateTime::parse_from_rfc3339(&time)
        .map_err(|_| Error::damaged(format!("время выдачи документа № {number} не читается")))?;
    let mut statement = tables.prepare_cached("SELECT digest FROM document_pages WHERE number = ?1 ORDER BY page")?;
    document.pages = statement.query_map([number], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Some(document))
}
