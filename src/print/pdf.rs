//! Pages as a PDF/A-2u file, and tagged documents as one that is PDF/A-2a and PDF/UA-1 at once.
//!
//! krilla writes the file and watches over the standard; what is here is the translation: millimetres to points, runs
//! of text to glyphs, rules to strokes, areas to fills, bookmarks to an outline. Nothing depends on the clock or on the machine: dates
//! and identifiers come from the caller, coordinates are rounded to a hundredth of a point, so the same pages are the
//! same bytes wherever they are written.

use crate::error::{Action, Error, Result};
use crate::print::catalog::for_viewers;
use crate::print::fonts::{Face, MM_PER_PT, Shaped, Shaper};
use crate::print::page::{Area, Page, Qr, Rule, TextRun};
use crate::print::sheet::Numbering;
use crate::print::tags::{LANGUAGE, RULES, Tags};
use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use krilla::color::luma;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::{DateTime as PdfTime, Metadata, PageLayout};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::{NumberingStyle, PageLabel, PageSettings};
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::Font;
use krilla::{Document, SerializeSettings};
use std::collections::BTreeMap;

/// What a PDF says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// The document's title.
    pub title: String,
    /// The school's short name.
    pub author: String,
    /// The program and its version.
    pub producer: String,
    /// An identifier of the document, from which the file's is made.
    pub id: String,
    /// When the document was issued.
    pub issued_at: DateTime<FixedOffset>,
    /// How its leaves are numbered, after which its pages are named.
    pub numbering: Numbering,
    /// The names of its pages in order, where they are other leaves' than its own; else empty.
    pub names: Vec<String>,
    /// Whether it is tagged; then every page keeps its structure.
    pub tagged: bool,
}

/// An entry of the outline: a heading, the index of its page from 0, and entries under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// The heading.
    pub title: String,
    /// The page's index, from 0.
    pub page: usize,
    /// Entries under this one.
    pub under: Vec<Bookmark>,
}

/// The version of the way in which files are written now. From 2 on viewers are told to show facing pages, bookmarks and the
/// title, and the file names its register number. What was issued before is written as it was.
pub const WRITING: u32 = 2;

/// How a numbered document, or its draft, is shown.
#[derive(Debug, Clone)]
pub struct Looks {
    /// Its register number; empty for a draft.
    pub number: String,
    /// Whether it is a draft, across which that is written.
    pub draft: bool,
    /// Whether its pages face each other.
    pub facing: bool,
    /// The version of the way of writing.
    pub writing: u32,
}

/// Writes the pages of a paper that is never numbered.
///
/// # Errors
/// A character that the fonts lack, or whatever else the standard forbids; the cause is in the message.
pub fn write_pdf(pages: &[Page], bookmarks: &[Bookmark], about: &About) -> Result<Vec<u8>> {
    let looks = Looks { number: String::new(), draft: false, facing: false, writing: WRITING };
    write_document(pages, bookmarks, about, &looks)
}

/// Writes the pages of a document.
///
/// # Errors
/// As [`write_pdf`].
pub fn write_document(pages: &[Page], bookmarks: &[Bookmark], about: &About, looks: &Looks) -> Result<Vec<u8>> {
    let fault = |what: String| {
        Error::damaged(format!("документ «{}» нельзя записать как PDF/A: {what}", about.title))
            .next_by("проверьте журнал", Action::Audit)
            .then("сообщите администратору")
    };
    let standards = ConfigurationBuilder::new();
    let standards = if about.tagged {
        standards.with_archival_validator(Archival::A2_A).with_accessibility_validator(Accessibility::UA1)
    } else {
        standards.with_archival_validator(Archival::A2_U)
    };
    let configuration = standards.finish().map_err(|e| fault(format!("{e:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, enable_tagging: about.tagged, ..Default::default() });
    let mut fonts = Vec::new();
    for face in Face::ALL {
        let font = Font::new(face.data().into(), 0).ok_or_else(|| fault(format!("шрифт {}", face.file_name())))?;
        fonts.push(font);
    }
    let across = if looks.draft { Some(Shaper::new()?.shape(Face::SansBold, DRAFT)) } else { None };
    let mut tags = Tags::default();
    for (page, number) in pages.iter().zip(1..) {
        let settings = PageSettings::from_wh(points(page.width), points(page.height))
            .ok_or_else(|| fault("страница без размера".to_owned()))?
            .with_page_label(label(about, number));
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        match &page.structure {
            Some(structure) if about.tagged => {
                surface.start_tagged(RULES);
                across.iter().for_each(|word| draw_across(&mut surface, page, word, &fonts));
                draw_fills(&mut surface, &page.fills);
                draw_rules(&mut surface, &page.rules);
                surface.end_tagged();
                take_text_pen(&mut surface);
                tags.draw(&mut surface, page, structure, &fonts);
            }
            _ => {
                across.iter().for_each(|word| draw_across(&mut surface, page, word, &fonts));
                draw_fills(&mut surface, &page.fills);
                draw_rules(&mut surface, &page.rules);
                page.qr.iter().chain(&page.codes).for_each(|qr| draw_qr(&mut surface, qr));
                take_text_pen(&mut surface);
                page.runs.iter().for_each(|run| draw_run(&mut surface, run, &fonts));
            }
        }
        surface.finish();
        sheet.finish();
    }
    let mut outline = Outline::new();
    for bookmark in bookmarks.iter().filter(|bookmark| bookmark.page < pages.len()) {
        outline.push_child(node(bookmark, pages.len()));
    }
    document.set_outline(outline);
    if about.tagged {
        document.set_tag_tree(tags.finish());
    }
    document.set_metadata(metadata(about, looks));
    let pdf = document.finish().map_err(|e| fault(format!("{e:?}")))?;
    Ok(if looks.writing >= 2 { for_viewers(pdf, !bookmarks.is_empty()) } else { pdf })
}

/// What stands across a draft.
const DRAFT: &str = "ПРОЕКТ";
/// How grey it is: legible under the text and above it.
const DRAFT_GREY: u8 = 205;

/// Writes a word across a page from its lower left to its upper right corner, under all else.
fn draw_across(surface: &mut Surface<'_>, page: &Page, word: &Shaped, fonts: &[Font]) {
    let (width, height) = (points(page.width), points(page.height));
    let diagonal = width.hypot(height);
    let size = 0.72 * diagonal / word.width;
    let (cos, sin) = (width / diagonal, height / diagonal);
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: luma::Color::new(DRAFT_GREY).into(), ..black() }));
    surface.push_transform(&Transform::from_row(cos, -sin, sin, cos, width / 2.0, height / 2.0));
    let at = Point::from_xy(-word.width * size / 2.0, size * 0.35);
    surface.draw_glyphs(at, &word.glyphs, fonts[word.face as usize].clone(), &word.text, size, false);
    surface.pop();
}

/// The name of a page, counted from 1: the leaf it stands on. Where every page is a leaf, one entry in the file names all.
fn label(about: &About, page: u32) -> PageLabel {
    if let Some(name) = about.names.get(page as usize - 1) {
        return PageLabel::new(None, Some(name.clone()), None);
    }
    let numbering = about.numbering;
    match numbering.is_plain() {
        true => PageLabel::new(Some(NumberingStyle::Arabic), None, None),
        false => PageLabel::new(None, Some(numbering.side_of(page)), None),
    }
}

/// Millimetres as points, rounded to a hundredth.
fn points(mm: f32) -> f32 {
    (mm / MM_PER_PT * 100.0).round() / 100.0
}

fn black() -> Fill {
    Fill { paint: luma::Color::black().into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// Fills the black areas, as one path.
fn draw_fills(surface: &mut Surface<'_>, fills: &[Area]) {
    let mut path = PathBuilder::new();
    for area in fills {
        let (left, top, right, bottom) = (points(area.x), points(area.y), points(area.right()), points(area.bottom()));
        path.move_to(left, top);
        path.line_to(right, top);
        path.line_to(right, bottom);
        path.line_to(left, bottom);
        path.close();
    }
    surface.set_stroke(None);
    surface.set_fill(Some(black()));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// Draws the rules, those of one weight as one path.
fn draw_rules(surface: &mut Surface<'_>, rules: &[Rule]) {
    let mut by_weight: BTreeMap<u32, PathBuilder> = BTreeMap::new();
    for rule in rules {
        // Positive floats are ordered as their bits are.
        let path = by_weight.entry(rule.weight.to_bits()).or_default();
        path.move_to(points(rule.from.0), points(rule.from.1));
        path.line_to(points(rule.to.0), points(rule.to.1));
    }
    surface.set_fill(None);
    for (weight, path) in by_weight {
        let stroke = Stroke { paint: luma::Color::black().into(), width: f32::from_bits(weight), ..Default::default() };
        surface.set_stroke(Some(stroke));
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

/// Draws the black areas as one filled path: neighbours leave no gap, and no module is fitted to a screen's dots, as a
/// stroke of its width would be, which no scanner forgives. In units of modules, since whole numbers are short and a QR
/// code is on every page. What is filled need not be closed.
pub(super) fn draw_qr(surface: &mut Surface<'_>, qr: &Qr) {
    let mut path = PathBuilder::new();
    for corners in qr.outlines() {
        for (i, (x, y)) in corners.into_iter().enumerate() {
            let (x, y) = (f32::from(x), f32::from(y));
            if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
    }
    let module = qr.module / MM_PER_PT;
    surface.push_transform(&Transform::from_row(module, 0.0, 0.0, module, points(qr.x), points(qr.y)));
    surface.set_stroke(None);
    surface.set_fill(Some(black()));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    surface.pop();
}

/// Sets fill and stroke for text.
pub(super) fn take_text_pen(surface: &mut Surface<'_>) {
    surface.set_stroke(None);
    surface.set_fill(Some(black()));
}

/// Draws a line of text; `fonts` are those of all faces.
pub(super) fn draw_run(surface: &mut Surface<'_>, run: &TextRun, fonts: &[Font]) {
    let font = &fonts[run.shaped.face as usize];
    let at = Point::from_xy(points(run.x), points(run.y));
    let shaped = &run.shaped;
    if run.turned {
        surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, at.x, at.y));
        surface.draw_glyphs(Point::from_xy(0.0, 0.0), &shaped.glyphs, font.clone(), &shaped.text, run.size, false);
        surface.pop();
    } else {
        surface.draw_glyphs(at, &shaped.glyphs, font.clone(), &shaped.text, run.size, false);
    }
}

fn node(bookmark: &Bookmark, pages: usize) -> OutlineNode {
    let target = XyzDestination::new(bookmark.page, Point::from_xy(0.0, 0.0));
    let mut node = OutlineNode::new(bookmark.title.clone(), target).with_open(true);
    for under in bookmark.under.iter().filter(|under| under.page < pages) {
        node.push_child(self::node(under, pages));
    }
    node
}

fn metadata(about: &About, looks: &Looks) -> Metadata {
    let at = about.issued_at;
    let small = |value: u32| u8::try_from(value).unwrap_or_default();
    let offset = at.offset().local_minus_utc() / 60;
    let time = PdfTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(i8::try_from(offset / 60).unwrap_or_default())
        .utc_offset_minute(u8::try_from((offset % 60).abs()).unwrap_or_default());
    let (mut metadata, told) = (Metadata::new(), looks.writing >= 2);
    if told && !looks.number.is_empty() {
        metadata = metadata.description(format!("Документ № {}", looks.number));
    }
    if told && looks.facing {
        metadata = metadata.page_layout(PageLayout::TwoPageRight);
    }
    metadata
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .creator(about.producer.clone())
        .producer(about.producer.clone())
        .language(LANGUAGE.to_owned())
        .document_id(about.id.clone())
        .creation_date(time)
}
