//! The forms of a class: what rows they have, in the order of the book.
//!
//! A form takes its rows from the tables and its looks from the layout and gives pages without their foot. Whoever
//! assembles a document numbers the pages, sets the foot and seals them.

pub mod book;
mod certificate;
mod class;
mod course;
mod list;
mod missed;
mod progress;
mod pupils;
mod signatures;
mod spread;
pub mod summary_sheet;
mod title;

use crate::error::Result;
use crate::journal::find;
use crate::print::IssueContext;
use crate::print::fonts::{Face, Shaper};
use crate::print::layout::{Label, Layouts, Size};
use crate::print::page::{Area, Page, Place};
use crate::print::sheet::{self, Orientation};
use crate::print::table::{Cell, Drawn, Look, Row, Table, paginate};
use crate::print::typeset::{Align, Block, Pad, Setting, Stand, Type, Typesetter};
use crate::school::{ClassName, format_date};
use class::ClassData;
pub use course::{FINAL, YEAR};
use rusqlite::Connection;
use std::ops::Range;

/// Everything that the forms of one document share.
pub struct Composer<'a> {
    tables: &'a Connection,
    layouts: &'a Layouts,
    context: &'a IssueContext,
    /// Measures and breaks text.
    pub set: Typesetter,
    data: ClassData,
    look: Look,
    /// Whether the school year was over when the document was issued.
    over: bool,
}

impl<'a> Composer<'a> {
    /// Reads the class and prepares the fonts.
    ///
    /// # Errors
    /// A class that is not in the tables, or tables that cannot be read.
    pub fn new(
        tables: &'a Connection,
        layouts: &'a Layouts,
        class: &ClassName,
        context: &'a IssueContext,
    ) -> Result<Self> {
        let data = ClassData::load(tables, class)?;
        let look = Look::of(&layouts.page);
        let over = data.school.day_of(context.issued_at) >= data.school.year.ends || find::is_closed(tables)?;
        Ok(Self { tables, layouts, context, set: Typesetter::new(Shaper::new()?), data, look, over })
    }

    /// The text of the foot for a document of so many pages.
    pub fn foot(&self, pages: u32) -> sheet::FootText {
        sheet::FootText {
            number: self.context.number.clone(),
            short_school: self.data.school.school.short_name.clone(),
            class: self.data.class.quoted(),
            year: self.data.school.year.name.clone(),
            pages,
        }
    }

    /// The school's short name.
    pub fn short_school(&self) -> &str {
        &self.data.school.school.short_name
    }

    /// The school year, `2025/2026`.
    pub fn year(&self) -> &str {
        &self.data.school.year.name
    }

    fn new_page(&self, orientation: Orientation, number: u32) -> (Page, Area) {
        sheet::new_page(&self.layouts.page, orientation, number)
    }

    /// A page left empty, with the line that says so.
    fn blank_page(&self, number: u32) -> Page {
        let (mut page, body) = self.new_page(Orientation::Portrait, number);
        page.rule((body.x, body.bottom()), (body.right(), body.y), self.look.fifth);
        page
    }

    /// Sets a paragraph at the top of `area`; returns its lower edge in mm.
    fn paragraph(&self, page: &mut Page, area: Area, kind: Type, align: Align, text: &str) -> f32 {
        let block = self.set.wrap(kind, text, area.w);
        self.lines(page, area, &block, align)
    }

    /// As [`Self::paragraph`], in the same number of lines but as equally long as they can be: no word is left alone.
    fn balanced(&self, page: &mut Page, area: Area, kind: Type, text: &str) -> f32 {
        let mut block = self.set.wrap(kind, text, area.w);
        let (lines, mut width) = (block.lines.len(), area.w);
        while width > 2.0 && self.set.widest_word(kind, text) <= width - 1.0 {
            width -= 1.0;
            let narrower = self.set.wrap(kind, text, width);
            if narrower.lines.len() > lines {
                break;
            }
            block = narrower;
        }
        self.lines(page, area, &block, Align::Centre)
    }

    /// Sets lines that are broken already at the top of `area`; returns their lower edge in mm.
    fn lines(&self, page: &mut Page, area: Area, block: &Block, align: Align) -> f32 {
        let cell = Area { h: block.height(), ..area };
        let place = Place { row: page.new_row(), column: 0 };
        page.put(block, cell, Setting { align, stand: Stand::Top, pad: Pad { x: 0.0, y: 0.0 } }, place);
        cell.bottom()
    }

    /// A cell with text as wide as its column allows.
    fn cell(&self, kind: Type, text: &str, width: f32) -> Cell {
        Cell::new(self.set.wrap(kind, text, width - 2.0 * self.look.pad.x))
    }

    /// A cell reading upwards in a column of `width` mm. Its text goes on to further lines after `length` mm, or later
    /// where the column has no room for so many lines.
    fn turned_cell(&self, kind: Type, text: &str, length: f32, width: f32) -> Cell {
        let longest = self.set.width(kind, text);
        let lines = (((width - 2.0 * self.look.pad.y) / kind.leading()) as usize).max(1);
        let mut length = length;
        let mut block = self.set.wrap(kind, text, length);
        while block.lines.len() > lines && length < longest {
            length += 2.0;
            block = self.set.wrap(kind, text, length);
        }
        Cell::new(block).turned()
    }

    /// Lays a heading and a table over as many pages as it takes, the table's heading repeated on each. `parts` are the
    /// rows that must stay together; `first` is the number of the first page.
    fn run_on(&self, heading: &Heading<'_>, run: &RunOn<'_>, first: u32) -> Vec<(Page, Drawn)> {
        let (mut page, area) = self.new_page(run.orientation, first);
        let mut below = self.paragraph(&mut page, area, heading.kind, Align::Centre, heading.text);
        if !heading.about.is_empty() {
            let (kind, rest) = (serif(heading.kind.size * ABOUT_SIZE), Area { y: below, ..area });
            below = self.paragraph(&mut page, rest, kind, Align::Centre, heading.about);
        }
        below += HEADING_GAP;
        let table = |parts: &[Vec<Row>]| {
            let rows = run.heads.iter().chain(parts.iter().flatten()).cloned().collect();
            Table { widths: run.widths.to_vec(), heads: run.heads.len(), rows }
        };
        let heights = |parts: &[Vec<Row>]| table(parts).heights(self.look).iter().sum::<f32>();
        let head = heights(&[]);
        let part_heights: Vec<f32> = run.parts.iter().map(|part| heights(std::slice::from_ref(part)) - head).collect();
        let (other, taken) = (area.h - head, below - area.y);
        let mut ranges = paginate(&part_heights, other - taken, other, run.tail);
        if run.even {
            share_evenly(&mut ranges);
        }
        let mut pages = Vec::new();
        for (i, range) in ranges.into_iter().enumerate() {
            let top = if i == 0 { below } else { area.y };
            if i > 0 {
                page = self.new_page(run.orientation, first + i as u32).0;
            }
            let (_, area) = self.new_page(run.orientation, first + i as u32);
            let drawn = table(&run.parts[range]).draw(&mut page, area.x, top, self.look);
            pages.push((page.clone(), drawn));
        }
        pages
    }

    fn heading<'h>(&self, text: &'h Label, size: Size, about: &'h str) -> Heading<'h> {
        Heading { text: text.as_str(), kind: serif_bold(size.0), about }
    }

    /// «7 «А» класс, 2025/2026 учебный год».
    fn about_class(&self) -> String {
        let class = self.data.class.quoted();
        self.layouts.book.about_class.fill(&[("class", &class), ("year", self.year())])
    }

    /// The date on which the document is issued, in the school's time.
    fn issued_on(&self) -> String {
        format_date(self.data.school.day_of(self.context.issued_at))
    }
}

/// Shares what stands on the last two pages out evenly, where the last would hold less than a third of the one before.
/// For parts of one height.
fn share_evenly(pages: &mut [Range<usize>]) {
    if let [.., before, last] = pages
        && last.len() * 3 < before.len()
    {
        let middle = (before.start + last.end).div_ceil(2);
        (before.end, last.start) = (middle, middle);
    }
}

/// A form's heading and the line below it.
struct Heading<'a> {
    text: &'a str,
    kind: Type,
    about: &'a str,
}

/// A table to be laid over several pages.
struct RunOn<'a> {
    orientation: Orientation,
    widths: &'a [f32],
    heads: &'a [Row],
    parts: &'a [Vec<Row>],
    /// Room to keep below the last part, in mm.
    tail: f32,
    /// Whether a last page that would hold a few parts only shares evenly with the one before.
    even: bool,
}

/// The size of the line below a heading, of the heading's.
const ABOUT_SIZE: f32 = 0.85;
/// Room between a heading and what it heads, in mm.
const HEADING_GAP: f32 = 2.5;

fn serif(size: f32) -> Type {
    Type { face: Face::Serif, size }
}

fn serif_bold(size: f32) -> Type {
    Type { face: Face::SerifBold, size }
}

fn sans(size: f32) -> Type {
    Type { face: Face::Sans, size }
}

fn sans_bold(size: f32) -> Type {
    Type { face: Face::SansBold, size }
}

#[cfg(test)]
mod tests;
