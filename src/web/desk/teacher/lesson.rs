//! The lesson beside the grid: its topic, kind of work and homework, from the plan where it is new.

use super::course;
use crate::error::{Error, Result};
use crate::journal::read;
use crate::journal::read::course_view::{CourseView, Place};
use crate::school::{Day, format_date};
use crate::web::desk::page::{self, gone_on};
use crate::web::desk::{Desk, Sitting};
use crate::work::grid;
use crate::work::lesson::{LessonRef, LessonWish, unexpected};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// A new lesson, as the panel proposes it.
pub struct Panel {
    /// «15.09.2025».
    pub date: String,
    /// Its number in the day, where the timetable has one that was not recorded.
    pub number: String,
    /// What the plan proposes.
    pub topic: String,
    /// Kind of work.
    pub work: String,
    /// Homework.
    pub homework: String,
    /// Whether it was asked for.
    pub open: bool,
}

impl Panel {
    /// A new lesson of the course: the one that was asked for, else the next of today; `open` where one was asked for.
    pub fn of(view: &CourseView, today: Day, asked: Option<&Place>, open: bool) -> Self {
        let (date, number) = match asked {
            Some(Place::Lesson { date, number }) => (*date, Some(*number)),
            _ => (today, view.next_number(today)),
        };
        let planned = grid::proposed(view, date, number);
        let text = planned.map(|line| (line.topic.clone(), line.work.clone(), line.homework.clone()));
        let (topic, work, homework) = text.unwrap_or_default();
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        Self { date: format_date(date), number, topic, work, homework, open }
    }
}

/// A lesson as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    /// The ledger's length that the page has seen.
    seen: u64,
    /// The day of a new lesson: «15.09.2025», «вчера»; of a recorded one as its column has it.
    date: String,
    number: String,
    topic: String,
    work: String,
    homework: String,
    /// Whether it was given although the timetable has none then.
    #[serde(default)]
    despite: String,
    /// Whether it is a new one, and not the one of a column.
    #[serde(default)]
    fresh: String,
    /// Whether it is given instead of the course's teacher (§2.1).
    #[serde(default)]
    instead: String,
}

/// `POST /course/{id}/lesson`.
pub async fn record(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Response {
    let (day, number) = (typed.date.clone(), typed.number.trim().to_owned());
    let done = desk.ask(move |sitting| {
        let at = sitting.day(&day).map(|day| format!("/course/{id}/lesson/{}/{number}", read::iso(day)));
        // A refusal knows where the lesson can be asked for.
        Ok(set(sitting, id, &typed).map_err(|error| (error, at.ok())))
    });
    match done.await {
        Ok(Ok(address)) => gone_on(Ok(address)),
        Ok(Err((error, ask))) => page::fault_or(&error, ask),
        Err(error) => page::fault(&error),
    }
}

fn set(sitting: &mut Sitting, id: i64, typed: &Typed) -> Result<String> {
    let course = course::course(&sitting.seat.journal, id)?;
    let seen = sitting.views.seen(id, typed.seen).ok_or_else(course::outdated)?;
    let date = sitting.day(&typed.date)?;
    let lesson = typed
        .number
        .trim()
        .parse()
        .map_err(|_| Error::input(format!("«{}» не номер урока", typed.number)).next("впишите число от 1 до 15"))?;
    let wish = LessonWish {
        at: LessonRef { course: course.key.clone(), date, lesson },
        topic: Some(typed.topic.clone()),
        work: Some(typed.work.clone()),
        homework: Some(typed.homework.clone()),
        substitute: !typed.instead.is_empty(),
        despite: !typed.despite.is_empty(),
    };
    if !typed.fresh.is_empty()
        && let Some(known) = read::lesson_at(sitting.seat.journal.tables(), &wish.at)?
    {
        return Err(Error::input(format!("урок {lesson} {} уже записан: {}", format_date(date), known.topic))
            .next("если был ещё один урок, впишите его номер")
            .then("чтобы изменить записанный, выберите его столбец (Esc вернёт к таблице)"));
    }
    let mut place = sitting.seat.place()?;
    if !wish.despite
        && let Some(why) = unexpected(&place, &wish)?
    {
        return Err(Error::input(why)
            .next("проверьте дату и номер урока")
            .then("если урок был, поставьте галочку «Урок был, хотя его нет в расписании»"));
    }
    let done = grid::record_lesson(&mut place, &seen, &wish)?;
    let what = if done.was.is_some() { "Запись урока изменена" } else { "Урок записан" };
    sitting.say(&done.done, &format!("{what}: {}", done.says.topic));
    Ok(format!("/course/{id}?at={}/{lesson}", read::iso(date)))
}
