//! Where on a sheet the table stands: which rows are headings, which columns are lessons, final marks or neither, which rows are
//! pupils, and where topics and homework are listed. Nothing is asked of the journal here.
//!
//! A table begins at a row with a heading of names, or, where nobody headed the names, at a row of days. A second one may
//! follow on the same sheet, of another period; a block with «Тема» is no table of marks. What stands above the first
//! heading is the caption.

use super::cells::{Leaf, Place, text};
use super::headings::{DaySaid, Said, said, together, work};
use crate::import::sheet::Value;
use crate::school::fold;
use std::collections::HashMap;

/// A sheet as it was understood.
#[derive(Debug, Default)]
pub struct Shape {
    /// The texts above the first heading, from the top.
    pub captions: Vec<String>,
    /// The tables of marks.
    pub tables: Vec<Table>,
    /// What was gone through, lesson by lesson.
    pub topics: Vec<Topic>,
}

/// A table of marks.
#[derive(Debug)]
pub struct Table {
    /// The columns beside the names that have a heading or anything in them.
    pub columns: Vec<Column>,
    /// The rows of pupils.
    pub rows: Vec<Row>,
}

/// A column of marks.
#[derive(Debug)]
pub struct Column {
    /// Where its heading stands.
    pub place: Place,
    /// What it says.
    pub said: Said,
    /// Whether anything stands in it.
    pub is_filled: bool,
}

/// A pupil's row.
#[derive(Debug)]
pub struct Row {
    /// Where the name stands.
    pub place: Place,
    /// The name as written.
    pub name: String,
    /// The number of the personal file, where there is such a column.
    pub file: String,
    /// The cells with anything in them, by the number of their column.
    pub cells: Vec<(usize, Place, Value)>,
}

/// A line of topics.
#[derive(Debug)]
pub struct Topic {
    /// Where its topic stands.
    pub place: Place,
    /// The heading of its day.
    pub said: Said,
    /// Its number among the lessons, where it has one.
    pub number: Option<u32>,
    /// What was gone through.
    pub topic: String,
    /// Kind of work.
    pub work: String,
    /// Homework.
    pub homework: String,
}

/// So many rows below the heading of names may belong to it, and two above.
const HEADING_ROWS: u64 = 5;

const NAMES: [&str; 10] = ["фамили", "фио", "ф.и.о", "ф. и. о", "ученик", "учени", "обучающ", "учащ", "список", "имя"];
/// Columns of whom and not of what.
const OF_PUPIL: [&str; 9] = ["№", "n", "п/п", "класс", "группа", "дата рожд", "пол", "логин", "снилс"];
/// Rows that are of nobody.
const TOTALS: [&str; 14] = [
    "итог",
    "всего",
    "средн",
    "ср.",
    "кол",
    "качеств",
    "успев",
    "присут",
    "отсут",
    "%",
    "сумма",
    "балл",
    "количество",
    "обученност",
];
/// What rows of a heading are called in the column of names.
const LABELS: [&str; 10] = ["вид", "урок", "№ урока", "число", "месяц", "дата", "день", "тип", "номер урока", "форма"];

/// What kind of a heading a row is.
enum Head {
    /// Of a table of marks: the columns of names, and of the personal file.
    Marks(Vec<usize>, Option<usize>),
    Topics(TopicColumns),
}

/// Where in a list of topics what stands.
#[derive(Debug, Clone, Copy)]
struct TopicColumns {
    number: Option<usize>,
    day: Option<usize>,
    lesson: Option<usize>,
    topic: usize,
    work: Option<usize>,
    homework: Option<usize>,
}

/// Understands a sheet.
pub fn shape(leaf: &Leaf) -> Shape {
    let mut heads: Vec<(u64, Head)> = Vec::new();
    for row in leaf.rows.keys().copied() {
        if let Some(columns) = topic_columns(leaf, row) {
            heads.push((row, Head::Topics(columns)));
        } else if let Some((names, file)) = name_columns(leaf, row) {
            heads.push((row, Head::Marks(names, file)));
        }
    }
    if !heads.iter().any(|(_, head)| matches!(head, Head::Marks(..)))
        && let Some((row, names)) = unnamed(leaf, heads.first().map(|(row, _)| *row))
    {
        heads.insert(0, (row, Head::Marks(vec![names], None)));
    }
    let mut shape = Shape::default();
    let first = heads.first().map_or(u64::MAX, |(row, _)| *row);
    for (row, cells) in leaf.rows.range(..first) {
        let texts = (0..cells.len()).map(|column| leaf.text(*row, column)).filter(|text| !text.is_empty());
        shape.captions.push(texts.collect::<Vec<_>>().join(" "));
    }
    let ends: Vec<u64> = heads.iter().skip(1).map(|(row, _)| *row).chain([u64::MAX]).collect();
    for ((row, head), end) in heads.into_iter().zip(ends) {
        match head {
            Head::Marks(names, file) => shape.tables.extend(table(leaf, row, end, &names, file)),
            Head::Topics(columns) => shape.topics.extend(topics(leaf, row, end, columns)),
        }
    }
    shape
}

fn cells(leaf: &Leaf, row: u64) -> impl Iterator<Item = (usize, String)> + '_ {
    let width = leaf.rows.get(&row).map_or(0, Vec::len);
    (0..width).map(move |column| (column, fold(&leaf.text(row, column))))
}

fn topic_columns(leaf: &Leaf, row: u64) -> Option<TopicColumns> {
    let find = |words: &[&str]| {
        cells(leaf, row).find(|(_, text)| words.iter().any(|word| text.starts_with(word))).map(|(column, _)| column)
    };
    let topic = find(&["тема", "что пройдено", "содержание", "пройденный матер"])?;
    let (day, number) = (find(&["дата", "число", "день"]), find(&["№", "n "]));
    let is_list = day.is_some() || number.is_some();
    is_list.then(|| TopicColumns {
        number,
        day,
        lesson: find(&["урок", "номер урока"]),
        topic,
        work: find(&["вид", "тип", "форма"]),
        homework: find(&["домашн", "д/з", "дз", "задан", "что задано"]),
    })
}

fn name_columns(leaf: &Leaf, row: u64) -> Option<(Vec<usize>, Option<usize>)> {
    let file = cells(leaf, row).find(|(_, text)| text.starts_with("личное дело") || text.starts_with("л/д"));
    let mut names: Vec<usize> = Vec::new();
    for (column, text) in cells(leaf, row) {
        let is_name = NAMES.iter().any(|word| text.starts_with(word)) || text.starts_with("отчество");
        // «Учитель: …» beside a list of pupils is a caption, and a name stands to the left of all marks.
        let follows = names.last().is_none_or(|last| column <= last + 2);
        if is_name && text.chars().count() <= 40 && !text.starts_with("учител") && follows {
            names.push(column);
        }
    }
    // A caption is a cell alone.
    let alone = cells(leaf, row).filter(|(_, text)| !text.is_empty()).count() < 2;
    (!names.is_empty() && !alone).then(|| (names, file.map(|(column, _)| column)))
}

/// How many days a row has.
fn days(leaf: &Leaf, row: u64) -> usize {
    let width = leaf.rows.get(&row).map_or(0, Vec::len);
    let is_day =
        |column: &usize| matches!(said(leaf.at(row, *column)).day, Some(DaySaid::Whole(_) | DaySaid::OfMonth(..)));
    (0..width).filter(is_day).count()
}

/// The row of days of a table whose names have no heading, and the column of names: the one with the most words.
fn unnamed(leaf: &Leaf, before: Option<u64>) -> Option<(u64, usize)> {
    let row =
        leaf.rows.keys().copied().find(|row| days(leaf, *row) > 1 && before.is_none_or(|before| *row < before))?;
    let width = leaf.rows.get(&row)?.len();
    let first = (0..width).find(|column| said(leaf.at(row, *column)).day.is_some())?;
    let words = |column: &usize| {
        leaf.rows
            .range(row + 1..)
            .filter(|(row, _)| leaf.text(**row, *column).chars().filter(|c| c.is_alphabetic()).count() > 2)
            .count()
    };
    (0..first).filter(|column| words(column) > 0).max_by_key(words).map(|column| (row, column))
}

/// The rows of a heading: the one with the names, those above it that belong to it and those below.
fn heading_rows(leaf: &Leaf, head: u64, end: u64, last_name: usize) -> Vec<u64> {
    let right = |row: u64| {
        let width = leaf.rows.get(&row).map_or(0, Vec::len);
        (last_name + 1..width).map(move |column| said(leaf.at(row, column)))
    };
    let belongs = |row: &u64| {
        let names_nobody = (0..=last_name).all(|column| leaf.at(*row, column) == &Value::Empty);
        names_nobody && right(*row).filter(Said::is_heading).count() > 1
    };
    let mut rows: Vec<u64> = (head.saturating_sub(2)..head).filter(belongs).collect();
    rows.push(head);
    let has_days = |row: u64| right(row).any(|said| matches!(said.day, Some(DaySaid::Whole(_) | DaySaid::OfMonth(..))));
    let mut whole = has_days(head);
    for row in head + 1..(head + HEADING_ROWS).min(end) {
        if !leaf.rows.contains_key(&row) {
            break;
        }
        let label: String = (0..=last_name).map(|column| fold(&leaf.text(row, column))).collect::<Vec<_>>().join(" ");
        let label = label.trim();
        let is_labelled = LABELS.iter().any(|word| label == *word || label.starts_with(&format!("{word} ")));
        let is_covered = leaf.is_covered(row, last_name) && leaf.at(row, last_name) == &Value::Empty;
        let numbers =
            right(row).all(|said| said.text.is_empty() || said.day.is_some() || said.of.is_some() || said.is_aside);
        let words =
            right(row).all(|said| said.text.is_empty() || (said.day.is_none() && said.text.chars().count() > 1));
        let any = right(row).any(|said| !said.text.is_empty());
        // A row without a name may be a pupil's whose name is missing: his marks must not be taken for days.
        let fits = is_labelled
            || is_covered
            || (label.is_empty()
                && any
                && ((!whole && numbers)
                    || (words
                        && right(row)
                            .any(|said| said.is_heading() || (!said.text.is_empty() && said.rest.is_empty())))));
        if !fits {
            break;
        }
        whole |= has_days(row) || (!whole && numbers);
        rows.push(row);
    }
    rows
}

fn table(leaf: &Leaf, head: u64, end: u64, names: &[usize], file: Option<usize>) -> Option<Table> {
    let last_name = names.iter().chain(&file).copied().max()?;
    let headings = heading_rows(leaf, head, end, last_name);
    let after = headings.last().copied().unwrap_or(head) + 1;
    let is_of_pupil = |column: usize| {
        let text = fold(&leaf.text(head, column));
        OF_PUPIL.iter().any(|word| text == *word || (text.starts_with(word) && word.chars().count() > 5))
            || text.starts_with('№')
    };
    let rows: Vec<Row> =
        leaf.rows.range(after..end).filter_map(|(row, _)| pupil(leaf, *row, names, file, last_name)).collect();
    let mut columns = Vec::new();
    let mut month = super::headings::month(&leaf.name).map(|month| (month, leaf.name.clone()));
    let mut places: HashMap<usize, usize> = HashMap::new();
    for column in last_name + 1..leaf.width() {
        let labelled = |row: &u64| heading_cell(leaf, *row, column, last_name);
        let mut said = together(headings.iter().map(labelled));
        // The last heading from the top that is filled names the column.
        let at = headings.iter().rev().find(|row| leaf.at(**row, column) != &Value::Empty).copied().unwrap_or(head);
        if let Some(named) = said.month {
            let name = said.text.split(" / ").next().unwrap_or_default().to_owned();
            month = Some((named, name));
        } else if let (Some(DaySaid::Day(day)), Some((month, name))) = (said.day, &month) {
            // As if the month stood over it.
            said.day = Some(DaySaid::OfMonth(day, *month));
            said.text = format!("{name} / {}", said.text);
        }
        let note = headings.iter().find_map(|row| leaf.note(*row, column));
        said.work = said.work.or_else(|| note.and_then(of_note));
        let is_filled = rows.iter().any(|row| row.cells.iter().any(|(at, ..)| *at == column));
        if is_of_pupil(column) || (said.text.is_empty() && !is_filled) {
            continue;
        }
        places.insert(column, columns.len());
        columns.push(Column { place: leaf.place(at, column), said, is_filled });
    }
    let rows = rows.into_iter().map(|mut row| {
        row.cells =
            row.cells.into_iter().filter_map(|(at, place, value)| Some((*places.get(&at)?, place, value))).collect();
        row
    });
    Some(Table { rows: rows.collect(), columns })
}

/// What one row of a heading says of a column. A row that is labelled says what its label does.
fn heading_cell(leaf: &Leaf, row: u64, column: usize, last_name: usize) -> Said {
    let mut said = said(leaf.shown(row, column));
    let label: Vec<String> = (0..=last_name).map(|at| fold(&leaf.text(row, at))).collect();
    let is_called = |words: &[&str]| label.iter().any(|label| words.iter().any(|word| label.starts_with(word)));
    if is_called(&["урок", "№ урока", "номер урока"])
        && let Some(DaySaid::Day(number)) = said.day
    {
        (said.day, said.lesson) = (None, u8::try_from(number).ok());
    }
    said
}

/// The kind of work that a note of a heading names.
fn of_note(note: &str) -> Option<String> {
    note.split(['\n', ':', ';', ',']).map(str::trim).find_map(work).or_else(|| {
        let words: Vec<&str> = note.split_whitespace().collect();
        (0..words.len()).find_map(|at| work(&words.get(at..)?.join(" ")))
    })
}

fn pupil(leaf: &Leaf, row: u64, names: &[usize], file: Option<usize>, last_name: usize) -> Option<Row> {
    let name: Vec<String> =
        names.iter().map(|column| leaf.text(row, *column)).filter(|text| !text.is_empty()).collect();
    let name = name.join(" ");
    let folded = fold(&name);
    let labels: Vec<String> = (0..=last_name).map(|column| fold(&leaf.text(row, column))).collect();
    let is_total = |text: &str| TOTALS.iter().any(|word| text.starts_with(word));
    if is_total(&folded) || (folded.is_empty() && labels.iter().any(|label| is_total(label))) {
        return None;
    }
    let width = leaf.rows.get(&row).map_or(0, Vec::len);
    let cells: Vec<(usize, Place, Value)> = (last_name + 1..width)
        .map(|column| (column, leaf.place(row, column), leaf.at(row, column).clone()))
        .filter(|(.., value)| !text(value).is_empty())
        .collect();
    if name.is_empty() && cells.is_empty() {
        return None;
    }
    let column = names.first().copied().unwrap_or_default();
    let file = file.map(|column| leaf.text(row, column)).unwrap_or_default();
    Some(Row { place: leaf.place(row, column), name, file, cells })
}

fn topics(leaf: &Leaf, head: u64, end: u64, columns: TopicColumns) -> Vec<Topic> {
    let mut topics = Vec::new();
    for row in leaf.rows.range(head + 1..end).map(|(row, _)| *row) {
        let of = |column: Option<usize>| column.map(|column| leaf.text(row, column)).unwrap_or_default();
        let day = columns.day.map(|column| said(leaf.shown(row, column))).unwrap_or_default();
        let topic = of(Some(columns.topic));
        let homework = of(columns.homework);
        if topic.is_empty() && homework.is_empty() {
            continue;
        }
        let lesson = of(columns.lesson).parse().ok();
        let said = Said { lesson: lesson.or(day.lesson), ..day };
        let number = of(columns.number).trim_end_matches('.').parse().ok();
        let work = of(columns.work);
        let work = super::headings::work(&work).unwrap_or(work);
        topics.push(Topic { place: leaf.place(row, columns.topic), said, number, topic, work, homework });
    }
    topics
}
