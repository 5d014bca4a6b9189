//! Events of the school (§1.6).

use super::column::Columns;
use super::iso;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{ClassName, Day, Login};

/// An event of the school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub number: u64,
    /// «Родительское собрание».
    pub title: String,
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
    /// `18:00`, or empty where it takes the whole day.
    pub begins: String,
    /// Where it is, or empty.
    pub place: String,
    /// For which classes, in order; none means the whole school.
    pub classes: Vec<ClassName>,
    /// Login of who announced it.
    pub author: Login,
    /// Why it does not take place.
    pub annulled: Option<String>,
}

const EVENTS: &str = "SELECT number, title, first, last, begins, place, author, annulled FROM events";

/// All events, also those that do not take place, by number.
///
/// # Errors
/// Tables that do not read.
pub fn events(tables: &Tables) -> Result<Vec<Event>> {
    tables.all("мероприятие", &format!("{EVENTS} ORDER BY number"), [], |row| event_of(tables, row))
}

/// An event by its number.
///
/// # Errors
/// Tables that do not read.
pub fn event(tables: &Tables, number: u64) -> Result<Option<Event>> {
    tables.one("мероприятие", &format!("{EVENTS} WHERE number = ?1"), [number], |row| event_of(tables, row))
}

/// What takes place within some days for a class, or for anybody; in order of time.
///
/// # Errors
/// Tables that do not read.
pub fn events_between(tables: &Tables, first: Day, last: Day, class: Option<&ClassName>) -> Result<Vec<Event>> {
    let sql = format!(
        "{EVENTS} WHERE annulled IS NULL AND first <= ?2 AND last >= ?1 AND (?3 = ''
         OR number NOT IN (SELECT event FROM event_classes)
         OR number IN (SELECT event FROM event_classes WHERE class = ?3)) ORDER BY first, begins, number"
    );
    let class = class.map(ToString::to_string).unwrap_or_default();
    tables.all("мероприятие", &sql, [iso(first), iso(last), class], |row| event_of(tables, row))
}

fn event_of(tables: &Tables, row: &Columns<'_>) -> Result<Event> {
    let number: u64 = row.get("number")?;
    let sql = "SELECT class FROM event_classes WHERE event = ?1";
    let mut classes: Vec<ClassName> = tables.all("мероприятие", sql, [number], |row| row.class("class"))?;
    classes.sort();
    Ok(Event {
        number,
        title: row.get("title")?,
        first: row.day("first")?,
        last: row.day("last")?,
        begins: row.get("begins")?,
        place: row.get("place")?,
        classes,
        author: row.get("author")?,
        annulled: row.get("annulled")?,
    })
}
