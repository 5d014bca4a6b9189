//! Getting in: a code from a slip of paper, a password where one was set, a session; and what a reader sets for himself.
//!
//! Opening a link uses nothing up: it shows a button, and the button sends the code. Whoever guesses is slowed by where he
//! guesses from ([`guessing`]), so that nobody else is kept out by him. A browser that was let in keeps a token in a cookie that no
//! script and no other site can use; whatever changes anything must come from a page of ours ([`from_own_pages`]).

mod cookie;
mod door;
mod guessing;
mod noted;
mod own_pages;
mod settings;
mod unsubscribe;

pub use cookie::Guest;
pub use noted::start;
pub use own_pages::from_own_pages;

use super::Served;
use crate::error::Error;
use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use guessing::Guessing;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// What the entrance remembers while the server runs.
pub struct Memory {
    guessing: Mutex<Guessing>,
    /// Codes and passwords are hashed one after another.
    turn: Semaphore,
    waiting: AtomicUsize,
    noted: Mutex<crate::journal::contacts::Noted>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            guessing: Mutex::default(),
            turn: Semaphore::new(1),
            waiting: AtomicUsize::new(0),
            noted: Mutex::default(),
        }
    }
}

/// Its pages.
pub fn routes() -> Router<Arc<Served>> {
    Router::new()
        .route("/", get(door::begin))
        .route("/in", get(door::again).post(door::enter))
        .route("/in/{code}", get(door::linked))
        .route("/out", post(door::leave))
        .route("/out/everywhere", post(door::leave_everywhere))
        .route("/settings", get(settings::show))
        .route("/settings/password", get(settings::first).post(settings::set_password))
        .route("/settings/mail", post(settings::set_mail))
        .route("/settings/calendar", post(settings::set_calendar))
        .route("/unsubscribe/{token}", get(unsubscribe::ask).post(unsubscribe::unsubscribe))
}

/// What stands around every page here.
struct Frame {
    title: &'static str,
    school: String,
    style: &'static str,
    /// Whether somebody is signed in.
    inside: bool,
}

impl Frame {
    fn of(served: &Served, title: &'static str, inside: bool) -> Self {
        let school = served.snapshot().school.school.short_name.clone();
        Self { title, school, style: super::diary::style(), inside }
    }
}

/// A few words and a way on.
#[derive(Template)]
#[template(path = "serve/pages/entrance/said.html")]
struct Said {
    frame: Frame,
    text: String,
}

fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Says that it cannot be done now; what it was stands in no answer.
fn fault(served: &Served, _: &Error) -> Response {
    let frame = Frame::of(served, "Сейчас не получилось", false);
    let text = "Откройте страницу снова через минуту. Если не помогает, скажите классному руководителю.".to_owned();
    page(StatusCode::SERVICE_UNAVAILABLE, &Said { frame, text })
}
