//! What the deputy head does with final marks (§2.3.1), and what the pedagogical council decides at the year's end.

mod course;
mod decisions;
pub mod finals;

use super::Desk;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(finals::ADDRESS, get(finals::show).post(finals::choose))
        .route("/finals/course/{id}", get(course::show).post(course::set))
        .route("/finals/class/{at}", get(decisions::show).post(decisions::decide))
}
