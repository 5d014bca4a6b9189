//! The two doors. Each has its own addresses and none of the other's: what is for sticks in the school's network is not
//! there for a browser, and no page of the diary is there for a stick.

use super::config::Config;
use super::log::Level;
use super::{Served, client, diary, entrance, health, v1};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use std::time::Instant;

/// What is true of every answer, unless the page says otherwise: nothing of it is kept, shown within another page, or fetched
/// from elsewhere.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The diary's door.
pub fn diary(served: Arc<Served>) -> Router {
    let routes = Router::new()
        .merge(diary::routes())
        .merge(entrance::routes())
        .merge(health::routes())
        .fallback(no_page)
        .layer(from_fn_with_state(Arc::clone(&served), entrance::from_own_pages))
        .layer(from_fn_with_state(Arc::clone(&served), client::behind_proxy));
    bounded(routes, served)
}

/// The door of sticks and desks.
pub fn taking_in(served: Arc<Served>) -> Router {
    let routes =
        Router::new().merge(v1::routes()).fallback(|| async { StatusCode::NOT_FOUND }).layer(from_fn(client::direct));
    bounded(routes, served)
}

/// Routes with what holds at both doors.
fn bounded(routes: Router<Arc<Served>>, served: Arc<Served>) -> Router {
    routes
        .layer(DefaultBodyLimit::max(served.config().limits.body()))
        .layer(from_fn_with_state(Arc::clone(&served), in_time))
        .layer(from_fn_with_state(Arc::clone(&served), marked))
        .with_state(served)
}

/// No such page.
async fn no_page() -> Response {
    let page = "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><title>Нет такой страницы</title>\
                <p>Такой страницы нет. <a href=\"/\">К дневнику</a></p></html>\n";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// Gives up a request that takes too long, above all one that is sent slowly.
async fn in_time(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let term = served.config().limits.request();
    tokio::time::timeout(term, next.run(request)).await.unwrap_or_else(|_| {
        // What is left of the request is not waited for.
        (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")]).into_response()
    })
}

/// Marks every answer, and tells of it where that is wanted or it was a fault of the server.
async fn marked(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route and not the address: that may hold a code.
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let mut answer = next.run(request).await;
    let config = served.config();
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if has_name(&config) {
        let year = HeaderValue::from_static("max-age=31536000");
        answer.headers_mut().entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    let status = answer.status();
    if config.log_requests || (status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE) {
        let level = if status.is_server_error() { Level::Warning } else { Level::Info };
        let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let details = [
            ("method", method.as_str().into()),
            ("route", route.into()),
            ("status", status.as_u16().into()),
            ("ms", took.into()),
        ];
        served.log(level, "request", &details);
    }
    answer
}

/// Whether browsers may insist on TLS: under a recognised name it never goes away again.
fn has_name(config: &Config) -> bool {
    config.is_secure() && !config.lan_only
}
