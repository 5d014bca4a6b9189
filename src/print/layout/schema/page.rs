//! `page.toml`: paper, fonts, rules, the foot of a page and the certification of a copy.

use super::super::kinds::{Label, Mm, Size, Weight, Wording};
use super::{Foot, OfLeaf, SchoolPlaces, at_least};
use crate::print::fonts::Family;
use serde::Deserialize;
use serde::de::Deserializer;

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
