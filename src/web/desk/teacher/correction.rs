//! A correction asked for from the cell itself (§2.3.3): what stands, what is to stand, and why.

use super::course::{course, place};
use crate::error::{Error, Result};
use crate::journal::read::course_view::{CourseView, Place};
use crate::school::{Cell, PersonalFile, format_date};
use crate::web::desk::page::{Frame, address, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::grid::{self, CellChange};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/teacher/correction.html")]
struct Page {
    frame: Frame,
    address: String,
    course: String,
    what: String,
    pupil: String,
    stands: String,
    place: String,
    file: String,
    length: u64,
}

/// The cell by its row: no personal file stands in an address.
#[derive(Deserialize)]
pub struct Asked {
    at: String,
    row: usize,
}

/// `GET /course/{id}/correction`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, id, asked)).await)
}

fn page(sitting: &mut Sitting, id: i64, asked: Asked) -> Result<Page> {
    let course = course(&sitting.seat.journal, id)?;
    let frame = Frame::of(sitting, "Заявка на исправление".to_owned(), address(&course))?;
    let view = sitting.views.now(&sitting.seat.journal, &course)?;
    let no_cell = || Error::input("такой клетки нет").next("вернитесь к курсу и выберите её снова");
    let at = place(&asked.at).filter(|place| view.column(place).is_some()).ok_or_else(no_cell)?;
    let pupil = view.pupils.get(asked.row).ok_or_else(no_cell)?;
    Ok(Page {
        address: format!("{}/correction", address(&course)),
        course: course.key.to_string(),
        what: named(&view, &at),
        pupil: view.names[asked.row].clone(),
        stands: view.text(&at, asked.row),
        place: asked.at,
        file: pupil.file.to_string(),
        length: view.length,
        frame,
    })
}

fn named(view: &CourseView, at: &Place) -> String {
    match at {
        Place::Final { period } => format!("Итоговая отметка: {period}"),
        Place::Lesson { date, number } => {
            let lesson = view.column(at).and_then(|column| view.columns[column].lesson.as_ref());
            let topic = lesson.map(|lesson| format!(": {}", lesson.topic)).unwrap_or_default();
            format!("{}, урок {number}{topic}", format_date(*date))
        }
    }
}

/// A request as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    /// The ledger's length that the page has seen.
    seen: u64,
    at: String,
    file: PersonalFile,
    text: String,
    reason: String,
}

/// `POST /course/{id}/correction`.
pub async fn request(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, id, &typed)).await)
}

fn set(sitting: &mut Sitting, id: i64, typed: &Typed) -> Result<String> {
    let course = course(&sitting.seat.journal, id)?;
    let seen = sitting.views.seen(id, typed.seen).ok_or_else(super::course::outdated)?;
    let at = place(&typed.at).ok_or_else(|| Error::input("такого столбца нет").next("вернитесь к курсу"))?;
    let text = typed.text.trim();
    let becomes = if text.is_empty() { Cell::default() } else { Cell::parse(text)? };
    let change = CellChange { place: at, pupil: typed.file.clone(), becomes };
    let mut at_desk = sitting.seat.place()?;
    let asked = grid::ask(&mut at_desk, &seen, &change, &typed.reason)?;
    sitting.say(&asked.done, &format!("Заявка № {} подана: решает завуч", asked.number));
    let column = if typed.at.starts_with("final/") { String::new() } else { format!("?at={}", typed.at) };
    Ok(format!("{}{column}", address(&course)))
}
