//! Text and tables that follow each other down the pages of a document: acts, extracts, sheets.
//!
//! Whoever writes such a document says what comes next; where a page ends, the next one begins, tables repeat their
//! heading there, and a row higher than half a page is broken between its lines.

use super::{CONTINUED_SIZE, Canvas, HEADING_GAP, Heading, serif, serif_bold};
use crate::print::layout::{Column, Columns, Fields};
use crate::print::page::{Area, Page};
use crate::print::paginate::paginate;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row, Table};
use crate::print::typeset::{Align, Block, Stand, Type};
use std::num::NonZeroU16;

/// The pages so far, and how far down the last of them it is.
pub(in crate::print) struct Flow<'c, 'a> {
    canvas: &'c Canvas<'a>,
    orientation: Orientation,
    pages: Vec<Page>,
    y: f32,
    /// The heading of the document, which the pages that go on with it repeat, and its type.
    heading: Option<(String, Type)>,
}

/// A table to be set: its widths, its heading, and the rows that must stay together.
pub(in crate::print) struct Parts {
    pub widths: Vec<f32>,
    pub heads: Vec<Row>,
    pub parts: Vec<Vec<Row>>,
}

/// The least height of a line of a table, in mm.
pub(in crate::print) const LINE: f32 = 6.0;
/// The room that a subheading takes with what it heads, in mm.
const SUBHEADED: f32 = 20.0;
/// The level of subheadings.
const SECOND: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
/// Of a page's height, what a row of a table may take before it is broken.
const HIGHEST: f32 = 0.5;

impl<'c, 'a> Flow<'c, 'a> {
    /// The first page, empty.
    pub fn new(canvas: &'c Canvas<'a>, orientation: Orientation) -> Self {
        let (page, area) = canvas.new_page(orientation, 1);
        Self { canvas, orientation, pages: vec![page], y: area.y, heading: None }
    }

    /// The pages.
    pub fn into_pages(self) -> Vec<Page> {
        self.pages
    }

    /// What is left of the page.
    pub fn rest(&self) -> Area {
        let whole = self.whole();
        Area { y: self.y, h: whole.bottom() - self.y, ..whole }
    }

    /// The width of the text.
    pub fn width(&self) -> f32 {
        self.whole().w
    }

    /// Leaves room, where something stands above.
    pub fn gap(&mut self, mm: f32) {
        if self.y > self.whole().y {
            self.y += mm;
        }
    }

    /// Goes on to the next page where less than `mm` are left of this one.
    pub fn need(&mut self, mm: f32) {
        if self.y + mm > self.whole().bottom() && self.y > self.whole().y {
            self.next_page();
        }
    }

    /// Goes on to the front of the next leaf; the back of this one is struck out.
    pub fn next_leaf(&mut self) {
        let next = self.pages.len() as u32 + 1;
        if self.canvas.leaf_of(next) == self.canvas.leaf_of(next - 1) {
            self.pages.push(self.canvas.blank_page(next));
        }
        self.heading = None;
        self.next_page();
    }

    /// Draws a line to be written on by hand, `mm` below what stands above.
    pub fn line_for_the_pen(&mut self, mm: f32) {
        self.need(mm);
        self.gap(mm);
        let area = self.rest();
        self.draw(|canvas, page| {
            page.rule((area.x, area.y), (area.right(), area.y), canvas.look.hair);
            area.y
        });
    }

    /// Sets a heading, and the line below it.
    pub fn heading(&mut self, heading: &Heading<'_>) {
        for (kind, text) in
            [(heading.kind, heading.text), (serif(heading.kind.size * super::ABOUT_SIZE), heading.about)]
        {
            let area = self.rest();
            self.draw(|canvas, page| canvas.balanced(page, area, kind, text));
            if kind == heading.kind
                && let Some(page) = self.pages.last_mut()
            {
                page.head_with_last(NonZeroU16::MIN);
            }
        }
        self.gap(HEADING_GAP);
        self.heading = Some((heading.text.to_owned(), serif_bold(heading.kind.size * CONTINUED_SIZE)));
    }

    /// Has the pages that go on say of whom they are: a leaf by itself is somebody's too.
    pub fn goes_on_of(&mut self, whom: &str) {
        if let Some((text, _)) = &mut self.heading {
            *text = format!("{text}. {whom}");
        }
    }

    /// Sets the heading of a part of the document, with room below it for what it heads.
    pub fn subheading(&mut self, kind: Type, text: &str) {
        self.need(SUBHEADED);
        self.paragraph(kind, Align::Left, text);
        if let (Some(page), false) = (self.pages.last_mut(), text.is_empty()) {
            page.head_with_last(SECOND);
        }
        self.gap(1.0);
    }

    /// Sets a paragraph, over as many pages as it takes.
    pub fn paragraph(&mut self, kind: Type, align: Align, text: &str) {
        let block = self.canvas.set.wrap(kind, text, self.width());
        let mut begins = 0;
        while begins < block.lines.len() {
            self.need(kind.leading());
            let fit = (self.rest().h / kind.leading()) as usize;
            let ends = block.lines.len().min(begins + fit.max(1));
            let (part, area) = (block.part(begins..ends), self.rest());
            self.draw(|canvas, page| canvas.lines(page, area, &part, align));
            begins = ends;
        }
    }

    /// Sets a table. `tail` mm are kept free below its last row.
    pub fn table(&mut self, table: &Parts, tail: f32) {
        let look = self.canvas.look;
        let of = |parts: &[Vec<Row>]| {
            let rows = table.heads.iter().chain(parts.iter().flatten()).cloned().collect();
            Table { widths: table.widths.clone(), heads: table.heads.len(), rows }
        };
        let height = |parts: &[Vec<Row>]| of(parts).heights(look).iter().sum::<f32>();
        let (head, whole) = (height(&[]), self.whole().h);
        let parts = self.canvas.broken(&table.parts, whole);
        let heights: Vec<f32> = parts.iter().map(|part| height(std::slice::from_ref(part)) - head).collect();
        self.need(head + heights.first().copied().unwrap_or_default());
        let left = self.rest().h - head;
        let whole = whole - self.set_again(&mut self.scrap());
        for (i, range) in paginate(&heights, left, whole - head, tail).into_iter().enumerate() {
            if i > 0 {
                self.next_page();
            }
            let area = self.rest();
            let table = of(&parts[range]);
            self.draw(|canvas, page| table.draw(page, area.x, area.y, canvas.look).bottom());
            if i > 0
                && let Some(page) = self.pages.last_mut()
            {
                page.go_on_with_last();
            }
        }
    }

    /// Draws something on the page, which says where it ends.
    pub fn draw(&mut self, what: impl FnOnce(&Canvas<'a>, &mut Page) -> f32) {
        if let Some(page) = self.pages.last_mut() {
            self.y = what(self.canvas, page);
        }
    }

    fn next_page(&mut self) {
        let number = self.pages.len() as u32 + 1;
        let (mut page, area) = self.canvas.new_page(self.orientation, number);
        self.y = area.y + self.set_again(&mut page);
        self.pages.push(page);
    }

    /// Sets on a fresh page what the document is that it goes on with; returns the height that takes in mm.
    fn set_again(&self, page: &mut Page) -> f32 {
        let Some((text, kind)) = &self.heading else { return 0.0 };
        let area = self.canvas.new_page(self.orientation, self.pages.len() as u32 + 1).1;
        self.canvas.running(page, area, *kind, &self.canvas.continued(text)) + HEADING_GAP - area.y
    }

    /// A page that is only measured on.
    fn scrap(&self) -> Page {
        self.canvas.new_page(self.orientation, 1).0
    }

    /// The part of the page that may be filled.
    fn whole(&self) -> Area {
        self.canvas.new_page(self.orientation, self.pages.len() as u32).1
    }
}

impl Canvas<'_> {
    /// The heading of a table whose columns a school may order.
    pub(super) fn column_heads<F: Fields>(&self, kind: Type, columns: &Columns<F>) -> Row {
        let cells = columns.iter().map(|column| self.cell(kind, column.heading.as_str(), column.width.0));
        Row { cells: cells.collect(), least: LINE, fifth: false }
    }

    /// A line of such a table: `text` says what stands in a field.
    pub(super) fn column_cells<F: Fields>(&self, kind: Type, columns: &Columns<F>, text: impl Fn(F) -> String) -> Row {
        let cell = |column: &Column<F>| self.listed(kind, column, &text(column.field));
        Row { cells: columns.iter().map(cell).collect(), least: LINE, fifth: false }
    }

    /// A table of two columns: names, and what they are.
    pub(super) fn named_values(&self, kind: Type, name_width: f32, width: f32, lines: &[(String, String)]) -> Parts {
        let widths = vec![name_width, width - name_width];
        let line = |(name, value): &(String, String)| {
            let cell = |text: &str, width: f32| self.cell(kind, text, width).left();
            let cells = vec![cell(name, widths[0]).heads_row(), cell(value, widths[1])];
            vec![Row { cells, least: LINE, fifth: false }]
        };
        Parts { parts: lines.iter().map(line).collect(), heads: Vec::new(), widths }
    }

    /// The parts of a table, those of a single row broken where they would take more than half of `page` mm.
    pub(super) fn broken(&self, parts: &[Vec<Row>], page: f32) -> Vec<Vec<Row>> {
        let room = HIGHEST * page - 2.0 * self.look.pad.y;
        let break_part = |part: &Vec<Row>| match &part[..] {
            [row] => break_row(row, room).into_iter().map(|row| vec![row]).collect(),
            _ => vec![part.clone()],
        };
        parts.iter().flat_map(break_part).collect()
    }
}

/// The row in pieces none of whose texts is higher than `room` mm.
fn break_row(row: &Row, room: f32) -> Vec<Row> {
    let lines_in = |block: &Block| ((room / block.kind.leading()) as usize).max(1);
    let pieces_of = |cell: &Cell| cell.block.as_ref().map_or(1, |block| block.lines.len().div_ceil(lines_in(block)));
    let pieces = row.cells.iter().filter(|cell| !cell.turned).map(pieces_of).max().unwrap_or(1);
    if pieces < 2 {
        return vec![row.clone()];
    }
    let piece = |number: usize| {
        let cells = row.cells.iter().map(|cell| {
            let block = cell.block.as_ref().map(|block| {
                let lines = lines_in(block);
                block.part(number * lines..(number + 1) * lines)
            });
            Cell { block, stand: Stand::Top, ..cell.clone() }
        });
        Row { cells: cells.collect(), fifth: row.fifth && number + 1 == pieces, ..row.clone() }
    };
    (0..pieces).map(piece).collect()
}
