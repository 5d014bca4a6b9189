//! Who is let in. Every port of 127.0.0.1 can be reached by every account of the machine and by every page that its
//! browser shows; so a request must be meant for this very address, come from its own page, and know the page's secret.

use super::{Desk, page};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The header that carries the secret. A page of another origin cannot send it without being asked for leave, which is
/// never given.
pub const SECRET: &str = "x-letopis-desk";

/// What every answer says of itself: nothing of it is kept, shown within another page, or fetched from elsewhere.
const HEADERS: [(header::HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Lets through what is meant for this address and comes from its own page or from nobody's.
pub async fn from_here(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let mut answer = match is_from_here(&desk.authority, request.headers()) {
        true => next.run(request).await,
        false => StatusCode::FORBIDDEN.into_response(),
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// A name that somebody has pointed at 127.0.0.1 is not this address, and another port's page is not this page.
fn is_from_here(authority: &str, headers: &HeaderMap) -> bool {
    let one = |name: header::HeaderName| {
        let mut all = headers.get_all(name).iter();
        (all.next().map(|value| value.as_bytes().to_owned()), all.next().is_some())
    };
    let (host, again) = one(header::HOST);
    let meant = host.is_some_and(|host| host == authority.as_bytes()) && !again;
    let (origin, again) = one(header::ORIGIN);
    let own_origin = origin.is_none_or(|origin| origin == format!("http://{authority}").as_bytes()) && !again;
    let (site, again) = one(header::HeaderName::from_static("sec-fetch-site"));
    let (mode, _) = one(header::HeaderName::from_static("sec-fetch-mode"));
    // The file that leads here is of no origin, so the first page is navigated to from another site.
    let navigates = mode.is_some_and(|mode| mode == b"navigate");
    let own_site = site.is_none_or(|site| navigates || site == b"same-origin" || site == b"none") && !again;
    meant && own_origin && own_site
}

/// Without the secret there is only the empty page, which hands in its token.
pub async fn with_secret(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let secret = request.headers().get(SECRET).map(|value| value.to_str().unwrap_or_default().to_owned());
    match secret {
        Some(secret) if desk.session.knows(&secret) => {
            if request.uri().path() != "/tip" {
                desk.touch();
            }
            next.run(request).await
        }
        None if request.method() == Method::GET => page::shell(),
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_what_is_meant_for_this_address_and_comes_from_its_own_page_is_let_through() {
        let own = "127.0.0.1:4000";
        let table: [(&[(&str, &str)], bool); 12] = [
            (&[("host", own)], true),
            (&[("host", own), ("origin", "http://127.0.0.1:4000"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", own), ("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], true),
            (&[("host", own), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], true),
            (&[], false),
            (&[("host", "letopis.example:4000")], false),
            (&[("host", "localhost:4000")], false),
            (&[("host", "127.0.0.1:4001")], false),
            (&[("host", own), ("origin", "http://127.0.0.1:4001")], false),
            (&[("host", own), ("origin", "null")], false),
            (&[("host", own), ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")], false),
            (&[("host", own), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], false),
        ];
        for (lines, expected) in table {
            let lines: Vec<(&'static str, &str)> = lines.to_vec();
            assert_eq!(is_from_here(own, &headers(&lines)), expected, "{lines:?}");
        }
        let mut twice = headers(&[("host", own)]);
        twice.append("host", HeaderValue::from_static("letopis.example"));
        assert!(!is_from_here(own, &twice));
    }
}
