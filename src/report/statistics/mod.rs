//! Counts of a closed period for questions over many schools: by grade, subject, month and kind, never by class, pupil or
//! teacher.
//!
//! [`facts`] counts as the other reports do, one [`Fact`] for each person and thing counted. [`suppress`] sums them up and
//! leaves out what would let somebody be found again; what it leaves in are [`Row`]s, a long table that
//! `docs/statistics.md` describes column by column. [`rows`] gives the facts themselves under random pseudonyms, which
//! are personal data still. Same journal, same rows, same bytes; of a pseudonym's key nothing is kept.

mod facts;
mod measure;
#[cfg(feature = "district")]
pub mod parquet;
pub mod rows;
pub mod suppress;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_attacks;

pub use facts::{Counted, counted};
pub use measure::Measure;

use crate::school::{ClassName, Login};
use serde::Serialize;

/// Who is behind a count. Of a pupil the class is kept, since who knows a whole class must not find the last of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// A pupil, by the row, in a class.
    Pupil(ClassName, i64),
    /// A teacher.
    Teacher(Login),
}

/// What is counted, without the kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What it is a count of.
    pub measure: Measure,
    /// The subject.
    pub subject: Option<String>,
    /// The grade.
    pub grade: Option<u8>,
    /// The month, `2025-10`.
    pub month: Option<String>,
}

/// What one person adds to one count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Of what.
    pub place: Place,
    /// One of the last kinds of the measure; [`ALL`] where it has none.
    pub kind: &'static str,
    /// Whose.
    pub person: Person,
    /// How much.
    pub value: u64,
}

/// The kind of a count of everything.
pub const ALL: &str = "all";

/// The kind of who is on the list and in no count: it is never told, nor a part of what is, but how many pupils there are is
/// known to everybody, and the rest could be had by subtraction.
pub const OTHER: &str = "other";

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Row {
    /// The period.
    pub period: String,
    /// What is counted.
    pub measure: Measure,
    /// The subject; nothing where it is all of them, or the measure has none.
    pub subject: Option<String>,
    /// `1-4`, `5-9`, `10-11`; nothing where it is the whole school.
    pub stage: Option<&'static str>,
    /// The grade; nothing where it is several.
    pub grade: Option<u8>,
    /// `2025-10`; nothing where it is the whole period, or the measure has none.
    pub month: Option<String>,
    /// The kind, or [`ALL`].
    pub kind: &'static str,
    /// The count; nothing where it is suppressed.
    pub value: Option<u64>,
}

/// The names of the columns, in the order of the fields of [`Row`].
pub const COLUMNS: [&str; 8] = ["period", "measure", "subject", "stage", "grade", "month", "kind", "value"];

impl Row {
    /// The fields as texts; nothing where there is none.
    pub fn fields(&self) -> [Option<String>; 8] {
        [
            Some(self.period.clone()),
            Some(self.measure.name().to_owned()),
            self.subject.clone(),
            self.stage.map(str::to_owned),
            self.grade.map(|grade| grade.to_string()),
            self.month.clone(),
            Some(self.kind.to_owned()),
            self.value.map(|value| value.to_string()),
        ]
    }
}

/// The level of schooling of a grade.
pub fn stage(grade: u8) -> &'static str {
    match grade {
        0..=4 => "1-4",
        5..=9 => "5-9",
        _ => "10-11",
    }
}

/// The rows as a CSV file for programs (RFC 4180): UTF-8, a line of names, an empty field for nothing.
pub fn csv(rows: &[Row]) -> Vec<u8> {
    lines(&COLUMNS, rows.iter().map(|row| row.fields().to_vec()))
}

/// A CSV file of these lines.
fn lines(names: &[&str], rows: impl Iterator<Item = Vec<Option<String>>>) -> Vec<u8> {
    let mut out = names.join(",");
    out.push('\n');
    for row in rows {
        let fields: Vec<String> = row.into_iter().map(|field| quoted(field.unwrap_or_default())).collect();
        out.push_str(&fields.join(","));
        out.push('\n');
    }
    out.into_bytes()
}

fn quoted(field: String) -> String {
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
