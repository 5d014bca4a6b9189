//! The structure of pages as the tags of a PDF: one tree for the document, over all its pages.
//!
//! A page that keeps its structure is drawn part by part, so the order of its content is the order in which it is read.
//! Rules, headings of tables that are repeated on later pages and running lines of the foot are artifacts: nobody hears
//! them.

use crate::print::page::Page;
use crate::print::pdf::{draw_qr, draw_run, take_text_pen};
use crate::print::structure::{Part, Scope, Structure, TableCell, TablePart, Text};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::Font;
use std::num::NonZeroU32;

/// The language of every document.
pub(super) const LANGUAGE: &str = "ru-RU";

/// The tags of a document, gathered while its pages are drawn.
#[derive(Default)]
pub(super) struct Tags {
    read: Vec<Node>,
    /// The table that may go on on the next page.
    table: Option<TagGroup>,
    /// What the feet of all pages say.
    feet: Vec<Node>,
}

impl Tags {
    /// Draws the text and the QR code of a page.
    pub(super) fn draw(&mut self, surface: &mut Surface<'_>, page: &Page, structure: &Structure, fonts: &[Font]) {
        let mut drawing = Drawing { surface, page, fonts, drawn: vec![false; page.runs.len()] };
        for part in &structure.body {
            self.read_part(part, &mut drawing);
        }
        for part in &structure.foot {
            let nodes = drawing.part(part);
            self.feet.extend(nodes);
        }
        // No form leaves text out of its structure, which the tests hold them to; if one did, it would still be printed.
        for run in 0..page.runs.len() {
            drawing.artifact(&Text { runs: run..run + 1, said: None }, ArtifactType::Other);
        }
    }

    fn read_part(&mut self, part: &Part, drawing: &mut Drawing<'_, '_>) {
        if let Part::Table(table) = part {
            match &mut self.table {
                Some(open) if table.goes_on => {
                    let rows = drawing.rows(table);
                    if let Some(Node::Group(body)) = open.children.last_mut() {
                        body.children.extend(rows);
                    }
                }
                _ => {
                    self.close_table();
                    self.table = Some(drawing.table(table));
                }
            }
            return;
        }
        if let Some(node) = drawing.part(part) {
            self.close_table();
            self.read.push(node);
        }
    }

    fn close_table(&mut self) {
        self.read.extend(self.table.take().map(Node::from));
    }

    /// The tree of the whole document.
    pub(super) fn finish(mut self) -> TagTree {
        self.close_table();
        let mut tree = TagTree::from(self.read).with_lang(Some(LANGUAGE.to_owned()));
        if !self.feet.is_empty() {
            tree.push(TagGroup::with_children(Tag::Section, self.feet));
        }
        tree
    }
}

/// A page while it is drawn.
struct Drawing<'d, 's> {
    surface: &'d mut Surface<'s>,
    page: &'d Page,
    fonts: &'d [Font],
    /// Which runs are drawn already.
    drawn: Vec<bool>,
}

impl Drawing<'_, '_> {
    /// Draws a part; gives its tag, or nothing for what is not read.
    fn part(&mut self, part: &Part) -> Option<Node> {
        let group = match part {
            Part::Heading { text, title, level } => {
                TagGroup::with_children(Tag::Hn(*level, Some(title.clone())), self.text(text))
            }
            Part::Paragraph(texts) => {
                let leaves = texts.iter().flat_map(|text| self.text(text)).collect();
                TagGroup::with_children(Tag::P, leaves)
            }
            Part::Table(table) => self.table(table),
            Part::Figure(words) => {
                let id = self.surface.start_tagged(ContentTag::Other);
                if let Some(qr) = &self.page.qr {
                    draw_qr(self.surface, qr);
                    take_text_pen(self.surface);
                }
                self.surface.end_tagged();
                TagGroup::with_children(Tag::Figure(Some(words.clone())), vec![id.into()])
            }
            Part::Running(text) => {
                self.artifact(text, ArtifactType::Footer);
                return None;
            }
        };
        Some(group.into())
    }

    /// Draws a table, or the part of one on its first page.
    fn table(&mut self, table: &TablePart) -> TagGroup {
        let mut group = TagGroup::new(Tag::Table);
        let mut rows = self.rows(table);
        let body = rows.split_off(table.heads.min(rows.len()));
        if !rows.is_empty() {
            group.push(TagGroup::with_children(Tag::THead, rows));
        }
        group.push(TagGroup::with_children(Tag::TBody, body));
        group
    }

    /// Draws the rows of a table; a heading that is repeated is left out of what it gives.
    fn rows(&mut self, table: &TablePart) -> Vec<Node> {
        let repeated = if table.goes_on { table.heads.min(table.rows.len()) } else { 0 };
        for cell in table.rows[..repeated].iter().flatten() {
            self.artifact(&cell.text, ArtifactType::PaginationOther);
        }
        let row = |cells: &Vec<TableCell>| {
            let cells = cells.iter().map(|cell| self.cell(cell)).collect();
            TagGroup::with_children(Tag::TR, cells).into()
        };
        table.rows[repeated..].iter().map(row).collect()
    }

    fn cell(&mut self, cell: &TableCell) -> Node {
        let span = |count: usize| u32::try_from(count).ok().filter(|count| *count > 1).and_then(NonZeroU32::new);
        let (rows, columns) = (span(cell.rows), span(cell.columns));
        let header = |scope| TagKind::from(Tag::TH(scope).with_row_span(rows).with_col_span(columns));
        let tag = match cell.header {
            Some(Scope::Column) => header(TableHeaderScope::Column),
            Some(Scope::Row) => header(TableHeaderScope::Row),
            None => Tag::TD.with_row_span(rows).with_col_span(columns).into(),
        };
        TagGroup::with_children(tag, self.text(&cell.text)).into()
    }

    /// Draws a text, a span a line; where it says more than its lines do, a tag around them has the whole.
    fn text(&mut self, text: &Text) -> Vec<Node> {
        let mut leaves = Vec::new();
        for run in text.runs.clone() {
            let id = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            self.ink(run);
            self.surface.end_tagged();
            leaves.push(id.into());
        }
        match &text.said {
            Some(said) => {
                vec![TagGroup::with_children(Tag::Span.with_actual_text(Some(said.clone())), leaves).into()]
            }
            None => leaves,
        }
    }

    /// Draws what of a text is not drawn yet, as something nobody hears.
    fn artifact(&mut self, text: &Text, kind: ArtifactType) {
        for run in text.runs.clone() {
            if !self.drawn[run] {
                self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
                self.ink(run);
                self.surface.end_tagged();
            }
        }
    }

    fn ink(&mut self, run: usize) {
        draw_run(self.surface, &self.page.runs[run], self.fonts);
        self.drawn[run] = true;
    }
}

/// The artifact that rules are.
pub(super) const RULES: ContentTag<'static> = ContentTag::Artifact(Artifact { kind: ArtifactType::Layout, bbox: None });
