//! A page before it is a PDF: text at its place, rules, black areas, and the QR code of its seal.
//!
//! Lengths are millimetres from the top left corner, sizes of type and weights of rules are points. Every run of text
//! knows the row and column of the table cell it stands in, which is what the seal is taken over, and the cell's
//! outline, so that a test can hold every page of every form against «text never touches a rule».

use crate::print::fonts::{MM_PER_PT, Shaped};
use crate::print::structure::Structure;
use std::ops::Range;
use std::sync::Arc;

/// A rectangle in mm from the page's top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Area {
    /// A rectangle from its top left corner and its sides.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// The right edge.
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    /// The bottom edge.
    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Whether `inner` lies within, give or take `slack` mm.
    pub fn holds(self, inner: Self, slack: f32) -> bool {
        inner.x >= self.x - slack
            && inner.y >= self.y - slack
            && inner.right() <= self.right() + slack
            && inner.bottom() <= self.bottom() + slack
    }

    /// Whether the two share more than an edge, ignoring overlaps thinner than `slack` mm.
    pub fn overlaps(self, other: Self, slack: f32) -> bool {
        self.x + slack < other.right()
            && other.x + slack < self.right()
            && self.y + slack < other.bottom()
            && other.y + slack < self.bottom()
    }
}

/// The place of a cell in the page's text: rows count from 0 down the whole page, columns from 0 within their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The row.
    pub row: u32,
    /// The column.
    pub column: u32,
}

/// One line of text at its place.
#[derive(Debug, Clone)]
pub struct TextRun {
    /// The text as glyphs.
    pub shaped: Arc<Shaped>,
    /// Size in points.
    pub size: f32,
    /// Where the baseline begins, in mm.
    pub x: f32,
    /// Where the baseline begins, in mm.
    pub y: f32,
    /// Reading upwards: turned by a quarter against the clock.
    pub turned: bool,
    /// The cell's place in the page's text.
    pub place: Place,
    /// The cell's outline on paper.
    pub cell: Area,
    /// Part of the seal, and so not covered by it.
    pub seal: bool,
}

impl TextRun {
    /// The text.
    pub fn text(&self) -> &str {
        &self.shaped.text
    }

    /// The rectangle that the ink of this run stays in.
    pub fn ink(&self) -> Area {
        let em = self.size * MM_PER_PT;
        let (width, above, below) = (self.shaped.width * em, self.shaped.above * em, self.shaped.below * em);
        if self.turned {
            Area::new(self.x - above, self.y - width, above + below, width)
        } else {
            Area::new(self.x, self.y - above, width, above + below)
        }
    }
}

/// A straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// One end, in mm.
    pub from: (f32, f32),
    /// The other end, in mm.
    pub to: (f32, f32),
    /// Weight in points.
    pub weight: f32,
}

/// A QR code: black modules as horizontal runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Qr {
    /// Left edge of the symbol without its quiet zone, in mm.
    pub x: f32,
    /// Top edge of the symbol without its quiet zone, in mm.
    pub y: f32,
    /// Side of one module in mm.
    pub module: f32,
    /// Modules a side.
    pub side: u16,
    /// Runs of black modules: column, row, length.
    pub runs: Vec<(u16, u16, u16)>,
}

/// The rows of a page that a table takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// The rows of its heading.
    pub heads: Range<u32>,
    /// The rows below.
    pub body: Range<u32>,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Width in mm.
    pub width: f32,
    /// Height in mm.
    pub height: f32,
    /// Text.
    pub runs: Vec<TextRun>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Areas filled with black, such as the bars of a chart; no text stands on them.
    pub fills: Vec<Area>,
    /// Its tables.
    pub tables: Vec<TableRows>,
    /// The first row of the foot, once the page is sealed.
    pub foot: Option<u32>,
    /// The seal's QR code, once the page is sealed.
    pub qr: Option<Qr>,
    /// QR codes of its own besides.
    pub codes: Vec<Qr>,
    /// What it says to those who hear it, where it keeps that.
    pub structure: Option<Structure>,
    rows: u32,
}

impl Page {
    /// An empty page.
    pub fn new(width: f32, height: f32) -> Self {
        Self {
            width,
            height,
            runs: Vec::new(),
            rules: Vec::new(),
            fills: Vec::new(),
            tables: Vec::new(),
            foot: None,
            qr: None,
            codes: Vec::new(),
            structure: None,
            rows: 0,
        }
    }

    /// The number of a new row of text below those there are.
    pub fn new_row(&mut self) -> u32 {
        self.rows += 1;
        self.rows - 1
    }

    /// The rows of text that there are.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Draws a line.
    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), weight: f32) {
        self.rules.push(Rule { from, to, weight });
    }

    /// Fills a rectangle with black.
    pub fn fill(&mut self, area: Area) {
        self.fills.push(area);
    }

    /// Draws the four sides of a rectangle.
    pub fn frame(&mut self, area: Area, weight: f32) {
        let (l, t, r, b) = (area.x, area.y, area.right(), area.bottom());
        for (from, to) in [((l, t), (r, t)), ((r, t), (r, b)), ((r, b), (l, b)), ((l, b), (l, t))] {
            self.rule(from, to, weight);
        }
    }
}
