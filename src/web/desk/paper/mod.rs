//! Paper held against the journal at the desk (§5.1): the code at the foot of a page is typed, and the page is shown as it was
//! issued, its tables with every column, so that an eye compares the two.

use super::page::{Frame, fault, shown};
use super::{Desk, Sitting, sections};
use crate::error::Result;
use crate::print::check::{Again, Since};
use crate::print::seen::{Grid, Part};
use crate::print::{Layouts, parse_code};
use crate::school::{counted, format_date};
use crate::work::papers::leaves::fate_in_words;
use crate::work::papers::{self, Brought, Standing};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the section.
pub const ADDRESS: &str = "/paper";

/// The page and what it sends.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new().route(ADDRESS, get(show).post(check))
}

#[derive(Template)]
#[template(path = "desk/pages/paper/paper.html")]
struct Page {
    frame: Frame,
    /// What was typed.
    code: String,
    facts: Vec<(&'static str, String)>,
    /// What is to be known before the page is believed: that it was replaced, that it differs.
    warnings: Vec<String>,
    parts: Vec<Shown>,
}

/// A line or a table of the page.
enum Shown {
    Line(String),
    Table(Table),
}

/// A table: texts with the number of columns that each goes over.
struct Table {
    heads: Vec<Vec<(String, usize)>>,
    rows: Vec<Vec<String>>,
}

/// `GET /paper`.
async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(|sitting| page(sitting, String::new(), None)).await)
}

/// A code as it was typed.
#[derive(Deserialize)]
struct Typed {
    code: String,
}

/// `POST /paper`: a code stands in no address, which stays in the browser's history.
async fn check(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    let checked = desk.ask(move |sitting| {
        sections::at_school(sitting, "сверять бумагу")?;
        let code: String = typed.code.trim().chars().take(200).collect();
        let parsed = parse_code(&code)?;
        // What was proven once is gone on with.
        let proven = match sitting.proven.take() {
            Some(proven) => proven.advance()?,
            None => sitting.seat.journal.prove(&mut |_| {})?,
        };
        let standing = papers::check_code(&proven, &Layouts::load(None)?, &parsed);
        sitting.proven = Some(proven);
        page(sitting, code, Some(&standing?))
    });
    match checked.await {
        Ok(page) => shown(Ok(page)),
        Err(error) => fault(&error),
    }
}

fn page(sitting: &mut Sitting, code: String, standing: Option<&Standing>) -> Result<Page> {
    let frame = Frame::of(sitting, "Сверка бумаги".to_owned(), ADDRESS.to_owned())?;
    let (facts, warnings) = standing.map(|standing| (facts(standing), warnings(standing))).unwrap_or_default();
    let parts = match standing.map(|standing| (&standing.brought, &standing.checked.tables)) {
        Some((Brought::Page(page), tables)) => page.seen(tables)?.parts,
        _ => Vec::new(),
    };
    let parts = parts.into_iter().map(|part| match part {
        Part::Line(cells) => Shown::Line(cells.join("   ")),
        Part::Table(grid) => Shown::Table(table(grid)),
    });
    Ok(Page { frame, code, facts, warnings, parts: parts.collect() })
}

/// A heading goes over the empty cells after it, but for the last row's, which has one of its own for each column.
fn table(grid: Grid) -> Table {
    let heads = grid.heads.min(grid.rows.len());
    let mut rows = grid.rows.into_iter();
    let mut shown = Vec::new();
    for (at, row) in rows.by_ref().take(heads).enumerate() {
        let mut cells: Vec<(String, usize)> = Vec::new();
        for text in row {
            match cells.last_mut().filter(|last| text.is_empty() && at + 1 < heads && !last.0.is_empty()) {
                Some(last) => last.1 += 1,
                None => cells.push((text, 1)),
            }
        }
        shown.push(cells);
    }
    Table { heads: shown, rows: rows.collect() }
}

fn facts(standing: &Standing) -> Vec<(&'static str, String)> {
    let document = standing.brought.document();
    let issued = document.issued_at.format("%d.%m.%Y %H:%M");
    let mut facts = vec![
        ("Документ", format!("№ {} «{}»", document.number, document.title)),
        ("Выдан", format!("{issued}, {}", standing.issued_by)),
    ];
    if let Brought::Page(page) = &standing.brought {
        facts.insert(1, ("Страница", format!("{} из {}", page.page, document.pages.len())));
    }
    if let Some(bound) = &standing.bound {
        facts.push(("Подшит", format!("{}, {}", format_date(bound.date), bound.shelf)));
    }
    if !standing.signatures.is_empty() {
        facts.push(("Электронных подписей", standing.signatures.len().to_string()));
    }
    facts
}

fn warnings(standing: &Standing) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(later) = &standing.later {
        let day = later.issued_at.format("%d.%m.%Y");
        warnings.push(format!("Заменён: позже выдан документ № {} от {day}.", later.number));
    }
    warnings.extend(standing.fate.as_ref().and_then(fate_in_words));
    if let Some(turn) = &standing.reopened {
        warnings.push(format!("Не действует: учебный год открыт снова {}.", turn.at.format("%d.%m.%Y")));
    }
    if standing.checked.again == Again::Unexplained {
        warnings.push(
            "Повторная печать по записям даёт другой текст, и это ничем не объясняется: сообщите директору.".to_owned(),
        );
    }
    if let Since::Changes(pages) = &standing.checked.since {
        let count: u64 = pages.iter().map(|(_, changes)| changes.len() as u64).sum();
        if count > 0 {
            let changes = counted(count, ["изменение", "изменения", "изменений"]);
            warnings.push(format!("С тех пор на этой странице {changes}: сегодня она печатается иначе."));
        }
    }
    warnings
}
