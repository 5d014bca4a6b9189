//! Taking in over the network: what a stick and a desk hand over and are given (§5.6).

use super::Served;
use axum::Router;
use std::sync::Arc;

/// Its addresses, all of which begin with `/v1/`.
pub fn routes() -> Router<Arc<Served>> {
    Router::new()
}
