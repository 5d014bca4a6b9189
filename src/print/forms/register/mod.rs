//! The registers of the whole school: each a table in the order of its layout, certified below.

mod keys;

pub(super) use keys::keys;

use super::listing::Listing;
use super::signatures::CERTIFICATION_BELOW;
use super::{Composer, Document, Heading, serif_bold};
use crate::error::Result;
use crate::print::layout::{Fields, RegisterLayout};
use crate::print::page::Page;
use crate::print::pdf::Bookmark;

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
            tail: CERTIFICATION_BELOW,
        };
        let (mut pages, bottom) = self.listing(&heading, &look, rows, text, 1);
        self.certify_below(&mut pages, layout.orientation, bottom);
        self.finish(title, layout.heading.as_str(), pages)
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
