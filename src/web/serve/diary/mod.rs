//! The diary: what a parent and a pupil read of the journal (§4).

use super::Served;
use axum::Router;
use std::sync::Arc;

/// Its pages.
pub fn routes() -> Router<Arc<Served>> {
    Router::new()
}
