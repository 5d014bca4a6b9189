//! The inner list (внутренняя опись): what the book holds and on which leaves.

use super::Composer;
use super::listing::Listing;
use crate::print::layout::ListField;
use crate::print::page::Page;
use crate::print::sheet::Numbering;

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
    /// The list of these parts, whose first page is `first`; `numbering` says which leaves are counted.
    pub(super) fn list(&self, parts: &[Part], first: u32, numbering: Numbering) -> Vec<Page> {
        self.list_as(parts, first, &|page| numbering.side_of(page))
    }

    /// As [`Composer::list`], where the pages are called otherwise.
    pub(super) fn list_as(&self, parts: &[Part], first: u32, side: &dyn Fn(u32) -> String) -> Vec<Page> {
        let layout = &self.layouts.book.list;
        let look = Listing::in_book(layout.size, &layout.columns, &layout.empty);
        let lines: Vec<(usize, &Part)> = (1..).zip(parts).collect();
        let text = |(number, part): &(usize, &Part), field| match field {
            ListField::Number => number.to_string(),
            ListField::Title => part.title.clone(),
            ListField::Teacher => part.teacher.clone(),
            ListField::Leaves => leaves(side, part.first, part.last()),
        };
        self.listing(&self.heading(&layout.heading, layout.heading_size, ""), &look, &lines, text, first).0
    }
}

/// The leaves of pages as an archive writes them, the back of a leaf as «об.»: «2 об.–5».
fn leaves(side: &dyn Fn(u32) -> String, first: u32, last: u32) -> String {
    let (begins, ends) = (side(first), side(last));
    if first == last { begins } else { format!("{begins}–{ends}") }
}

#[cfg(test)]
mod tests {
    use crate::print::sheet::{Numbering, Sides};

    #[test]
    fn the_back_of_a_leaf_is_named_and_the_cover_and_the_list_are_not_counted() {
        let book = Numbering::of_book(Sides::Both, (3, 5), 99);
        let leaves = |book: Numbering, first, last| super::leaves(&|page| book.side_of(page), first, last);
        assert_eq!(leaves(book, 6, 11), "1 об.–4");
        assert_eq!(leaves(book, 5, 6), "1–1 об.");
        assert_eq!(leaves(book, 9, 9), "3");
        assert_eq!(leaves(book, 10, 10), "3 об.");
        assert_eq!(leaves(Numbering::of_book(Sides::One, (2, 3), 99), 4, 9), "2–7");
    }
}
