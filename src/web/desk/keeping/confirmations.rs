//! «Подтверждения»: what takes two pairs of eyes and waits for the second (DESIGN «One idea» 6).

use crate::error::Result;
use crate::journal::entry::Span;
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, name_of, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::Done;
use crate::work::confirm::{self, List, Which};
use askama::Template;
use axum::extract::{Form, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/confirmations";

#[derive(Template)]
#[template(path = "desk/pages/keeping/confirmations.html")]
struct Page {
    frame: Frame,
    waiting: Listing,
    /// How many entries wait in all.
    count: u64,
    /// The code of the list as it is shown.
    code: String,
    /// Whether all of it was recorded by others.
    of_others: bool,
}

/// `GET /confirmations`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    sections::at_school(sitting, "смотреть, что ждёт второго лица")?;
    let frame = Frame::of(sitting, "Подтверждения".to_owned(), ADDRESS.to_owned())?;
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let List { waiting, code } = confirm::list(tables)?;
    let heads = ["№", "Внесено", "Кем", "Что"];
    let mut listing = Listing::new("Что ждёт подтверждения", &heads, "Ничто не ждёт подтверждения.");
    for one in &waiting {
        listing.rows.push(vec![
            Entry::to(format!("{ADDRESS}/{}", one.entries.from), format!("№ {}", one.entries)),
            one.at.format("%d.%m.%Y %H:%M").to_string().into(),
            name_of(tables, &one.author)?.into(),
            one.what.clone().into(),
        ]);
    }
    let of_others = waiting.iter().all(|one| one.author != login);
    let count = waiting.iter().map(|one| one.count).sum();
    Ok(Page { frame, waiting: listing, count, code, of_others })
}

/// Says that what waited was decided on: «Отказано: № 3; 5–9».
pub fn say(sitting: &mut Sitting, what: &str, (done, entries): &(Done, Vec<Span>)) {
    let entries: Vec<String> = entries.iter().map(Span::to_string).collect();
    sitting.say(done, &format!("{what}: № {}", entries.join("; ")));
}

/// The list that was seen.
#[derive(Deserialize)]
pub struct Seen {
    code: String,
}

/// `POST /confirmations`: all that the list has shown, and nothing that came since.
pub async fn give_all(State(desk): State<Arc<Desk>>, Form(seen): Form<Seen>) -> Response {
    let give = move |sitting: &mut Sitting| {
        let done = confirm::give(&mut sitting.seat.place()?, &Which::All(seen.code))?;
        say(sitting, "Подтверждено и в силе", &done);
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(give).await)
}

/// What waits and was recorded by others.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let login = sitting.seat.place()?.login().clone();
    let List { waiting, .. } = confirm::list(sitting.seat.journal.tables())?;
    let count: u64 = waiting.iter().filter(|one| one.author != login).map(|one| one.count).sum();
    Ok((count > 0).then(|| format!("Записей ждёт второго лица: {count}")).into_iter().collect())
}
