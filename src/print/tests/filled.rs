//! How pages are filled: none nearly empty, right ones as full as left ones, and what goes on says of what.

use super::{BOOK, LAYOUTS, LIFELIKE, Size, cells, document, tables, text_of};
use crate::print::Form;
use crate::print::forms::Document;
use crate::print::page::{Page, TextRun};
use crate::print::sheet::{self, Orientation, Sides};
use std::ops::Range;

/// A class with subjects of five, two, three and one hours a week, two of them taught in groups.
fn of(pupils: i64) -> Size {
    Size { pupils, subjects: 7, ..LIFELIKE }
}

/// The runs of a page above its foot.
fn above_foot(page: &Page) -> impl Iterator<Item = &TextRun> {
    page.runs.iter().filter(|run| page.foot.is_none_or(|foot| run.place.row < foot))
}

/// How far down the part of a page that may be filled its tables and texts reach.
fn fullness(page: &Page, number: usize) -> f32 {
    let orientation = if page.width > page.height { Orientation::Landscape } else { Orientation::Portrait };
    let (_, area) = sheet::new_page(&LAYOUTS.page, orientation, Sides::Both, number as u32);
    let texts = above_foot(page).map(|run| run.ink().bottom());
    let rules = page.rules.iter().filter(|rule| rule.from.1 == rule.to.1).map(|rule| rule.to.1);
    let lowest = texts.chain(rules.filter(|y| *y <= area.bottom() + 0.01)).fold(area.y, f32::max);
    (lowest - area.y) / area.h
}

/// The pages of every subject, counted from 0.
fn courses(book: &Document) -> Vec<Range<usize>> {
    let subjects = &book.bookmarks[2].under;
    let after = book.bookmarks[3].page;
    let ends = subjects.iter().skip(1).map(|next| next.page).chain([after]);
    subjects.iter().zip(ends).map(|(subject, end)| subject.page..end).collect()
}

#[test]
fn right_pages_are_at_least_three_quarters_full_at_any_number_of_pupils() {
    for pupils in [12, 25, 38, 44] {
        let book = document(of(pupils), Form::ClassBook);
        let (mut sum, mut count) = (0.0, 0);
        for course in courses(&book) {
            for at in course.filter(|at| at % 2 == 0 && text_of(&book.pages[*at]).contains("Учитель:")) {
                let full = fullness(&book.pages[at], at + 1);
                assert!(full >= 0.75, "{pupils} pupils, page {}: {full}", at + 1);
                assert!(full <= 1.0, "{pupils} pupils, page {}: {full}", at + 1);
                (sum, count) = (sum + full, count + 1);
            }
        }
        assert!(count > 20 && sum / count as f32 > 0.8, "{pupils} pupils: {} of {count}", sum / count as f32);
    }
}

#[test]
fn a_group_of_few_takes_fewer_pages_than_a_class_of_many() {
    let pages = |pupils: i64| {
        let book = document(of(pupils), Form::ClassBook);
        courses(&book).iter().map(ExactSizeIterator::len).collect::<Vec<_>>()
    };
    // Of 24 pupils twelve are in each group; of 12 the whole class stands in two blocks too.
    let (few, many) = (pages(12), pages(38));
    assert!(few[0] < many[0], "{few:?} {many:?}");
    let halves = pages(24);
    assert!(halves[2] < many[1] * 3 / 2 && halves[2] <= few[2], "three hours in a group: {halves:?} {many:?}");
}

#[test]
fn blocks_of_dates_on_one_page_end_at_one_edge() {
    let mut pages = 0;
    for pupils in [12, 24] {
        let book = document(of(pupils), Form::ClassBook);
        for at in courses(&book).into_iter().flatten().filter(|at| at % 2 == 1) {
            let page = &book.pages[at];
            let edges: Vec<f32> = page
                .tables
                .iter()
                .map(|table| {
                    let rows = table.heads.start..table.body.end;
                    let runs = above_foot(page).filter(|run| rows.contains(&run.place.row));
                    runs.map(|run| run.cell.right()).fold(0.0, f32::max)
                })
                .collect();
            let near = |edge: &f32| (edge - edges[0]).abs() < 0.2;
            assert!(edges.iter().all(near), "{pupils} pupils, page {}: {edges:?}", at + 1);
            pages += usize::from(edges.len() > 1);
        }
    }
    assert!(pages > 10, "{pages}");
}

#[test]
fn what_goes_on_names_its_form_and_class_and_says_so() {
    let book = &*BOOK;
    let mut parts: Vec<(Range<usize>, String)> = Vec::new();
    let named = courses(book).into_iter().zip(book.bookmarks[2].under.iter().map(|part| part.title.clone()));
    parts.extend(named);
    for (part, next) in book.bookmarks[3..].iter().zip(&book.bookmarks[4..]) {
        parts.push((part.page..next.page, part.title.clone()));
    }
    let mut continued = 0;
    for (pages, title) in parts {
        let subject = title.split(" (").next().unwrap().to_lowercase();
        for (i, at) in pages.enumerate() {
            let page = &book.pages[at];
            let text = above_foot(page).map(TextRun::text).collect::<Vec<_>>().join(" ");
            if text.is_empty() {
                continue;
            }
            let is_second =
                i >= if text.contains("Наименование") || text.contains("Учитель") { 2 } else { 1 };
            assert_eq!(text.contains("(продолжение)"), is_second, "page {}: {text}", at + 1);
            assert!(text.to_lowercase().contains(&subject), "page {}: {title}: {text}", at + 1);
            assert!(text.contains("7 «А» класс"), "page {}: {text}", at + 1);
            continued += usize::from(is_second);
        }
    }
    assert!(continued > 40, "{continued}");
}

#[test]
fn no_page_of_the_results_holds_a_few_pupils_only_and_no_row_is_empty_for_everybody() {
    for pupils in [25, 26, 28, 29, 31, 36, 38, 41, 44] {
        for form in [Form::Progress, Form::SummarySheet] {
            let size = Size { subjects: 2, ..of(pupils) };
            let document = document(size, form);
            let numbers = |page: &Page| {
                let body = page.tables.first().map(|table| table.body.clone()).unwrap_or_default();
                cells(page).keys().filter(|(row, column)| *column == 0 && body.contains(row)).count()
            };
            let counts: Vec<usize> = document.pages.iter().map(numbers).collect();
            let full: Vec<f32> = document.pages.iter().zip(1..).map(|(page, at)| fullness(page, at)).collect();
            let (last, others) = counts.split_last().unwrap();
            // The last page has the signatures too.
            assert!(*last > 1 && others.iter().all(|count| *count > 3), "{pupils} pupils, {form:?}: {counts:?}");
            assert!(full.iter().all(|full| *full > 0.6), "{pupils} pupils, {form:?}: {full:?}");
            let text: String = document.pages.iter().map(text_of).collect();
            assert!(!text.contains("Экзаменационная") && !text.contains("Итоговая"), "{text}");
        }
    }
    let tables = tables(of(25));
    assert!(!tables.rows("SELECT period FROM finals WHERE period = 'Год' LIMIT 1").is_empty());
}
