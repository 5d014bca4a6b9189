//! Acts and other papers of a page: texts, and lines of names and values.

use super::super::kinds::{Columns, Fields, Label, Mm, Named, Places, Size, Wording};
use super::{PlainColumn, SchoolPlaces};
use serde::Deserialize;

places! {
    /// What the act on archive copies may name.
    ArchivePlaces: "archive" "period" "created" "author" "journal" "entries" "head" "files" "bytes" "code" "signer"
        "date";
}

places! {
    /// What the act on a verification may name.
    InspectionPlaces: "date" "version";
    /// What it may name of an archive.
    InspectedPlaces: "number" "path" "stick" "school" "period" "created" "author" "entries" "files" "bytes" "code" "signer"
        "depth" "anchors" "verdict";
    /// What the sheet of the recovery key may name.
    RecoveryPlaces: "school" "short_school" "place" "year" "date" "recipient";
}

places! {
    /// What the statement on a lost stick may name.
    LostPlaces: "date" "label" "id" "owner" "position" "prepared" "reported" "circumstances" "recorded" "key" "revoked"
        "taken" "count";
    /// When the key of a lost stick's owner was revoked.
    DayPlaces: "date";
    /// How much was taken in of a lost stick, and until when.
    TakenPlaces: "count" "date";
}

places! {
    /// What the head of an extract may name.
    ExtractPlaces: "name" "born" "file" "classes" "since" "until";
    /// What a stay in a class may name.
    StayPlaces: "class" "since" "until";
}

fields! {
    /// The marks of a pupil (form 17).
    ExtractField: Number "number" Subject "subject" Period "period" Marks "marks" Missed "missed" Final "final";
    /// How many pupils of a class a lost stick held (form 21).
    HeldField: Class "class" Count "count";
    /// Who they are.
    AnnexField: Number "number" Class "class" Name "name" File "file";
    /// What was found in an archive (form 13).
    ResultField: Number "number" Place "place" Result "result" Gravity "gravity";
    /// The carriers of an archive (form 12).
    CopyField: Number "number" Label "label" Id "id" Device "device" Holder "holder" Place "place";
}

/// `archive-act.toml` (form 12).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each key is explained in the layout file
pub struct ArchiveActLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<SchoolPlaces>,
    pub size: Size,
    pub table_size: Size,
    pub small: Size,
    pub date: Wording<ArchivePlaces>,
    pub commission: Label,
    pub chairman: Label,
    pub member: Label,
    pub found: Wording<ArchivePlaces>,
    /// Where one copy is left.
    pub found_single: Wording<ArchivePlaces>,
    pub saved: Vec<Named<ArchivePlaces>>,
    pub carriers: Label,
    pub columns: Columns<CopyField>,
    pub proofs: Label,
    pub proof: Vec<Named<ArchivePlaces>>,
    pub explanation: Wording<ArchivePlaces>,
}

/// `lost-stick.toml` (form 21).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LostStickLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<SchoolPlaces>,
    pub size: Size,
    pub table_size: Size,
    pub date: Wording<LostPlaces>,
    pub facts: Vec<Named<LostPlaces>>,
    pub revoked: Wording<DayPlaces>,
    pub in_force: Label,
    pub taken: Wording<TakenPlaces>,
    pub nothing_taken: Label,
    pub whose: Wording<LostPlaces>,
    pub columns: Columns<HeldField>,
    /// Of those who never were in a class.
    pub no_class: Label,
    pub what: Label,
    pub protection: Label,
    pub protected: Vec<Label>,
    pub decision: Label,
    pub responsible: Label,
    pub director: Label,
    pub owner: Label,
    pub annex: Wording<LostPlaces>,
    pub annex_columns: Columns<AnnexField>,
}

/// `inspection-act.toml` (form 13).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InspectionLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub table_size: Size,
    pub date: Wording<InspectionPlaces>,
    pub how: Wording<InspectionPlaces>,
    pub archive: Wording<InspectedPlaces>,
    pub facts: Vec<Named<InspectedPlaces>>,
    pub unknown: Label,
    pub depth: Label,
    pub depth_content: Label,
    pub no_anchors: Label,
    pub no_stick: Label,
    pub columns: Columns<ResultField>,
    pub steps: Vec<Label>,
    pub steps_content: Vec<Label>,
    pub clean: Label,
    pub carrier: Label,
    pub verdict: Wording<InspectedPlaces>,
    pub bag: Wording<InspectedPlaces>,
    pub bag_facts: Vec<Named<InspectedPlaces>>,
    pub bag_steps: Vec<Label>,
    pub bag_verdict: Wording<InspectedPlaces>,
    pub inspector: Label,
    pub witness: Label,
    pub foot: Wording<InspectionPlaces>,
}

/// `recovery-sheet.toml` (form 15).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RecoveryLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<RecoveryPlaces>,
    pub size: Size,
    pub key_size: Size,
    pub qr: Mm,
    pub purpose: Vec<Wording<RecoveryPlaces>>,
    pub key: Label,
    pub typing: Label,
    pub advice: Vec<Wording<RecoveryPlaces>>,
    pub made: Label,
    pub kept: Label,
    pub foot: Wording<RecoveryPlaces>,
}

/// `extract.toml` (form 17).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ExtractLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub about: Wording<SchoolPlaces>,
    pub size: Size,
    pub head_size: Size,
    pub text_size: Size,
    pub facts: Vec<Named<ExtractPlaces>>,
    pub stay: Wording<StayPlaces>,
    pub stay_left: Wording<StayPlaces>,
    pub columns: Columns<ExtractField>,
    pub empty: Label,
    pub missed: Label,
    pub missed_columns: [PlainColumn; 6],
    pub total: Label,
}
