//! Where the halves of a spread stand, marks and lessons: on pages that face each other, or side by side on one.

use super::Spreads;
use crate::print::layout::Halves;
use crate::print::page::{Area, Page};
use crate::print::sheet::Orientation;

/// Between halves that stand side by side, in mm.
const GUTTER: f32 = 4.0;

impl Spreads<'_> {
    /// An empty page of the spread, and all that may be filled of it.
    pub(super) fn page(&self, number: u32) -> (Page, Area) {
        let orientation = match self.halves() {
            Halves::Facing => Orientation::Portrait,
            Halves::SideBySide => Orientation::Landscape,
        };
        self.composer.new_page(orientation, number)
    }

    /// The area of the marks on page `number`.
    pub(super) fn left_area(&self, number: u32) -> Area {
        let (_, area) = self.page(number);
        match self.halves() {
            Halves::Facing => area,
            Halves::SideBySide => Area { w: area.w - self.lessons_width() - GUTTER, ..area },
        }
    }

    /// The area of the lessons on page `number`.
    pub(super) fn right_area(&self, number: u32) -> Area {
        let (_, area) = self.page(number);
        match self.halves() {
            Halves::Facing => area,
            Halves::SideBySide => {
                let width = self.lessons_width();
                Area { x: area.right() - width, w: width, ..area }
            }
        }
    }

    /// The width of notes, which stand under either half, in mm.
    pub(super) fn notes_width(&self) -> f32 {
        self.left_area(2).w.min(self.right_area(3).w)
    }

    /// How many pages a spread takes.
    pub(super) fn pages_a_spread(&self) -> usize {
        match self.halves() {
            Halves::Facing => 2,
            Halves::SideBySide => 1,
        }
    }

    pub(super) fn halves(&self) -> Halves {
        self.composer.layouts.book.spread.halves
    }

    fn lessons_width(&self) -> f32 {
        self.composer.layouts.book.spread.lessons.iter().map(|column| column.width.0).sum()
    }
}
