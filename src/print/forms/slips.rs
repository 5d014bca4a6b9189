//! Four slips a page, with lines along which they are cut.

use crate::print::layout::PageLayout;
use crate::print::page::{Area, Page};
use crate::print::table::Look;

/// Slips side by side, and below each other.
const BESIDE: usize = 2;
/// From the edge of a slip to what stands on it, in mm: no printer prints up to the edge, and no scissors cut straight.
const MARGIN: f32 = 9.0;

/// The pages so far.
pub(super) struct Four {
    pages: Vec<Page>,
    /// Of a page, in mm.
    width: f32,
    height: f32,
    look: Look,
    set: usize,
}

impl Four {
    /// No page yet.
    pub fn new(layout: &PageLayout, look: Look) -> Self {
        Self { pages: Vec::new(), width: layout.paper.short.0, height: layout.paper.long.0, look, set: 0 }
    }

    /// The room of the next slip.
    pub fn area(&self) -> Area {
        let (w, h) = (self.width / BESIDE as f32, self.height / BESIDE as f32);
        let at = self.set % (BESIDE * BESIDE);
        let (x, y) = ((at % BESIDE) as f32 * w, (at / BESIDE) as f32 * h);
        Area::new(x + MARGIN, y + MARGIN, w - 2.0 * MARGIN, h - 2.0 * MARGIN)
    }

    /// Sets the next slip.
    pub fn next(&mut self, set: impl FnOnce(&mut Page, Area)) {
        let area = self.area();
        if self.set.is_multiple_of(BESIDE * BESIDE) {
            let mut page = Page::new(self.width, self.height);
            // Where to cut.
            let (w, h) = (self.width / 2.0, self.height / 2.0);
            page.rule((MARGIN / 2.0, h), (self.width - MARGIN / 2.0, h), self.look.hair);
            page.rule((w, MARGIN / 2.0), (w, self.height - MARGIN / 2.0), self.look.hair);
            self.pages.push(page);
        }
        if let Some(page) = self.pages.last_mut() {
            set(page, area);
        }
        self.set += 1;
    }

    /// The pages.
    pub fn into_pages(self) -> Vec<Page> {
        self.pages
    }
}
