//! The marks in the books are the marks that were imported: all of them, each in its pupil's row and its lesson's
//! column, and none besides.

use super::imported::{Course, Imported, Lesson};
use super::pages::words;
use super::spread::{Block, Column, MONTHS, left, right};
use super::{BOOKS, demo};
use crate::common::peers::{self, Peer};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// What was read of a course's spreads.
#[derive(Default)]
struct OnPaper {
    lessons: Vec<Lesson>,
    cells: BTreeMap<(Lesson, String), String>,
    finals: BTreeMap<(String, String), String>,
}

impl OnPaper {
    /// Takes what stands in the rows of a table whose columns are known.
    fn take_rows(&mut self, imported: &Imported, course: &Course, (block, columns): (&Block, &[Of]), place: &str) {
        let mut seen = BTreeSet::new();
        let mut before = None;
        for row in &block.rows {
            let pupil = imported.pupil_of_row(&course.class, &row.name);
            let pupil = pupil.unwrap_or_else(|| panic!("{place}: who is «{}»?", row.name));
            assert!(before < Some(pupil.sort_key()), "{place}: «{}» is out of order", row.name);
            before = Some(pupil.sort_key());
            seen.insert(pupil.file.clone());
            for (column, text) in columns.iter().zip(&row.cells).filter(|(_, text)| !text.is_empty()) {
                let (file, text) = (pupil.file.clone(), text.clone());
                let twice = match column {
                    Ok(lesson) => self.cells.insert((*lesson, file), text),
                    // A place that was closed: whoever has a mark there lacks it then.
                    Err(_) if text == "–" => None,
                    Err(period) => self.finals.insert((period.clone(), file), text),
                };
                assert_eq!(twice, None, "{place}: «{}» stands twice", row.name);
            }
        }
        assert_eq!(seen, course.members, "{place}: every pupil of the course has a row");
    }
}

#[test]
fn every_mark_that_was_imported_stands_in_its_row_and_column_and_no_other_does() {
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    let mut imported = Imported::read();
    let set = imported.add_the_teachers_mark();
    assert!(demo().said.contains(&format!("учитель поставил отметку: {set}, запись №")), "«{set}»");
    let (mut marks, mut finals) = (0, 0);
    for (class, file) in BOOKS {
        let read = read_book(&pdftotext, &imported, class, file);
        for (index, course) in imported.courses.iter().enumerate().filter(|(_, course)| course.class == class) {
            let what = format!("{class}, {} {}", course.subject, course.group);
            let on_paper = read.get(&index).unwrap_or_else(|| panic!("{what}: no spread"));
            assert!(on_paper.lessons.iter().eq(&course.lessons), "{what}: not every lesson has its column");
            same(&what, &on_paper.cells, &course.cells);
            same(&what, &on_paper.finals, &course.finals);
            marks += on_paper.cells.len();
            finals += on_paper.finals.len();
        }
    }
    assert_eq!(marks, imported.rows.0 + 1, "the marks of marks.csv and the teacher's");
    assert_eq!(finals, imported.rows.1, "the final marks of finals.csv");
    assert!(marks > 35_000 && finals > 5_000, "the sample is a whole year");
}

/// Compares, and names what differs.
fn same<K: Ord + Debug, V: Eq + Debug>(what: &str, paper: &BTreeMap<K, V>, files: &BTreeMap<K, V>) {
    let differing = |key: &&K| paper.get(key) != files.get(key);
    let keys: BTreeSet<&K> = paper.keys().chain(files.keys()).filter(differing).collect();
    let show = |key: &&K| format!("{key:?}: in the book {:?}, imported {:?}", paper.get(key), files.get(key));
    let shown: Vec<String> = keys.iter().take(10).map(show).collect();
    assert!(keys.is_empty(), "{what}: {} differ\n{}", keys.len(), shown.join("\n"));
}

/// What stands on a book's spreads, by the index of the course.
fn read_book(pdftotext: &Peer, imported: &Imported, class: &str, file: &str) -> BTreeMap<usize, OnPaper> {
    let pages = words(pdftotext, &demo().path("print").join(file));
    let mut read: BTreeMap<usize, OnPaper> = BTreeMap::new();
    for (number, page) in (1..).zip(&pages) {
        let Some(left) = left(page) else { continue };
        let place = format!("{file}, page {number}");
        assert_eq!(number % 2, 0, "{place}: marks stand on a left page");
        let (subject, goes_on) = match left.heading.split_once(" (продолжение)") {
            Some((before, after)) => (format!("{before}{after}"), true),
            None => (left.heading.clone(), false),
        };
        let index = imported.courses.iter().position(|course| course.class == class && heading(course) == subject);
        let index = index.unwrap_or_else(|| panic!("{place}: whose is «{}»?", left.heading));
        let course = &imported.courses[index];
        let on_paper = read.entry(index).or_default();
        assert_eq!(goes_on, !on_paper.lessons.is_empty(), "{place}: it goes on where a page was before");

        let mut shown = Vec::new();
        for block in &left.blocks {
            let done = on_paper.lessons.len();
            let columns = identify(imported, course, done, &block.columns, &place);
            assert_months(&columns, &block.months, &place);
            on_paper.lessons.extend(columns.iter().filter_map(|column| column.as_ref().ok()));
            shown.extend_from_slice(&on_paper.lessons[done..]);
            on_paper.take_rows(imported, course, (block, &columns), &place);
        }
        let facing: Vec<_> = shown.iter().map(|(day, lesson)| (day.format("%d.%m").to_string(), *lesson)).collect();
        assert_eq!(right(&pages[number]), facing, "{place}: the page that faces it shows the same lessons");
    }
    read
}

fn heading(course: &Course) -> String {
    let split = course.class.find(char::is_alphabetic).unwrap();
    let (grade, letter) = course.class.split_at(split);
    let group = if course.group.is_empty() { String::new() } else { format!(" ({})", course.group) };
    format!(
        "Наименование предмета: {}{group} {grade} «{letter}» класс · {} ч. в неделю · 2025/2026 учебный год",
        course.subject, course.hours
    )
}

/// What a column is of: a lesson, or final marks of that name.
type Of = Result<Lesson, String>;

/// Gives each column its lesson, of which `done` are on earlier spreads, or its period, which must be over by then.
fn identify(imported: &Imported, course: &Course, done: usize, columns: &[Column], place: &str) -> Vec<Of> {
    let mut lessons = course.lessons.iter().skip(done).peekable();
    let identify = |column: &Column| match column {
        Column::Day(day) => {
            let lesson = lessons.next().unwrap_or_else(|| panic!("{place}: no lesson is left for the column {day}"));
            assert_eq!(lesson.0.day(), *day, "{place}: the lessons stand in order of time");
            Ok(*lesson)
        }
        Column::Final(heading) => {
            let known = imported.finals.get(heading);
            let (name, ends) = known.unwrap_or_else(|| panic!("{place}: what is «{heading}»?"));
            let next = lessons.peek().map(|(day, _)| *day);
            assert!(
                next.is_none() || ends.is_some_and(|ends| next > Some(ends)),
                "{place}: {heading} stands too early"
            );
            Err(name.clone())
        }
    };
    columns.iter().map(identify).collect()
}

/// The months over the dates are those of the lessons below, named anew after final marks.
fn assert_months(columns: &[Of], months: &[String], place: &str) {
    let month = |column: &Of| column.as_ref().ok().map(|(day, _): &(NaiveDate, u32)| day.month0() as usize);
    let runs: Vec<usize> = columns.chunk_by(|a, b| month(a) == month(b)).filter_map(|run| month(&run[0])).collect();
    assert_eq!(runs.len(), months.len(), "{place}: months {months:?}");
    for (run, name) in runs.iter().zip(months) {
        assert!(MONTHS[*run].contains(&name.as_str()), "{place}: «{name}» stands over another month");
    }
}
