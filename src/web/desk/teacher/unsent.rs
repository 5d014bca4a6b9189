//! «Не передано»: what the school does not have yet of a stick, and what it refused, with what can be done about it (§5.6).

use crate::error::{Error, Result};
use crate::school::{counted, format_date};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words::sentence;
use crate::work::correction;
use crate::work::sticks::at_work::Hand;
use crate::work::sticks::unsent::{Waiting, waiting};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/unsent";

#[derive(Template)]
#[template(path = "desk/pages/teacher/unsent.html")]
struct Page {
    frame: Frame,
    label: String,
    knows: String,
    until: String,
    /// Whether it knows the school's server.
    knows_server: bool,
    late: Vec<String>,
    unsent: Vec<Line>,
    refused: Vec<Refused>,
}

struct Line {
    what: String,
    at: String,
    is_outdated: bool,
}

struct Refused {
    number: u64,
    what: String,
    at: String,
    why: String,
    /// Whether it can be asked for in the register (§2.3.3).
    asks: bool,
}

/// `GET /unsent`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

/// What waits on the stick.
fn on_stick(sitting: &mut Sitting) -> Result<Waiting> {
    let owner = sitting.seat.place()?.login().clone();
    waiting(&sitting.seat.journal, &owner)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Не передано".to_owned(), ADDRESS.to_owned())?;
    let no_stick =
        || Error::input("это журнал школы: всё, что в нём записано, уже передано").next("откройте «Сегодня»");
    let (base, _) = sitting.seat.journal.strand_tip().ok_or_else(no_stick)?;
    let found = on_stick(sitting)?;
    let moment = |at: chrono::DateTime<chrono::FixedOffset>| at.format("%d.%m.%Y %H:%M").to_string();
    let refused = found.refused.iter().map(|one| Refused {
        number: one.number,
        what: one.said.as_ref().map_or_else(|| "запись".to_owned(), |said| said.what.clone()),
        at: one.said.as_ref().map(|said| moment(said.at)).unwrap_or_default(),
        why: sentence(&one.why),
        asks: one.said.as_ref().is_some_and(|said| said.asks.is_some()),
    });
    let unsent = found.unsent.iter().map(|one| Line {
        what: one.said.what.clone(),
        at: moment(one.said.at),
        is_outdated: one.is_outdated,
    });
    let label = sitting.seat.stick.as_deref().and_then(crate::work::sticks::at_work::label_of).unwrap_or_default();
    Ok(Page {
        label,
        knows: moment(base.time),
        until: format_date(base.until),
        knows_server: sitting.seat.hand.as_ref().is_some_and(Hand::knows_server),
        late: late(sitting, &found)?,
        unsent: unsent.collect(),
        refused: refused.collect(),
        frame,
    })
}

/// What is late, a sentence each.
fn late(sitting: &Sitting, found: &Waiting) -> Result<Vec<String>> {
    let since = found.late(sitting.today()?);
    let since = since.map(|day| format!("Записи не переданы с {}: принесите носитель в школу.", format_date(day)));
    let finals = found.finals_are_late(sitting.seat.clock.now());
    let finals = finals
        .then(|| "Итоговые отметки не переданы больше 12 часов, а родители узнают их в тот же день (§4.4).".to_owned());
    Ok(since.into_iter().chain(finals).collect())
}

/// What «Сегодня» says of it.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let found = on_stick(sitting)?;
    let mut waits = late(sitting, &found)?;
    let refused = found.refused.len() as u64;
    waits.extend(
        (refused > 0)
            .then(|| format!("При передаче отклонено: {}.", counted(refused, ["запись", "записи", "записей"]))),
    );
    Ok(waits)
}

/// A reason as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    reason: String,
}

/// `POST /unsent/{number}`: what was refused is asked for in the register.
pub async fn ask(State(desk): State<Arc<Desk>>, Path(number): Path<u64>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| request(sitting, number, &typed.reason)).await)
}

fn request(sitting: &mut Sitting, number: u64, reason: &str) -> Result<String> {
    let refused = on_stick(sitting)?.refused.into_iter().find(|one| one.number == number);
    let asks = refused.and_then(|one| one.said?.asks);
    let asks = asks.ok_or_else(|| Error::input("такой отклонённой записи нет").next("обновите страницу"))?;
    let asked = correction::request(&mut sitting.seat.place()?, &asks.wish(reason)?)?;
    sitting.say(&asked.done, &format!("Заявка № {} подана: решает завуч, когда вы передадите записи", asked.number));
    Ok(ADDRESS.to_owned())
}
