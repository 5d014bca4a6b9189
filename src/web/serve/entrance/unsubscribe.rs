//! Unsubscribing by the link of a mail, and in one click (RFC 8058): the token is all it needs, and all that it can do.

use super::{Frame, Said, fault, page};
use crate::error::Result;
use crate::journal::contacts::Topic;
use crate::web::serve::Served;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "serve/pages/entrance/unsubscribe.html")]
struct Ask {
    frame: Frame,
    token: String,
}

/// `GET /unsubscribe/{token}`: a button. It is the same for every token.
pub async fn ask(State(served): State<Arc<Served>>, Path(token): Path<String>) -> Response {
    let frame = Frame::of(&served, "Отказ от писем", false);
    let token = token.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    page(StatusCode::OK, &Ask { frame, token })
}

/// `POST /unsubscribe/{token}`: sends nothing there any more. What it says is the same for every token.
pub async fn unsubscribe(State(served): State<Arc<Served>>, Path(token): Path<String>) -> Response {
    let done = Arc::clone(&served).aside(move |served| {
        served.contacts(|contacts| -> Result<()> {
            match contacts.mailbox_of(&token)? {
                Some(address) => contacts.set_silent(&address, &BTreeSet::from(Topic::ALL)),
                None => Ok(()),
            }
        })
    });
    match done.await {
        Ok(()) => {
            let frame = Frame::of(&served, "Писем больше не будет", false);
            let text = "Снова получать их можно на странице «Настройки» дневника.".to_owned();
            page(StatusCode::OK, &Said { frame, text })
        }
        Err(error) => fault(&served, &error),
    }
}
