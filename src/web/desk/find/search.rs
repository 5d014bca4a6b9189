//! The search in the bar. It is sent, not asked for in an address: what is looked for is mostly somebody's name.

use super::{classes, kept_by, pupil};
use crate::error::Result;
use crate::journal::read::Course;
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, address, fault, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::find::{self, Found, FoundPupil, MOST};
use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// The address of what was found.
pub const ADDRESS: &str = "/find";

#[derive(Template)]
#[template(path = "desk/pages/find/found.html")]
struct Page {
    frame: Frame,
    sought: String,
    /// What it was taken for, where other keys were meant.
    read_as: Option<String>,
    /// That there is more.
    more: Option<usize>,
    /// Address and name.
    classes: Vec<(String, String)>,
    courses: Vec<(String, String)>,
    pupils: Option<Listing>,
    staff: Vec<Teacher>,
}

/// Somebody who works here.
struct Teacher {
    name: String,
    position: String,
    /// Address and name.
    courses: Vec<(String, String)>,
}

/// What is looked for.
#[derive(Deserialize)]
pub struct Typed {
    sought: String,
}

/// `POST /find`: what is found; where that is one thing, its page.
pub async fn find(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    let found = desk.ask(move |sitting| {
        sitting.sought = typed.sought.trim().chars().take(80).collect();
        let found = look(sitting)?;
        match only(&found) {
            Some(address) => Ok(Ok(address)),
            None => page(sitting, found).map(Err),
        }
    });
    match found.await {
        Ok(Ok(address)) => Redirect::to(&address).into_response(),
        Ok(Err(page)) => shown(Ok(page)),
        Err(error) => fault(&error),
    }
}

/// `GET /find`: what was looked for last.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    let page = |sitting: &mut Sitting| {
        let found = look(sitting)?;
        page(sitting, found)
    };
    shown(desk.ask(page).await)
}

fn look(sitting: &Sitting) -> Result<Found> {
    find::anything(sitting.seat.journal.tables(), kept_by(sitting)?.as_ref(), &sitting.sought, sitting.today()?)
}

/// The page of the one thing that was found.
fn only(found: &Found) -> Option<String> {
    match (&found.classes[..], &found.courses[..], &found.pupils[..], &found.staff[..]) {
        ([class], [], [], []) => Some(classes::address(class)),
        ([], [course], [], []) => Some(address(course)),
        ([], [], [one], []) => Some(pupil::address(&one.pupil)),
        _ => None,
    }
}

fn page(sitting: &mut Sitting, found: Found) -> Result<Page> {
    let frame = Frame::of(sitting, "Найденное".to_owned(), ADDRESS.to_owned())?;
    let link = |course: &Course| (address(course), course.key.to_string());
    let staff = found.staff.iter().map(|(person, courses)| Teacher {
        name: person.name.full(),
        position: person.position.clone(),
        courses: courses.iter().map(link).collect(),
    });
    Ok(Page {
        frame,
        sought: sitting.sought.clone(),
        more: found.more.then_some(MOST),
        classes: found.classes.iter().map(|class| (classes::address(class), class.to_string())).collect(),
        courses: found.courses.iter().map(link).collect(),
        pupils: (!found.pupils.is_empty()).then(|| listing(&found.pupils)),
        staff: staff.collect(),
        read_as: found.read_as,
    })
}

fn listing(pupils: &[FoundPupil]) -> Listing {
    let mut listing = Listing::new("Ученики", &["Ученик", "Класс", "Личное дело"], "");
    listing.rows.extend(pupils.iter().map(|one| {
        let class = match (&one.class, &one.last) {
            (Some(class), _) => Entry::to(classes::address(class), class.to_string()),
            (None, Some(last)) => one.pupil.agree(&format!("выбыл из {last}")).into(),
            (None, None) => one.pupil.agree("не зачислен").into(),
        };
        let former = one.pupil.former.iter().map(|file| file.as_str()).collect::<Vec<_>>().join(", ");
        let former = if former.is_empty() { former } else { format!(" (прежде {former})") };
        let file = format!("{}{former}", one.pupil.file);
        vec![Entry::to(pupil::address(&one.pupil), one.name.clone()), class, file.into()]
    }));
    listing
}
