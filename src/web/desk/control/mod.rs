//! What the deputy head and the director do at the desk: requests for corrections decided, substitutions assigned, remarks
//! written, reports read. Teachers see here what of it is theirs.

mod bars;
mod lesson;
pub mod remarks;
mod report;
pub mod reports;
mod request;
pub mod requests;
pub mod substitutions;

use super::Desk;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(requests::ADDRESS, get(requests::show))
        .route("/requests/{number}", get(request::show))
        .route("/requests/{number}/approve", post(request::approve))
        .route("/requests/{number}/reject", post(request::reject))
        .route(substitutions::ADDRESS, get(substitutions::show).post(substitutions::narrow))
        .route("/substitutions/lesson", get(lesson::show))
        .route("/substitutions/assign", post(lesson::assign))
        .route("/substitutions/cancel", post(lesson::cancel))
        .route("/substitutions/confirm", post(substitutions::confirm))
        .route(remarks::ADDRESS, get(remarks::show).post(remarks::write))
        .route("/remarks/{number}/answer", post(remarks::answer))
        .route(reports::ADDRESS, get(reports::show))
        .route("/reports/{name}", get(report::show).post(report::narrow))
        .route("/reports/{name}/{file}", get(report::download))
}
