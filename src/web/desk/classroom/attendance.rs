//! Who of a class missed how much in a period, and why.

use super::{ADDRESS, AskedPeriod, Room};
use crate::error::Result;
use crate::journal::read;
use crate::report::{Filter, When, attendance};
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::sticks::at_work;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use std::sync::Arc;

const PAGE: &str = "/attendance";

#[derive(Template)]
#[template(path = "desk/pages/classroom/attendance.html")]
struct Page {
    frame: Frame,
    class: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    periods: Tabs,
    listing: Listing,
}

/// `GET /classroom/{class}/attendance`.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Query(asked): Query<AskedPeriod>,
) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &class, &asked)).await)
}

fn page(sitting: &mut Sitting, class: &str, asked: &AskedPeriod) -> Result<Page> {
    let room = Room::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: посещаемость", room.class), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let kept_by = at_work::kept_by(&sitting.seat.journal)?;
    let tables = sitting.seat.journal.tables();
    let school = read::school(tables)?;
    let period = asked.of(&school, &room.class, today)?;
    let filter = Filter { class: Some(room.class.clone()), kept_by, ..Filter::default() };
    let rows = attendance::attendance(tables, &filter, &When::Period(period.name.as_str().into()))?;
    let mut listing = Listing::of(&attendance::table(&rows));
    "Уроков в этом периоде ещё не было.".clone_into(&mut listing.empty);
    Ok(Page {
        class: room.class.to_string(),
        tabs: room.tabs(PAGE),
        classes: room.others(PAGE),
        periods: room.periods(&school, PAGE, period),
        listing,
        frame,
    })
}
