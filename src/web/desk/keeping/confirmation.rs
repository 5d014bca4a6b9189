//! One thing that waits: what is in it, who recorded it, who may decide; and the decision.

use super::confirmations::{ADDRESS, say};
use crate::error::Result;
use crate::web::desk::page::{Frame, gone_on, name_of, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::confirm::{self, Shown, Which};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/keeping/confirmation.html")]
struct Page {
    frame: Frame,
    number: u64,
    numbers: String,
    facts: Vec<(&'static str, String)>,
    /// Whether whoever looks may let it come into force.
    may_give: bool,
    /// Whether he recorded it himself.
    is_own: bool,
}

/// `GET /confirmations/{number}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, number)).await)
}

fn page(sitting: &mut Sitting, number: u64) -> Result<Page> {
    sections::at_school(sitting, "смотреть, что ждёт второго лица")?;
    let frame = Frame::of(sitting, format!("Запись № {number} ждёт подтверждения"), ADDRESS.to_owned())?;
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let Shown { held, author, keys, deciders } = confirm::show(tables, number)?;
    let who = author.map_or_else(|| held.author.to_string(), |name| format!("{} ({})", name.full(), held.author));
    let mut facts =
        vec![("Внесена", held.at.format("%d.%m.%Y %H:%M").to_string()), ("Кем", who), ("Что в ней", held.what.clone())];
    if !keys.is_empty() {
        facts.push(("Действующие ключи этого сотрудника", keys.join(", ")));
    }
    let names: Vec<String> = deciders.iter().map(|login| name_of(tables, login)).collect::<Result<_>>()?;
    facts.push((
        "Решить могут",
        match names[..] {
            [] => "сейчас некому: нужен ещё один независимый ключ или аварийный ключ с листа".to_owned(),
            _ => names.join(", "),
        },
    ));
    let (may_give, is_own) = (deciders.contains(&login), held.author == login);
    Ok(Page { frame, number, numbers: held.entries.to_string(), facts, may_give, is_own })
}

/// `POST /confirmations/{number}/give`.
pub async fn give(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    let give = move |sitting: &mut Sitting| {
        let done = confirm::give(&mut sitting.seat.place()?, &Which::Numbers(vec![number]))?;
        say(sitting, "Подтверждено и в силе", &done);
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(give).await)
}

/// A refusal as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    reason: String,
}

/// `POST /confirmations/{number}/refuse`.
pub async fn refuse(State(desk): State<Arc<Desk>>, Path(number): Path<u64>, Form(typed): Form<Typed>) -> Response {
    let refuse = move |sitting: &mut Sitting| {
        let which = Which::Numbers(vec![number]);
        let done = confirm::refuse(&mut sitting.seat.place()?, &which, &typed.reason)?;
        say(sitting, "Отказано", &done);
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(refuse).await)
}
