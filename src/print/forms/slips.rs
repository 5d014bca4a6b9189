//! Four slips a page, with lines along which they are cut.

use crate::print::layout::PageLayout;
use crate::print::page::{Area, Page};
use crate::print::table::Look;

/// Slips side by side, and below each other.
const BESIDE: usize = 2;
/// From the edge of a page to the lines, in mm.
const EDGE: f32 = 4.0;

/// The pages so far.
pub(super) struct Four {
    pages: Vec<Page>,
    /// Of a page, in mm.
    width: f32,
    height: f32,
    look: Look,
    /// From the edge of a slip to what stands on it, in mm: no printer prints up to the edge, and no scissors cut straight.
    margin: f32,
    set: usize,
}

impl Four {
    /// No page yet.
    pub fn new(layout: &PageLayout, look: Look, margin: f32) -> Self {
        let (width, height) = (layout.paper.short.0, layout.paper.long.0);
        Self { pages: Vec::new(), width, height, look, margin, set: 0 }
    }

    /// The room of the next slip.
    pub fn area(&self) -> Area {
        let (w, h) = (self.width / BESIDE as f32, self.height / BESIDE as f32);
        let at = self.set % (BESIDE * BESIDE);
        let (x, y) = ((at % BESIDE) as f32 * w, (at / BESIDE) as f32 * h);
        let margin = self.margin;
        Area::new(x + margin, y + margin, w - 2.0 * margin, h - 2.0 * margin)
    }

    /// Sets the next slip.
    pub fn next(&mut self, set: impl FnOnce(&mut Page, Area)) {
        let area = self.area();
        if self.set.is_multiple_of(BESIDE * BESIDE) {
            let mut page = Page::new(self.width, self.height);
            // Where to cut.
            let (w, h) = (self.width / 2.0, self.height / 2.0);
            page.rule((EDGE, h), (self.width - EDGE, h), self.look.hair);
            page.rule((w, EDGE), (w, self.height - EDGE), self.look.hair);
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
