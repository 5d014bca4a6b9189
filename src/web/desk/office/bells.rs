//! The bells: when each lesson of the day begins and ends.

use super::timetable;
use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::Bell;
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::school;
use askama::Template;
use axum::extract::{Form, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/bells";

#[derive(Template)]
#[template(path = "desk/pages/office/bells.html")]
struct Page {
    frame: Frame,
    back: &'static str,
    bells: Listing,
    numbers: Vec<u8>,
}

/// `GET /bells`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Звонки".to_owned(), timetable::ADDRESS.to_owned())?;
    let school = read::school(sitting.seat.journal.tables())?;
    let mut bells = Listing::new("Звонки", &["Урок", "Начало", "Конец"], "Звонки не заданы.");
    let row = |bell: &Bell| vec![bell.lesson.to_string().into(), bell.begins.clone().into(), bell.ends.clone().into()];
    bells.rows.extend(school.bells.iter().map(row));
    let numbers = school.bells.iter().map(|bell| bell.lesson).collect();
    Ok(Page { back: timetable::ADDRESS, bells, numbers, frame })
}

/// A bell as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    lesson: String,
    begins: String,
    ends: String,
}

/// `POST /bells`.
pub async fn set(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let bell = Bell { lesson: number(&typed.lesson)?, begins: time(&typed.begins), ends: time(&typed.ends) };
        let said = format!("Звонок урока {}: {}–{}", bell.lesson, bell.begins, bell.ends);
        let done = school::set_bell(&mut sitting.seat.place()?, bell)?;
        sitting.say(&done, &said);
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(set).await)
}

/// A bell that was set by mistake.
#[derive(Deserialize)]
pub struct Annulled {
    lesson: String,
}

/// `POST /bells/annul`.
pub async fn annul(State(desk): State<Arc<Desk>>, Form(typed): Form<Annulled>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let lesson = number(&typed.lesson)?;
        let (done, bell) = school::remove_bell(&mut sitting.seat.place()?, lesson)?;
        sitting.say(&done, &format!("Звонок урока {lesson} убран, был {}–{}", bell.begins, bell.ends));
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(set).await)
}

fn number(typed: &str) -> Result<u8> {
    typed.trim().parse().map_err(|_| Error::input(format!("«{typed}» не номер урока")).next("впишите число от 1 до 15"))
}

/// «8:30» as «08:30».
fn time(typed: &str) -> String {
    let typed = typed.trim().replace('.', ":");
    if typed.find(':') == Some(1) { format!("0{typed}") } else { typed }
}
