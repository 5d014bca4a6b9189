//! Getting in: a code from a slip of paper, a password, a session.

use super::Served;
use axum::Router;
use std::sync::Arc;

/// Its pages.
pub fn routes() -> Router<Arc<Served>> {
    Router::new()
}
