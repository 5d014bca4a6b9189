//! A lesson that is not as it should be: its line is asked to be corrected in the register (§2.3.3), or the lesson annulled, by
//! its author on its day at once, later by a request.

use super::course::course;
use crate::error::{Error, Kind, Result};
use crate::journal::read;
use crate::journal::read::annulments;
use crate::school::{format_date, parse_iso};
use crate::web::desk::page::{Frame, address, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::correction::{self, CorrectionWish, LessonChanges, LineChange, What};
use crate::work::lesson::{self, LessonRef};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Which lesson: course, day, number.
type At = (i64, String, u8);

#[derive(Template)]
#[template(path = "desk/pages/teacher/amend.html")]
struct Page {
    frame: Frame,
    /// Where the page sends to.
    address: String,
    what: String,
    topic: String,
    work: String,
    homework: String,
    /// Whether there is a lesson at all: one that was never entered can be asked to be added.
    is_recorded: bool,
    /// Whether its author may annul it without asking.
    is_today: bool,
}

/// `GET /course/{id}/lesson/{day}/{number}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(at): Path<At>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &at)).await)
}

fn lesson_of(sitting: &Sitting, (id, day, number): &At) -> Result<LessonRef> {
    let course = course(&sitting.seat.journal, *id)?;
    let no_day = || Error::input("такого урока нет").next("вернитесь к курсу и выберите урок снова");
    Ok(LessonRef { course: course.key, date: parse_iso(day).ok_or_else(no_day)?, lesson: *number })
}

fn page(sitting: &mut Sitting, at: &At) -> Result<Page> {
    let lesson = lesson_of(sitting, at)?;
    let course = course(&sitting.seat.journal, at.0)?;
    let frame = Frame::of(sitting, "Урок".to_owned(), address(&course))?;
    let today = sitting.today()?;
    let tables = sitting.seat.journal.tables();
    let recorded = read::lesson_at(tables, &lesson)?;
    let what = match recorded {
        Some(_) => annulments::lesson_in_words(tables, &lesson)?,
        None => format!("{}, {}, урок {}", lesson.course, format_date(lesson.date), lesson.lesson),
    };
    let is_recorded = recorded.is_some();
    let text = recorded.map(|lesson| lesson.text()).unwrap_or_default();
    Ok(Page {
        address: format!("{}/lesson/{}/{}", address(&course), at.1, at.2),
        what,
        topic: text.topic,
        work: text.work,
        homework: text.homework,
        is_recorded,
        is_today: lesson.date == today,
        frame,
    })
}

/// A line as it is to stand.
#[derive(Deserialize)]
pub struct Typed {
    topic: String,
    work: String,
    homework: String,
    reason: String,
}

/// `POST /course/{id}/lesson/{day}/{number}/correction`.
pub async fn correct(State(desk): State<Arc<Desk>>, Path(at): Path<At>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| ask(sitting, &at, typed)).await)
}

fn ask(sitting: &mut Sitting, at: &At, typed: Typed) -> Result<String> {
    let lesson = lesson_of(sitting, at)?;
    let stands =
        read::lesson_at(sitting.seat.journal.tables(), &lesson)?.map(|lesson| lesson.text()).unwrap_or_default();
    let changed = |becomes: &str, was: &str| (becomes.trim() != was).then(|| becomes.trim().to_owned());
    let line = LineChange {
        topic: changed(&typed.topic, &stands.topic),
        work: changed(&typed.work, &stands.work),
        homework: changed(&typed.homework, &stands.homework),
        substitute: None,
    };
    let what = What::Lesson(LessonChanges { line, ..LessonChanges::nothing(lesson) });
    let asked = correction::request(&mut sitting.seat.place()?, &CorrectionWish { what, reason: typed.reason })?;
    sitting.say(&asked.done, &format!("Заявка № {} подана: решает завуч", asked.number));
    Ok(format!("/course/{}?at={}/{}", at.0, at.1, at.2))
}

/// Why a lesson is to be annulled.
#[derive(Deserialize)]
pub struct Reason {
    reason: String,
}

/// `POST /course/{id}/lesson/{day}/{number}/annul`.
pub async fn annul(State(desk): State<Arc<Desk>>, Path(at): Path<At>, Form(typed): Form<Reason>) -> Response {
    gone_on(desk.ask(move |sitting| take_out(sitting, &at, &typed.reason)).await)
}

fn take_out(sitting: &mut Sitting, at: &At, reason: &str) -> Result<String> {
    let (lesson, today) = (lesson_of(sitting, at)?, sitting.today()?);
    let mut place = sitting.seat.place()?;
    let at_once = (lesson.date == today).then(|| lesson::annul(&mut place, &lesson, reason));
    match at_once {
        Some(Ok((done, what))) => sitting.say(&done, &format!("Урок аннулирован: {what}")),
        // Whoever else recorded it is asked by a request as on any later day.
        Some(Err(error)) if error.kind() != Kind::Refused => return Err(error),
        _ => {
            let wish = CorrectionWish { what: What::Annulment(lesson), reason: reason.to_owned() };
            let asked = correction::request(&mut place, &wish)?;
            sitting.say(&asked.done, &format!("Заявка № {} подана: решает завуч", asked.number));
        }
    }
    Ok(format!("/course/{}", at.0))
}
