//! `summary-sheet.toml`: the sheet of final results that is kept for 25 years.

use super::super::kinds::{Label, Mm, Size, Wording};
use super::{ClassAndYear, Counts, Heading, PlainColumn, SheetGaps};
use serde::Deserialize;

/// `summary-sheet.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SummarySheetLayout {
    pub heading: Label,
    pub heading_size: Size,
    #[serde(default = "sheet_class")]
    pub class: Wording<ClassAndYear>,
    #[serde(default = "sheet_class_size")]
    pub class_size: Size,
    pub about: Wording<Heading>,
    pub size: Size,
    pub head_size: Size,
    pub number: PlainColumn,
    pub pupil: PlainColumn,
    pub decision: PlainColumn,
    pub subject_narrowest: Mm,
    pub subject_widest: Mm,
    pub counts: CountsLayout,
    pub signatures: SignaturesLayout,
    pub keep: Label,
    #[serde(default = "with_gaps")]
    pub with_gaps: Wording<SheetGaps>,
}

fn sheet_class() -> Wording<ClassAndYear> {
    Wording::built_in("{class} класс")
}

fn sheet_class_size() -> Size {
    Size(20.0)
}

fn with_gaps() -> Wording<SheetGaps> {
    Wording::built_in("Выдана с пробелами: годовых отметок нет: {marks}, решений: {decisions}. Причина: {reason}")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CountsLayout {
    pub begins: Wording<Counts>,
    pub ends: Wording<Counts>,
    pub excellent: Wording<Counts>,
    pub good: Wording<Counts>,
    pub one_three: Wording<Counts>,
    pub failing: Wording<Counts>,
    pub success: Wording<Counts>,
    pub quality: Wording<Counts>,
    pub degree: Wording<Counts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SignaturesLayout {
    pub class_teacher: Label,
    pub deputy_head: Label,
    pub director: Label,
}
