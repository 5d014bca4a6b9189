//! «Итоги»: which course's final marks, or which class's decisions.

use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::Role;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting, sections};
use askama::Template;
use axum::extract::{Form, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/finals";

#[derive(Template)]
#[template(path = "desk/pages/council/finals.html")]
struct Page {
    frame: Frame,
    /// Whether whoever sits here sets final marks.
    sets: bool,
    classes: Vec<Class>,
}

/// A class by its place in the list, and its courses by their rows.
struct Class {
    at: usize,
    name: String,
    courses: Vec<(i64, String)>,
}

/// `GET /finals`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Итоги".to_owned(), ADDRESS.to_owned())?;
    let sets = sections::holds(sitting, &[Role::DeputyHead])?;
    let tables = sitting.seat.journal.tables();
    let mut classes = Vec::new();
    for (at, class) in read::classes(tables)?.into_iter().enumerate() {
        let courses = read::courses_of(tables, &class)?.into_iter();
        let courses = courses.map(|course| (course.id, course.key.to_string())).collect();
        classes.push(Class { at, name: class.to_string(), courses });
    }
    Ok(Page { frame, sets, classes })
}

/// What was chosen: one of the two.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    course: String,
    class: String,
}

/// `POST /finals`.
pub async fn choose(Form(chosen): Form<Chosen>) -> Response {
    let course = chosen.course.parse::<i64>().map(|id| format!("{ADDRESS}/course/{id}"));
    let class = chosen.class.parse::<usize>().map(|at| format!("{ADDRESS}/class/{at}"));
    let nothing = |_| Error::input("ничего не выбрано").next("выберите курс или класс");
    gone_on(course.or(class).map_err(nothing))
}
