//! A course's plan: its lines, and what is done to it as a whole.

use super::{ADDRESS, Opened, address};
use crate::error::{Error, Kind, Result};
use crate::journal::read;
use crate::report::{Filter, plan as report};
use crate::school::{counted, format_date};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words::{self, Told};
use crate::work::plan::{Adjustment, may_adjust};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/plans/plan.html")]
struct Page {
    frame: Frame,
    course: String,
    teacher: String,
    address: String,
    /// Why it is only looked at here.
    looks: Option<Told>,
    /// «В плане 68 уроков, по расписанию за год 102».
    hours: String,
    stamp: String,
    is_empty: bool,
    listing: Listing,
    parallels: String,
    /// The parallel courses: row, name, and how many lines their plans have.
    others: Vec<(i64, String, String)>,
}

/// `GET /plans/{id}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, id)).await)
}

fn page(sitting: &mut Sitting, id: i64) -> Result<Page> {
    let opened = Opened::of(sitting, id)?;
    let course = opened.course.key.to_string();
    let frame = Frame::of(sitting, format!("План: {course}"), ADDRESS.to_owned())?;
    let (today, login) = (sitting.today()?, sitting.seat.place()?.login().clone());
    let tables = sitting.seat.journal.tables();
    let looks = match may_adjust(tables, &login, &opened.course.key) {
        Ok(()) => None,
        Err(why) if why.kind() == Kind::Refused => Some(words::error(&why).swap_remove(0)),
        Err(error) => return Err(error),
    };
    let key = &opened.course.key;
    let filter = Filter { class: Some(key.class.clone()), subject: Some(key.subject.clone()), ..Filter::default() };
    let row = report::plan(tables, &filter, today)?.into_iter().find(|row| row.group == key.group);
    let lessons = |number: u32| counted(number, ["урок", "урока", "уроков"]);
    let hours = row.as_ref().map(|row| {
        let (planned, timetabled) = (lessons(row.planned), lessons(row.timetabled));
        format!("В плане {planned}, по расписанию за год {timetabled}, дано {}.", row.given)
    });
    let mut others = Vec::new();
    for other in &opened.parallel {
        let Some(course) = read::course(tables, other)? else { continue };
        let lines = match read::plan_of(tables, course.id)?.len() {
            0 => "плана нет".to_owned(),
            lines => format!("в плане {}, он будет заменён", lessons(u32::try_from(lines).unwrap_or(u32::MAX))),
        };
        others.push((course.id, other.to_string(), lines));
    }
    Ok(Page {
        teacher: row.map(|row| row.teacher_name).unwrap_or_default(),
        address: address(&opened.course),
        listing: listed(sitting, &opened, looks.is_none())?,
        hours: hours.unwrap_or_default(),
        is_empty: opened.lines.is_empty(),
        parallels: opened.parallels(),
        stamp: opened.stamp,
        course,
        looks,
        others,
        frame,
    })
}

fn listed(sitting: &Sitting, opened: &Opened, may: bool) -> Result<Listing> {
    let heads = ["№", "Тема", "Вид работы", "Домашнее задание", "Дано"];
    let mut listing = Listing::new("План по урокам", &heads, "Плана ещё нет: загрузите файл или вставьте первый урок.");
    let given = read::lessons_of(sitting.seat.journal.tables(), opened.course.id)?;
    listing.rows.extend(opened.lines.iter().map(|line| {
        let at = usize::try_from(line.no).ok().and_then(|no| given.get(no.checked_sub(1)?));
        let topic = match may {
            true => Entry::to(format!("{}/line/{}", address(&opened.course), line.no), line.topic.clone()),
            false => line.topic.clone().into(),
        };
        let day = at.map(|lesson| format_date(lesson.date)).unwrap_or_default();
        vec![line.no.to_string().into(), topic, line.work.clone().into(), line.homework.clone().into(), day.into()]
    }));
    Ok(listing)
}

/// `POST /plans/{id}/copy`. The form has a field for each parallel course, all of one name.
pub async fn copy(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<i64>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| copied(sitting, id, &typed)).await)
}

fn copied(sitting: &mut Sitting, id: i64, typed: &[(String, String)]) -> Result<String> {
    let opened = Opened::of(sitting, id)?;
    let all = |name: &'static str| typed.iter().filter(move |(field, _)| field == name).map(|(_, value)| value);
    let mut courses = Vec::new();
    for typed in all("course") {
        let course = read::course_by_id(sitting.seat.journal.tables(), typed.parse().unwrap_or_default())?;
        courses.extend(course.map(|course| course.key).filter(|key| opened.parallel.contains(key)));
    }
    if courses.is_empty() {
        return Err(Error::input("курсы не выбраны").next("отметьте, в какие курсы скопировать план"));
    }
    if opened.lines.is_empty() {
        return Err(Error::input("этот план пуст").next("сначала загрузите его или вставьте уроки"));
    }
    let seen = all("stamp").next().cloned().unwrap_or_default();
    // It is looked at itself too: what it was changed to meanwhile was not seen.
    if seen != opened.stamp {
        return Err(Error::refused("этот план только что изменили").next("откройте план снова и повторите"));
    }
    let lines = Adjustment::Replace(opened.lines.clone());
    opened.adjust_those(sitting, &seen, &courses, lines, "План скопирован")
}

/// A plan that is to be emptied.
#[derive(Deserialize)]
pub struct Cleared {
    stamp: String,
    #[serde(default)]
    sure: String,
}

/// `POST /plans/{id}/clear`.
pub async fn clear(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Cleared>) -> Response {
    let empty = move |sitting: &mut Sitting| {
        if typed.sure.is_empty() {
            return Err(Error::input("план не убран").next("поставьте галочку, если он и правда не нужен"));
        }
        let opened = Opened::of(sitting, id)?;
        opened.adjust(sitting, &typed.stamp, Vec::new(), Adjustment::Replace(Vec::new()), "План убран")
    };
    gone_on(desk.ask(empty).await)
}
