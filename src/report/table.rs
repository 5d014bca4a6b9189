//! A report as a table: the same for the screen, for a CSV file and for a workbook.

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: &'static str,
    /// What its cells are.
    pub kind: Kind,
    /// What stands below it in a workbook.
    pub total: Total,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Count,
    /// Numbers with two decimals.
    Number,
    /// Percentages with one decimal: 57.1 is 57,1 %.
    Percent,
    /// Differences with one decimal and a sign.
    Change,
}

/// What stands below a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Nothing.
    None,
    /// The sum.
    Sum,
    /// The average of the rows.
    Average,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// Nothing.
    Empty,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is; the name of a workbook's sheet.
    pub title: &'static str,
    /// Columns from the left.
    pub columns: Vec<Column>,
    /// Rows from the top.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows. Columns are written as heading, kind, total.
    pub fn new(title: &'static str, columns: &[(&'static str, Kind, Total)]) -> Self {
        let columns = columns.iter().map(|(heading, kind, total)| Column { heading, kind: *kind, total: *total });
        Self { title, columns: columns.collect(), rows: Vec::new() }
    }

    /// The cells of a row as texts, numbers with a comma.
    pub fn texts(&self, row: &[Cell]) -> Vec<String> {
        row.iter().zip(&self.columns).map(|(cell, column)| text(cell, column.kind)).collect()
    }

    /// The numbers of a column.
    pub fn numbers(&self, column: usize) -> Vec<f64> {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None }).collect()
    }
}

/// A cell as a text, a number with a comma.
pub(super) fn text(cell: &Cell, kind: Kind) -> String {
    let Cell::Number(number) = cell else {
        return if let Cell::Text(text) = cell { text.clone() } else { String::new() };
    };
    let shown = match kind {
        Kind::Text | Kind::Count => format!("{number}"),
        Kind::Number => format!("{number:.2}"),
        Kind::Percent => format!("{number:.1}"),
        Kind::Change => format!("{number:+.1}"),
    };
    shown.replace('.', ",")
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Self {
        Self::Number(count.into())
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

impl From<crate::school::Share> for Cell {
    fn from(share: crate::school::Share) -> Self {
        share.percent().into()
    }
}
