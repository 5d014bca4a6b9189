//! Where an entry says that it was read from: a file by its SHA-256, and cells of it. Only what a table of marks brings has
//! such a place.

use crate::error::{Error, Result};
use crate::journal::entry::{Body, Entry, Source};

/// The most cells, or spans of them, that one entry names: a lesson with its topic and the marks of a class.
const CELLS: usize = 256;
/// The longest name of a cell with its sheet, in characters.
const LONGEST: usize = 100;

/// Whether the place is one, and the entry of a kind that is read from tables.
///
/// # Errors
/// A sum that is none, no cell, too many or too long ones; an entry of another kind.
pub fn check(entry: &Entry) -> Result<()> {
    let Some(Source { sha256, cells }) = &entry.source else { return Ok(()) };
    let bad = |what: &str| Err(Error::input(what.to_owned()).next("внесите таблицу заново"));
    let is_of_a_table =
        matches!(entry.body, Body::LessonRecorded(_) | Body::MarksSet(_) | Body::AttendanceSet(_) | Body::FinalsSet(_));
    if !is_of_a_table || entry.rules < 2 {
        return bad("из таблицы вносятся только уроки, отметки, посещаемость и итоговые отметки");
    }
    if sha256.len() != 64 || !sha256.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return bad("источник записи назван не суммой SHA-256");
    }
    if cells.is_empty() || cells.len() > CELLS || cells.iter().any(|cell| cell.chars().count() > LONGEST) {
        return bad("ячейки таблицы, из которых внесена запись, названы неверно");
    }
    Ok(())
}
