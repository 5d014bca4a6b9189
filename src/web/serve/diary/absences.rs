//! What a child missed in a period, with the reasons.

use super::frame::{Frame, Link, Visit, shown};
use crate::error::Result;
use crate::inform::diary::{self, Absences};
use crate::journal::contacts::Page as Read;
use crate::school::{counted, format_date};
use crate::web::serve::Served;
use crate::web::serve::entrance::Guest;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "serve/pages/diary/absences.html")]
struct Page {
    frame: Frame,
    name: String,
    periods: Vec<Link>,
    /// What is counted, and how much of it.
    facts: Vec<(&'static str, String)>,
    /// The days, each with its lessons.
    days: Vec<(String, Vec<String>)>,
    exemptions: Vec<String>,
}

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// The number of a period, from 1.
    period: Option<usize>,
}

/// `GET /diary/{n}/absences?period=`.
pub async fn show(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Path(n): Path<usize>,
    Query(asked): Query<Asked>,
) -> Response {
    shown(&served, &reader, n, Read::Absences, move |visit| filled(visit, asked.period))
}

fn filled(visit: &Visit<'_>, asked: Option<usize>) -> Result<Page> {
    let n = visit.n;
    let (name, periods) = visit.periods(asked, |at| format!("/diary/{n}/absences?period={at}"))?;
    let span = diary::span_of(visit.tables, &visit.pupil, &name)?;
    let all = diary::absences(visit.tables, &visit.pupil, span)?;
    let facts = facts(&all);
    let days = all.days.into_iter().rev().map(|day| {
        let lessons = day.lessons.into_iter().map(|(number, subject, absence)| {
            format!("{number}. {subject}: {} ({})", absence.kind.as_str(), absence.in_words())
        });
        (format_date(day.date), lessons.collect())
    });
    let exemptions = all
        .exemptions
        .into_iter()
        .map(|of| format!("{}: {}–{}, {}", of.subject, format_date(of.since), format_date(of.until), of.document));
    Ok(Page {
        frame: visit.frame("Пропуски", "absences")?,
        name: name.to_string(),
        periods,
        facts,
        days: days.collect(),
        exemptions: exemptions.collect(),
    })
}

fn facts(all: &Absences) -> Vec<(&'static str, String)> {
    let (lessons, number) = (all.missed.lessons, |of: u32| counted(of, ["урок", "урока", "уроков"]));
    let counts = [
        ("Пропущено", lessons.all()),
        ("по болезни", lessons.ill),
        ("по уважительной причине", lessons.excused),
        ("без уважительной причины", lessons.unexcused),
        ("причина не указана", lessons.unexplained),
    ];
    let mut facts: Vec<(&'static str, String)> = counts
        .into_iter()
        .filter(|(what, count)| *count > 0 || *what == "Пропущено")
        .map(|(what, count)| (what, number(count)))
        .collect();
    let days = all.missed.days.all();
    facts.extend((days > 0).then(|| ("Целых дней", days.to_string())));
    facts.extend((all.late > 0).then(|| ("Опозданий", all.late.to_string())));
    facts
}
