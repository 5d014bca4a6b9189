//! A period: what the marks of each subject come to.

use super::frame::{Frame, Link, Visit, no_page, shown};
use super::week::span_in_words;
use crate::error::Result;
use crate::inform::diary::{self, SubjectLine, lack_in_words};
use crate::journal::contacts::Page as Read;
use crate::school::counted;
use crate::web::serve::Served;
use crate::web::serve::entrance::Guest;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "serve/pages/diary/period.html")]
struct Page {
    frame: Frame,
    name: String,
    span: String,
    periods: Vec<Link>,
    lines: Vec<Line>,
    /// Whether the grade is taught with marks.
    is_marked: bool,
}

struct Line {
    address: String,
    subject: String,
    marks: String,
    missed: String,
    average: String,
    forecast: String,
    lacks: String,
    final_mark: String,
}

/// `GET /diary/{n}/period`: the current one.
pub async fn current(State(served): State<Arc<Served>>, Guest(reader): Guest, Path(n): Path<usize>) -> Response {
    shown(&served, &reader, n, Read::Period, |visit| filled(visit, None))
}

/// `GET /diary/{n}/period/{period}`: one of them, counted from 1.
pub async fn show(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Path((n, period)): Path<(usize, usize)>,
) -> Response {
    shown(&served, &reader, n, Read::Period, move |visit| filled(visit, Some(period)))
}

fn filled(visit: &Visit<'_>, asked: Option<usize>) -> Result<Page> {
    let n = visit.n;
    let (name, periods) = visit.periods(asked, |at| format!("/diary/{n}/period/{at}"))?;
    let number = periods.iter().position(|link| link.is_shown).ok_or_else(no_page)? + 1;
    let (first, last) = diary::span_of(visit.tables, &visit.pupil, &name)?;
    let subjects = diary::subjects(visit.tables, &visit.pupil)?;
    let lines = diary::period(visit.tables, &visit.pupil, &name)?;
    let is_marked = lines.iter().any(|line| line.outlook.is_some());
    let line = |of: SubjectLine| {
        let at = subjects.iter().position(|subject| *subject == of.subject).map_or(0, |at| at + 1);
        Line { address: format!("/diary/{n}/subject/{at}?period={number}"), ..Line::of(&of) }
    };
    Ok(Page {
        frame: visit.frame("Отметки", "period")?,
        name: name.to_string(),
        span: span_in_words(first, last),
        periods,
        lines: lines.into_iter().map(line).collect(),
        is_marked,
    })
}

impl Line {
    fn of(of: &SubjectLine) -> Self {
        let marks: Vec<&str> = of.marks.iter().map(|(_, marks)| marks.as_str()).collect();
        let is_set = of.final_mark.is_some();
        let outlook = of.outlook.as_ref();
        Self {
            address: String::new(),
            subject: if of.group.is_empty() {
                of.subject.clone()
            } else {
                format!("{}, группа «{}»", of.subject, of.group)
            },
            marks: marks.join(", "),
            missed: missed_in_words(of.missed, of.late),
            average: outlook.and_then(|of| of.average).map(average_in_words).unwrap_or_default(),
            forecast: outlook.filter(|_| !is_set).map(|of| of.forecast.clone()).unwrap_or_default(),
            lacks: outlook.filter(|_| !is_set).map(lack_in_words).unwrap_or_default(),
            final_mark: of.final_mark.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// «4,33».
pub fn average_in_words(average: f64) -> String {
    format!("{average:.2}").replace('.', ",")
}

/// «пропущено 2 урока, 1 опоздание».
pub fn missed_in_words(missed: u32, late: u32) -> String {
    let missed = (missed > 0).then(|| format!("пропущено {}", counted(missed, ["урок", "урока", "уроков"])));
    let late = (late > 0).then(|| counted(late, ["опоздание", "опоздания", "опозданий"]));
    missed.into_iter().chain(late).collect::<Vec<_>>().join(", ")
}
