//! The inner list (внутренняя опись): what the book holds and on which leaves.

use super::{Composer, RunOn, sans};
use crate::print::page::Page;
use crate::print::sheet::{Orientation, Sides};
use crate::print::table::Row;

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
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let kind = sans(layout.size.0);
        let row = |cells| Row { cells, least: 6.0, fifth: false };
        let heads = [row(layout.columns.iter().map(|c| self.cell(kind, c.heading.as_str(), c.width.0)).collect())];
        let line = |(i, part): (usize, &Part)| {
            vec![row(vec![
                self.cell(kind, &(i + 1).to_string(), widths[0]),
                self.cell(kind, &part.title, widths[1]).left(),
                self.cell(kind, &part.teacher, widths[2]).left(),
                self.cell(kind, &leaves(self.sides, part.first, part.last()), widths[3]),
            ])]
        };
        let lines: Vec<Vec<Row>> = parts.iter().enumerate().map(line).collect();
        let run = RunOn {
            orientation: Orientation::Portrait,
            widths: &widths,
            heads: &heads,
            parts: &lines,
            tail: 0.0,
            even: false,
        };
        let pages = self.run_on(&self.heading(&layout.heading, layout.heading_size, ""), &run, first);
        pages.into_iter().map(|(page, _)| page).collect()
    }
}

/// The leaves of pages as an archive writes them, the back of a leaf as «об.»: «2 об.–5».
fn leaves(sides: Sides, first: u32, last: u32) -> String {
    let side = |page: u32| format!("{}{}", sides.leaf_of(page), if sides.is_back(page) { " об." } else { "" });
    if first == last { side(first) } else { format!("{}–{}", side(first), side(last)) }
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
