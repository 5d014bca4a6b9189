//! The registers of the whole school: each a table in the order of its layout, certified below.

mod keys;

pub(super) use keys::keys;

use super::listing::Listing;
use super::signatures::CERTIFICATION_HEIGHT;
use super::{Composer, Document, Heading, serif_bold};
use crate::error::Result;
use crate::print::layout::{Fields, RegisterLayout};
use crate::print::page::{Area, Page};
use crate::print::pdf::Bookmark;
use crate::print::sheet::Orientation;

impl Composer<'_, ()> {
    /// Lays out a register: `text` says what stands in a field of a row.
    pub(super) fn register<F: Fields, R>(
        &self,
        layout: &RegisterLayout<F>,
        title: String,
        rows: &[R],
        text: impl Fn(&R, F) -> String,
    ) -> Result<Document> {
        let about = layout.about.fill(&self.school_values());
        let heading = Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about };
        let look = Listing {
            orientation: layout.orientation,
            size: layout.size,
            head_size: layout.head_size,
            columns: &layout.columns,
            empty: &layout.empty,
            tail: CERTIFICATION_HEIGHT + GAP,
        };
        let (mut pages, bottom) = self.listing(&heading, &look, rows, text, 1);
        self.certify_below(&mut pages, layout.orientation, bottom);
        self.finish(title, layout.heading.as_str(), pages)
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
