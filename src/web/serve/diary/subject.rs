//! A subject in a period: every lesson with its mark.

use super::frame::{Frame, Link, Visit, no_page, shown};
use super::lessons::Row;
use super::period::{average_in_words, missed_in_words};
use crate::error::Result;
use crate::inform::diary::{self, SubjectLine, lack_in_words};
use crate::journal::contacts::Page as Read;
use crate::web::serve::Served;
use crate::web::serve::entrance::Guest;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "serve/pages/diary/subject.html")]
struct Page {
    frame: Frame,
    subject: String,
    name: String,
    periods: Vec<Link>,
    /// What the marks come to: what it is, and what it says.
    lines: Vec<Vec<(&'static str, String)>>,
    lessons: Vec<Row>,
}

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// The number of a period, from 1.
    period: Option<usize>,
}

/// `GET /diary/{n}/subject/{subject}?period=`: one of the child's subjects, counted from 1.
pub async fn show(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Path((n, subject)): Path<(usize, usize)>,
    Query(asked): Query<Asked>,
) -> Response {
    shown(&served, &reader, n, Read::Subject, move |visit| filled(visit, subject, asked.period))
}

fn filled(visit: &Visit<'_>, at: usize, asked: Option<usize>) -> Result<Page> {
    let n = visit.n;
    let subjects = diary::subjects(visit.tables, &visit.pupil)?;
    let subject = at.checked_sub(1).and_then(|at| subjects.get(at)).ok_or_else(no_page)?;
    let (name, periods) = visit.periods(asked, |period| format!("/diary/{n}/subject/{at}?period={period}"))?;
    let page = diary::subject(visit.tables, &visit.pupil, subject, &name)?;
    Ok(Page {
        frame: visit.frame("Предмет", "subject")?,
        subject: subject.clone(),
        name: name.to_string(),
        periods,
        lines: page.lines.iter().map(facts).collect(),
        lessons: page.lessons.into_iter().map(|of| Row::of(of, true)).collect(),
    })
}

fn facts(of: &SubjectLine) -> Vec<(&'static str, String)> {
    let outlook = of.outlook.as_ref();
    let is_set = of.final_mark.is_some();
    let facts = [
        ("Группа", of.group.clone()),
        ("Учитель", of.teacher.clone()),
        ("Средний балл", outlook.and_then(|of| of.average).map(average_in_words).unwrap_or_default()),
        ("Прогноз", outlook.filter(|_| !is_set).map(|of| of.forecast.clone()).unwrap_or_default()),
        ("По положению", outlook.filter(|_| !is_set).map(lack_in_words).unwrap_or_default()),
        ("Итог", of.final_mark.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("Пропуски", missed_in_words(of.missed, of.late)),
    ];
    facts.into_iter().filter(|(_, says)| !says.is_empty()).collect()
}
