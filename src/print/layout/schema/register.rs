//! Registers: a heading, and a table whose columns a school may order.

use super::super::kinds::{Columns, Fields, Label, Mm, Places, Size, Wording};
use super::{AnnulledField, CarrierField, ContactField, CorrectionField, DocumentField, SchoolPlaces, Since};
use crate::print::sheet::Orientation;
use serde::Deserialize;

/// A register of the whole school, a file each: `keys.toml` and so on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "F: Fields + Deserialize<'de>"))]
#[allow(missing_docs)] // each key is explained in the layout files
pub struct RegisterLayout<F> {
    #[serde(default)]
    pub extraordinary: Option<Label>,
    #[serde(default)]
    pub alone: Option<Label>,
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<SchoolPlaces>,
    pub orientation: Orientation,
    #[serde(default)]
    pub line: Option<Mm>,
    pub size: Size,
    pub head_size: Size,
    pub empty: Label,
    #[serde(default)]
    pub note: Option<Label>,
    pub columns: Columns<F>,
}

/// `corrections.toml` (form 10).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CorrectionsLayout {
    pub register: RegisterLayout<CorrectionField>,
    pub words: CorrectionWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CorrectionWords {
    pub lesson: Wording<LessonOf>,
    pub decided: Wording<Decided>,
    pub decided_noted: Wording<Decided>,
    pub open: Label,
    pub clock: Label,
    pub clock_decided: Wording<Decided>,
    pub nothing: Label,
}

/// `annulments.toml`: the second table of form 10.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AnnulmentsLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub head_size: Size,
    pub columns: Columns<AnnulledField>,
}

/// `contacts.toml` (form 6, `--with-contacts`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ContactsLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<ContactPlaces>,
    pub orientation: Orientation,
    pub size: Size,
    pub empty: Label,
    pub foot: Wording<ContactPlaces>,
    pub columns: Columns<ContactField>,
}

/// `register.toml` (form 11).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentsLayout {
    pub bound: Wording<BoundPlaces>,
    #[serde(default)]
    pub superseded: Option<Wording<SupersededPlaces>>,
    #[serde(default = "instead")]
    pub instead: Wording<InsteadPlaces>,
    #[serde(default = "leaves_replaced")]
    pub leaves_replaced: Wording<InsteadPlaces>,
    #[serde(default = "with_reason")]
    pub with_gaps: Wording<WithReason>,
    #[serde(default = "lapsed")]
    pub lapsed: Wording<Since>,
    #[serde(default = "closed")]
    pub closed: Wording<TurnOfYear>,
    #[serde(default = "reopened")]
    pub reopened: Wording<TurnOfYear>,
    pub register: RegisterLayout<DocumentField>,
}

fn instead() -> Wording<InsteadPlaces> {
    Wording::built_in("Взамен прежних в документе № {number}: {leaves}")
}

fn leaves_replaced() -> Wording<InsteadPlaces> {
    Wording::built_in("Листы заменены документом № {number}: {leaves}")
}

fn with_reason() -> Wording<WithReason> {
    Wording::built_in("Выдана с пробелами: {reason}")
}

fn lapsed() -> Wording<Since> {
    Wording::built_in("Не действует: учебный год открыт снова {date}")
}

fn closed() -> Wording<TurnOfYear> {
    Wording::built_in("Учебный год закрыт {date} ({name}) с пробелами: {reason}")
}

fn reopened() -> Wording<TurnOfYear> {
    Wording::built_in("Закрытый учебный год открыт снова {date} ({name}): {reason}")
}

/// `carriers.toml` (form 14).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CarriersLayout {
    pub register: RegisterLayout<CarrierField>,
    pub words: CarrierWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CarrierWords {
    pub carrier: Wording<CarrierPlaces>,
    pub carrier_device: Wording<CarrierPlaces>,
    pub kept: Wording<Holding>,
    pub issued: Wording<Issuing>,
    pub returned: Wording<Holding>,
    pub lost: Wording<Losing>,
    pub retired: Wording<Losing>,
    pub by_fault: Label,
    pub not_by_fault: Label,
    pub restored: Wording<Replacing>,
}

places! {
    /// What the name of a carrier may name.
    CarrierPlaces: "label" "id" "device";
    /// What the issue of a carrier may name.
    Holding: "name" "place" "date";
    /// What giving a carrier out may name.
    Issuing: "name" "date";
    /// What the loss of a carrier may name.
    Losing: "date" "circumstances" "fault";
    /// What the carrier in place of a lost one may name.
    Replacing: "date" "label" "id";
    /// What the day of a lesson may name.
    LessonOf: "date" "lesson";
    /// What the sheet of contacts may name.
    ContactPlaces: "class" "year" "date";
    /// What the binding of a book may name.
    BoundPlaces: "date" "sheets" "shelf";
    /// What a document that was superseded may name.
    SupersededPlaces: "number" "date";
    /// What the line of leaves that replace others of a book may name, and that of such a book.
    InsteadPlaces: "leaves" "number";
    /// What the line of a document that was issued with gaps may name.
    WithReason: "reason";
    /// What the lines about a year's close and its being opened again may name.
    TurnOfYear: "date" "name" "reason";
    /// What a decision may name.
    Decided: "decision" "date" "name" "note";
}
