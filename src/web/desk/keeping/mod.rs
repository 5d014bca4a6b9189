//! What keeps the journal sound: what waits for a second person, and where its archives and copies lie.

pub mod archives;
mod confirmation;
pub mod confirmations;

use super::Desk;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(confirmations::ADDRESS, get(confirmations::show).post(confirmations::give_all))
        .route("/confirmations/{number}", get(confirmation::show))
        .route("/confirmations/{number}/give", post(confirmation::give))
        .route("/confirmations/{number}/refuse", post(confirmation::refuse))
        .route(archives::ADDRESS, get(archives::show))
}
