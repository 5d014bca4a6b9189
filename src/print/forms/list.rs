//! The inner list (внутренняя опись): what the book holds and on which leaves.

use super::Composer;
use super::listing::Listing;
use crate::print::layout::ListField;
use crate::print::page::Page;
use crate::print::sheet::Sides;

/// A part of the book: what the list says of it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The heading.
    pub title: String,
    /// The teacher, or empty.
    pub teacher: String,
    /// The first page, from 1.
    pub first: u32,
    /// How many pages.
    pub pages: u32,
}

impl Part {
    /// The last page, from 1.
    fn last(&self) -> u32 {
        self.first + self.pages.max(1) - 1
    }
}

impl Composer<'_> {
    /// The list of these parts, whose first page is `first`.
    pub(super) fn list(&self, parts: &[Part], first: u32) -> Vec<Page> {
        let layout = &self.layouts.book.list;
        let look = Listing::in_book(layout.size, &layout.columns, &layout.empty);
        let lines: Vec<(usize, &Part)> = (1..).zip(parts).collect();
        let text = |(number, part): &(usize, &Part), field| match field {
            ListField::Number => number.to_string(),
            ListField::Title => part.title.clone(),
            ListField::Teacher => part.teacher.clone(),
            ListField::Leaves => leaves(self.sides, part.first, part.last()),
        };
        self.listing(&self.heading(&layout.heading, layout.heading_size, ""), &look, &lines, text, first).0
    }
}

/// The leaves of pages as an archive writes them, the back of a leaf as «об.»: «2 об.–5».
fn leaves(sides: Sides, first: u32, last: u32) -> String {
    let (begins, ends) = (sides.side_of(first), sides.side_of(last));
    if first == last { begins } else { format!("{begins}–{ends}") }
}

#[cfg(test)]
mod tests {
    use super::{Sides, leaves};

    #[test]
    fn the_back_of_a_leaf_is_named() {
        assert_eq!(leaves(Sides::Both, 4, 9), "2 об.–5");
        assert_eq!(leaves(Sides::Both, 3, 4), "2–2 об.");
        assert_eq!(leaves(Sides::Both, 7, 7), "4");
        assert_eq!(leaves(Sides::Both, 8, 8), "4 об.");
        assert_eq!(leaves(Sides::One, 4, 9), "4–9");
    }
}
