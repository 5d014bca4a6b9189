//! Final marks of the year.

use super::frame::{Frame, Visit, shown};
use crate::error::Result;
use crate::inform::diary::{self, Correction};
use crate::journal::contacts::Page as Read;
use crate::school::format_date;
use crate::web::serve::Served;
use crate::web::serve::entrance::Guest;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// The mark of a period, and what there is to know besides.
type OfPeriod = (String, Vec<String>);

#[derive(Template)]
#[template(path = "serve/pages/diary/finals.html")]
struct Page {
    frame: Frame,
    year: String,
    periods: Vec<(String, String)>,
    /// Subject, and of each period the mark with what there is to know besides.
    rows: Vec<(String, Vec<OfPeriod>)>,
    decision: Option<String>,
}

/// `GET /diary/{n}/finals`.
pub async fn show(State(served): State<Arc<Served>>, Guest(reader): Guest, Path(n): Path<usize>) -> Response {
    shown(&served, &reader, n, Read::Finals, filled)
}

fn filled(visit: &Visit<'_>) -> Result<Page> {
    let all = diary::finals(visit.tables, &visit.pupil, visit.today)?;
    let rows = all.subjects.into_iter().map(|of| {
        let cells = of.marks.into_iter().map(|cell| match cell {
            Some((mark, _, corrected)) => (mark.to_string(), corrected.iter().map(Correction::in_words).collect()),
            None => (String::new(), Vec::new()),
        });
        (of.subject, cells.collect())
    });
    let decision = all.decision.map(|of| {
        let date = format_date(of.date);
        format!("Решение педагогического совета: {} (протокол № {} от {date}).", of.decision, of.number)
    });
    Ok(Page {
        frame: visit.frame("Итоговые отметки", "finals")?,
        year: visit.served.snapshot().school.year.name.clone(),
        periods: all.periods.into_iter().map(|(name, short)| (name.to_string(), short)).collect(),
        rows: rows.collect(),
        decision,
    })
}
