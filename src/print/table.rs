//! Ruled tables: cells that may span rows and columns, rows that grow with their text, rules drawn once.
//!
//! A table is built row by row, measured, cut into pages by whoever knows where pages end, and drawn. Between two
//! cells there is one hairline, however many rows they span; the frame and the rule under the heading are firm. A row's
//! text keeps its own row and column, which is where the seal says it stands.

use crate::print::layout::PageLayout;
use crate::print::page::{Area, Page, Place, TableRows};
use crate::print::structure::{Part, Scope, TableCell, TablePart, Text};
use crate::print::typeset::{Align, Block, Pad, Setting, Stand};

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The text, if any.
    pub block: Option<Block>,
    /// The mark of a note, raised behind a text of one line.
    pub note: Option<Block>,
    /// Whether the first line of text is underlined.
    pub underlined: bool,
    /// How many columns it spans.
    pub columns: usize,
    /// How many rows it spans.
    pub rows: usize,
    /// Between left and right.
    pub align: Align,
    /// Between top and bottom.
    pub stand: Stand,
    /// Reading upwards.
    pub turned: bool,
    /// Whether it says what its row is about, as a pupil's name does. The cells of a table's heading need not say so.
    pub heads_row: bool,
}

impl Cell {
    /// A cell of one row and one column, its text in the middle.
    pub fn new(block: Block) -> Self {
        Self { block: Some(block), ..Self::empty() }
    }

    /// A cell without text.
    pub fn empty() -> Self {
        let (align, stand) = (Align::Centre, Stand::Middle);
        let (block, note, underlined, turned, heads_row) = (None, None, false, false, false);
        Self { block, note, underlined, columns: 1, rows: 1, align, stand, turned, heads_row }
    }

    /// The text at the left edge.
    #[must_use]
    pub fn left(mut self) -> Self {
        self.align = Align::Left;
        self
    }

    /// The text at the top.
    #[must_use]
    pub fn top(mut self) -> Self {
        self.stand = Stand::Top;
        self
    }

    /// The mark of a note behind the text.
    #[must_use]
    pub fn noted(mut self, mark: Option<Block>) -> Self {
        self.note = mark;
        self
    }

    /// The text underlined.
    #[must_use]
    pub fn underlined(mut self) -> Self {
        self.underlined = true;
        self
    }

    /// The text reading upwards.
    #[must_use]
    pub fn turned(mut self) -> Self {
        self.turned = true;
        self
    }

    /// The cell that says what its row is about.
    #[must_use]
    pub fn heads_row(mut self) -> Self {
        self.heads_row = true;
        self
    }

    /// The cell over several rows and columns.
    #[must_use]
    pub fn span(mut self, rows: usize, columns: usize) -> Self {
        (self.rows, self.columns) = (rows.max(1), columns.max(1));
        self
    }

    /// The height it needs in mm.
    fn needed(&self, pad: Pad) -> f32 {
        match &self.block {
            Some(block) if self.turned => block.width() + 2.0 * pad.x,
            Some(block) => block.height() + 2.0 * pad.y,
            None => 0.0,
        }
    }
}

/// A row: its cells from left to right, those that hang over from rows above left out.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Cell>,
    /// The least height in mm.
    pub least: f32,
    /// Whether the rule below is a little stronger, as under every fifth pupil.
    pub fifth: bool,
}

/// How tables look: weights of rules in points, padding in mm.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Between cells.
    pub hair: f32,
    /// Under every fifth row.
    pub fifth: f32,
    /// Around the table and under its heading.
    pub firm: f32,
    /// Between text and rules.
    pub pad: Pad,
}

impl Look {
    /// As the layout says.
    pub fn of(layout: &PageLayout) -> Self {
        let (rules, cells) = (&layout.rules, &layout.cells);
        Self {
            hair: rules.hair.0,
            fifth: rules.fifth.0,
            firm: rules.firm.0,
            pad: Pad { x: cells.pad_x.0, y: cells.pad_y.0 },
        }
    }
}

/// Between a text and the line under it, in mm.
const UNDERLINE_GAP: f32 = 0.25;

/// A table: the widths of its columns in mm, and its rows, of which the first `heads` are the heading.
#[derive(Debug, Clone)]
pub struct Table {
    /// Widths of the columns.
    pub widths: Vec<f32>,
    /// Rows of the heading.
    pub heads: usize,
    /// All rows.
    pub rows: Vec<Row>,
}

/// Where a table came to stand.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Edges of the columns in mm, one more than there are columns.
    pub xs: Vec<f32>,
    /// Edges of the rows in mm, one more than there are rows.
    pub ys: Vec<f32>,
}

impl Drawn {
    /// The lower edge in mm.
    pub fn bottom(&self) -> f32 {
        self.ys.last().copied().unwrap_or_default()
    }
}

/// Which cell covers each place of the table: the index of its row and of the cell in it.
type Cover = Vec<Vec<Option<(usize, usize)>>>;

impl Table {
    /// The width in mm.
    pub fn width(&self) -> f32 {
        self.widths.iter().sum()
    }

    /// The height of every row in mm.
    pub fn heights(&self, look: Look) -> Vec<f32> {
        let mut heights: Vec<f32> = self.rows.iter().map(|row| row.least).collect();
        let cells = || self.rows.iter().enumerate().flat_map(|(i, row)| row.cells.iter().map(move |cell| (i, cell)));
        for (i, cell) in cells().filter(|(_, cell)| cell.rows == 1) {
            heights[i] = heights[i].max(cell.needed(look.pad));
        }
        for (i, cell) in cells().filter(|(_, cell)| cell.rows > 1) {
            let end = (i + cell.rows).min(heights.len());
            let missing = cell.needed(look.pad) - heights[i..end].iter().sum::<f32>();
            if missing > 0.0 {
                let share = missing / (end - i) as f32;
                heights[i..end].iter_mut().for_each(|height| *height += share);
            }
        }
        heights
    }

    /// Draws the table with its upper left corner at `x`, `y`.
    pub fn draw(&self, page: &mut Page, x: f32, y: f32, look: Look) -> Drawn {
        let edges = |from: f32, sizes: &[f32]| {
            let mut at = from;
            std::iter::once(from)
                .chain(sizes.iter().map(move |size| {
                    at += size;
                    at
                }))
                .collect::<Vec<_>>()
        };
        let drawn = Drawn { xs: edges(x, &self.widths), ys: edges(y, &self.heights(look)) };
        let cover = self.cover();
        let first = page.rows();
        self.draw_text(page, &drawn, &cover, look);
        let body = (first + u32::try_from(self.heads).unwrap_or(u32::MAX)).min(page.rows());
        page.tables.push(TableRows { heads: first..body, body: body..page.rows() });
        self.draw_rules(page, &drawn, &cover, look);
        drawn
    }

    /// Which cell covers each place.
    fn cover(&self) -> Cover {
        let mut cover: Cover = vec![vec![None; self.widths.len()]; self.rows.len()];
        for (i, row) in self.rows.iter().enumerate() {
            let mut column = 0;
            for (index, cell) in row.cells.iter().enumerate() {
                while column < self.widths.len() && cover[i][column].is_some() {
                    column += 1;
                }
                let end = (column + cell.columns).min(self.widths.len());
                for line in cover.iter_mut().skip(i).take(cell.rows) {
                    line[column..end].fill(Some((i, index)));
                }
                column = end;
            }
        }
        cover
    }

    fn draw_text(&self, page: &mut Page, drawn: &Drawn, cover: &Cover, look: Look) {
        let mut told = Vec::new();
        for (i, line) in cover.iter().enumerate() {
            let row = page.new_row();
            let mut cells = Vec::new();
            for (column, owner) in line.iter().enumerate() {
                let cell = match *owner {
                    Some((first_row, _)) if first_row < i => continue,
                    Some(_) if column > 0 && line[column - 1] == *owner => continue,
                    Some((_, index)) => Some(&self.rows[i].cells[index]),
                    None => None,
                };
                let begins = page.runs.len();
                if let Some(cell) = cell {
                    let right = drawn.xs[(column + cell.columns).min(self.widths.len())];
                    let bottom = drawn.ys[(i + cell.rows).min(self.rows.len())];
                    let area = Area::new(drawn.xs[column], drawn.ys[i], right - drawn.xs[column], bottom - drawn.ys[i]);
                    let place = Place { row, column: u32::try_from(column).unwrap_or(u32::MAX) };
                    draw_cell(page, cell, area, place, look);
                }
                if page.keeps_structure() {
                    cells.push(self.told(page, cell, begins, (i, column)));
                }
            }
            if page.keeps_structure() {
                told.push(cells);
            }
        }
        page.add(Part::Table(TablePart { goes_on: false, heads: self.heads, rows: told }));
    }

    /// A cell that was just drawn, as it is heard: its first run was the `begins`th. A place without a cell is empty.
    fn told(&self, page: &Page, cell: Option<&Cell>, begins: usize, (row, column): (usize, usize)) -> TableCell {
        let empty = Text { runs: begins..begins, said: None };
        let Some(cell) = cell else { return TableCell { text: empty, header: None, rows: 1, columns: 1 } };
        let text = match (&cell.block, &cell.note) {
            (Some(block), Some(note)) if !cell.turned => {
                let said = Some(format!("{} {}", block.text(), note.text()));
                Text { said, ..page.text_from(begins, block) }
            }
            (Some(block), _) => page.text_from(begins, block),
            (None, _) => empty,
        };
        let header = match text.runs.is_empty() {
            false if row < self.heads => Some(Scope::Column),
            false if cell.heads_row => Some(Scope::Row),
            _ => None,
        };
        let (rows, columns) = (cell.rows.min(self.rows.len() - row), cell.columns.min(self.widths.len() - column));
        TableCell { text, header, rows, columns }
    }

    fn draw_rules(&self, page: &mut Page, drawn: &Drawn, cover: &Cover, look: Look) {
        let (rows, columns) = (self.rows.len(), self.widths.len());
        for i in 1..rows {
            let weight = match i {
                _ if i == self.heads => look.firm,
                _ if self.rows[i - 1].fifth => look.fifth,
                _ => look.hair,
            };
            for (from, to) in spans(columns, |c| cover[i - 1][c].is_none() || cover[i - 1][c] != cover[i][c]) {
                page.rule((drawn.xs[from], drawn.ys[i]), (drawn.xs[to], drawn.ys[i]), weight);
            }
        }
        for c in 1..columns {
            for (from, to) in spans(rows, |i| cover[i][c - 1].is_none() || cover[i][c - 1] != cover[i][c]) {
                page.rule((drawn.xs[c], drawn.ys[from]), (drawn.xs[c], drawn.ys[to]), look.hair);
            }
        }
        let (x, y) = (drawn.xs[0], drawn.ys[0]);
        page.frame(Area::new(x, y, drawn.xs[columns] - x, drawn.ys[rows] - y), look.firm);
    }
}

fn draw_cell(page: &mut Page, cell: &Cell, area: Area, place: Place, look: Look) {
    let Some(block) = &cell.block else { return };
    let setting = Setting { align: cell.align, stand: cell.stand, pad: look.pad };
    let begins = page.runs.len();
    match &cell.note {
        _ if cell.turned => page.put_turned(block, area, setting, place),
        Some(note) => page.put_noted(block, note, area, setting, place),
        None => page.put(block, area, setting, place),
    }
    if let (true, Some(first)) = (cell.underlined, page.runs.get(begins)) {
        let ink = first.ink();
        let y = ink.bottom() + UNDERLINE_GAP;
        page.rule((ink.x, y), (ink.right(), y), look.hair);
    }
}

/// The runs of `0..count` for which `holds`, as half-open spans.
fn spans(count: usize, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for i in (0..count).filter(|i| holds(*i)) {
        match out.last_mut() {
            Some(last) if last.1 == i => last.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::fonts::{Face, Family, Shaper};
    use crate::print::typeset::{Type, Typesetter};

    const LOOK: Look = Look { hair: 0.3, fifth: 0.6, firm: 1.0, pad: Pad { x: 0.8, y: 0.4 } };

    fn cell(text: &str) -> Cell {
        let set = Typesetter::new(Shaper::new().unwrap(), Family::Serif, Family::Sans);
        Cell::new(set.wrap(Type { face: Face::Sans, size: 8.0 }, text, 100.0))
    }

    fn table(rows: Vec<Vec<Cell>>) -> Table {
        let rows = rows.into_iter().map(|cells| Row { cells, least: 5.0, fifth: false }).collect();
        Table { widths: vec![10.0, 20.0, 30.0], heads: 0, rows }
    }

    #[test]
    fn a_cell_over_two_rows_and_one_over_two_columns_have_no_rules_inside() {
        let rows = vec![vec![cell("а").span(2, 1), cell("б").span(1, 2)], vec![cell("в"), cell("г")]];
        let mut page = Page::new(100.0, 100.0);
        let drawn = table(rows).draw(&mut page, 0.0, 0.0, LOOK);
        assert_eq!(drawn.xs, [0.0, 10.0, 30.0, 60.0]);
        let hair: Vec<_> = page.rules.iter().filter(|rule| rule.weight == 0.3).map(|r| (r.from, r.to)).collect();
        assert_eq!(hair, [((10.0, 5.0), (60.0, 5.0)), ((10.0, 0.0), (10.0, 10.0)), ((30.0, 5.0), (30.0, 10.0))]);
    }

    #[test]
    fn text_stands_in_its_cell_and_keeps_row_and_column() {
        let rows = vec![vec![cell("а").span(2, 1), cell("б").span(1, 2)], vec![cell("в"), cell("г")]];
        let mut page = Page::new(100.0, 100.0);
        table(rows).draw(&mut page, 0.0, 0.0, LOOK);
        let places: Vec<_> = page.runs.iter().map(|run| (run.text(), run.place.row, run.place.column)).collect();
        assert_eq!(places, [("а", 0, 0), ("б", 0, 1), ("в", 1, 1), ("г", 1, 2)]);
        assert!(page.runs.iter().all(|run| run.cell.holds(run.ink(), 0.0)));
    }

    #[test]
    fn a_table_says_which_cells_are_headers_and_what_they_span() {
        let rows = vec![
            vec![cell("№"), cell("имя"), cell("отметка")],
            vec![cell("1"), cell("Ли").heads_row().span(2, 1), cell("5")],
            vec![cell("2"), Cell::empty()],
            vec![cell("всего").span(3, 9)],
        ];
        let table = Table { heads: 1, ..table(rows) };
        let mut page = Page::new(100.0, 100.0);
        table.draw(&mut page, 0.0, 0.0, LOOK);
        assert_eq!(page.structure, None, "a page keeps nothing unless it is asked to");
        page.runs.clear();
        page.keep_structure();
        table.draw(&mut page, 0.0, 0.0, LOOK);
        page.go_on_with_last();
        let structure = page.structure.as_ref().unwrap();
        let [Part::Table(part)] = structure.body.as_slice() else { panic!("{structure:?}") };
        assert!(part.goes_on && part.heads == 1);
        let told = |cell: &TableCell| {
            let text: String = page.runs[cell.text.runs.clone()].iter().map(|run| run.text()).collect();
            (text, cell.header, cell.rows, cell.columns)
        };
        let rows: Vec<Vec<_>> = part.rows.iter().map(|row| row.iter().map(told).collect()).collect();
        let plain = |text: &str| (text.to_owned(), None, 1, 1);
        let head = |text: &str| (text.to_owned(), Some(Scope::Column), 1, 1);
        assert_eq!(rows[0], [head("№"), head("имя"), head("отметка")]);
        assert_eq!(rows[1], [plain("1"), ("Ли".to_owned(), Some(Scope::Row), 2, 1), plain("5")]);
        assert_eq!(rows[2], [plain("2"), plain("")]);
        assert_eq!(rows[3], [("всего".to_owned(), None, 1, 3)], "no more than the table has");
    }

    #[test]
    fn a_row_without_cells_has_empty_ones_for_those_who_hear_it() {
        let mut page = Page::new(100.0, 100.0);
        page.keep_structure();
        table(vec![vec![cell("а")], vec![]]).draw(&mut page, 0.0, 0.0, LOOK);
        let Some(Part::Table(part)) = page.structure.unwrap().body.pop() else { panic!("no table") };
        assert!(part.rows.iter().all(|row| row.len() == 3));
    }

    #[test]
    fn a_row_grows_with_its_text_and_with_a_cell_that_hangs_into_it() {
        let long = "слово ".repeat(60);
        let heights = table(vec![vec![cell(&long)], vec![cell("а")]]).heights(LOOK);
        assert!(heights[0] > 10.0 && heights[1] == 5.0);
        let heights = table(vec![vec![cell(&long).span(2, 1)], vec![cell("а")]]).heights(LOOK);
        assert!(heights.iter().sum::<f32>() > 14.0 && (heights[0] - heights[1]).abs() < 1e-3);
    }
}
