//! Who reads the diaries of a class: to whom a slip was given, who has come in, whose access has ended.

use super::{ADDRESS, Families};
use crate::error::Result;
use crate::school::counted;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::access::{self, Access, State as Standing, day_of};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const PAGE: &str = "";

#[derive(Template)]
#[template(path = "desk/pages/parents/access.html")]
struct Page {
    frame: Frame,
    class: String,
    address: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    /// «Читают: 12 из 25.»
    sum: String,
    readers: Vec<Line>,
}

/// Somebody who reads a diary, or might.
struct Line {
    name: String,
    /// «мать», «ученик».
    who: String,
    children: String,
    /// «вошёл 15.09.2025».
    state: String,
    notes: Vec<String>,
    /// Whether his access can be ended.
    is_open: bool,
    /// Whether he has, or had, a slip: a new one ends it.
    had_slip: bool,
}

impl Line {
    fn of(access: &Access) -> Self {
        let slip = access.slip.as_ref();
        let since = match access.state() {
            Standing::None => None,
            Standing::Issued => slip.map(|slip| format!("листок выдан {}, входа не было", day_of(slip.issued))),
            Standing::Used => slip.map(|slip| format!("первый вход {}", day_of(slip.used))),
            Standing::Revoked => slip.map(|slip| format!("закрыт {}", day_of(slip.revoked))),
        };
        let who = if access.who.is_empty() { access.standing.word() } else { &access.who };
        Self {
            name: access.name.clone(),
            who: who.to_owned(),
            children: access.children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>().join(", "),
            state: since.unwrap_or_else(|| access.state().word().to_owned()),
            notes: access.notes(),
            is_open: matches!(access.state(), Standing::Issued | Standing::Used),
            had_slip: access.state() != Standing::None,
        }
    }
}

/// `GET /parents`: the first class.
pub async fn first(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(|sitting| page(sitting, None)).await)
}

/// `GET /parents/{class}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, Some(&class))).await)
}

fn page(sitting: &mut Sitting, class: Option<&str>) -> Result<Page> {
    let families = Families::of(sitting, class)?;
    let frame = Frame::of(sitting, format!("{}: доступ к дневнику", families.class), ADDRESS.to_owned())?;
    let all = access::of_class(&sitting.seat.journal, &families.class, sitting.today()?)?;
    let used = all.iter().filter(|access| access.state() == Standing::Used).count();
    let sum = format!("Вошли в дневник: {used} из {}.", counted(all.len(), ["человека", "человек", "человек"]));
    Ok(Page {
        class: families.class.to_string(),
        tabs: families.tabs(PAGE),
        classes: families.others(PAGE),
        address: families.address,
        sum,
        readers: all.iter().map(Line::of).collect(),
        frame,
    })
}

/// Whose access ends.
#[derive(Deserialize)]
pub struct Ended {
    name: String,
}

/// `POST /parents/{class}/revoke`.
pub async fn revoke(State(desk): State<Arc<Desk>>, Path(class): Path<String>, Form(typed): Form<Ended>) -> Response {
    let end = move |sitting: &mut Sitting| {
        let families = Families::of(sitting, Some(&class))?;
        let ended = access::revoke(&sitting.seat.place()?, &families.class, &typed.name)?;
        sitting.said = Some(format!(
            "Доступ закрыт: {}. Код, пароль, открытые входы и адрес календаря больше не действуют.",
            ended.name
        ));
        Ok(families.address)
    };
    gone_on(desk.ask(end).await)
}
