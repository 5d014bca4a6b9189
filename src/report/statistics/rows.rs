//! The counts of a period person by person, under pseudonyms: for the school itself, since a row is about one person.
//!
//! A row stands for each kind that it counts in, the sums among them, so that a question put to the table of a
//! municipality can be put to these rows as it is. The pseudonyms are random; what they stand for is forgotten, so that
//! two exports cannot be joined. Whoever knows the pupils finds them all the same by what they did: hence encryption.

use super::measure::Kind;
use super::{ALL, COLUMNS, Counted, Fact, OTHER, Person, Row, lines, stage};
use std::collections::HashMap;

/// A row of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The pseudonym: sixteen hex digits.
    pub person: String,
    /// What of him is counted; never suppressed.
    pub row: Row,
}

/// The rows; `name` gives a pseudonym that it never gave before.
pub fn rows(counted: &Counted, mut name: impl FnMut() -> String) -> Vec<PersonRow> {
    let mut names: HashMap<&Person, String> = HashMap::new();
    let mut rows = Vec::new();
    for fact in counted.facts.iter().filter(|fact| fact.kind != OTHER) {
        let person = names.entry(&fact.person).or_insert_with(&mut name).clone();
        let mut kinds = vec![ALL];
        above(fact.place.measure.kinds(), fact.kind, &mut kinds);
        rows.extend(kinds.into_iter().map(|kind| PersonRow { person: person.clone(), row: row(counted, fact, kind) }));
    }
    // The journal's order of pupils is the alphabet's.
    rows.sort_by(|one, other| (&one.person, &one.row).cmp(&(&other.person, &other.row)));
    rows
}

/// A kind and those that it is a part of.
fn above(kinds: &'static [Kind], of: &str, found: &mut Vec<&'static str>) {
    if let Some(kind) = kinds.iter().find(|kind| kind.has(of)) {
        found.push(kind.name);
        above(kind.parts, of, found);
    }
}

fn row(counted: &Counted, fact: &Fact, kind: &'static str) -> Row {
    Row {
        period: counted.period.clone(),
        measure: fact.place.measure,
        subject: fact.place.subject.clone(),
        stage: fact.place.grade.map(stage),
        grade: fact.place.grade,
        month: fact.place.month.clone(),
        kind,
        value: Some(fact.value),
    }
}

/// The rows as a CSV file; the pseudonym is the last column.
pub fn csv(rows: &[PersonRow]) -> Vec<u8> {
    let names: Vec<&str> = COLUMNS.into_iter().chain(["person"]).collect();
    lines(&names, rows.iter().map(|row| row.row.fields().into_iter().chain([Some(row.person.clone())]).collect()))
}
