//! The feed of lessons and homework for a calendar, under an address of its own that can be revoked. No session opens it and
//! it opens nothing else.

use super::frame::{fault, no_page};
use crate::inform::calendar::feed;
use crate::journal::contacts::Page;
use crate::journal::read;
use crate::web::serve::Served;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /calendar/{token}.ics`.
pub async fn show(State(served): State<Arc<Served>>, Path(token): Path<String>) -> Response {
    let fed = served.aside(move |served| {
        let token = token.strip_suffix(".ics").ok_or_else(no_page)?;
        let (reader, file) = served.contacts(|contacts| contacts.calendar(token))?.ok_or_else(no_page)?;
        let text = served.read(|tables| {
            let pupil = read::pupil(tables, &file)?.ok_or_else(no_page)?;
            feed(tables, &pupil, served.now(), token)
        })?;
        served.note_reading(reader, &file, Page::Calendar);
        Ok(text)
    });
    match fed.await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response(),
        Err(error) => fault(&error),
    }
}
