//! Exemptions from subjects (§3.3.4).

use super::{ADDRESS, Room, replaced};
use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::format_date;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::absence::{self, Absent};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const PAGE: &str = "/exemptions";

#[derive(Template)]
#[template(path = "desk/pages/classroom/exemptions.html")]
struct Page {
    frame: Frame,
    class: String,
    address: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    given: Vec<Given>,
    pupils: Vec<(i64, String)>,
    subjects: Vec<String>,
}

/// An exemption that was recorded.
struct Given {
    pupil: i64,
    name: String,
    subject: String,
    days: String,
    document: String,
    since: String,
}

/// `GET /classroom/{class}/exemptions`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &class)).await)
}

fn page(sitting: &mut Sitting, class: &str) -> Result<Page> {
    let room = Room::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: освобождения", room.class), ADDRESS.to_owned())?;
    let tables = sitting.seat.journal.tables();
    let year = read::school(tables)?.year;
    let given = read::explain::exemptions(tables, year.begins, year.ends)?.into_iter().rev().filter_map(|given| {
        let (pupil, name) = room.pupil(&given.pupil)?;
        let span = Absent { pupil: given.pupil.clone(), since: given.since, until: given.until };
        Some(Given {
            pupil,
            name: name.to_owned(),
            subject: given.subject,
            days: span.days(),
            document: given.document,
            since: format_date(given.since),
        })
    });
    let given = given.collect();
    let mut subjects: Vec<String> = Vec::new();
    for course in read::courses_of(tables, &room.class)? {
        if !subjects.contains(&course.key.subject) {
            subjects.push(course.key.subject);
        }
    }
    Ok(Page {
        class: room.class.to_string(),
        address: format!("{}{PAGE}", room.address),
        tabs: room.tabs(PAGE),
        classes: room.others(PAGE),
        given,
        pupils: room.choices(),
        subjects,
        frame,
    })
}

/// `POST /classroom/{class}/exemptions`. The form has a field for each subject, all of one name.
pub async fn exempt(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, &class, &typed)).await)
}

fn set(sitting: &mut Sitting, class: &str, typed: &[(String, String)]) -> Result<String> {
    let all = |name: &str| {
        let name = name.to_owned();
        typed.iter().filter(move |(field, _)| *field == name).map(|(_, value)| value.as_str())
    };
    let one = |name: &str| all(name).next().unwrap_or_default();
    let room = Room::of(sitting, Some(class))?;
    let (who, name) = room.absent(sitting, one("pupil"), one("since"), one("until"))?;
    let subjects: Vec<String> = all("subject").map(str::to_owned).collect();
    if subjects.is_empty() {
        return Err(Error::input("предмет не выбран").next("отметьте предметы, от которых освобождён ученик"));
    }
    let mut place = sitting.seat.place()?;
    let given = absence::exempt(&mut place, &who, &subjects, one("document"), !one("instead").is_empty())?;
    let what = format!("Освобождение записано: {name}, {}, {}{}", subjects.join(", "), who.days(), replaced(&given));
    sitting.say(&given.done, &what);
    Ok(format!("{}{PAGE}", room.address))
}

/// An exemption that is to be withdrawn.
#[derive(Deserialize)]
pub struct Withdrawn {
    pupil: String,
    subject: String,
    since: String,
}

/// `POST /classroom/{class}/exemptions/withdraw`.
pub async fn withdraw(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Form(typed): Form<Withdrawn>,
) -> Response {
    let take_back = move |sitting: &mut Sitting| {
        let room = Room::of(sitting, Some(&class))?;
        let (who, name) = room.absent(sitting, &typed.pupil, &typed.since, "")?;
        let mut place = sitting.seat.place()?;
        let done = absence::withdraw_exemption(&mut place, &who.pupil, &typed.subject, who.since)?;
        let day = format_date(who.since);
        sitting.say(&done, &format!("Освобождение отменено: {name}, {}, с {day}", typed.subject));
        Ok(format!("{}{PAGE}", room.address))
    };
    gone_on(desk.ask(take_back).await)
}
