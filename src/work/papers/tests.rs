//! Which period is meant, and paper against the reports.

use super::*;
use crate::print::page::Page;
use crate::print::testing::{context, school_of};
use crate::print::{Document, lay_out};
use crate::report::progress::{By, progress, table};
use crate::report::{Filter, When, attendance};
use crate::school::parse_date;

/// Every row of a document's pages as the texts of its cells, the lines of a cell joined.
fn rows(document: &Document) -> Vec<Vec<String>> {
    let of_page = |page: &Page| {
        let mut rows: std::collections::BTreeMap<u32, Vec<String>> = Default::default();
        for run in &page.runs {
            let cells = rows.entry(run.place.row).or_default();
            match cells.get_mut(run.place.column as usize) {
                Some(cell) => *cell = format!("{cell} {}", run.text()),
                None => cells.push(run.text().to_owned()),
            }
        }
        rows.into_values().collect::<Vec<_>>()
    };
    document.pages.iter().flat_map(of_page).collect()
}

#[test]
fn the_printed_report_has_the_numbers_of_the_reports() {
    let (tables, layouts) = (school_of(5, 14, 9), Layouts::load(None).unwrap());
    for (period, months) in [
        ("III четверть", &[("Январь", "12.01.2026", "31.01.2026"), ("Март", "01.03.2026", "20.03.2026")][..]),
        ("Год", &[("Сентябрь", "01.09.2025", "30.09.2025"), ("Май", "01.05.2026", "29.05.2026")][..]),
    ] {
        let wanted = Wanted::new(Form::Analytics, Subject::Period(period.to_owned()));
        let printed = rows(&lay_out(&tables, &layouts, &wanted, &context("2025-0143")).unwrap());
        let line = |name: &str, cells: usize| {
            printed.iter().find(|row| row[0] == name && row.len() >= cells).unwrap_or_else(|| panic!("{name}"))
        };
        let mut compared = 0;
        for by in [By::Class, By::Subject, By::School] {
            let reported = progress(&tables, &Filter::default(), by, Some(period)).unwrap();
            let reported = table(&reported, by);
            for row in &reported.rows {
                let mut told = reported.texts(row);
                told.remove(1); // the period
                if by == By::School {
                    told[0] = "По школе".to_owned();
                }
                if period == "Год" {
                    told.retain(|cell| !cell.is_empty()); // nothing to compare with
                }
                let printed: Vec<String> =
                    line(&told[0], 11).iter().map(|cell| cell.replace('−', "-").replace('+', "")).collect();
                assert_eq!(printed, told.iter().map(|cell| cell.replace('+', "")).collect::<Vec<_>>());
                compared += 1;
            }
        }
        assert_eq!(compared, 5 + 9 + 1);
        for (name, first, last) in months {
            let when = When::Days(parse_date(first).unwrap(), parse_date(last).unwrap());
            let classes = attendance::attendance(&tables, &Filter::default(), &when).unwrap();
            // 10А has no quarters, so it is not in theirs.
            let classes = classes.iter().filter(|row| period == "Год" || row.class != "10А");
            let sum = |of: fn(&attendance::Row) -> u32| classes.clone().map(of).sum::<u32>().to_string();
            let told = [
                sum(|row| row.lessons_held),
                sum(|row| row.lessons.all),
                sum(|row| row.lessons.ill),
                sum(|row| row.lessons.excused),
                sum(|row| row.lessons.unexcused + row.lessons.unexplained),
                sum(|row| row.lessons.unexplained),
            ];
            assert_eq!(line(name, 10)[2..8], told, "{name}");
        }
    }
}

#[test]
fn the_period_that_ended_last_is_meant_where_none_is_named() {
    let school = read::school(&school_of(1, 1, 1)).unwrap();
    let on = |day: &str| period(&school, None, parse_date(day).unwrap());
    assert!(on("23.10.2025").is_err());
    assert_eq!(on("24.10.2025").unwrap(), "I четверть");
    assert_eq!(on("15.02.2026").unwrap(), "II четверть");
    assert_eq!(on("29.05.2026").unwrap(), "Год");
    assert_eq!(period(&school, Some("год"), parse_date("24.10.2025").unwrap()).unwrap(), "Год");
}
