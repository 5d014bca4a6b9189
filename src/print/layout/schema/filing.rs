//! Records management: the list of cases, the page of the schedule, the act on what is destroyed.

use super::super::kinds::{Columns, Fields, Label, Named, Places, Size, Wording};
use super::{PlainColumn, SchoolPlaces};
use serde::Deserialize;

places! {
    /// What a list of cases may name.
    CaseListPlaces: "school" "short_school" "place" "year" "inventory" "fund" "list";
    /// What its note on a document may name.
    NumberPlaces: "number";
    /// What its closing note may name.
    ClosingPlaces: "count" "last" "year";
    /// What an act on destruction may name.
    DestructionPlaces: "school" "short_school" "place" "date" "list" "old_year" "until" "sheets_until" "inventory"
        "journal" "entries" "head" "archive" "code" "protocol" "order" "means" "count";
}

fields! {
    /// The cases that are kept over 10 years (form 18).
    CaseField: Number "number" Index "index" Title "title" Dates "dates" Leaves "leaves" Term "term" Note "note";
    /// The headings of the schedule (form 20).
    HeadingField: Index "index" Title "title" Count "count" Term "term" Note "note";
    /// What is destroyed (form 19).
    DestroyedField: Number "number" Title "title" Dates "dates" Inventory "inventory" Index "index" Count "count"
        Term "term" Note "note";
}

/// `case-list.toml` (form 18).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each key is explained in the layout file
pub struct CaseListLayout {
    pub heading: Wording<CaseListPlaces>,
    pub heading_size: Size,
    pub about: Wording<CaseListPlaces>,
    pub fund: Wording<CaseListPlaces>,
    pub size: Size,
    pub head_size: Size,
    pub text_size: Size,
    pub approve: Label,
    pub director: Wording<SchoolPlaces>,
    pub empty: Label,
    pub columns: Columns<CaseField>,
    pub note: Wording<NumberPlaces>,
    pub closing: Wording<ClosingPlaces>,
    pub list: Wording<CaseListPlaces>,
    pub compiled: Label,
    pub agreed: Label,
}

/// `nomenclature.toml` (form 20).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NomenclatureLayout {
    pub heading: Wording<CaseListPlaces>,
    pub heading_size: Size,
    pub about: Wording<CaseListPlaces>,
    pub size: Size,
    pub head_size: Size,
    pub text_size: Size,
    pub approve: Label,
    pub director: Wording<SchoolPlaces>,
    pub columns: Columns<HeadingField>,
    pub list: Wording<CaseListPlaces>,
    pub compiled: Label,
    pub agreed: Label,
    pub closing: Wording<ClosingPlaces>,
    pub closing_columns: [PlainColumn; 4],
    pub always: Label,
    pub long: Label,
    pub short: Label,
    pub total: Label,
    pub total_in_words: Wording<ClosingPlaces>,
    pub open: Label,
}

/// `destruction-act.toml` (form 19).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DestructionLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<DestructionPlaces>,
    pub size: Size,
    pub table_size: Size,
    pub head_size: Size,
    pub small: Size,
    pub approve: Label,
    pub director: Wording<SchoolPlaces>,
    pub date: Wording<DestructionPlaces>,
    pub basis: Wording<DestructionPlaces>,
    pub basis_unlisted: Wording<DestructionPlaces>,
    pub columns: Columns<DestroyedField>,
    pub by_nomenclature: Wording<DestructionPlaces>,
    pub by_inventory: Wording<DestructionPlaces>,
    pub total: Wording<DestructionPlaces>,
    pub journal: Label,
    pub facts: Vec<Named<DestructionPlaces>>,
    pub stays: Wording<DestructionPlaces>,
    pub protocol: Wording<DestructionPlaces>,
    pub order: Wording<DestructionPlaces>,
    pub order_by_hand: Label,
    pub chairman: Label,
    pub member: Label,
    pub means: Wording<DestructionPlaces>,
    pub destroyed: Label,
    pub entered: Label,
}
