//! Documents that were issued, what superseded them, and books that were bound (§5.4).

use crate::error::Result;
use crate::journal::read::{Tables, folder};
use crate::school::{Day, Login};
use chrono::{DateTime, FixedOffset};

/// What rules ask of an issued document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Stable name of the form.
    pub form: String,
    /// Its title.
    pub title: String,
    /// Leaves of paper.
    pub leaves: u32,
    /// When it was issued.
    pub issued_at: DateTime<FixedOffset>,
}

/// An issued document by its number.
pub fn issued(tables: &Tables, number: &str) -> Result<Option<Issue>> {
    let sql = "SELECT number, form, title, leaves, issued_at FROM documents WHERE number = ?1";
    tables.one("документ", sql, [number], |row| {
        let (form, title, leaves) = (row.get("form")?, row.get("title")?, row.get("leaves")?);
        Ok(Issue { form, title, leaves, issued_at: row.moment("issued_at")? })
    })
}

/// The number of the last document that was issued of the same thing, and the same volume of it, after this one, on
/// whichever sides of the paper. Leaves that replace others of a book last as long as the book does.
pub fn later_issue(tables: &Tables, number: &str) -> Result<Option<String>> {
    let sql = "SELECT later.number AS number, later.variant AS later, this.variant AS this FROM documents AS this
               JOIN documents AS later ON later.form = this.form AND later.subject = this.subject
               AND later.entry > this.entry WHERE this.number = ?1 ORDER BY later.entry DESC, later.number DESC";
    let replaces = folder::replaces(tables, number)?;
    let number = replaces.as_ref().map_or(number, |replaces| &replaces.book);
    let later: Vec<(String, bool)> = tables.all("документ", sql, [number], |row| {
        let (later, this): (String, String) = (row.get("later")?, row.get("this")?);
        Ok((row.get("number")?, volume(&later) == volume(&this)))
    })?;
    Ok(later.into_iter().find(|(_, same)| *same).map(|(number, _)| number))
}

/// The word of a variant that says which volume it is; none for the first.
fn volume(variant: &str) -> Option<&str> {
    variant.split(',').find(|word| word.starts_with("volume="))
}

/// A book that was bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// When.
    pub date: Day,
    /// How many leaves were counted.
    pub sheets: u32,
    /// Where it is kept.
    pub shelf: String,
    /// Login of who recorded it.
    pub by: Login,
}

/// The binding of a document, if it was bound.
///
/// # Errors
/// A day that does not read is damage.
pub fn bound(tables: &Tables, number: &str) -> Result<Option<Bound>> {
    let sql = "SELECT number, date, sheets, shelf, by FROM bound WHERE number = ?1";
    tables.one("подшитый журнал", sql, [number], |row| {
        let (sheets, shelf, by) = (row.get("sheets")?, row.get("shelf")?, row.get("by")?);
        Ok(Bound { date: row.day("date")?, sheets, shelf, by })
    })
}
