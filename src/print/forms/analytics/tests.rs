//! What the справка says, and that its bars say the same.

use super::*;
use crate::journal::entry::Body;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::print::page::{Page, TextRun};
use crate::print::testing::{annals_of, context, school_of};
use crate::print::{Layouts, Subject, Wanted, lay_out};
use std::sync::LazyLock;

static LAYOUTS: LazyLock<Layouts> = LazyLock::new(|| Layouts::load(None).unwrap());

fn laid(tables: &Tables, period: &str) -> Document {
    let wanted = Wanted::new(Form::Analytics, Subject::Period(period.to_owned()));
    lay_out(tables, &LAYOUTS, &wanted, &context("2025-0143")).unwrap()
}

fn text_of(document: &Document) -> String {
    let runs = document.pages.iter().flat_map(|page| &page.runs);
    runs.map(TextRun::text).collect::<Vec<_>>().join(" ")
}

fn figures(tables: &Tables, period: &str) -> Figures {
    Figures::read(tables, &read::school(tables).unwrap(), period).unwrap()
}

/// The rows of the tables of final marks: the texts of their cells from the left.
fn table_rows(document: &Document) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for page in &document.pages {
        for row in 0..page.runs.iter().map(|run| run.place.row).max().unwrap_or_default() {
            let of_row: Vec<&TextRun> = page.runs.iter().filter(|run| run.place.row == row).collect();
            let mut cells: Vec<String> = Vec::new();
            for run in of_row {
                match cells.get_mut(run.place.column as usize) {
                    Some(cell) => *cell = format!("{cell} {}", run.text()),
                    None => cells.push(run.text().to_owned()),
                }
            }
            out.extend((cells.len() > 10 && cells[1].parse::<u32>().is_ok()).then_some(cells));
        }
    }
    out
}

/// The black bars of a page, without the sample of the legend.
fn bars(page: &Page) -> Vec<Area> {
    page.fills.iter().copied().filter(|fill| (fill.w, fill.h) != (7.0, 3.2)).collect()
}

#[test]
fn the_bars_of_a_document_are_as_long_as_its_numbers() {
    let tables = school_of(3, 12, 9);
    let (document, figures) = (laid(&tables, "III четверть"), figures(&tables, "III четверть"));
    let layout = &LAYOUTS.analytics;
    let percent = |outcome: &Outcome| outcome.now.quality().percent().unwrap() as f32 / 100.0;
    let upright = bars(&document.pages[0]);
    let due: Vec<f32> = figures.classes.iter().chain(&figures.school).map(percent).collect();
    assert_eq!(upright.len(), due.len());
    for (bar, due) in upright.iter().zip(due) {
        assert!((bar.h - due * layout.classes.height.0).abs() < 0.1, "{bar:?} {due}");
    }
    let lying = bars(&document.pages[1]);
    let whole = lying[0].w / percent(&figures.subjects[0]);
    assert!(whole > 100.0);
    for (bar, subject) in lying.iter().zip(&figures.subjects) {
        assert!((bar.w - percent(subject) * whole).abs() < 0.1, "{bar:?} {}", subject.name);
    }
}

#[test]
fn every_class_and_subject_of_a_large_school_has_its_bars_and_its_line() {
    let tables = school_of(30, 28, 25);
    let (document, figures) = (laid(&tables, "III четверть"), figures(&tables, "III четверть"));
    assert_eq!((figures.classes.len(), figures.subjects.len()), (30, 25));
    let names: Vec<String> = table_rows(&document).into_iter().map(|row| row[0].clone()).collect();
    let due = figures.classes.iter().map(|class| class.name.as_str()).chain(["По школе"]);
    let due: Vec<&str> = due.chain(figures.subjects.iter().map(|subject| subject.name.as_str())).collect();
    assert_eq!(names, due);
    let months = figures.months.len();
    let all: usize = document.pages.iter().map(|page| bars(page).len()).sum();
    assert_eq!(all, 31 + 25 + months, "качество знаний, and absence for no valid reason");
}

#[test]
fn a_period_stands_against_the_one_before_and_the_first_and_the_year_against_none() {
    let tables = school_of(3, 12, 2);
    let text = text_of(&laid(&tables, "III четверть"));
    assert!(text.contains("показано к периоду «II четверть»") && text.contains("Предыдущий период"), "{text}");
    assert!(
        text.contains("Аттестуются по другим периодам: 10А.") && text.contains("без итоговых отметок за период: 1А.")
    );
    for period in ["I четверть", "Год"] {
        let text = text_of(&laid(&tables, period));
        assert!(!text.contains("Предыдущий период") && !text.contains('±'), "{text}");
    }
    assert!(text_of(&laid(&tables, "Год")).contains("за 2025/2026 учебный год"));
}

#[test]
fn a_period_without_marks_and_lessons_says_so() {
    let mut annals = annals_of(1, 5, 1);
    annals.without(|body| matches!(body, Body::FinalsSet(_) | Body::LessonRecorded(_)));
    let tables = annals.record();
    let document = laid(&tables, "I четверть");
    let text = text_of(&document);
    assert!(
        text.contains("Итоговых отметок за этот период нет.") && text.contains("Уроков за этот период не записано.")
    );
    assert_eq!(document.pages.len(), 1, "{text}");
}

#[test]
fn what_is_said_of_the_best_and_the_worst_names_all_that_are_alike_and_nothing_where_all_are() {
    let outcome = |name: &str, fives: u32, threes: u32| {
        let mut now = Results::default();
        (0..fives).for_each(|_| now.add(&["5"]));
        (0..threes).for_each(|_| now.add(&["3"]));
        Outcome { name: name.to_owned(), period: String::new(), now, before: Results::default() }
    };
    let said = |outcomes: &[Outcome]| {
        extremes(outcomes, |values| values.iter().map(|(_, value)| *value).collect::<Vec<_>>().join("; "))
    };
    let (a, b, c) = (outcome("7А", 1, 1), outcome("7Б", 2, 2), outcome("7В", 1, 3));
    assert_eq!(said(&[a.clone(), b.clone(), c.clone()]), "7А, 7Б; 50,0; 7В; 25,0");
    assert_eq!(said(&[a.clone(), b.clone(), a.clone()]), "");
    assert_eq!(said(&[a, c]), "", "of two there is nothing to tell");
}

#[test]
fn differences_have_their_sign_and_no_difference_has_none() {
    assert_eq!(change(Some(2.25), 1), "+2,2");
    assert_eq!(change(Some(-0.3), 1), "−0,3");
    assert_eq!((change(Some(0.0), 1), change(Some(-0.04), 1)), ("0,0".into(), "0,0".into()));
    assert_eq!(change(Some(-3.0), 0), "−3");
    assert_eq!(change(None, 1), "—");
}

#[test]
fn who_certifies_it_does_not_sign_it_twice() {
    let tables = school_of(1, 5, 1);
    let signed = |given: &str, patronymic: &str| {
        let mut context = context("2025-0143");
        (context.issued_by.given, context.issued_by.patronymic) = (given.to_owned(), patronymic.to_owned());
        let wanted = Wanted::new(Form::Analytics, Subject::Period("Год".to_owned()));
        text_of(&lay_out(&tables, &LAYOUTS, &wanted, &context).unwrap()).matches("Завьялова").count()
    };
    assert_eq!(signed("Инна", "Игоревна"), 1);
    assert_eq!(signed("Ольга", "Павловна"), 2);
}
