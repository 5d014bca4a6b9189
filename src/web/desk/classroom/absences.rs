//! Absences that lack a reason, and the reasons that were given (§3.3.4).

use super::{ADDRESS, Room, replaced};
use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::{counted, format_date};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::absence::{self, Absent, Reason, Spell};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/classroom/absences.html")]
struct Page {
    frame: Frame,
    class: String,
    address: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    open: Vec<Open>,
    given: Vec<Given>,
    pupils: Vec<(i64, String)>,
    reasons: [&'static str; 3],
}

/// Days that lack a reason.
struct Open {
    pupil: i64,
    name: String,
    /// «15.09.2025–17.09.2025».
    days: String,
    /// «3 дня, 9 уроков».
    missed: String,
    since: String,
    until: String,
}

/// A reason that was given.
struct Given {
    pupil: i64,
    name: String,
    reason: &'static str,
    days: String,
    document: String,
    since: String,
    until: String,
}

/// `GET /classroom`: the first of the own classes.
pub async fn first(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(|sitting| page(sitting, None)).await)
}

/// `GET /classroom/{class}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, Some(&class))).await)
}

fn page(sitting: &mut Sitting, class: Option<&str>) -> Result<Page> {
    let room = Room::of(sitting, class)?;
    let frame = Frame::of(sitting, format!("{}: пропуски", room.class), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let tables = sitting.seat.journal.tables();
    let year = read::school(tables)?.year;
    let mut open: Vec<Open> = absence::unexplained(tables, &room.class, year.begins, today)?
        .into_iter()
        .filter_map(|spell| lacking(&room, &spell))
        .collect();
    open.sort_by_key(|one| room.pupils.iter().position(|pupil| pupil.id == one.pupil));
    let reasons = read::explain::reasons(tables, year.begins, year.ends)?;
    let given = reasons.into_iter().rev().filter_map(|given| {
        let (pupil, name) = room.pupil(&given.pupil)?;
        let span = Absent { pupil: given.pupil.clone(), since: given.since, until: given.until };
        Some(Given {
            pupil,
            name: name.to_owned(),
            reason: given.reason.word(),
            days: span.days(),
            document: given.document,
            since: format_date(given.since),
            until: format_date(given.until),
        })
    });
    Ok(Page {
        class: room.class.to_string(),
        address: room.address.clone(),
        tabs: room.tabs(""),
        classes: room.others(""),
        given: given.collect(),
        pupils: room.choices(),
        reasons: [Reason::Illness, Reason::Valid, Reason::Invalid].map(Reason::word),
        open,
        frame,
    })
}

fn lacking(room: &Room, spell: &Spell) -> Option<Open> {
    let (pupil, name) = room.pupil(&spell.who.pupil)?;
    let (days, lessons) =
        (counted(spell.days, ["день", "дня", "дней"]), counted(spell.lessons, ["урок", "урока", "уроков"]));
    Some(Open {
        pupil,
        name: name.to_owned(),
        days: spell.who.days(),
        missed: format!("{days}, {lessons}"),
        since: format_date(spell.who.since),
        until: format_date(spell.who.until),
    })
}

/// A reason as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    /// The pupil's row.
    pupil: String,
    since: String,
    until: String,
    reason: String,
    document: String,
    /// Whether it comes in place of what stands of these days.
    #[serde(default)]
    instead: String,
}

/// `POST /classroom/{class}/reason`.
pub async fn excuse(State(desk): State<Arc<Desk>>, Path(class): Path<String>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, &class, &typed)).await)
}

fn set(sitting: &mut Sitting, class: &str, typed: &Typed) -> Result<String> {
    let room = Room::of(sitting, Some(class))?;
    let (who, name) = room.absent(sitting, &typed.pupil, &typed.since, &typed.until)?;
    let reason = Reason::parse(&typed.reason)
        .ok_or_else(|| Error::input("причина не выбрана").next("выберите: болезнь, уважительная или неуважительная"))?;
    let mut place = sitting.seat.place()?;
    let given = absence::excuse(&mut place, &who, reason, &typed.document, !typed.instead.is_empty())?;
    let what = format!("Причина записана: {name}, {}, {}{}", who.days(), reason.word(), replaced(&given));
    sitting.say(&given.done, &what);
    Ok(room.address)
}

/// A reason that is to be withdrawn.
#[derive(Deserialize)]
pub struct Withdrawn {
    pupil: String,
    since: String,
    until: String,
}

/// `POST /classroom/{class}/reason/withdraw`.
pub async fn withdraw(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Form(typed): Form<Withdrawn>,
) -> Response {
    let take_back = move |sitting: &mut Sitting| {
        let room = Room::of(sitting, Some(&class))?;
        let (who, name) = room.absent(sitting, &typed.pupil, &typed.since, &typed.until)?;
        let done = absence::withdraw_reason(&mut sitting.seat.place()?, &who)?;
        sitting.say(&done, &format!("Причина отменена: {name}, {}", who.days()));
        Ok(room.address)
    };
    gone_on(desk.ask(take_back).await)
}
