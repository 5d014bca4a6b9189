//! What all pages have in common: their frame, how a fault looks, and the files that come with them.

use super::{Desk, Sitting, handing, sections};
use crate::error::{Error, Kind, Result};
use crate::journal::read::{self, Course, Tables};
use crate::school::{Login, counted, day_in_words, format_date};
use crate::web::words::{self, Told};
use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::sync::Arc;

/// What stands around every page.
pub struct Frame {
    /// The title without names of people: it stays in the browser's history.
    pub title: String,
    /// Whose desk it is: «Семёнов С. С.».
    pub who: String,
    /// The day, in words.
    pub day: String,
    /// The sections of the desk: address and name.
    pub sections: Vec<(&'static str, &'static str)>,
    /// Own courses: address and name.
    pub courses: Vec<(String, String)>,
    /// The ledger's length that this page has seen.
    pub length: u64,
    /// The address of this page.
    pub here: String,
    /// What was done last.
    pub said: Option<String>,
    /// How many entries of a stick were not handed in, and since when.
    pub unsent: Option<String>,
    /// How the stick stands with the school's server: «передано 12:40».
    pub handing: Option<String>,
}

impl Frame {
    /// The frame of a page.
    ///
    /// # Errors
    /// Tables that do not read; a key that was revoked.
    pub fn of(sitting: &mut Sitting, title: String, here: String) -> Result<Self> {
        sections::is_at_hand(sitting, &here)?;
        let said = sitting.said.take();
        let (today, length) = (sitting.today()?, sitting.seat.journal.tip()?.seq);
        let (login, unsent, handing) = (sitting.seat.place()?.login().clone(), unsent(sitting), handing(sitting));
        let tables = sitting.seat.journal.tables();
        let who = read::staff(tables, &login)?.map(|person| person.name.initials()).unwrap_or_default();
        let courses = own_courses(sitting, &login)?.into_iter();
        let courses = courses.map(|course| (address(&course), course.key.to_string())).collect();
        let sections = sections::of(sitting)?.into_iter().map(|section| (section.address, section.name)).collect();
        Ok(Self { title, who, day: day_in_words(today), sections, courses, length, here, said, unsent, handing })
    }
}

/// How many entries of a stick were not handed in.
fn waiting(sitting: &Sitting) -> Option<u64> {
    let journal = &sitting.seat.journal;
    let (base, _) = journal.strand_tip()?;
    Some(journal.tip().ok()?.seq.saturating_sub(base.tip.seq))
}

/// «не передано: 3 записи», on a stick.
fn unsent(sitting: &Sitting) -> Option<String> {
    let unsent = waiting(sitting).filter(|unsent| *unsent > 0)?;
    Some(format!("не передано: {}", counted(unsent, ["запись", "записи", "записей"])))
}

/// How the stick stands with the school's server.
fn handing(sitting: &Sitting) -> Option<String> {
    handing::in_words(&sitting.handing, waiting(sitting)?)
}

/// The courses that somebody teaches, by class.
pub fn own_courses(sitting: &Sitting, login: &Login) -> Result<Vec<Course>> {
    read::courses_of_teacher(sitting.seat.journal.tables(), login.as_str())
}

/// The address of a course. It has no name in it: addresses stay in the browser's history.
pub fn address(course: &Course) -> String {
    format!("/course/{}", course.id)
}

/// «Семёнов С. С.»; the login where nobody has it.
///
/// # Errors
/// Tables that do not read.
pub fn name_of(tables: &Tables, login: &str) -> Result<String> {
    Ok(read::staff(tables, login)?.map_or_else(|| login.to_owned(), |person| person.name.initials()))
}

/// «15.09».
pub fn short(day: NaiveDate) -> String {
    format_date(day).chars().take(5).collect()
}

/// A page as it goes out.
pub fn shown(page: Result<impl Template>) -> Response {
    match page.and_then(|page| rendered(&page)) {
        Ok(html) => Html(html).into_response(),
        Err(error) => fault(&error),
    }
}

fn rendered(page: &impl Template) -> Result<String> {
    page.render().map_err(|cause| {
        Error::environment("страница не составлена: ошибка в программе")
            .next("откройте другую страницу")
            .caused_by(cause)
    })
}

/// Goes on to another page after something was done.
pub fn gone_on(done: Result<String>) -> Response {
    match done {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => fault(&error),
    }
}

#[derive(Template)]
#[template(path = "desk/pages/fault.html")]
struct Fault {
    faults: Vec<Told>,
    /// Where what was refused is asked for in the register instead (§2.3.3).
    ask: Option<String>,
}

/// A refusal or a fault: a part of a page, which is shown where the reader is.
pub fn fault(error: &Error) -> Response {
    fault_or(error, None)
}

/// The same with the page on which it can be asked for instead, where a request can bring it about.
pub fn fault_or(error: &Error, ask: Option<String>) -> Response {
    let faults = words::error(error);
    let ask = ask.filter(|_| faults.iter().any(|told| told.correctable));
    let html = Fault { faults, ask }.render().unwrap_or_default();
    (status(error), Html(html)).into_response()
}

/// How HTTP calls a fault.
pub fn status(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Refused => StatusCode::CONFLICT,
        Kind::Input => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Damaged | Kind::Environment => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// No such page.
pub async fn nothing_there() -> Response {
    let error = Error::input("такой страницы нет").next("вернитесь к странице «Сегодня»");
    (StatusCode::NOT_FOUND, fault(&error)).into_response()
}

/// What the server itself refuses it says in its own words: an address that is none, a form that no page sends, too large a
/// file.
pub async fn in_words(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let status = answer.status();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_owned()).unwrap_or_default();
    if !status.is_client_error() || !kind.starts_with(b"text/plain") {
        return answer;
    }
    let error = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::input("прислано слишком много").next("пришлите меньше"),
        _ => Error::input("такой страницы нет, или прислано не то, что она спрашивает")
            .next("вернитесь назад и откройте страницу снова"),
    };
    (status, fault(&error)).into_response()
}

/// `GET /tip`: how long the ledger is, by which a page sees that others have written, and what of a stick waits.
pub async fn tip(State(desk): State<Arc<Desk>>) -> Response {
    let tip = |sitting: &mut Sitting| {
        let length = sitting.seat.journal.tip()?.seq;
        Ok(json!({ "length": length, "unsent": unsent(sitting), "handing": handing(sitting) }))
    };
    match desk.ask(tip).await {
        Ok(tip) => Json(tip).into_response(),
        Err(error) => (StatusCode::LOCKED, Json::<Value>(json!({ "told": words::error(&error) }))).into_response(),
    }
}

/// The page that is shown to whoever has no secret: it has nothing in it, and fetches what it may.
pub fn shell() -> Response {
    Html(include_str!("pages/shell.html")).into_response()
}

/// `GET /desk.js`.
pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("assets/desk.js")).into_response()
}

/// `GET /grid.js`.
pub async fn grid() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("assets/grid.js")).into_response()
}

/// `GET /desk.css`.
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("assets/desk.css")).into_response()
}
