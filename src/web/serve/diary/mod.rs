//! The diary: what a parent and a pupil read of the journal (§4).
//!
//! A page shows one child of the reader's own and is addressed by that child's number among them, so no address names a
//! child, and none can be made that leads to another's. Everything is read from the proven snapshot; there is no script.

mod absences;
mod calendar;
mod finals;
mod frame;
mod lessons;
mod period;
mod style;
mod subject;
mod week;

/// The address of the style sheet, which is the entrance's too.
pub use style::address as style;

use super::Served;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use std::sync::Arc;

/// Its pages, its calendar and its style.
pub fn routes() -> Router<Arc<Served>> {
    Router::new()
        .route("/diary/{n}", get(week::current))
        .route("/diary/{n}/week", get(week::current))
        .route("/diary/{n}/week/{monday}", get(week::show))
        .route("/diary/{n}/week/{monday}/seen", post(week::sign))
        .route("/diary/{n}/subject/{subject}", get(subject::show))
        .route("/diary/{n}/period", get(period::current))
        .route("/diary/{n}/period/{period}", get(period::show))
        .route("/diary/{n}/finals", get(finals::show))
        .route("/diary/{n}/absences", get(absences::show))
        .route("/calendar/{token}", get(calendar::show))
        .route(style::address(), get(style::show))
        .layer(from_fn(frame::in_words))
}
