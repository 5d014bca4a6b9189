//! `/health`: whether the server does what it should, for whoever watches over it. Nothing personal is in it, and to
//! another machine it says no more than yes or no.

use super::Served;
use super::client::{Client, Forwarded};
use super::follow::name_of;
use crate::error::Result;
use crate::inform::outbox::Outbox;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

pub fn routes() -> Router<Arc<Served>> {
    Router::new().route("/health", get(health))
}

async fn health(
    State(served): State<Arc<Served>>,
    Extension(Forwarded(forwarded)): Extension<Forwarded>,
    Client(client): Client,
) -> Response {
    let stale = served.stale_since();
    let status = if stale.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let word = if stale.is_some() { "stale" } else { "ok" };
    if forwarded || !client.is_loopback() {
        return (status, Json(json!({ "status": word }))).into_response();
    }
    let proven = served.snapshot().tip().seq;
    let (length, alarm) = served.followed();
    // An outbox that does not read is the business of whoever sends mail, and is told there.
    let outbox = Arc::clone(&served).aside(outbox).await.unwrap_or_default();
    let told: Value = json!({
        "status": word,
        "version": env!("CARGO_PKG_VERSION"),
        "proven": proven,
        "behind": length.saturating_sub(proven),
        "stale_since": stale.map(|since| since.to_rfc3339()),
        "alarm": alarm.map(name_of),
        "outbox": outbox,
    });
    (status, Json(told)).into_response()
}

/// How many mails lie in the outbox, and since when the mail server is not to be reached; nothing where no mail was ever sent.
fn outbox(served: &Served) -> Result<Value> {
    if !Outbox::is_there(served.journal()) {
        return Ok(Value::Null);
    }
    let contents = Outbox::open(served.journal())?.contents(served.now().to_utc())?;
    let since = contents.no_server.map(|gone| gone.since.to_rfc3339());
    Ok(json!({ "waiting": contents.lying.len(), "no_server_since": since }))
}
