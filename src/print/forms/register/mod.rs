//! The registers of the whole school: each a table in the order of its layout, certified below.

mod carriers;
mod corrections;
mod documents;
mod keys;

pub(super) use carriers::carriers;
pub(super) use corrections::corrections;
pub(super) use documents::documents;
pub(super) use keys::keys;

use super::flow::{Flow, LINE, Parts};
use super::signatures::CERTIFICATION_BELOW;
use super::{Composer, Document, Heading, sans, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::{Fields, RegisterLayout};
use crate::print::table::Row;
use crate::print::typeset::Align;

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
        self.register_with(layout, title, rows, &[], text)
    }

    /// As [`Composer::register`], with lines below the table.
    fn register_with<F: Fields, R>(
        &self,
        layout: &RegisterLayout<F>,
        title: String,
        rows: &[R],
        below: &[String],
        text: impl Fn(&R, F) -> String,
    ) -> Result<Document> {
        let (body, head) = (sans(layout.size.0), sans(layout.head_size.0));
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let heads = vec![self.column_heads(head, &layout.columns)];
        let least = layout.line.map_or(LINE, |line| line.0);
        let line = |(i, row): (usize, &R)| {
            let line = self.column_cells(body, &layout.columns, |field| text(row, field));
            vec![Row { least, fifth: (i + 1).is_multiple_of(5), ..line }]
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
        flow.table(&Parts { widths, heads, parts }, note_height + CERTIFICATION_BELOW);
        if let Some((kind, text)) = note {
            flow.gap(NOTE_GAP);
            flow.paragraph(kind, Align::Left, text);
        }
        for line in below {
            flow.gap(NOTE_GAP);
            flow.paragraph(serif(layout.size.0), Align::Left, line);
        }
        if let Some(heading) = &layout.extraordinary {
            let alone = layout.alone.as_ref().map(|label| label.as_str()).unwrap_or_default();
            let kind = serif(layout.size.0);
            for (i, line) in self.extraordinary(heading.as_str(), alone)?.iter().enumerate() {
                flow.gap(NOTE_GAP);
                flow.paragraph(if i == 0 { serif_bold(layout.size.0) } else { kind }, Align::Left, line);
            }
        }
        self.certify_below(&mut flow);
        self.finish(title, layout.heading.as_str(), flow.into_pages())
    }
}
