//! Whom to call today (§4.2, §4.5), when each family was told last and how (§4.1–4.5), and who has signed «ознакомлен» under
//! which week of a diary.

use super::{ADDRESS, Families};
use crate::error::Result;
use crate::inform::{call_list, last_told};
use crate::school::ClassName;
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, short, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::informed;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/parents/told.html")]
struct Page {
    frame: Frame,
    class: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    /// What the page is about.
    subject: &'static str,
    /// What is to be known of it.
    note: &'static str,
    listing: Listing,
}

/// `GET /parents/{class}/call`.
pub async fn call(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    let note = "Кого сегодня не было на уроках без известной причины: кому сообщено письмом, кому позвонить.";
    let list = |sitting: &mut Sitting, class: &ClassName| {
        let rows = informed::absent(&sitting.seat.journal, Some(class), sitting.today()?, false)?;
        let listing = Listing::of(&call_list::table(&rows));
        Ok(Listing { empty: "Сегодня звонить некому.".to_owned(), ..listing })
    };
    shown(desk.ask(move |sitting| page(sitting, &class, ("/call", "кому звонить сегодня", note), list)).await)
}

/// `GET /parents/{class}/told`.
pub async fn last(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    let note = "Первыми те, кого дольше всех не извещали. Кто ничего не получает, тому печатают листок недели.";
    let list = |sitting: &mut Sitting, class: &ClassName| {
        let rows = informed::informing(&sitting.seat.journal, Some(class), sitting.seat.clock.now())?;
        Ok(Listing::of(&last_told::table(&rows)))
    };
    shown(desk.ask(move |sitting| page(sitting, &class, ("/told", "когда извещены", note), list)).await)
}

/// `GET /parents/{class}/seen`.
pub async fn seen(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    let note =
        "Кто из родителей отметил в электронном дневнике, что ознакомлен с неделей, и когда; последняя неделя слева.";
    let list = |sitting: &mut Sitting, class: &ClassName| {
        let signed = informed::signed(&sitting.seat.journal, class, sitting.today()?)?;
        let weeks: Vec<String> = signed.weeks.iter().map(|monday| format!("с {}", short(*monday))).collect();
        let heads: Vec<&str> = std::iter::once("Ученик").chain(weeks.iter().map(String::as_str)).collect();
        let mut listing = Listing::new("Кто ознакомлен с неделей дневника", &heads, "В классе нет учеников.");
        for row in signed.rows {
            let told = |(name, day)| format!("{name}, {}", short(day));
            let cells = row.weeks.into_iter().map(|by| by.into_iter().map(told).collect::<Vec<_>>().join("; ").into());
            listing.rows.push(std::iter::once(row.pupil.into()).chain(cells).collect());
        }
        Ok(listing)
    };
    shown(desk.ask(move |sitting| page(sitting, &class, ("/seen", "ознакомлены", note), list)).await)
}

fn page(
    sitting: &mut Sitting,
    class: &str,
    (here, subject, note): (&str, &'static str, &'static str),
    list: impl FnOnce(&mut Sitting, &ClassName) -> Result<Listing>,
) -> Result<Page> {
    let families = Families::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: {subject}", families.class), ADDRESS.to_owned())?;
    let listing = list(sitting, &families.class)?;
    let (tabs, classes) = (families.tabs(here), families.others(here));
    Ok(Page { frame, class: families.class.to_string(), tabs, classes, subject, note, listing })
}
