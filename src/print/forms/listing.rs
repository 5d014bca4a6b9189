//! Tables of one line a thing, whose columns stand in the order of their layout.

use super::{Canvas, Heading, NOTHING, RunOn, sans};
use crate::print::layout::{Column, ColumnAlign, Columns, Fields, Label, Size};
use crate::print::page::Page;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use crate::print::typeset::{Align, Type};

/// The least height of a line, in mm.
const LINE: f32 = 6.0;

/// How a listing looks.
pub(super) struct Listing<'a, F> {
    pub orientation: Orientation,
    pub size: Size,
    pub head_size: Size,
    pub columns: &'a Columns<F>,
    /// What stands in place of lines where there are none.
    pub empty: &'a Label,
    /// Room to keep below the last line, in mm.
    pub tail: f32,
    /// Whether nothing may be added by hand: empty places get a dash, and what is left of the last page a line through it.
    pub closed: bool,
}

impl<'a, F> Listing<'a, F> {
    /// A part of the class's book: upright, in one size, with nothing below.
    pub(super) fn in_book(size: Size, columns: &'a Columns<F>, empty: &'a Label) -> Self {
        Self { orientation: Orientation::Portrait, size, head_size: size, columns, empty, tail: 0.0, closed: true }
    }
}

impl Canvas<'_> {
    /// Lays a heading and a line for each of `rows` over as many pages as it takes, the first of which is `first`; `text`
    /// says what stands in a field of a row. Gives the pages and the lower edge of the table on the last, in mm.
    pub(super) fn listing<F: Fields, R>(
        &self,
        heading: &Heading<'_>,
        look: &Listing<'_, F>,
        rows: &[R],
        text: impl Fn(&R, F) -> String,
        first: u32,
    ) -> (Vec<Page>, f32) {
        let (body, head) = (sans(look.size.0), sans(look.head_size.0));
        let columns = || look.columns.iter();
        let widths: Vec<f32> = columns().map(|column| column.width.0).collect();
        let heads = columns().map(|column| self.cell(head, column.heading.as_str(), column.width.0)).collect();
        let line = |(i, row): (usize, &R)| {
            let said = |column: &Column<F>| match text(row, column.field) {
                text if text.is_empty() && look.closed => NOTHING.to_owned(),
                text => text,
            };
            let cells = columns().map(|column| self.listed(body, column, &said(column))).collect();
            vec![Row { cells, least: LINE, fifth: (i + 1).is_multiple_of(5) }]
        };
        let mut parts: Vec<Vec<Row>> = rows.iter().enumerate().map(line).collect();
        if parts.is_empty() {
            let nothing = self.cell(body, look.empty.as_str(), widths.iter().sum()).span(1, widths.len());
            parts.push(vec![Row { cells: vec![nothing], least: LINE, fifth: false }]);
        }
        let run = RunOn {
            orientation: look.orientation,
            widths: &widths,
            heads: &[Row { cells: heads, least: LINE, fifth: false }],
            parts: &parts,
            tail: look.tail,
            large: None,
        };
        let (mut pages, tables): (Vec<Page>, Vec<_>) = self.run_on(heading, &run, first).into_iter().unzip();
        let bottom = tables.last().map_or(0.0, |drawn| drawn.bottom());
        if let (true, Some(last)) = (look.closed, pages.last_mut()) {
            self.close_rest(last, self.new_page(look.orientation, first + tables.len() as u32 - 1).1, bottom);
        }
        (pages, bottom)
    }

    /// A text in its column.
    pub(super) fn listed<F>(&self, kind: Type, column: &Column<F>, text: &str) -> Cell {
        let align = match column.align {
            ColumnAlign::Left => Align::Left,
            ColumnAlign::Centre => Align::Centre,
            ColumnAlign::Right => Align::Right,
        };
        let room = column.width.0 - 2.0 * self.look.pad.x;
        let block = if column.hyphens { self.set.hyphenate(kind, text, room) } else { self.set.wrap(kind, text, room) };
        Cell { align, ..Cell::new(block) }
    }
}
