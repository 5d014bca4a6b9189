//! Documents that were issued, what superseded them, and books that were bound (§5.4).

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

/// What rules ask of an issued document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Stable name of the form.
    pub form: String,
    /// Its title.
    pub title: String,
    /// Leaves of paper.
    pub leaves: u32,
    /// When it was issued (RFC 3339).
    pub issued_at: String,
}

/// An issued document by its number.
pub fn issued(tables: &Tables, number: &str) -> Result<Option<Issue>> {
    let sql = "SELECT form, title, leaves, issued_at FROM documents WHERE number = ?1";
    let row = tables.prepare_cached(sql)?.query_row([number], |row| {
        Ok(Issue { form: row.get(0)?, title: row.get(1)?, leaves: row.get(2)?, issued_at: row.get(3)? })
    });
    Ok(row.optional()?)
}

/// The number of the last document that was issued of the same thing, and the same volume of it, after this one, on
/// whichever sides of the paper.
pub fn later_issue(tables: &Tables, number: &str) -> Result<Option<String>> {
    let sql = "SELECT later.number, later.variant, this.variant FROM documents AS this
               JOIN documents AS later ON later.form = this.form AND later.subject = this.subject
               AND later.entry > this.entry WHERE this.number = ?1 ORDER BY later.entry DESC, later.number DESC";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let (later, this): (String, String) = (row.get(1)?, row.get(2)?);
        if volume(&later) == volume(&this) {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

/// The word of a variant that says which volume it is; none for the first.
fn volume(variant: &str) -> Option<&str> {
    variant.split(',').find(|word| word.starts_with("volume="))
}

/// A book that was bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// When.
    pub date: NaiveDate,
    /// How many leaves were counted.
    pub sheets: u32,
    /// Where it is kept.
    pub shelf: String,
    /// Login of who recorded it.
    pub by: String,
}

/// The binding of a document, if it was bound.
///
/// # Errors
/// A day that does not read is damage.
pub fn bound(tables: &Tables, number: &str) -> Result<Option<Bound>> {
    let sql = "SELECT date, sheets, shelf, by FROM bound WHERE number = ?1";
    let row: Option<(String, u32, String, String)> = tables
        .prepare_cached(sql)?
        .query_row(params![number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    row.map(|(date, sheets, shelf, by)| {
        let date = crate::school::parse_date_or(&date).ok_or_else(|| {
            Error::damaged(format!("день, когда подшит документ № {number}, не читается"))
                .next("выполните «letopis audit»")
        })?;
        Ok(Bound { date, sheets, shelf, by })
    })
    .transpose()
}
