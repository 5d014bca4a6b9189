//! A plan as a file: brought in, and given out as a table that can be brought in again.

use super::Opened;
use crate::error::{Error, Result, every};
use crate::import::{self, Fault};
use crate::report::csv_of_texts;
use crate::web::desk::page::{fault, gone_on};
use crate::web::desk::sent::{bytes, text, whole};
use crate::web::desk::{Desk, Sitting};
use crate::web::words;
use crate::work::plan::Adjustment;
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The longest file that is taken, in bytes.
const LONGEST: usize = 5 << 20;
/// How much of a longer one is let run through, in bytes, so that its sender hears that it is too long.
pub const DRAINED: usize = 64 << 20;
/// How many faults are told at once.
const TOLD: usize = 50;

/// What was sent.
#[derive(Default)]
struct Sent {
    name: String,
    bytes: Vec<u8>,
    is_too_long: bool,
    stamp: String,
    parallel: String,
}

/// `POST /plans/{id}/file`.
pub async fn upload(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, form: Multipart) -> Response {
    match received(form).await {
        Ok(sent) => gone_on(desk.ask(move |sitting| taken(sitting, id, sent)).await),
        Err(error) => fault(&error),
    }
}

async fn received(mut form: Multipart) -> Result<Sent> {
    let mut sent = Sent::default();
    while let Some(field) = whole(form.next_field().await, too_long)? {
        match field.name().unwrap_or_default() {
            "file" => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                (sent.bytes, sent.is_too_long) = whole(bytes(field, LONGEST).await, too_long)?;
            }
            "stamp" => sent.stamp = whole(text(field, LONGEST).await, too_long)?,
            "parallel" => sent.parallel = whole(text(field, LONGEST).await, too_long)?,
            _ => {}
        }
    }
    Ok(sent)
}

fn too_long() -> Error {
    Error::input(format!("файл больше {} МБ, плана такой длины не бывает", LONGEST >> 20))
        .next("оставьте в таблице только план: №, тему, вид работы, задание")
}

fn taken(sitting: &mut Sitting, id: i64, sent: Sent) -> Result<String> {
    if sent.is_too_long {
        return Err(too_long());
    }
    if sent.name.is_empty() {
        return Err(Error::input("файл не выбран").next("выберите таблицу CSV, XLSX или ODS"));
    }
    let opened = Opened::of(sitting, id)?;
    let (lines, faults) = import::plan_of(&sent.name, &sent.bytes);
    every(told(faults.list).into_iter().map(Err::<(), _>))?;
    let others = if sent.parallel.is_empty() { Vec::new() } else { opened.parallel.clone() };
    let plan = opened.adjust(sitting, &sent.stamp, others, Adjustment::Replace(lines), "План внесён")?;
    for warning in &faults.warnings {
        let said = sitting.said.get_or_insert_default();
        *said = format!("{said} Внимание: {}", words::warning(warning));
    }
    Ok(plan)
}

/// The faults of a file, each with its row, and first of all that nothing was recorded.
fn told(mut faults: Vec<Fault>) -> Vec<Error> {
    if faults.is_empty() {
        return Vec::new();
    }
    faults.sort();
    faults.iter_mut().for_each(|fault| fault.file = format!("файл {}", fault.file));
    let first = Error::input(format!("Ошибок в файле: {}. Ничего не записано", faults.len()))
        .next("исправьте файл и загрузите его снова");
    std::iter::once(first).chain(faults.into_iter().take(TOLD).map(Error::from)).collect()
}

/// `GET /plans/{id}/plan.csv`.
pub async fn download(State(desk): State<Arc<Desk>>, Path(id): Path<i64>) -> Response {
    let opened = desk.ask(move |sitting| Opened::of(sitting, id)).await;
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return fault(&error),
    };
    let rows: Vec<Vec<String>> =
        opened.lines.into_iter().map(|line| vec![line.no.to_string(), line.topic, line.work, line.homework]).collect();
    let table = csv_of_texts(&["№", "Тема", "Вид работы", "Домашнее задание"], &rows);
    // A header is of ASCII letters.
    let named = format!("attachment; filename=\"plan-{}-{id}.csv\"", opened.course.key.class.ascii());
    let heads = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, named)];
    (heads, table).into_response()
}
