//! The «Блокнот» (§2.3.4): one's own notes about marks that need more work, which nobody else reads.

use crate::error::Result;
use crate::school::{Day, counted, format_date};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::note::{self, Note};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/notebook";

#[derive(Template)]
#[template(path = "desk/pages/teacher/notebook.html")]
struct Page {
    frame: Frame,
    notes: Vec<Line>,
}

/// A note that is not done with.
struct Line {
    number: u64,
    text: String,
    /// «Ёлкина, 7А, Алгебра».
    about: String,
    due: String,
    is_overdue: bool,
}

/// `GET /notebook`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Блокнот".to_owned(), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let notes = open(sitting)?.into_iter().map(|one| line(one, today)).collect();
    Ok(Page { frame, notes })
}

/// The notes that are not done with.
fn open(sitting: &mut Sitting) -> Result<Vec<note::Opened>> {
    let login = sitting.seat.place()?.login().clone();
    let notes = note::all(sitting.seat.journal.tables(), login.as_str(), &sitting.seat.identity)?;
    Ok(notes.into_iter().filter(|one| !one.done).collect())
}

fn line(opened: note::Opened, today: Day) -> Line {
    let is_readable = opened.note.is_some();
    let note = opened.note.unwrap_or_default();
    let about = [note.pupil, note.course].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    Line {
        number: opened.number,
        text: if is_readable {
            note.text
        } else {
            "зашифровано другим вашим ключом".to_owned()
        },
        about: about.join(", "),
        due: note.due.map(format_date).unwrap_or_default(),
        is_overdue: note.due.is_some_and(|due| due < today),
    }
}

/// What is due today or was due before.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let today = sitting.today()?;
    let due = open(sitting)?.into_iter().filter_map(|one| one.note?.due).filter(|due| *due <= today).count();
    Ok((due > 0)
        .then(|| format!("В «Блокноте» подошёл срок: {}", counted(due as u64, ["запись", "записи", "записей"])))
        .into_iter()
        .collect())
}

/// A note as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    text: String,
    pupil: String,
    course: String,
    due: String,
}

/// `POST /notebook`.
pub async fn add(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| write(sitting, typed)).await)
}

fn write(sitting: &mut Sitting, typed: Typed) -> Result<String> {
    let due = sitting.day_or_none(&typed.due)?;
    let Typed { text, pupil, course, .. } = typed;
    let done = note::add(&mut sitting.seat.place()?, &Note { text, pupil, course, due })?;
    sitting.say(&done, "В «Блокнот» записано, прочитать сможете только вы");
    Ok(ADDRESS.to_owned())
}

/// `POST /notebook/{number}/done`.
pub async fn done(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    let finish = move |sitting: &mut Sitting| {
        let done = note::done(&mut sitting.seat.place()?, number)?;
        sitting.say(&done, "Запись «Блокнота» выполнена");
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(finish).await)
}
