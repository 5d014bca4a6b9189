//! Finding what one needs from anywhere, and what it leads to: a pupil's page, a class with its courses.

pub mod classes;
pub mod pupil;
mod search;

use super::{Desk, Sitting};
use crate::error::Result;
use crate::school::Login;
use crate::work::sticks::at_work;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(search::ADDRESS, get(search::show).post(search::find))
        .route(classes::ADDRESS, get(classes::all))
        .route("/class/{class}", get(classes::show))
        .route("/pupil/{id}", get(pupil::show))
}

/// Whose part of the journal is at hand; nobody's where all of it is.
fn kept_by(sitting: &Sitting) -> Result<Option<Login>> {
    at_work::kept_by(&sitting.seat.journal)
}
