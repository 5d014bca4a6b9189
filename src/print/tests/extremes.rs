//! Layouts that are read and make no sense all the same: whatever widths, heights and sizes a school tries, a document is
//! laid out or refused with a message, in finite time and without a panic.

use crate::print::layout::{self, Layouts};
use crate::print::testing::{LIFELIKE, Size, act, context, extract, of_class, of_school, papers};
use crate::print::{Form, Subject, Wanted, lay_out};
use rayon::prelude::*;
use toml::{Table, Value};

/// The documents that a layout is for.
fn documents(layout: &str) -> Vec<Wanted> {
    let book = of_class(Form::ClassBook);
    let small = || vec![of_class(Form::SummarySheet), of_school(Form::Keys), act()];
    match layout {
        "page" => small().into_iter().chain([book]).collect(),
        "class-book" => vec![book, of_class(Form::Progress)],
        "summary-sheet" => vec![of_class(Form::SummarySheet)],
        "corrections" => vec![of_school(Form::Corrections)],
        "register" => vec![of_school(Form::Register)],
        "carriers" => vec![of_school(Form::Carriers)],
        "keys" => vec![of_school(Form::Keys)],
        "archive-act" => vec![act()],
        "extract" => vec![extract()],
        "analytics" => vec![Wanted::new(Form::Analytics, Subject::Period("I четверть".to_owned()))],
        // Forms 13 and 15 have no tables to lay out from.
        _ => Vec::new(),
    }
}

/// Every number of a layout in turn made each of `values`.
fn variants(value: &Value, values: &[f64]) -> Vec<Value> {
    let each =
        |inner: &Value, put: &dyn Fn(Value) -> Value| variants(inner, values).into_iter().map(put).collect::<Vec<_>>();
    match value {
        Value::Integer(_) | Value::Float(_) => values.iter().map(|value| Value::Float(*value)).collect(),
        Value::Array(all) => (0..all.len())
            .flat_map(|i| {
                each(&all[i], &|new| {
                    let mut all = all.clone();
                    all[i] = new;
                    Value::Array(all)
                })
            })
            .collect(),
        Value::Table(table) => table
            .iter()
            .flat_map(|(key, inner)| {
                each(inner, &|new| {
                    let mut table: Table = table.clone();
                    table.insert(key.clone(), new);
                    Value::Table(table)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_number_in_a_layout_makes_the_program_panic_or_go_on_for_ever() {
    let size = Size { pupils: 12, subjects: 1, ..LIFELIKE };
    let all: Vec<(&str, Value)> = layout::names()
        .flat_map(|name| {
            let table: Table = layout::built_in(name, false).unwrap().parse().unwrap();
            variants(&Value::Table(table), &[0.0, 6.5, 420.0]).into_iter().map(move |new| (name, new))
        })
        .collect();
    assert!(all.len() > 300, "{}", all.len());
    let read: usize = all
        .par_iter()
        .map(|(name, value)| {
            let folder = tempfile::tempdir().unwrap();
            let text = toml::to_string(value).unwrap();
            std::fs::write(folder.path().join(name).with_extension("toml"), text).unwrap();
            let Ok(layouts) = Layouts::load(Some(folder.path())) else { return 0 };
            for wanted in documents(name) {
                let tables = if wanted.subject.class().is_some() {
                    crate::print::testing::tables(size)
                } else {
                    papers(3, 3, false)
                };
                let _ = lay_out(&tables, &layouts, &wanted, &context("2025-0143"));
            }
            1
        })
        .sum();
    assert!(read > 50, "{read}");
}
