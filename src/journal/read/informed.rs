//! Who is to be told of something now: what the mail to parents begins with (§4), so that nobody else's diary is looked at.

use super::pupils::PUPIL;
use super::{Pupil, Tables, iso};
use crate::error::Result;
use crate::school::Day;
use rusqlite::params;
use std::ops::RangeInclusive;

/// The pupils of whom it is recorded that they were not at a lesson of a day, by whatever reason.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn absent_on(tables: &Tables, day: Day) -> Result<Vec<Pupil>> {
    let sql = format!(
        "{PUPIL} WHERE pupils.id IN (SELECT attendance.pupil FROM lessons CROSS JOIN attendance
         ON attendance.lesson = lessons.id WHERE lessons.date = ?1 AND attendance.kind <> 'оп') ORDER BY pupils.id"
    );
    tables.all("ученик", &sql, [iso(day)], Pupil::of)
}

/// The pupils to whom entries gave final marks that still stand.
///
/// # Errors
/// As [`absent_on`].
pub fn with_finals_of(tables: &Tables, entries: &RangeInclusive<u64>) -> Result<Vec<Pupil>> {
    let sql = format!(
        "{PUPIL} WHERE pupils.id IN (SELECT pupil FROM finals WHERE entry BETWEEN ?1 AND ?2) ORDER BY pupils.id"
    );
    tables.all("ученик", &sql, params![entries.start(), entries.end()], Pupil::of)
}
