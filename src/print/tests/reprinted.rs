//! Leaves of a book that replace others: with those that stay they are the book of today, and nothing else is printed.

use super::*;
use crate::journal::entry::Replaces;
use crate::journal::read::folder::Folder;
use crate::print::forms::leaves::{Spoken, spoken};
use crate::print::seal::read_record;
use crate::print::sheet::FOOT_ROWS;
use crate::print::testing::{BOOK as NUMBER_OF_BOOK, Reprint, reprint};
use crate::school::LeafName;

/// What a page of a document says above its foot.
fn said(document: &Document, page: u32, foot: usize) -> Vec<Spoken> {
    let (.., runs) = read_record(&document.seals[page as usize - 1].record).unwrap();
    spoken(runs, foot)
}

/// The leaves that differ, laid out, and what they replace.
fn laid_out(reprint: &Reprint) -> (Document, Replaces) {
    let leaves = lay_out(&reprint.tables, &LAYOUTS, &reprint.wanted, &reprint.context).unwrap();
    (leaves, reprint.context.replaces.clone().unwrap())
}

/// Reads the folder leaf by leaf, as it is once the leaves were put in, and holds it against the whole book of today.
fn assert_is_the_book_of_today(reprint: &Reprint) {
    let (leaves, replaces) = laid_out(reprint);
    let mut folder = Folder::of(&reprint.tables, NUMBER_OF_BOOK).unwrap().unwrap();
    folder.replace("2025-0002", &replaces).unwrap();
    let variant = Variant { turn: 0, ..reprint.wanted.variant };
    let whole = Wanted { variant, ..of_class(Form::ClassBook) };
    let today = lay_out(&reprint.tables, &LAYOUTS, &whole, &context("2025-0009")).unwrap();
    let mut read = Vec::new();
    for (leaf, at) in folder.leaves().filter(|(leaf, _)| leaf.number().is_some()) {
        for page in at.page..at.page + folder.sides {
            let said = match &*at.number {
                NUMBER_OF_BOOK => said(&reprint.book, page, FOOT_ROWS),
                _ => said(&leaves, page, FOOT_ROWS + 1),
            };
            read.push((leaf, said));
        }
    }
    let body = today.pages.len() - 1 - today.leaves as usize * folder.sides as usize;
    assert_eq!(read.len(), today.pages.len() - 1 - body);
    for ((leaf, read), page) in read.iter().zip(body as u32 + 1..) {
        assert_eq!(read, &said(&today, page, FOOT_ROWS), "leaf {leaf}, page {page} of the whole book");
    }
    // Numbers rise, and the certificate counts them.
    let numbers = folder.numbers();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    let text = |page: &Page| page.runs.iter().map(|run| run.text()).collect::<Vec<_>>().join(" ");
    let certificate = text(leaves.pages.last().unwrap());
    let counted = format!("В дело подшито и пронумеровано {} (", numbers.len());
    assert!(certificate.contains(&counted), "{certificate}");
    let cover = folder.at(LeafName::Cover).unwrap();
    let cover =
        if cover.number == NUMBER_OF_BOOK { &reprint.book.pages[0] } else { &leaves.pages[cover.page as usize - 1] };
    assert!(text(cover).contains(&format!("На {} лист", numbers.len())), "{}", text(cover));
}

fn a_mark(annals: &mut Annals) {
    let at = annals.lessons_of(&russian())[3].clone();
    annals.put_mark(&at, &file(2), "2");
}

#[test]
fn nothing_differs_where_nothing_was_recorded() {
    assert_eq!(reprint(SMALL, false, |_| {}).context.replaces, None);
}

#[test]
fn a_changed_mark_replaces_the_leaf_that_it_stands_on_and_those_that_add_it_up() {
    for simplex in [false, true] {
        let reprint = reprint(SMALL, simplex, a_mark);
        let (leaves, replaces) = laid_out(&reprint);
        let numbered: Vec<LeafName> = replaces
            .leaves
            .iter()
            .filter_map(|new| LeafName::parse(&new.leaf))
            .filter(|leaf| leaf.number().is_some())
            .collect();
        assert_eq!(numbered.len(), 1, "{replaces:?}");
        assert!(replaces.removed.is_empty());
        assert_eq!(leaves.pages.len() as u32, replaces.leaves.last().unwrap().page);
        assert_is_the_book_of_today(&reprint);
    }
}

#[test]
fn a_pupil_more_changes_most_leaves_and_the_numbers_add_up() {
    let come = |annals: &mut Annals| {
        annals.pupil("А-099", entries::name("Аббасов Эмин"), day("2012-01-01"), "7А", day("2026-02-10"));
    };
    assert_is_the_book_of_today(&reprint(Size { subjects: 3, ..LIFELIKE }, false, come));
}

#[test]
fn a_subject_that_takes_more_leaves_gives_them_letters_and_later_ones_keep_their_numbers() {
    let size = Size { subjects: 3, ..LIFELIKE };
    let reprint = reprint(size, false, |annals| {
        let days: std::collections::BTreeSet<_> = annals.lessons_of(&russian()).iter().map(|at| at.date).collect();
        for date in days.into_iter().take(30) {
            let at = lesson_at(&russian(), &date.to_string(), 11);
            annals.taught(noon(at.date), lesson(&at, &"Длинная тема урока ".repeat(20), "§ 1"));
        }
    });
    let (_, replaces) = laid_out(&reprint);
    assert!(replaces.leaves.iter().any(|new| new.instead.is_none() && new.leaf.ends_with('а')), "{replaces:?}");
    assert_is_the_book_of_today(&reprint);
}

#[test]
fn fewer_lessons_take_leaves_out_and_the_certificate_names_the_numbers() {
    let size = Size { subjects: 3, ..LIFELIKE };
    let gone = russian();
    let reprint = reprint(size, false, |annals| {
        let lessons = annals.lessons_of(&gone);
        let kept: std::collections::BTreeSet<_> = lessons[..20].iter().map(|at| (at.date, at.lesson)).collect();
        let of = |at: &crate::journal::entry::LessonRef| at.course == gone && !kept.contains(&(at.date, at.lesson));
        annals.without(|body| match body {
            Body::LessonRecorded(set) => of(&set.at),
            Body::MarksSet(set) => of(&set.at),
            Body::AttendanceSet(set) => of(&set.at),
            _ => false,
        });
    });
    let (leaves, replaces) = laid_out(&reprint);
    assert!(!replaces.removed.is_empty(), "{replaces:?}");
    let certificate = leaves.pages.last().unwrap().runs.iter().map(|run| run.text()).collect::<Vec<_>>().join(" ");
    assert!(!certificate.contains("пропущенные номера листов: нет"), "{certificate}");
    assert_is_the_book_of_today(&reprint);
}
