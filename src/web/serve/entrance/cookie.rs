//! The cookie of a session, and who has it.
//!
//! Its name begins with `__Host-`: a browser takes it over TLS alone (or from this very machine), for this name alone, and no
//! neighbour under the same domain can plant one. A token is made when somebody is let in and never taken from a request, so nobody
//! can be given one beforehand.

use super::fault;
use crate::journal::contacts::{Reader, sessions};
use crate::web::serve::Served;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use std::sync::Arc;

const NAME: &str = "__Host-letopis";
/// Hex digits of a token.
const DIGITS: usize = 64;
const DAY: i64 = 24 * 60 * 60;

/// Somebody who is signed in. Whoever is not is led to the entrance.
pub struct Guest(pub Reader);

impl FromRequestParts<Arc<Served>> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, served: &Arc<Served>) -> Result<Self, Response> {
        match reader(&parts.headers, served) {
            Ok(Some(reader)) => Ok(Self(reader)),
            Ok(None) => Err(Redirect::to("/").into_response()),
            Err(error) => Err(fault(served, &error)),
        }
    }
}

/// Who asks, if he is signed in and reads of anybody.
///
/// # Errors
/// A file of contacts that does not read.
pub fn reader(headers: &HeaderMap, served: &Served) -> crate::error::Result<Option<Reader>> {
    let Some(token) = token(headers) else { return Ok(None) };
    let found = served.contacts(|contacts| contacts.reader_of_session(&token, served.now()));
    Ok(found?.filter(|reader| !reader.children.is_empty()))
}

/// The token that a browser sends; nothing where it is none of ours.
pub fn token(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(NAME)?.value().to_owned();
    (token.len() == DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(token)
}

/// What gives a browser its token.
pub fn given(token: &str) -> [(HeaderName, HeaderValue); 1] {
    set(token, sessions::DAYS * DAY)
}

/// What takes it away.
pub fn taken() -> [(HeaderName, HeaderValue); 1] {
    set("", 0)
}

fn set(token: &str, seconds: i64) -> [(HeaderName, HeaderValue); 1] {
    let text = format!("{NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    let value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    [(header::SET_COOKIE, value)]
}
