//! «Сегодня»: the lessons of the day, done or not, and what waits.

use crate::error::Result;
use crate::journal::read;
use crate::school::{Role, format_date};
use crate::web::desk::page::{Frame, address, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::today::{self, Due};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/teacher/today.html")]
struct Page {
    frame: Frame,
    off: Option<String>,
    lessons: Vec<Line>,
    owed: Vec<Owed>,
    more: usize,
    asked: Vec<String>,
    unconfirmed: Vec<String>,
    /// What waits elsewhere at the desk: what it is, and where.
    waiting: Vec<(String, &'static str)>,
    /// Whether the day's lessons are anything to whoever sits here.
    teaches: bool,
}

/// A lesson of the day.
struct Line {
    number: u8,
    bell: String,
    course: String,
    address: String,
    topic: Option<String>,
    instead: bool,
}

/// A lesson that nobody has entered.
struct Owed {
    date: String,
    number: u8,
    course: String,
    address: String,
}

/// How many lessons that were not entered are listed.
const OWED: usize = 12;

/// `GET /`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Сегодня".to_owned(), "/".to_owned())?;
    let (day, login) = (sitting.today()?, sitting.seat.place()?.login().clone());
    let waiting = sections::waiting(sitting)?;
    let teaches = read::has_role(sitting.seat.journal.tables(), login.as_str(), Role::Teacher)?;
    let tables = sitting.seat.journal.tables();
    let today = today::of(tables, &login, day)?;
    let mut owed = Vec::new();
    for row in today.owed.iter().take(OWED) {
        let key = crate::school::CourseKey {
            class: row.class.clone(),
            group: row.group.clone(),
            subject: row.subject.clone(),
        };
        let Some(course) = read::course(tables, &key)? else { continue };
        let new = format!("{}?new={}/{}", address(&course), read::iso(row.date), row.lesson);
        owed.push(Owed { date: format_date(row.date), number: row.lesson, course: key.to_string(), address: new });
    }
    let asked = today
        .asked
        .iter()
        .map(|one| format!("№ {}: {}, {}: {}", one.number, one.course, format_date(one.date), one.reason));
    let unconfirmed = today
        .unconfirmed
        .iter()
        .map(|one| format!("{}, {}, урок {}", one.at.course, format_date(one.at.date), one.at.lesson));
    Ok(Page {
        off: today.off,
        lessons: today.lessons.iter().map(|due| line(day, due)).collect(),
        more: today.owed.len() - owed.len(),
        owed,
        asked: asked.collect(),
        unconfirmed: unconfirmed.collect(),
        waiting,
        teaches,
        frame,
    })
}

fn line(day: crate::school::Day, due: &Due) -> Line {
    let bell = due.bell.as_ref().map(|bell| format!("{}–{}", bell.begins, bell.ends)).unwrap_or_default();
    let at = format!("{}/{}", read::iso(day), due.number);
    let what = if due.recorded.is_some() { "at" } else { "new" };
    Line {
        number: due.number,
        bell,
        course: due.course.key.to_string(),
        address: format!("{}?{what}={at}{}", address(&due.course), if due.instead { "&instead=1" } else { "" }),
        topic: due.recorded.as_ref().map(|line| line.topic.clone()),
        instead: due.instead,
    }
}
