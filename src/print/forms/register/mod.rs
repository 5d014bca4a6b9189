//! The registers of the whole school: each a table in the order of its layout, certified below.

mod keys;

pub(super) use keys::keys;

use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, Document, Heading, RunOn, sans, serif_bold};
use crate::error::Result;
use crate::print::layout::{Column, ColumnAlign, Fields, RegisterLayout};
use crate::print::page::{Area, Page};
use crate::print::pdf::Bookmark;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use crate::print::typeset::{Align, Type};

/// The least height of a line of a register, in mm.
const LINE: f32 = 6.0;

impl Composer<'_, ()> {
    /// Lays out a register: `text` says what stands in a field of a row.
    pub(super) fn register<F: Fields, R>(
        &self,
        layout: &RegisterLayout<F>,
        title: String,
        rows: &[R],
        text: impl Fn(&R, F) -> String,
    ) -> Result<Document> {
        let (body, head) = (sans(layout.size.0), sans(layout.head_size.0));
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let heads = [self.register_head(head, layout)];
        let line = |(i, row): (usize, &R)| {
            let cells = layout.columns.iter().map(|column| self.register_cell(body, column, &text(row, column.field)));
            vec![Row { cells: cells.collect(), least: LINE, fifth: (i + 1).is_multiple_of(5) }]
        };
        let mut parts: Vec<Vec<Row>> = rows.iter().enumerate().map(line).collect();
        if parts.is_empty() {
            let nothing = self.cell(body, layout.empty.as_str(), widths.iter().sum()).span(1, widths.len());
            parts.push(vec![Row { cells: vec![nothing], least: LINE, fifth: false }]);
        }
        let run = RunOn {
            orientation: layout.orientation,
            widths: &widths,
            heads: &heads,
            parts: &parts,
            tail: CERTIFICATION_HEIGHT + GAP,
            even: false,
        };
        let about = layout.about.fill(&self.school_values());
        let heading = Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about };
        let (mut pages, mut bottom) = (Vec::new(), 0.0);
        for (page, drawn) in self.run_on(&heading, &run, 1) {
            bottom = drawn.bottom();
            pages.push(page);
        }
        self.certify_below(&mut pages, layout.orientation, bottom);
        self.finish(title, layout.heading.as_str(), pages)
    }

    fn register_head<F: Fields>(&self, kind: Type, layout: &RegisterLayout<F>) -> Row {
        let cells = layout.columns.iter().map(|column| self.cell(kind, column.heading.as_str(), column.width.0));
        Row { cells: cells.collect(), least: LINE, fifth: false }
    }

    fn register_cell<F>(&self, kind: Type, column: &Column<F>, text: &str) -> Cell {
        let align = match column.align {
            ColumnAlign::Centre => Align::Centre,
            ColumnAlign::Left => Align::Left,
            ColumnAlign::Right => Align::Right,
        };
        Cell { align, ..self.cell(kind, text, column.width.0) }
    }

    /// Sets the certification below what ends at `bottom` on the last page, or on a page of its own.
    fn certify_below(&self, pages: &mut Vec<Page>, orientation: Orientation, bottom: f32) {
        let (fresh, area) = self.new_page(orientation, pages.len() as u32 + 1);
        let mut y = bottom + GAP;
        if y + CERTIFICATION_HEIGHT > area.bottom() {
            pages.push(fresh);
            y = area.y;
        }
        let (_, area) = self.new_page(orientation, pages.len() as u32);
        if let Some(last) = pages.last_mut() {
            self.certification(last, Area { y, ..area });
        }
    }

    /// Closes the pages of a document of the whole school, which has one heading.
    pub(super) fn finish(&self, title: String, heading: &str, mut pages: Vec<Page>) -> Result<Document> {
        let about = self.layouts.page.foot.about_school.fill(&self.school_values());
        let foot = self.foot_about(about, pages.len() as u32);
        let seals = self.close(&mut pages, &foot, 1)?;
        let bookmarks = vec![Bookmark { title: heading.to_owned(), page: 0, under: Vec::new() }];
        Ok(self.document(title, pages, seals, bookmarks))
    }
}

/// Between a table and the certification, in mm.
const GAP: f32 = 5.0;
