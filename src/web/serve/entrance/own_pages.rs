//! Whatever changes anything must come from a page of ours (CSRF).
//!
//! A browser says with every form from where it is sent: `Origin`, and newer ones `Sec-Fetch-Site` too. A form on a stranger's page
//! is refused whatever cookie comes along; the cookie is not even sent, as `SameSite` says. Whoever says neither is no
//! browser of today, and is refused too. One click in a mail program that unsubscribes comes from nowhere and uses no cookie: its token
//! is all it needs.

use super::super::config::Config;
use crate::web::serve::Served;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

const REFUSED: &str = "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><title>Не отсюда</title>\
    <p>Это можно сделать только на самой странице дневника. <a href=\"/\">К дневнику</a></p></html>\n";

/// Refuses what a page of another site sends.
pub async fn from_own_pages(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let one_click = request.uri().path().starts_with("/unsubscribe/");
    if reads || one_click || is_own(request.headers(), &served.config()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, Html(REFUSED)).into_response()
}

/// Whether a browser says that a request was sent from a page of ours.
fn is_own(headers: &HeaderMap, config: &Config) -> bool {
    let one = |name: &str| {
        let mut all = headers.get_all(name).iter();
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(one), None) => one.to_str().map(Some).map_err(|_| ()),
            _ => Err(()),
        }
    };
    let (Ok(origin), Ok(site)) = (one(header::ORIGIN.as_str()), one("sec-fetch-site")) else { return false };
    let own_origin = origin.map(|origin| is_ours(origin, config));
    match (own_origin, site) {
        (Some(false), _) => false,
        (Some(true), site) => site.is_none_or(|site| site == "same-origin"),
        (None, site) => site == Some("same-origin"),
    }
}

/// Whether this is the diary's own address, or the one at which it listens.
fn is_ours(origin: &str, config: &Config) -> bool {
    let scheme = if config.is_secure() { "https" } else { "http" };
    config.hosts().iter().any(|host| {
        let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let same_scheme = origin.split("://").next() == Some(scheme) || is_here(host);
        same_scheme && rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
    })
}

/// Whether a host is this very machine, where there may be no TLS.
fn is_here(host: &str) -> bool {
    ["127.0.0.1:", "localhost:", "[::1]:"].iter().any(|here| host.starts_with(here))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use std::path::Path;

    fn asked(heads: &[(&'static str, &'static str)]) -> bool {
        let text = "journal = \"j\"\nidentity = \"k\"\npublic_address = \"https://dnevnik.school.example\"\n\
            [diary]\nlisten = \"127.0.0.1:8080\"\n";
        let config = Config::parse(Path::new("serve.toml"), text.to_owned()).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in heads {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_own(&headers, &config)
    }

    #[test]
    fn only_a_page_of_ours_may_send_anything() {
        let own = ("origin", "https://dnevnik.school.example");
        let same = ("sec-fetch-site", "same-origin");
        for heads in [&[own][..], &[own, same], &[same], &[("origin", "http://127.0.0.1:8080"), same]] {
            assert!(asked(heads), "{heads:?}");
        }
        for heads in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "null"), same],
            &[("origin", "")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://evil.example"), same],
            &[("origin", "https://dnevnik.school.example.evil.example")],
            &[("origin", "https://evil.example/https://dnevnik.school.example")],
            &[("origin", "http://dnevnik.school.example")],
            &[("origin", "https://dnevnik.school.example:444")],
            &[own, ("origin", "https://evil.example")],
            &[own, ("sec-fetch-site", "cross-site")],
            &[own, ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[same, ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!asked(heads), "{heads:?}");
        }
    }
}
