//! «Заявки»: the register «Замена сведений» (§2.3.3), what waits for a decision first. Who decides sees all of it, a teacher
//! his own.

use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::corrections::{self, APPROVED, Correction, REJECTED};
use crate::school::{Role, format_date};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, name_of, shown};
use crate::web::desk::{Desk, Sitting, sections};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/requests";
/// So many decided requests are shown, the last ones, unless all are asked for.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "desk/pages/control/requests.html")]
struct Page {
    frame: Frame,
    decides: bool,
    open: Listing,
    decided: Listing,
    /// How many decided ones are not shown.
    more: usize,
}

/// How much of it is asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// All decided requests.
    all: Option<String>,
}

/// `GET /requests`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, asked.all.is_some())).await)
}

fn page(sitting: &mut Sitting, all: bool) -> Result<Page> {
    let frame = Frame::of(sitting, "Заявки на исправление".to_owned(), ADDRESS.to_owned())?;
    let decides = decides(sitting)?;
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let mut requests = corrections::all(tables)?;
    requests.retain(|request| decides || request.requested_by == login);
    let (open, mut closed): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| request.decision.is_none());
    closed.reverse();
    let more = if all { 0 } else { closed.len().saturating_sub(SHOWN) };
    closed.truncate(closed.len() - more);
    let heads = ["№", "Подана", "Кто просит", "Курс", "За какой день", "Что", "Почему"];
    let mut waiting = Listing::new("Заявки, которые ждут решения", &heads, "Заявок без решения нет.");
    for request in &open {
        waiting.rows.push(row(tables, request)?);
    }
    let heads = ["№", "Подана", "Кто просит", "Курс", "За какой день", "Что", "Решение"];
    let mut decided = Listing::new("Решённые заявки", &heads, "Решённых заявок нет.");
    for request in &closed {
        let mut row = row(tables, request)?;
        row.pop();
        row.push(decision(request).unwrap_or_default().into());
        decided.rows.push(row);
    }
    Ok(Page { frame, decides, open: waiting, decided, more })
}

fn row(tables: &Tables, request: &Correction) -> Result<Vec<Entry>> {
    Ok(vec![
        Entry::to(format!("{ADDRESS}/{}", request.number), format!("№ {}", request.number)),
        format_date(request.requested_at.date_naive()).into(),
        name_of(tables, &request.requested_by)?.into(),
        request.course.to_string().into(),
        place(request).into(),
        corrections::in_words(tables, &request.changes)?.into(),
        request.reason.clone().into(),
    ])
}

/// «15.09.2025, урок 2»; of final marks «итоговые отметки».
pub fn place(request: &Correction) -> String {
    match request.lesson {
        0 => "итоговые отметки".to_owned(),
        number => format!("{}, урок {number}", format_date(request.date)),
    }
}

/// «удовлетворено 20.09.2025: примечание».
pub fn decision(request: &Correction) -> Option<String> {
    let decision = request.decision.as_ref()?;
    let word = if decision.approved { APPROVED } else { REJECTED };
    let note = if decision.note.is_empty() { String::new() } else { format!(": {}", decision.note) };
    Some(format!("{word} {}{note}", format_date(decision.at.date_naive())))
}

/// Whether whoever sits here decides requests; on a stick nobody does.
pub fn decides(sitting: &mut Sitting) -> Result<bool> {
    Ok(sitting.seat.stick.is_none() && sections::holds(sitting, &[Role::DeputyHead, Role::Director])?)
}

/// The requests of others that wait for who decides.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    if !decides(sitting)? {
        return Ok(Vec::new());
    }
    let login = sitting.seat.place()?.login().clone();
    let open = corrections::open(sitting.seat.journal.tables())?;
    let count = open.iter().filter(|request| request.requested_by != login).count();
    Ok((count > 0).then(|| format!("Заявок на исправление ждёт решения: {count}")).into_iter().collect())
}
