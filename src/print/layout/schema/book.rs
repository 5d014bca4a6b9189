//! `class-book.toml`: the parts of a class's book.

use super::super::kinds::{Columns, Fields, Halves, Label, Leaves, Mm, Size, Wording};
use super::{
    Certificate, CheckpointPlaces, ClassAndYear, ClosedWithGaps, CorrectedPlaces, Inset, LessonField, ListField,
    Moving, Note, OfSubject, PupilField, RemarkField, Since, Spread, Substitute, Taught, Title,
};
use serde::Deserialize;

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
    #[serde(default = "checkpoint")]
    pub checkpoint: Wording<CheckpointPlaces>,
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

fn checkpoint() -> Wording<CheckpointPlaces> {
    Wording::built_in("Контрольная точка для свидетелей вне школы: {origin}, записей {entries}, корень {root}.")
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
