//! What stands in each layout file. The keys are explained in the files themselves.

use super::kinds::{Columns, Fields, Halves, Label, Leaves, Mm, Places, Size, Weight, Wording};
use crate::print::fonts::Family;
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
mod fields;
mod filing;
mod register;
mod slips;

pub use acts::*;
pub use analytics::*;
pub use fields::*;
pub use filing::*;
pub use register::*;
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

/// `page.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each key is explained in the layout file
pub struct PageLayout {
    pub paper: Paper,
    pub fonts: Fonts,
    pub foot: FootLayout,
    pub rules: Rules,
    pub cells: Cells,
    pub certification: Certification,
    #[serde(default = "continued")]
    pub continued: Label,
}

fn continued() -> Label {
    Label::built_in("(продолжение)")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Paper {
    pub short: Mm,
    pub long: Mm,
    #[serde(deserialize_with = "stitching_margin")]
    pub inner: Mm,
    #[serde(deserialize_with = "printable_margin")]
    pub outer: Mm,
    #[serde(deserialize_with = "printable_margin")]
    pub top: Mm,
    #[serde(deserialize_with = "printable_margin")]
    pub bottom: Mm,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Fonts {
    pub text: Family,
    pub grid: Family,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FootLayout {
    #[serde(deserialize_with = "readable_qr")]
    pub qr: Mm,
    #[serde(deserialize_with = "quiet_zone")]
    pub gap: Mm,
    pub size: Size,
    pub about: Wording<Foot>,
    pub about_school: Wording<SchoolPlaces>,
    pub number: Wording<Foot>,
    pub page: Wording<Foot>,
    #[serde(default = "page_cover")]
    pub page_cover: Wording<Foot>,
    #[serde(default = "page_list")]
    pub page_list: Wording<Foot>,
    #[serde(default = "page_certificate")]
    pub page_certificate: Wording<Foot>,
    #[serde(default = "page_inset")]
    pub page_inset: Wording<Foot>,
    #[serde(default = "instead")]
    pub instead: Wording<OfLeaf>,
    #[serde(default = "added")]
    pub added: Wording<OfLeaf>,
    pub code: Wording<Foot>,
    pub draft: Label,
}

fn page_inset() -> Wording<Foot> {
    Wording::built_in("стр. {page} (вкладной лист) из {pages}")
}

fn instead() -> Wording<OfLeaf> {
    Wording::built_in("взамен {leaf} документа № {number}")
}

fn added() -> Wording<OfLeaf> {
    Wording::built_in("добавлен")
}

fn page_cover() -> Wording<Foot> {
    Wording::built_in("стр. {page} (обложка) из {pages}")
}

fn page_list() -> Wording<Foot> {
    Wording::built_in("стр. {page} (л. {leaf} внутренней описи) из {pages}")
}

fn page_certificate() -> Wording<Foot> {
    Wording::built_in("стр. {page} (лист-заверитель) из {pages}")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Rules {
    pub hair: Weight,
    pub fifth: Weight,
    pub firm: Weight,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Cells {
    #[serde(deserialize_with = "clear_of_rules")]
    pub pad_x: Mm,
    #[serde(deserialize_with = "clear_of_rules")]
    pub pad_y: Mm,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Certification {
    pub size: Size,
    pub small: Size,
    pub word: Label,
    pub position: Label,
    pub signature: Label,
    pub name: Label,
    pub date: Label,
    pub stamp: Label,
}

/// `class-book.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct BookLayout {
    pub about_class: Wording<ClassAndYear>,
    pub title: TitleLayout,
    pub list: PartLayout<ListField>,
    pub spread: SpreadLayout,
    pub missed: MissedLayout,
    pub progress: ProgressLayout,
    pub pupils: PupilsLayout,
    pub remarks: PartLayout<RemarkField>,
    pub certificate: CertificateLayout,
    #[serde(default)]
    pub inset: InsetLayout,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TitleLayout {
    pub bookmark: Label,
    pub school_size: Size,
    pub heading_size: Size,
    pub class_size: Size,
    pub size: Size,
    pub school: Wording<Title>,
    pub place: Wording<Title>,
    pub heading: Label,
    pub class: Wording<Title>,
    pub year: Wording<Title>,
    pub volume: Wording<Title>,
    pub volume_leaves: Leaves,
    pub lines: Vec<Wording<Title>>,
    pub case_index: Wording<Title>,
    pub keep: Label,
    #[serde(default = "of_subject")]
    pub of_subject: Wording<OfSubject>,
}

fn of_subject() -> Wording<OfSubject> {
    Wording::built_in("Страницы предмета «{subject}»")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PlainColumn {
    pub heading: Label,
    pub width: Mm,
}

/// A part of the book that is a heading and a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "F: Fields + Deserialize<'de>"))]
#[allow(missing_docs)]
pub struct PartLayout<F> {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub empty: Label,
    pub columns: Columns<F>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SpreadLayout {
    pub bookmark: Label,
    pub halves: Halves,
    pub heading_size: Size,
    pub size: Size,
    pub head_size: Size,
    pub mark_size: Size,
    pub note_size: Size,
    pub pupil_height: Mm,
    pub pupil_highest: Mm,
    pub number: PlainColumn,
    pub pupil: PlainColumn,
    pub pupil_widest: Mm,
    pub date_width: Mm,
    pub date_widest: Mm,
    pub period_width: Mm,
    pub subject: Wording<Spread>,
    pub subject_of_group: Wording<Spread>,
    pub about: Wording<Spread>,
    pub teacher: Wording<Spread>,
    pub year_mark: Label,
    pub exam_mark: Label,
    pub final_mark: Label,
    pub enrolled: Wording<Since>,
    pub left: Wording<Since>,
    #[serde(default = "from_class")]
    pub from_class: Wording<Moving>,
    #[serde(default = "to_class")]
    pub to_class: Wording<Moving>,
    #[serde(default = "from_group")]
    pub from_group: Wording<Moving>,
    #[serde(default = "to_group")]
    pub to_group: Wording<Moving>,
    #[serde(default = "into_group")]
    pub into_group: Wording<Moving>,
    #[serde(default = "out_of_group")]
    pub out_of_group: Wording<Moving>,
    pub lessons: Columns<LessonField>,
    #[serde(default = "lessons_about")]
    pub lessons_about: Wording<Spread>,
    pub substitute: Wording<Substitute>,
    pub unconfirmed: Label,
    pub entered: Wording<Since>,
    pub taught: Wording<Taught>,
    pub taught_year: Wording<Taught>,
    pub notes: Label,
    pub notes_continued: Label,
    pub note_document: Wording<Note>,
    pub note_override: Wording<Note>,
    pub note_transfer: Wording<Note>,
    #[serde(default = "note_brought")]
    pub note_brought: Wording<Note>,
    #[serde(default = "note_instead")]
    pub note_instead: Wording<Note>,
    pub note_corrected: Wording<CorrectedPlaces>,
    pub note_corrected_whole: Wording<CorrectedPlaces>,
    pub nothing: Label,
}

fn lessons_about() -> Wording<Spread> {
    Wording::built_in("{subject} · {class} класс · {year} учебный год")
}

fn from_class() -> Wording<Moving> {
    Wording::built_in("переведён из {class} с {date}")
}

fn to_class() -> Wording<Moving> {
    Wording::built_in("переведён в {class} с {date}")
}

fn from_group() -> Wording<Moving> {
    Wording::built_in("перешёл из группы «{group}» с {date}")
}

fn to_group() -> Wording<Moving> {
    Wording::built_in("перешёл в группу «{group}» с {date}")
}

fn into_group() -> Wording<Moving> {
    Wording::built_in("в группе с {date}")
}

fn out_of_group() -> Wording<Moving> {
    Wording::built_in("не в группе с {date}")
}

fn note_brought() -> Wording<Note> {
    Wording::built_in("{pupil}, {period}: отметка {mark} выставлена в {place}.")
}

fn note_instead() -> Wording<Note> {
    Wording::built_in("{pupil}, {period}: в итогах считается отметка {mark}, выставленная в {place}.")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MissedLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub head_size: Size,
    pub number: PlainColumn,
    pub pupil: PlainColumn,
    pub unit: PlainColumn,
    pub days: Label,
    pub lessons: Label,
    pub year: Label,
    pub all: Label,
    pub ill: Label,
    pub excused: Label,
    pub unexcused: Label,
    pub total: Label,
    #[serde(default = "note_unexplained")]
    pub note_unexplained: Label,
}

fn note_unexplained() -> Label {
    Label::built_in("В графе «без уважительной причины» учтены и пропуски, причина которых не указана.")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ProgressLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub head_size: Size,
    pub number: PlainColumn,
    pub pupil: PlainColumn,
    pub period: PlainColumn,
    pub missed: PlainColumn,
    pub decision: PlainColumn,
    pub subject_narrowest: Mm,
    pub subject_widest: Mm,
    pub year: Label,
    pub exam: Label,
    pub total: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PupilsLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub empty: Label,
    pub columns: Columns<PupilField>,
    pub enrolled: Wording<Since>,
    pub left: Wording<Since>,
    #[serde(default = "from_class")]
    pub from_class: Wording<Moving>,
    #[serde(default = "to_class")]
    pub to_class: Wording<Moving>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CertificateLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub small: Size,
    pub leaves: Wording<Certificate>,
    #[serde(default)]
    pub list_leaves: Option<Wording<Certificate>>,
    #[serde(default = "none_of_them")]
    pub none: Label,
    pub condition: Label,
    pub remarks: Label,
    pub facts: Vec<Wording<Certificate>>,
    pub explanation: Label,
    #[serde(default)]
    pub extraordinary: Option<Label>,
    #[serde(default)]
    pub alone: Option<Label>,
    #[serde(default)]
    pub further: Option<Label>,
    #[serde(default = "closed_with_gaps")]
    pub closed_with_gaps: Wording<ClosedWithGaps>,
    #[serde(default = "closed_with_gaps_in_short")]
    pub closed_with_gaps_in_short: Wording<ClosedWithGaps>,
}

/// The leaf behind which those of a book are kept that were replaced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct InsetLayout {
    pub heading: Label,
    pub heading_size: Size,
    pub size: Size,
    pub small: Size,
    pub behind: Wording<Inset>,
    pub leaves: Label,
    pub document: Label,
    pub fate: Label,
    pub replaced: Wording<Inset>,
    pub removed: Label,
    pub added: Wording<Inset>,
    pub explanation: Label,
    pub by: Label,
}

impl Default for InsetLayout {
    fn default() -> Self {
        Self {
            heading: Label::built_in("ВКЛАДНОЙ ЛИСТ"),
            heading_size: Size(13.0),
            size: Size(10.5),
            small: Size(8.5),
            behind: Wording::built_in(
                "За этим листом хранятся листы классного журнала (документ № {book}), вынутые из него, когда {date} выдан документ № {number}.",
            ),
            leaves: Label::built_in("Листы"),
            document: Label::built_in("Из документа"),
            fate: Label::built_in("Что вместо них"),
            replaced: Wording::built_in("листы с теми же номерами из документа № {number}"),
            removed: Label::built_in("изъяты без замены"),
            added: Wording::built_in("Добавлены листы: {leaves}."),
            explanation: Label::built_in(
                "Вынутые листы и этот лист не нумеруются и в счёт листов дела не входят. Вынутые листы не уничтожаются: они показывают прежнее состояние журнала и проверяются по коду внизу страницы.",
            ),
            by: Label::built_in("Листы заменил(а):"),
        }
    }
}

fn none_of_them() -> Label {
    Label::built_in("нет")
}

fn closed_with_gaps() -> Wording<ClosedWithGaps> {
    Wording::built_in("Учебный год закрыт {date} с пробелами. Причина: {reason}")
}

fn closed_with_gaps_in_short() -> Wording<ClosedWithGaps> {
    Wording::built_in("Учебный год закрыт {date} с пробелами, причина — в реестре выданных документов.")
}

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

/// The inner margin, which stitching takes: 20 mm at least.
fn stitching_margin<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 20.0, 60.0, "ширина поля у корешка")
}

/// The other margins: no printer of a school prints on the outermost 4 mm.
fn printable_margin<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 4.0, 200.0, "ширина поля, на котором принтер не печатает,")
}

/// Room between a text and its rule, or the two run into each other.
fn clear_of_rules<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 0.1, 5.0, "величина отступа текста от линии")
}

/// White around the QR code: four of its modules.
fn quiet_zone<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 2.0, 20.0, "ширина белого поля вокруг QR-кода")
}

/// The side of the QR code, which a telephone reads at 18 mm.
fn readable_qr<'de, D: Deserializer<'de>>(source: D) -> Result<Mm, D::Error> {
    at_least(source, 18.0, 40.0, "сторона QR-кода")
}

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
