//! Acts and other papers of a page: texts, and lines of names and values.

use super::super::kinds::{Columns, Fields, Label, Mm, Named, Places, Size, Wording};
use super::{CheckpointPlaces, PlainColumn, SchoolPlaces};
use serde::Deserialize;

places! {
    /// What the act on archive copies may name.
    ArchivePlaces: "archive" "content" "period" "created" "author" "journal" "entries" "head" "files" "bytes" "code" "signer"
        "date" "place" "order";
}

places! {
    /// What the act on a verification may name.
    InspectionPlaces: "date" "version";
    /// What it may name of copies of one archive.
    CopiesPlaces: "name" "paths" "numbers";
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
    /// What the line about where the original is may name.
    OriginalPlaces: "school" "short_school" "place" "year" "index";
    /// What of a copy in a third place may be named.
    ThirdPlaces: "place" "shelf" "day";
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
    #[serde(default = "place_of_act")]
    pub place: Wording<ArchivePlaces>,
    #[serde(default)]
    pub commission: Option<Label>,
    #[serde(default = "order")]
    pub order: Wording<ArchivePlaces>,
    #[serde(default = "order_by_hand")]
    pub order_by_hand: Label,
    pub chairman: Label,
    pub member: Label,
    pub found: Wording<ArchivePlaces>,
    /// Where one copy is left.
    pub found_single: Wording<ArchivePlaces>,
    pub saved: Vec<Named<ArchivePlaces>>,
    #[serde(default = "of_journal")]
    pub of_journal: Label,
    #[serde(default = "of_database")]
    pub of_database: Label,
    #[serde(default = "of_summaries")]
    pub of_summaries: Label,
    pub carriers: Label,
    pub columns: Columns<CopyField>,
    /// Of a copy in a third place.
    #[serde(default = "third")]
    pub third: Wording<ThirdPlaces>,
    pub proofs: Label,
    pub proof: Vec<Named<ArchivePlaces>>,
    #[serde(default = "checkpoint_name")]
    pub checkpoint_name: Label,
    #[serde(default = "checkpoint")]
    pub checkpoint: Wording<CheckpointPlaces>,
    pub explanation: Wording<ArchivePlaces>,
    #[serde(default = "originals")]
    pub originals: Label,
    #[serde(default = "originals_single")]
    pub originals_single: Label,
}

fn checkpoint_name() -> Label {
    Label::built_in("Контрольная точка для свидетелей вне школы")
}

fn checkpoint() -> Wording<CheckpointPlaces> {
    Wording::built_in("{origin}, записей {entries}, корень {root}")
}

fn place_of_act() -> Wording<ArchivePlaces> {
    Wording::built_in("Место составления: {place}")
}

fn order() -> Wording<ArchivePlaces> {
    Wording::built_in("Комиссия, созданная приказом {order}, в составе:")
}

fn order_by_hand() -> Label {
    Label::built_in("Комиссия, созданная приказом от ____________ № ________, в составе:")
}

fn of_journal() -> Label {
    Label::built_in("электронный журнал и выданные по нему документы")
}

fn of_database() -> Label {
    Label::built_in("электронный журнал без документов (база данных)")
}

fn of_summaries() -> Label {
    Label::built_in("сводные ведомости классов, которые хранят 25 лет")
}

fn third() -> Wording<ThirdPlaces> {
    Wording::built_in(THIRD)
}

fn originals() -> Label {
    Label::built_in("Акт составлен в 2 (двух) подлинных экземплярах, по одному для каждого хранителя копии.")
}

fn originals_single() -> Label {
    Label::built_in("Акт составлен в 1 (одном) подлинном экземпляре для хранителя копии.")
}

/// What the act says of a copy in a third place, unless the layout says it otherwise.
const THIRD: &str = "Такая же копия сохранена в третьем месте ({place}), в {shelf}; прочитана там и сверена {day}, повреждений нет. Носителей она не заменяет.";

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
    #[serde(default = "place_by_hand")]
    pub place: Label,
    #[serde(default = "inspectors_order")]
    pub order: Label,
    #[serde(default = "copies_equal")]
    pub copies_equal: Wording<CopiesPlaces>,
    #[serde(default = "copies_damaged")]
    pub copies_damaged: Wording<CopiesPlaces>,
    #[serde(default = "copies_different")]
    pub copies_different: Wording<CopiesPlaces>,
    #[serde(default = "originals_by_hand")]
    pub originals: Label,
    pub inspector: Label,
    pub witness: Label,
    pub foot: Wording<InspectionPlaces>,
}

fn place_by_hand() -> Label {
    Label::built_in("Место составления: ________________________________")
}

fn inspectors_order() -> Label {
    Label::built_in("Комиссия (проверяющий) назначена приказом от ____________ № ________.")
}

fn copies_equal() -> Wording<CopiesPlaces> {
    Wording::built_in("Копии архива «{name}» ({paths}) одинаковы до последнего байта.")
}

fn copies_damaged() -> Wording<CopiesPlaces> {
    Wording::built_in("Копии архива «{name}» ({paths}) сравнить нельзя, пока одна из них повреждена.")
}

fn copies_different() -> Wording<CopiesPlaces> {
    Wording::built_in("Копии архива «{name}» ({paths}) РАЗЛИЧАЮТСЯ.")
}

fn originals_by_hand() -> Label {
    Label::built_in("Акт составлен в ______ подлинных экземплярах.")
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
    #[serde(default = "original")]
    pub original: Wording<OriginalPlaces>,
    #[serde(default = "original_unindexed")]
    pub original_unindexed: Wording<OriginalPlaces>,
}

fn original() -> Wording<OriginalPlaces> {
    Wording::built_in("Подлинник документа находится в {short_school} в деле № {index} за {year} учебный год.")
}

fn original_unindexed() -> Wording<OriginalPlaces> {
    Wording::built_in("Подлинник документа находится в {short_school}, классный журнал за {year} учебный год.")
}
