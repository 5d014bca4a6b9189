//! One request: what stands and what is to stand side by side, and the decision on it (§2.3.3.2).

use super::requests::{self, ADDRESS, decides, place};
use crate::error::{Error, Result};
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::{self, Tables};
use crate::school::format_date;
use crate::web::desk::page::{Frame, address, gone_on, name_of, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words::sentence;
use crate::work::correction::{self, Compared, compared};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/control/request.html")]
struct Page {
    frame: Frame,
    number: u64,
    facts: Vec<(&'static str, String)>,
    /// The course at that lesson.
    course: Option<String>,
    places: Vec<Compared>,
    /// Whether it waits for a decision.
    is_open: bool,
    /// Whether something else stands there now than when it was asked for.
    has_changed: bool,
    /// Whether whoever looks may decide it.
    may_decide: bool,
    /// Whether he decides others' requests, and asked for this one himself.
    is_own: bool,
}

/// `GET /requests/{number}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, number)).await)
}

fn page(sitting: &mut Sitting, number: u64) -> Result<Page> {
    let frame = Frame::of(sitting, format!("Заявка № {number}"), ADDRESS.to_owned())?;
    let (decides, login) = (decides(sitting)?, sitting.seat.place()?.login().clone());
    let tables = sitting.seat.journal.tables();
    let request = corrections::by_number(tables, number)?;
    let request = request.filter(|request| decides || request.requested_by == login).ok_or_else(|| {
        Error::input(format!("заявки № {number} среди тех, что вам видны, нет")).next("выберите её в списке заявок")
    })?;
    let (places, is_open) = (compared(tables, &request)?, request.decision.is_none());
    let is_own = request.requested_by == login;
    Ok(Page {
        number,
        facts: facts(tables, &request)?,
        course: course(tables, &request)?,
        has_changed: is_open && places.iter().any(Compared::has_changed),
        places,
        is_open,
        may_decide: is_open && decides && !is_own,
        is_own: decides && is_own,
        frame,
    })
}

fn facts(tables: &Tables, request: &Correction) -> Result<Vec<(&'static str, String)>> {
    let by = name_of(tables, &request.requested_by)?;
    let mut facts = vec![
        ("Подана", format!("{}, {by}", format_date(request.requested_at.date_naive()))),
        ("Курс", request.course.to_string()),
        ("За какой день", place(request)),
        ("Почему", request.reason.clone()),
    ];
    if let (Some(decision), Some(said)) = (&request.decision, requests::decision(request)) {
        facts.push(("Решение", format!("{} ({})", sentence(&said), name_of(tables, &decision.by)?)));
    }
    Ok(facts)
}

/// The address of the course at the lesson; nothing of one that was annulled.
fn course(tables: &Tables, request: &Correction) -> Result<Option<String>> {
    let course = read::course(tables, &request.course)?;
    let lesson = (request.lesson > 0).then(|| format!("?at={}/{}", read::iso(request.date), request.lesson));
    Ok(course.map(|course| format!("{}{}", address(&course), lesson.unwrap_or_default())))
}

/// A decision as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    /// A note, or why it is rejected.
    note: String,
}

/// `POST /requests/{number}/approve`.
pub async fn approve(State(desk): State<Arc<Desk>>, Path(number): Path<u64>, Form(typed): Form<Typed>) -> Response {
    let decide = move |sitting: &mut Sitting| {
        let done = correction::approve(&mut sitting.seat.place()?, number, &typed.note)?;
        sitting.say(&done, &format!("Заявка № {number} удовлетворена, изменения внесены"));
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(decide).await)
}

/// `POST /requests/{number}/reject`.
pub async fn reject(State(desk): State<Arc<Desk>>, Path(number): Path<u64>, Form(typed): Form<Typed>) -> Response {
    let decide = move |sitting: &mut Sitting| {
        let done = correction::reject(&mut sitting.seat.place()?, number, &typed.note)?;
        sitting.say(&done, &format!("Заявка № {number} отклонена, изменений нет"));
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(decide).await)
}
