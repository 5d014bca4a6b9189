//! What stands in each layout file. The keys are explained in the files themselves.

use super::kinds::{Mm, Places};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident: $($place:literal)+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name;
        impl Places for $name {
            const NAMES: &'static [&'static str] = &[$($place),+];
        }
    )+};
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $($field:ident $text:literal)+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[allow(missing_docs)] // the layout file heads each of them
        pub enum $name {
            $(#[serde(rename = $text)] $field),+
        }
        impl Fields for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$field)),+];
        }
    )+};
}

mod acts;
mod analytics;
mod book;
mod fields;
mod filing;
mod page;
mod register;
mod sheet;
mod slips;

pub use acts::*;
pub use analytics::*;
pub use book::*;
pub use fields::*;
pub use filing::*;
pub use page::*;
pub use register::*;
pub use sheet::*;
pub use slips::*;

places! {
    /// What headings may name.
    Heading: "school" "short_school" "place" "class" "year" "class_teacher";
    /// What the foot may name.
    Foot: "short_school" "class" "year" "number" "page" "leaf" "pages" "code";
    /// What the line on a leaf may name that replaces another or is added.
    OfLeaf: "leaf" "number";
    /// What the foot and the headings of a register may name.
    SchoolPlaces: "school" "short_school" "place" "year" "date";
    /// What the title page may name.
    Title: "school" "place" "class" "year" "class_teacher" "case_index" "begins" "ends" "leaves"
        "volume" "volumes";
    /// What the line on the cover of one subject's pages may name.
    OfSubject: "subject";
    /// What the line below a form's heading may name.
    ClassAndYear: "class" "year";
    /// What the head of a spread may name.
    Spread: "subject" "group" "class" "hours" "teacher" "year";
    /// What the line at a period's end may name.
    Taught: "period" "planned" "taught";
    /// What a note may name.
    Note: "pupil" "date" "mark" "document" "period" "reason" "class" "marks" "place";
    /// What the note on a correction may name.
    CorrectedPlaces: "place" "decided" "number" "was" "becomes" "change";
    /// What a date beside a pupil's name may name.
    Since: "date";
    /// What the words for a change of class or group may name.
    Moving: "class" "group" "date";
    /// What a substitution's line may name.
    Substitute: "name";
    /// What the certificate may name.
    Certificate: "leaves" "first_leaf" "last_leaf" "lettered" "skipped" "list_leaves" "list_first" "list_last" "number" "digest" "journal" "entries" "head"
        "version" "title" "date";
    /// What the line about the ledger's checkpoint may name.
    CheckpointPlaces: "origin" "entries" "root";
    /// What the leaf may name behind which replaced ones are kept.
    Inset: "book" "number" "date" "leaves";
    /// What the 25-year sheet's counts may name.
    Counts: "count" "percent" "begins" "ends";
    /// What the line about what a 25-year sheet lacks may name.
    SheetGaps: "marks" "decisions" "reason";
    /// What the line about a year that was closed with gaps may name.
    ClosedWithGaps: "date" "reason";
    /// What the headings of the справка about a period may name.
    SchoolPeriod: "school" "short_school" "place" "year" "period";
    /// What its text about the school may name.
    OutcomeText: "pupils" "classes" "failing" "not_attested" "success" "quality" "degree" "average";
    /// What its line about the period before may name.
    Compared: "before" "period";
    /// What its lines about classes without marks may name.
    ClassList: "classes";
    /// What its text about the best and the worst may name.
    Extremes: "highest" "highest_percent" "lowest" "lowest_percent";
}

/// A length within bounds; `what` names it.
fn at_least<'de, D: Deserializer<'de>>(source: D, least: f32, most: f32, what: &str) -> Result<Mm, D::Error> {
    let length = Mm::deserialize(source)?;
    if (least..=most).contains(&length.0) {
        Ok(length)
    } else {
        Err(D::Error::custom({
            let [least, most] = [least, most].map(|mm| mm.to_string().replace('.', ","));
            format!("{what} должна быть от {least} до {most} мм")
        }))
    }
}
