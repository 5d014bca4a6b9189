//! The registers of the whole school: each a table in the order of its layout, certified below.

mod carriers;
mod corrections;
mod documents;
mod keys;

pub(super) use carriers::carriers;
pub(super) use corrections::corrections;
pub(super) use documents::documents;
pub(super) use keys::keys;

use super::flow::{Flow, Parts};
use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, Document, Heading, sans, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::{Column, ColumnAlign, Fields, RegisterLayout};
use crate::print::page::Page;
use crate::print::pdf::Bookmark;
use crate::print::table::{Cell, Row};
use crate::print::typeset::{Align, Type};

/// The least height of a line of a register, in mm.
const LINE: f32 = 6.0;
/// Between a table and the certification, in mm.
const GAP: f32 = 5.0;
/// Between a table and the note on it, in mm.
const NOTE_GAP: f32 = 1.5;

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
        let heads = vec![self.register_head(head, layout)];
        let least = layout.line.map_or(LINE, |line| line.0);
        let line = |(i, row): (usize, &R)| {
            let cells = layout.columns.iter().map(|column| self.register_cell(body, column, &text(row, column.field)));
            vec![Row { cells: cells.collect(), least, fifth: (i + 1).is_multiple_of(5) }]
        };
        let mut parts: Vec<Vec<Row>> = rows.iter().enumerate().map(line).collect();
        if parts.is_empty() {
            let nothing = self.cell(body, layout.empty.as_str(), widths.iter().sum()).span(1, widths.len());
            parts.push(vec![Row { cells: vec![nothing], least: LINE, fifth: false }]);
        }
        let about = layout.about.fill(&self.school_values());
        let mut flow = Flow::new(self, layout.orientation);
        let note = layout.note.as_ref().map(|note| (serif(layout.size.0), note.as_str()));
        let note_height = note.map_or(0.0, |(kind, text)| NOTE_GAP + self.set.wrap(kind, text, flow.width()).height());
        flow.heading(&Heading {
            text: layout.heading.as_str(),
            kind: serif_bold(layout.heading_size.0),
            about: &about,
        });
        flow.table(&Parts { widths, heads, parts }, note_height + GAP + CERTIFICATION_HEIGHT);
        if let Some((kind, text)) = note {
            flow.gap(NOTE_GAP);
            flow.paragraph(kind, Align::Left, text);
        }
        self.certify_below(&mut flow);
        self.finish(title, layout.heading.as_str(), flow.into_pages())
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

    /// Sets the certification below all else, or on a page of its own.
    pub(super) fn certify_below(&self, flow: &mut Flow<'_, '_>) {
        flow.gap(GAP);
        flow.need(CERTIFICATION_HEIGHT);
        let area = flow.rest();
        flow.draw(|_, page| self.certification(page, area));
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

#[cfg(test)]
mod tests;
