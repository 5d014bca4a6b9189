//! A line of a plan: what it says, where it stands, and what stands after it.

use super::{ADDRESS, Opened, address};
use crate::error::{Error, Result};
use crate::school::CourseKey;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::plan::{Adjustment, PlanLine};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/plans/line.html")]
struct Page {
    frame: Frame,
    course: String,
    /// The plan.
    plan: String,
    /// Where the line is sent to.
    address: String,
    line: PlanLine,
    is_new: bool,
    stamp: String,
    parallels: String,
    before: Option<u32>,
    after: Option<u32>,
}

/// Where a new line is to stand.
#[derive(Deserialize, Default)]
pub struct Asked {
    no: Option<String>,
}

/// `GET /plans/{id}/new`.
pub async fn new(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Response {
    let page = move |sitting: &mut Sitting| {
        let opened = Opened::of(sitting, id)?;
        let end = opened.lines.last().map_or(0, |line| line.no).saturating_add(1);
        let no = asked.no.and_then(|no| no.parse().ok()).unwrap_or(end);
        let line = PlanLine { no, topic: String::new(), work: String::new(), homework: String::new() };
        page(sitting, opened, line, true)
    };
    shown(desk.ask(page).await)
}

/// `GET /plans/{id}/line/{no}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path((id, no)): Path<(i64, u32)>) -> Response {
    let page = move |sitting: &mut Sitting| {
        let opened = Opened::of(sitting, id)?;
        let line = opened.lines.iter().find(|line| line.no == no).cloned();
        let line = line.ok_or_else(|| {
            Error::input(format!("в плане нет урока № {no}")).next("вернитесь к плану и выберите урок снова")
        })?;
        page(sitting, opened, line, false)
    };
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting, opened: Opened, line: PlanLine, is_new: bool) -> Result<Page> {
    let course = opened.course.key.to_string();
    let frame = Frame::of(sitting, format!("План: {course}"), ADDRESS.to_owned())?;
    let plan = address(&opened.course);
    let numbers = || opened.lines.iter().map(|line| line.no);
    let (before, after) = (numbers().rfind(|no| *no < line.no), numbers().find(|no| *no > line.no));
    Ok(Page {
        address: if is_new { format!("{plan}/new") } else { format!("{plan}/line/{}", line.no) },
        parallels: opened.parallels(),
        stamp: opened.stamp,
        before,
        after,
        plan,
        course,
        line,
        is_new,
        frame,
    })
}

/// A line as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    stamp: String,
    no: String,
    topic: String,
    work: String,
    homework: String,
    /// Whether the parallel courses are adjusted alike.
    #[serde(default)]
    parallel: String,
    /// Which button was pressed.
    #[serde(default)]
    does: String,
}

impl Typed {
    fn line(&self) -> Result<PlanLine> {
        let no = number(&self.no)?;
        let [topic, work, homework] = [&self.topic, &self.work, &self.homework].map(Clone::clone);
        Ok(PlanLine { no, topic, work, homework })
    }
}

fn number(typed: &str) -> Result<u32> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|no| *no > 0)
        .ok_or_else(|| Error::input(format!("«{}» не номер урока в плане", typed.trim())).next("впишите число от 1"))
}

/// The parallel courses, where it was said that they are adjusted alike.
fn others(opened: &Opened, said: &str) -> Vec<CourseKey> {
    if said.is_empty() { Vec::new() } else { opened.parallel.clone() }
}

/// `POST /plans/{id}/new`.
pub async fn insert(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let put = move |sitting: &mut Sitting| {
        let (opened, line) = (Opened::of(sitting, id)?, typed.line()?);
        let (said, others) = (format!("Урок № {} вставлен в план", line.no), others(&opened, &typed.parallel));
        opened.adjust(sitting, &typed.stamp, others, Adjustment::Insert(line), &said)
    };
    gone_on(desk.ask(put).await)
}

/// `POST /plans/{id}/line/{no}`.
pub async fn change(
    State(desk): State<Arc<Desk>>,
    Path((id, no)): Path<(i64, u32)>,
    Form(typed): Form<Typed>,
) -> Response {
    gone_on(desk.ask(move |sitting| changed(sitting, id, no, &typed)).await)
}

fn changed(sitting: &mut Sitting, id: i64, no: u32, typed: &Typed) -> Result<String> {
    let opened = Opened::of(sitting, id)?;
    let others = others(&opened, &typed.parallel);
    if typed.does == "drop" {
        let said = format!("Урок № {no} убран из плана");
        return opened.adjust(sitting, &typed.stamp, others, Adjustment::Drop { no }, &said);
    }
    let line = typed.line()?;
    let said = match line.no == no {
        true => format!("Урок № {no} плана изменён"),
        false => format!("Урок № {no} плана теперь № {}", line.no),
    };
    let next = opened.lines.iter().map(|other| other.no).find(|other| *other > no);
    let plan = opened.adjust(sitting, &typed.stamp, others, Adjustment::Change { no, line }, &said)?;
    match next.filter(|_| typed.does == "next") {
        Some(next) => Ok(format!("{plan}/line/{next}")),
        None => Ok(plan),
    }
}

/// Lines that move.
#[derive(Deserialize)]
pub struct Shifted {
    stamp: String,
    from: String,
    by: String,
    #[serde(default)]
    parallel: String,
}

/// `POST /plans/{id}/shift`.
pub async fn shift(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Shifted>) -> Response {
    let move_on = move |sitting: &mut Sitting| {
        let (opened, from) = (Opened::of(sitting, id)?, number(&typed.from)?);
        let by = typed.by.trim().replace('−', "-").parse().map_err(|_| {
            Error::input(format!("«{}» не число", typed.by.trim()))
                .next("впишите, на сколько номеров сдвинуть: 2 — вниз, -2 — вверх")
        })?;
        let others = others(&opened, &typed.parallel);
        opened.adjust(sitting, &typed.stamp, others, Adjustment::Shift { from, by }, "План сдвинут")
    };
    gone_on(desk.ask(move_on).await)
}
