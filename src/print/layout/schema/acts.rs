//! Acts and other papers of a page: texts, and lines of names and values.

use super::super::kinds::{Columns, Fields, Label, Named, Places, Size, Wording};
use super::SchoolPlaces;
use serde::Deserialize;

places! {
    /// What the act on archive copies may name.
    ArchivePlaces: "archive" "period" "created" "author" "journal" "entries" "head" "files" "bytes" "code" "signer"
        "date";
}

fields! {
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
    pub saved: Vec<Named<ArchivePlaces>>,
    pub carriers: Label,
    pub columns: Columns<CopyField>,
    pub proofs: Label,
    pub proof: Vec<Named<ArchivePlaces>>,
    pub explanation: Wording<ArchivePlaces>,
}
