//! Tables as they are sent by the page.

use super::taken;
use crate::error::{Error, Result};
use crate::web::desk::Desk;
use crate::web::desk::page::{fault, gone_on};
use crate::web::desk::sent::{bytes, text, whole};
use crate::work::brought::{Given, TablesWish};
use axum::extract::{Multipart, State};
use axum::response::Response;
use std::sync::Arc;

/// The longest file that is taken, in bytes.
const LONGEST: usize = 5 << 20;
/// The most files at once.
const FILES: usize = 100;
/// How much of more is let run through, in bytes, so that its sender hears that it is too much.
pub const DRAINED: usize = 64 << 20;

/// `POST /tables`.
pub async fn upload(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    match received(form).await {
        Ok(wish) => gone_on(desk.ask(move |sitting| taken(sitting, wish)).await),
        Err(error) => fault(&error),
    }
}

async fn received(mut form: Multipart) -> Result<TablesWish> {
    let mut wish = TablesWish::default();
    while let Some(field) = whole(form.next_field().await, too_much)? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let (bytes, is_too_long) = whole(bytes(field, LONGEST).await, too_much)?;
                if is_too_long {
                    return Err(Error::input(format!("файл «{name}» больше {} МБ", LONGEST >> 20))
                        .next("оставьте в нём только таблицу курса"));
                }
                if wish.files.len() >= FILES {
                    return Err(too_much());
                }
                if !name.is_empty() {
                    wish.files.push(Given { name, bytes });
                }
            }
            name => put(&mut wish, name, whole(text(field, LONGEST).await, too_much)?),
        }
    }
    if wish.files.is_empty() {
        return Err(Error::input("файл не выбран").next("выберите таблицу CSV, XLSX или ODS"));
    }
    Ok(wish)
}

fn put(wish: &mut TablesWish, name: &str, text: String) {
    match name {
        "course" => wish.course = filled(text),
        "topic" => wish.topic = filled(text),
        "trial" => wish.trial = filled(text).is_some(),
        _ => {}
    }
}

fn too_much() -> Error {
    Error::input(format!("файлов больше {FILES}, или они слишком велики")).next("загрузите их в несколько приёмов")
}

fn filled(text: String) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
