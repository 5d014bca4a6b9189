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
use super::sheet::PageSeal;
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

    fn add(&mut self, mut sheet: Sheet) {
        self.tell_days_apart(&mut sheet);
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

    /// Renames a day's second lesson where its first stands on a page before.
    fn tell_days_apart(&self, sheet: &mut Sheet) {
        for (table, columns) in &mut sheet.columns {
            let known = self.columns.get(table).map_or(&[][..], |known| known);
            for column in columns.iter_mut().filter(|column| is_day(column) && known.contains(column)) {
                let other = (2..).map(|times| format!("{column} ({times})")).find(|name| !known.contains(name));
                let Some(other) = other else { continue };
                for line in &mut sheet.lines {
                    if let Line::Row(key, cells) = line
                        && key.0 == *table
                        && let Some(text) = cells.remove(column)
                    {
                        cells.insert(other.clone(), text);
                    }
                }
                *column = other;
            }
        }
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
                changes.push(whole(What::Row, "", &row_text(table, label, cells, columns)));
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
                        changes.push(whole(What::Row, &row_text(&key.0, &key.1, &self.rows[key], columns), ""));
                        continue;
                    };
                    let kept = columns.iter().filter(|column| now.columns_of(&key.0).contains(column));
                    changes.extend(kept.filter_map(|column| cell(key, column, &self.rows[key], stands)));
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
        let mut added = Vec::new();
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
            added.push(((table.clone(), label), texts));
        }
        let names = columns.iter().zip(names).filter(|(column, _)| !labelled.is_number(**column));
        self.put_together(&table, names.map(|(_, name)| name).collect(), added);
    }

    /// Adds the rows of a table, or of a further block of one that stands on this page already: its rows are the same
    /// ones, and a day that stands in both has its second lesson there.
    fn put_together(&mut self, table: &str, mut columns: Vec<String>, mut rows: Vec<(Key, Cells)>) {
        let known = self.columns_of(table).to_vec();
        for column in columns.iter_mut().filter(|column| is_day(column) && known.contains(column)) {
            let other = format!("{column} (2)");
            for (_, cells) in &mut rows {
                if let Some(text) = cells.remove(column.as_str()) {
                    cells.insert(other.clone(), text);
                }
            }
            *column = other;
        }
        for (key, cells) in rows {
            let stands = self.lines.iter_mut().find_map(|line| match line {
                Line::Row(of, there) if *of == key => Some(there),
                _ => None,
            });
            match stands {
                Some(there) if !known.is_empty() => there.extend(cells),
                _ => self.lines.push(Line::Row(key, cells)),
            }
        }
        match self.columns.iter_mut().find(|(name, _)| name == table) {
            Some((_, there)) => there.extend(columns.into_iter().filter(|column| !known.contains(column))),
            None => self.columns.push((table.to_owned(), columns)),
        }
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
                    let shared = |column: &String| others.contains_key(column) && !names_rows(&ours.0, column);
                    ours == theirs && cells.keys().any(shared)
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
    let is_numbers = text.ends_with(')') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ')' | ' '));
    // A dash says that nothing stands there.
    if is_numbers || text == "–" {
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

/// Whether a heading is «22.01».
fn is_day(heading: &str) -> bool {
    let bytes = heading.as_bytes();
    bytes.len() == 5 && bytes.iter().enumerate().all(|(i, b)| if i == 2 { *b == b'.' } else { b.is_ascii_digit() })
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

/// A text without what only its wrapping gives it, or that it stands on a page that goes on with another.
fn plain(text: &str) -> String {
    text.replace("(продолжение)", "").chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
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

fn cell(row: &Key, column: &str, was: &Cells, now: &Cells) -> Option<Change> {
    let of = |cells: &Cells| cells.get(column).cloned().unwrap_or_default();
    let (was, now) = (of(was), of(now));
    let place = || if names_rows(&row.0, column) { row.1.clone() } else { format!("{}, {column}", row.1) };
    (plain(&was) != plain(&now)).then(|| Change { what: What::Cell, place: place(), was, now })
}

/// A row on one line: its name, and what stands in the columns of a page.
fn row_text(table: &str, label: &str, cells: &Cells, columns: &[String]) -> String {
    let texts = columns.iter().filter_map(|column| Some((column, cells.get(column)?)));
    texts.fold(label.to_owned(), |line, (column, text)| {
        if names_rows(table, column) { format!("{line}, {text}") } else { format!("{line} │ {column}: {text}") }
    })
}

/// Whether the column is one of the two in which a table's rows may have their names.
fn names_rows(table: &str, column: &str) -> bool {
    table.split('\n').skip(1).any(|name| name == column)
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

/// The page, from 0, that has most rows in common with a kept page; `near` where none has more.
pub fn page_like(seals: &[PageSeal], record: &[u8], near: usize) -> usize {
    let kept: HashSet<String> = record_rows(record).into_values().collect();
    let shared = |at: usize| record_rows(&seals[at].record).values().filter(|row| kept.contains(*row)).count();
    (0..seals.len()).max_by_key(|at| (shared(*at), *at == near)).unwrap_or(near)
}

/// The text of each row of a page record.
fn record_rows(record: &[u8]) -> BTreeMap<u32, String> {
    let mut rows: BTreeMap<u32, String> = BTreeMap::new();
    for (row, _, text) in read_record(record).map(|(_, _, runs)| runs).unwrap_or_default() {
        rows.entry(row).or_default().push_str(&plain(text));
    }
    rows
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::read::Tables;
    use crate::journal::testing::{day, lesson, lesson_at, mark, name, noon};
    use crate::print::testing::{LIFELIKE, Size, context, course, file, of_class, russian, tables, year};
    use crate::print::{Form, Layouts, lay_out};
    use crate::school::Marks;

    const SMALL: Size = Size { pupils: 12, subjects: 4, ..LIFELIKE };

    fn book(tables: &Tables) -> Content {
        let layouts = Layouts::load(None).unwrap();
        let document = lay_out(tables, &layouts, &of_class(Form::ClassBook), &context("2025-0001")).unwrap();
        Content::of(&[document])
    }

    /// What has changed on each page, as (page, «place: was → now»), the certificate's digest left out.
    fn changes(then: &Content, now: &Content) -> Vec<(usize, String)> {
        let pages = (0..then.sheets.len()).flat_map(|at| then.changes(at, now).into_iter().map(move |c| (at + 1, c)));
        let shown = |change: Change| format!("{}: {} → {}", change.place, change.was, change.now);
        pages.map(|(page, change)| (page, shown(change))).filter(|(_, text)| !text.contains("Свод дела")).collect()
    }

    /// The pages of a subject in a document.
    fn pages_of(content: &Content, part: &str) -> Vec<usize> {
        (1..).zip(&content.sheets).filter(|(_, sheet)| sheet.part == part).map(|(page, _)| page).collect()
    }

    #[test]
    fn a_document_that_was_not_changed_has_no_changes_on_any_page() {
        let tables = tables(SMALL);
        for form in [Form::ClassBook, Form::Progress, Form::SummarySheet] {
            let layouts = Layouts::load(None).unwrap();
            let lay = || lay_out(&tables, &layouts, &of_class(form), &context("2025-0001")).unwrap();
            let (then, now) = (Content::of(&[lay()]), Content::of(&[lay()]));
            assert_eq!(changes(&then, &now), []);
        }
    }

    #[test]
    fn a_changed_mark_is_named_by_pupil_and_day_on_its_page_only() {
        let then = book(&tables(SMALL));
        let algebra = course("Алгебра", "");
        let mut annals = year(SMALL);
        let (three, two) = (Marks::parse("3").unwrap(), Marks::parse("2").unwrap());
        let changed = annals.marks_mut().find(|(at, line)| {
            at.course == algebra && at.date > day("2026-02-10") && line.marks.as_ref() == Some(&three)
        });
        let (at, line) = changed.unwrap();
        line.marks = Some(two);
        let (pupil, on) = (line.pupil.clone(), at.date.format("%d.%m"));
        let now = annals.record();
        let name = crate::journal::read::pupil(&now, &pupil).unwrap().unwrap().name.surname_given();
        let found = changes(&then, &book(&now));
        assert_eq!(found.iter().map(|(_, text)| text).collect::<Vec<_>>(), [&format!("{name}, {on}: 3 → 2")]);
        assert!(pages_of(&then, "Алгебра").contains(&found[0].0), "{found:?}");
    }

    /// The certificate names entries by their numbers, which differ in two ledgers that were made one after another.
    fn is_of_the_certificate(text: &str) -> bool {
        text.contains("Чрезвычайные записи: ")
    }

    #[test]
    fn a_lesson_added_is_all_that_has_changed_though_days_move_to_other_pages() {
        let then = book(&tables(SMALL));
        let mut annals = year(SMALL);
        // «Русский язык» has two lessons on Mondays, so days stand there twice.
        for course in [russian(), course("Алгебра", "")] {
            let at = lesson_at(&course, "2026-01-17", 7);
            annals.taught(noon(at.date), lesson(&at, "Новая тема", ""));
            annals.taught(noon(at.date), mark(&at, &file(3), "5", ""));
        }
        let now = book(&annals.record());
        let moved = then.sheets.iter().zip(&now.sheets).filter(|(a, b)| a.columns != b.columns).count();
        assert!(moved >= 2, "only {moved} pages hold other days than before");
        let found = changes(&then, &now);
        let new = |text: &str| found.iter().filter(|(_, found)| found == text).count();
        assert_eq!(new(":  → 17.01"), 2, "{found:#?}");
        assert_eq!(new(":  → 17.01, № урока 7 │ Что пройдено на уроке: Новая тема"), 2, "{found:#?}");
        // Beside these the sums of lessons given, in the third quarter and the year.
        let rest = found.iter().filter(|(_, text)| !text.contains("17.01") && !is_of_the_certificate(text));
        assert!(rest.clone().all(|(_, text)| text.contains("по плану")), "{found:#?}");
        assert_eq!(rest.count(), 2 * 2 * 2, "{found:#?}");
    }

    #[test]
    fn a_pupil_who_comes_is_a_new_row_and_the_numbers_of_the_others_are_no_change() {
        let then = book(&tables(SMALL));
        let mut annals = year(SMALL);
        annals.pupil("А-099", name("Аббасов Эмин"), day("2012-01-01"), "7А", day("2026-02-10"));
        let found = changes(&then, &book(&annals.record()));
        // The list of the book tells other leaves.
        let rest =
            |text: &str| !text.starts_with(":  → Аббасов") && !text.contains("Листы: ") && !is_of_the_certificate(text);
        assert!(found.len() > 10 && !found.iter().any(|(_, text)| rest(text)), "{found:#?}");
        let marks = pages_of(&then, "Алгебра").into_iter().filter(|page| page % 2 == 0);
        for page in marks {
            assert_eq!(found.iter().filter(|(at, _)| *at == page).count(), 1, "page {page}");
        }
    }

    #[test]
    fn a_page_is_found_again_by_what_it_holds() {
        let tables = tables(SMALL);
        let layouts = Layouts::load(None).unwrap();
        let document = lay_out(&tables, &layouts, &of_class(Form::ClassBook), &context("2025-0001")).unwrap();
        let record = document.seals[9].record.clone();
        assert_eq!(page_like(&document.seals, &record, 3), 9);
        assert_eq!(page_like(&document.seals, b"no record", 3), 3);
    }
}
