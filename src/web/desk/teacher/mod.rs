//! What a teacher does at the desk: the day, a course as a grid, a lesson, a correction asked for.

mod amend;
mod correction;
pub mod course;
mod lesson;
pub mod notebook;
mod today;
pub mod unsent;

use super::Desk;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(today::show))
        .route("/course/{id}", get(course::show))
        .route("/course/{id}/cells", post(course::cells))
        .route("/course/{id}/lesson", post(lesson::record))
        .route(notebook::ADDRESS, get(notebook::show).post(notebook::add))
        .route("/notebook/{number}/done", post(notebook::done))
        .route(unsent::ADDRESS, get(unsent::show))
        .route("/unsent/{number}", post(unsent::ask))
        .route("/course/{id}/lesson/{day}/{number}", get(amend::show))
        .route("/course/{id}/lesson/{day}/{number}/correction", post(amend::correct))
        .route("/course/{id}/lesson/{day}/{number}/annul", post(amend::annul))
        .route("/course/{id}/correction", get(correction::show).post(correction::request))
}
