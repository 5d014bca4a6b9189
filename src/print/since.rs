//! What has changed on a page since it was issued: the document as it stood, held against the same document today.
//!
//! Pages are no measure for that. When a lesson is added, its dates are spread anew and half of a book's pages hold
//! others than before. So both documents are taken apart into what a reader sees: a cell is found by the part of the
//! book, its row («Березин Кирилл») and its column («22.01»), wherever it is printed; and what stood on the checked page
//! is looked up in the other document by these. Rows, columns and lines of text that are new belong to the page on which
//! the one before them stands. The foot is left out, and so are the numbers of pupils and notes, which follow from the
//! rest.

use super::forms::{Document, month_number};
use super::page::{Page, TableRows, TextRun};
use super::pdf::Bookmark;
use super::seal::read_record;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a change is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A cell of a table.
    Cell,
    /// A whole row of a table.
    Row,
    /// A whole column, such as a lesson's date.
    Column,
    /// A line of text outside tables: a heading, a note.
    Text,
}

/// A difference between a page as it was issued and the document today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is of.
    pub what: What,
    /// The row and the column of a cell; empty for what is a whole line itself.
    pub place: String,
    /// What stood there; empty where there was nothing.
    pub was: String,
    /// What stands there today; empty where there is nothing.
    pub now: String,
}

/// A document taken apart.
#[derive(Default)]
pub struct Content {
    sheets: Vec<Sheet>,
    /// The cells of each row, and the rows of each table in order.
    rows: HashMap<Key, Cells>,
    order: HashMap<String, Vec<String>>,
    /// The columns of each table in order.
    columns: HashMap<String, Vec<String>>,
    /// The lines outside tables: the part, and the line without what only wrapping and numbering give it.
    texts: HashSet<Key>,
}

/// What a row or a line is found by: its table or part, and its own name.
type Key = (String, String);
/// Texts by column.
type Cells = BTreeMap<String, String>;

/// A page taken apart.
#[derive(Default)]
struct Sheet {
    part: String,
    lines: Vec<Line>,
    /// The tables on it and their columns.
    columns: Vec<(String, Vec<String>)>,
}

enum Line {
    Text(String),
    Row(Key, Cells),
}

impl Content {
    /// Takes the volumes of a document apart.
    pub fn of(volumes: &[Document]) -> Self {
        let mut content = Self::default();
        for document in volumes {
            let parts = parts(&document.bookmarks);
            for (index, page) in document.pages.iter().enumerate() {
                let part = parts.iter().rev().find(|(first, _)| *first <= index).map(|(_, title)| title.clone());
                content.add(Sheet::of(page, part.unwrap_or_default()));
            }
        }
        content
    }

    fn add(&mut self, sheet: Sheet) {
        for (table, columns) in &sheet.columns {
            let known = self.columns.entry(table.clone()).or_default();
            known.extend(columns.iter().filter(|column| !known.contains(column)).cloned().collect::<Vec<_>>());
        }
        for line in &sheet.lines {
            match line {
                Line::Text(text) => {
                    self.texts.insert((sheet.part.clone(), plain(text)));
                }
                Line::Row(key, cells) => {
                    if !self.rows.contains_key(key) {
                        self.order.entry(key.0.clone()).or_default().push(key.1.clone());
                    }
                    self.rows.entry(key.clone()).or_default().extend(cells.clone());
                }
            }
        }
        self.sheets.push(sheet);
    }

    /// How many pages it has.
    pub fn pages(&self) -> usize {
        self.sheets.len()
    }

    /// The page that has most in common with a kept page, `near` where several have as much.
    pub fn page_like(&self, record: &[u8], near: usize) -> usize {
        let Some((_, _, runs)) = read_record(record) else { return near };
        let kept: HashSet<String> = runs.iter().map(|(_, _, text)| plain(text)).collect();
        let shared = |sheet: &Sheet| {
            let texts = sheet.lines.iter().flat_map(|line| match line {
                Line::Text(text) => vec![text.as_str()],
                Line::Row((_, label), cells) => std::iter::once(label).chain(cells.values()).map(|s| &**s).collect(),
            });
            texts.filter(|text| kept.contains(&plain(text))).count()
        };
        let best = (0..self.sheets.len()).max_by_key(|at| (shared(&self.sheets[*at]), *at == near, usize::MAX - at));
        best.unwrap_or(near)
    }

    /// What has changed on page `at`, counted from 0, of this document up to `now`.
    pub fn changes(&self, at: usize, now: &Self) -> Vec<Change> {
        let Some(sheet) = self.sheets.get(at) else { return Vec::new() };
        let mut changes = self.of_lines(sheet, now);
        for (table, columns) in &sheet.columns {
            let (then_has, now_has) = (self.columns_of(table), now.columns_of(table));
            let gone = columns.iter().filter(|column| !now_has.contains(column));
            changes.extend(gone.map(|column| whole(What::Column, column, "")));
            let new = added(then_has, now_has, |before| columns.contains(before));
            changes.extend(new.into_iter().map(|column| whole(What::Column, "", column)));
            let labels: HashSet<&String> = sheet.labels(table).collect();
            let (then_has, now_has) = (self.order.get(table), now.order.get(table));
            let (then_has, now_has) = (then_has.map_or(&[][..], |x| x), now_has.map_or(&[][..], |x| x));
            for label in added(then_has, now_has, |before| labels.contains(before)) {
                let cells = &now.rows[&(table.clone(), label.clone())];
                changes.push(whole(What::Row, "", &row_text(label, cells, columns)));
            }
        }
        changes.extend(self.new_texts(sheet, now));
        changes
    }

    /// Cells, rows and lines of the page that are others now, or gone.
    fn of_lines(&self, sheet: &Sheet, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for line in &sheet.lines {
            match line {
                Line::Text(text) => {
                    if !now.texts.contains(&(sheet.part.clone(), plain(text))) {
                        changes.push(whole(What::Text, text, ""));
                    }
                }
                Line::Row(key, _) => {
                    let columns = sheet.columns_of(&key.0);
                    let Some(stands) = now.rows.get(key) else {
                        changes.push(whole(What::Row, &row_text(&key.1, &self.rows[key], columns), ""));
                        continue;
                    };
                    let kept = columns.iter().filter(|column| now.columns_of(&key.0).contains(column));
                    changes.extend(kept.filter_map(|column| cell(&key.1, column, &self.rows[key], stands)));
                }
            }
        }
        changes
    }

    /// Lines outside tables that are new, on the pages where what stood on this one stands now.
    fn new_texts(&self, sheet: &Sheet, now: &Self) -> Vec<Change> {
        let related = now.sheets.iter().filter(|other| other.part == sheet.part && other.shares_with(sheet));
        let mut texts: Vec<&String> = Vec::new();
        for line in related.flat_map(|other| &other.lines) {
            if let Line::Text(text) = line
                && !self.texts.contains(&(sheet.part.clone(), plain(text)))
                && !texts.contains(&text)
            {
                texts.push(text);
            }
        }
        texts.into_iter().map(|text| whole(What::Text, "", text)).collect()
    }

    fn columns_of(&self, table: &str) -> &[String] {
        self.columns.get(table).map_or(&[], |columns| columns)
    }
}

impl Sheet {
    fn of(page: &Page, part: String) -> Self {
        let end = page.foot.unwrap_or(u32::MAX);
        let mut rows: BTreeMap<u32, Vec<(u32, String)>> = BTreeMap::new();
        for run in page.runs.iter().filter(|run| !run.seal && run.place.row < end) {
            add_run(rows.entry(run.place.row).or_default(), run);
        }
        let mut sheet = Self { part, ..Self::default() };
        for (row, cells) in &mut rows {
            cells.sort_by_key(|(column, _)| *column);
            if page.tables.iter().all(|table| !table.heads.contains(row) && !table.body.contains(row)) {
                sheet.lines.extend(cells.iter().map(|(_, text)| Line::Text(without_number(text).to_owned())));
            }
        }
        page.tables.iter().for_each(|table| sheet.add_table(table, &rows));
        sheet
    }

    fn add_table(&mut self, at: &TableRows, rows: &BTreeMap<u32, Vec<(u32, String)>>) {
        let heads: Vec<&[(u32, String)]> = rows.range(at.heads.clone()).map(|(_, cells)| &**cells).collect();
        let columns: Vec<u32> = {
            let all = rows.range(at.heads.start..at.body.end).flat_map(|(_, cells)| cells);
            let mut all: Vec<u32> = all.map(|(column, _)| *column).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let names = unique(columns.iter().map(|column| heading(&heads, *column)));
        let name = |column: u32| columns.binary_search(&column).map_or("", |at| &*names[at]);
        let hangs = rows.range(at.body.clone()).filter_map(|(_, cells)| cells.first());
        let hangs = hangs.map(|(column, _)| *column).filter(|column| *column > 1).min();
        let labelled = Labels::of(name(0), name(1), hangs);
        let table = format!("{}\n{}\n{}", self.part, name(0), name(1));
        let (mut carried, mut seen): (BTreeMap<u32, String>, HashMap<String, usize>) = Default::default();
        for (_, cells) in rows.range(at.body.clone()) {
            let first = cells.first().map_or(0, |(column, _)| *column);
            carried.retain(|column, _| *column < first);
            let mut texts = Cells::new();
            for (column, text) in cells {
                let label = match labelled.has(*column) {
                    true if labelled.counted => text.split_once(", ").unwrap_or((text, "")),
                    true => (text.as_str(), ""),
                    false => ("", text.as_str()),
                };
                if !label.0.is_empty() {
                    let number = name(*column).starts_with('№');
                    let said = if number { format!("{} {}", name(*column), label.0) } else { label.0.to_owned() };
                    carried.insert(*column, said);
                }
                if !label.1.is_empty() && !labelled.is_number(*column) {
                    texts.insert(name(*column).to_owned(), label.1.to_owned());
                }
            }
            let label = carried.values().cloned().collect::<Vec<_>>().join(", ");
            let times = seen.entry(label.clone()).and_modify(|times| *times += 1).or_insert(1);
            let label = if *times > 1 { format!("{label} ({times})") } else { label };
            self.lines.push(Line::Row((table.clone(), label), texts));
        }
        let names = columns.iter().zip(names).filter(|(column, _)| !labelled.is_number(**column));
        self.columns.push((table, names.map(|(_, name)| name).collect()));
    }

    fn columns_of(&self, table: &str) -> &[String] {
        self.columns.iter().find(|(name, _)| name == table).map_or(&[], |(_, columns)| columns)
    }

    fn labels<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a String> {
        self.lines.iter().filter_map(move |line| match line {
            Line::Row(key, _) if key.0 == table => Some(&key.1),
            _ => None,
        })
    }

    /// Whether a cell of the other page stands on this one, or where that has no tables, a line of it.
    fn shares_with(&self, other: &Self) -> bool {
        let has_rows = |sheet: &Self| sheet.lines.iter().any(|line| matches!(line, Line::Row(..)));
        let rows = has_rows(self) && has_rows(other);
        self.lines.iter().any(|line| {
            other.lines.iter().any(|theirs| match (line, theirs) {
                (Line::Text(ours), Line::Text(theirs)) => !rows && plain(ours) == plain(theirs),
                (Line::Row(ours, cells), Line::Row(theirs, others)) => {
                    // What is said of a pupil stands beside the name on every page.
                    let names = |column: &String| ours.0.split('\n').skip(1).any(|name| name == column);
                    ours == theirs && cells.keys().any(|column| others.contains_key(column) && !names(column))
                }
                _ => false,
            })
        })
    }
}

/// Which columns name a row.
struct Labels {
    /// The first column only counts the rows, and behind a comma more is said of them («Сизов Олег, выбыл 30.09»).
    counted: bool,
    /// The last column of the name.
    last: u32,
}

impl Labels {
    /// By the headings of the first two columns, and the first column of rows that hang below another.
    fn of(first: &str, second: &str, hangs: Option<u32>) -> Self {
        let counted = first.starts_with('№') && plain(first).contains("п/п");
        let last = hangs.unwrap_or(u32::from(counted || second.starts_with('№')));
        Self { counted, last }
    }

    fn has(&self, column: u32) -> bool {
        column <= self.last && !self.is_number(column)
    }

    fn is_number(&self, column: u32) -> bool {
        self.counted && column == 0
    }
}

/// Adds a line of text to its cell, but for the raised numbers of notes.
fn add_run(cells: &mut Vec<(u32, String)>, run: &TextRun) {
    let text = run.text();
    if text.ends_with(')') && text.chars().all(|c| c.is_ascii_digit() || c == ')') {
        return;
    }
    match cells.iter_mut().find(|(column, _)| *column == run.place.column) {
        Some((_, cell)) => {
            if !cell.ends_with('-') {
                cell.push(' ');
            }
            cell.push_str(text);
        }
        None => cells.push((run.place.column, text.to_owned())),
    }
}

/// The heading of a column, from the top down; a month and a day as «22.01».
fn heading(heads: &[&[(u32, String)]], column: u32) -> String {
    let (mut from, mut words): (u32, Vec<&str>) = (0, Vec::new());
    for cells in heads {
        // A heading hangs over the columns up to the next one, but not over those of another heading above.
        if let Some((at, text)) = cells.iter().rev().find(|(at, _)| *at <= column).filter(|(at, _)| *at >= from) {
            from = *at;
            words.push(text);
        }
    }
    match words[..] {
        [month, day] if day.len() <= 2 => match month_number(month) {
            Some(month) => format!("{day:0>2}.{month:02}"),
            None => words.join(" "),
        },
        _ => words.join(" "),
    }
}

/// Names of which a second one of the same spelling is told apart: two lessons on a day.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let tell = |name: String| {
        let times = seen.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 { format!("{name} ({times})") } else { name }
    };
    names.map(tell).collect()
}

/// A text without what only its wrapping gives it.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// A note without its number.
fn without_number(text: &str) -> &str {
    match text.split_once(") ") {
        Some((number, rest)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => text,
    }
}

fn whole(what: What, was: &str, now: &str) -> Change {
    Change { what, place: String::new(), was: was.to_owned(), now: now.to_owned() }
}

fn cell(row: &str, column: &str, was: &Cells, now: &Cells) -> Option<Change> {
    let of = |cells: &Cells| cells.get(column).cloned().unwrap_or_default();
    let (was, now) = (of(was), of(now));
    (plain(&was) != plain(&now)).then(|| Change { what: What::Cell, place: format!("{row}, {column}"), was, now })
}

/// A row on one line: its name, and what stands in the columns of a page.
fn row_text(label: &str, cells: &Cells, columns: &[String]) -> String {
    let texts = columns.iter().filter_map(|column| Some((column, cells.get(column)?)));
    let texts = texts.map(|(column, text)| format!("{column}: {text}"));
    std::iter::once(label.to_owned()).chain(texts).collect::<Vec<_>>().join(" │ ")
}

/// What `now` has and `then` has not, where the nearest one before it that both have is one that `here` takes; where
/// there is none before, the nearest after it.
fn added<'a>(then: &[String], now: &'a [String], here: impl Fn(&String) -> bool) -> Vec<&'a String> {
    let known: HashSet<&String> = then.iter().collect();
    let first = now.iter().find(|name| known.contains(name));
    let (mut before, mut out) = (None, Vec::new());
    for name in now {
        if known.contains(name) {
            before = Some(name);
        } else if before.or(first).is_some_and(&here) {
            out.push(name);
        }
    }
    out
}

/// The parts of a document: the first page of each, from 0, and its heading.
fn parts(bookmarks: &[Bookmark]) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    for bookmark in bookmarks {
        parts.push((bookmark.page, bookmark.title.clone()));
        parts.extend(self::parts(&bookmark.under));
    }
    parts.sort_by_key(|(page, _)| *page);
    parts
}
