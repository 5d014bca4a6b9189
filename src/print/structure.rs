//! What a page says to those who hear it: headings, paragraphs and tables in the order in which they are to be read.
//!
//! A page keeps this only where it is asked to ([`Page::keep_structure`]), since only some documents are tagged; for the
//! others nothing is gathered. Text is named by its runs on the page, so what is heard is what is seen. Of a table that
//! goes over several pages each page has its part, and [`crate::print::tags`] puts the parts together.
//!
//! # The foot
//! Of the foot, the school, the register number and «стр. 13 (л. 7) из 72» are artifacts of pagination: they are the same on
//! every page or follow from it, and whoever listens to a table over three pages does not want to hear them in its midst.
//! The check code and its QR code are content. They differ from page to page, nothing else in the document says them, and
//! without them a page that is heard cannot be checked; what the QR code is in words also names the document and the page.
//! They stand in the page's foot but are read at the document's end, one page after another, because a table that goes
//! over the page cannot be interrupted. In a draft, the line that says so is content too.

use crate::print::page::{Page, TextRun};
use crate::print::typeset::Block;
use std::num::NonZeroU16;
use std::ops::Range;

/// Runs of a page that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The runs.
    pub runs: Range<usize>,
    /// What they say, where that is not simply their text: lines joined to sentences, divided words to words.
    pub said: Option<String>,
}

/// Of what a header cell is the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of the columns that it spans.
    Column,
    /// Of the rows that it spans.
    Row,
}

/// A cell of a table. Cells that hang over from rows above are left out, empty ones are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCell {
    /// What it says.
    pub text: Text,
    /// Whether it is a header.
    pub header: Option<Scope>,
    /// Rows that it spans.
    pub rows: usize,
    /// Columns that it spans.
    pub columns: usize,
}

/// A table, or the part of one that stands on this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePart {
    /// Whether it goes on from the page before, so that its heading is a repetition.
    pub goes_on: bool,
    /// How many of the rows are the heading.
    pub heads: usize,
    /// The rows.
    pub rows: Vec<Vec<TableCell>>,
}

/// Something that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A heading.
    Heading {
        /// The heading.
        text: Text,
        /// The same as one line.
        title: String,
        /// 1 for the document's, 2 for that of a part of it.
        level: NonZeroU16,
    },
    /// A paragraph; a line to be filled in by hand has its label first.
    Paragraph(Vec<Text>),
    /// A table.
    Table(TablePart),
    /// The QR code, and what it is in words.
    Figure(String),
    /// Not read: a line that runs along all pages.
    Running(Text),
}

/// All that a page says, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structure {
    /// What the form says.
    pub body: Vec<Part>,
    /// What the foot says.
    pub foot: Vec<Part>,
}

impl Page {
    /// Makes the page keep its structure from here on.
    pub fn keep_structure(&mut self) {
        self.structure = Some(Structure::default());
    }

    /// Whether it does.
    pub fn keeps_structure(&self) -> bool {
        self.structure.is_some()
    }

    /// Adds what was just put on the page to its structure.
    pub fn add(&mut self, part: Part) {
        if let Some(structure) = &mut self.structure {
            structure.body.push(part);
        }
    }

    /// Adds a block that was just put on the page, whose first run was the `begins`th, as a paragraph.
    pub fn add_paragraph(&mut self, begins: usize, block: &Block) {
        if self.keeps_structure() && self.runs.len() > begins {
            let text = self.text_from(begins, block);
            self.add(Part::Paragraph(vec![text]));
        }
    }

    /// Adds a line to be filled in: its label, whose first run was the `begins`th, is read before what stands on the line.
    pub fn add_field(&mut self, begins: usize, label: &str, filled: Text) {
        let empty = filled.runs.is_empty();
        let said = (!empty).then(|| format!("{label}: "));
        let label = Text { runs: begins..self.runs.len(), said };
        self.add(Part::Paragraph(if empty { vec![label] } else { vec![label, filled] }));
    }

    /// The block that was just put on the page, whose first run was the `begins`th.
    pub fn text_from(&self, begins: usize, block: &Block) -> Text {
        Text { runs: begins..self.runs.len(), said: (block.lines.len() > 1).then(|| block.text()) }
    }

    /// Makes the paragraph that was set last a heading: of the document at level 1, of a part of it at 2.
    pub fn head_with_last(&mut self, level: NonZeroU16) {
        let Some(last) = self.structure.as_mut().and_then(|structure| structure.body.last_mut()) else { return };
        let Part::Paragraph(texts) = last else { return };
        let Some(text) = texts.pop() else { return };
        let plain = || self.runs[text.runs.clone()].iter().map(TextRun::text).collect();
        let title = text.said.clone().unwrap_or_else(plain);
        *last = Part::Heading { text, title, level };
    }

    /// Says of the table that was drawn last that it goes on from the page before.
    pub fn go_on_with_last(&mut self) {
        if let Some(Part::Table(table)) = self.structure.as_mut().and_then(|structure| structure.body.last_mut()) {
            table.goes_on = true;
        }
    }
}

impl Structure {
    /// All parts, those of the foot last.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.body.iter().chain(&self.foot)
    }
}
