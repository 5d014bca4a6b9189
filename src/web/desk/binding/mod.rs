//! What the secretary does at the desk (§5.4): which books wait to be bound, which were and where they stand, and what else was
//! issued. How many leaves a book has is not told beforehand: they are counted, and held against its certificate.

use super::listing::Listing;
use super::page::{Frame, gone_on, shown};
use super::{Desk, Sitting};
use crate::error::{Error, Result};
use crate::journal::read;
use crate::journal::read::outdated::Outdated;
use crate::print::Form as Printed;
use crate::print::register::{self, Line};
use crate::report::scope::Names;
use crate::school::format_date;
use crate::work::papers::{Binding, bind};
use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the section.
pub const ADDRESS: &str = "/binding";

/// The page and what it sends.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new().route(ADDRESS, get(show).post(record))
}

#[derive(Template)]
#[template(path = "desk/pages/binding/binding.html")]
struct Page {
    frame: Frame,
    /// The books that are to be bound.
    open: Vec<Book>,
    /// Those that were.
    bound: Vec<Book>,
    /// Where books are kept, to be chosen from.
    shelves: Vec<String>,
    others: Listing,
}

/// A class's book that was issued.
struct Book {
    number: String,
    title: String,
    issued: String,
    /// What is to be known of it: «после него в классе записано новое».
    note: &'static str,
    sheets: u32,
    date: String,
    shelf: String,
    by: String,
}

/// `GET /binding`.
async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

/// The books that are to be bound.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let lines = register::all(sitting.seat.journal.tables())?;
    let open = lines.iter().filter(|line| is_book(line) && is_open(line)).count();
    Ok((open > 0).then(|| format!("Журналов ждёт подшивки: {open}")).into_iter().collect())
}

fn is_book(line: &Line) -> bool {
    Printed::from_id(&line.document.form).is_some_and(Printed::is_bound)
}

/// Whether it is to be bound: as it was issued last, and not bound yet.
fn is_open(line: &Line) -> bool {
    line.bound.is_none() && line.later.is_none() && line.document.superseded.is_none()
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Подшивка".to_owned(), ADDRESS.to_owned())?;
    let tables = sitting.seat.journal.tables();
    let (school, names, outdated) = (read::school(tables)?, Names::read(tables)?, Outdated::of(tables)?);
    let heads = ["№", "Документ", "Выдан", "Листов", "Кем выдан", "Состояние"];
    let mut others = Listing::new("Остальные выданные документы", &heads, "Других документов не выдавалось.");
    others.heads[3].is_number = true;
    let (mut open, mut bound) = (Vec::new(), Vec::new());
    for line in register::all(tables)? {
        let document = &line.document;
        let issued = format_date(school.day_of(document.issued_at));
        let is_outdated = outdated.names(&document.number);
        if !is_book(&line) || (line.bound.is_none() && !is_open(&line)) {
            let (number, title) = (document.number.clone(), document.title.clone());
            let by = names.of(&document.issued_by);
            let texts = [number, title, issued, document.leaves.to_string(), by, state(&line, is_outdated)];
            others.rows.push(texts.into_iter().map(Into::into).collect());
            continue;
        }
        let (is_bound, known) = (line.bound.is_some(), line.bound);
        let book = Book {
            number: document.number.clone(),
            title: document.title.clone(),
            issued,
            note: if is_outdated {
                "после него в классе записано новое: нужно напечатать заново его или изменённые листы"
            } else {
                ""
            },
            sheets: known.as_ref().map(|known| known.sheets).unwrap_or_default(),
            date: known.as_ref().map(|known| format_date(known.date)).unwrap_or_default(),
            by: known.as_ref().map(|known| names.of(&known.by)).unwrap_or_default(),
            shelf: known.map(|known| known.shelf).unwrap_or_default(),
        };
        if is_bound { &mut bound } else { &mut open }.push(book);
    }
    let mut shelves: Vec<String> = bound.iter().map(|book: &Book| book.shelf.clone()).collect();
    shelves.sort();
    shelves.dedup();
    Ok(Page { frame, open, bound, shelves, others })
}

/// Whether a document still holds.
fn state(line: &Line, is_outdated: bool) -> String {
    if let (None, Some(replaces)) = (&line.later, &line.replaces) {
        return format!("вложить в журнал № {} взамен прежних листов", replaces.book);
    }
    match (&line.later, line.document.superseded) {
        (Some(later), _) => format!("позже выдан № {later}"),
        (None, Some(_)) => "не действует: год открыт снова".to_owned(),
        (None, None) if is_outdated => "после него записано новое".to_owned(),
        (None, None) => "действует".to_owned(),
    }
}

/// A binding as it was typed.
#[derive(Deserialize)]
struct Typed {
    number: String,
    sheets: String,
    shelf: String,
    date: String,
}

/// `POST /binding`.
async fn record(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, typed)).await)
}

fn set(sitting: &mut Sitting, typed: Typed) -> Result<String> {
    let date = sitting.day_or_none(&typed.date)?;
    let sheets = typed.sheets.trim().parse().map_err(|_| {
        Error::input("не указано, сколько листов в журнале")
            .next("пересчитайте листы без обложки, описи и листа-заверителя и впишите число")
    })?;
    let Typed { number, shelf, .. } = typed;
    let bound = bind(&mut sitting.seat.place()?, &Binding { number, sheets, shelf, date })?;
    let day = format_date(bound.date);
    let what = format!("№ {} подшит {day}, место хранения: {}", bound.number, bound.shelf);
    sitting.say(&bound.done, &what);
    Ok(ADDRESS.to_owned())
}
