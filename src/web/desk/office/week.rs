//! The lessons of one course in the week: a box a lesson, and beside it what else there is then.

use super::{at_class, timetable};
use crate::error::{Error, Result};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course};
use crate::school::{WEEKDAYS_SHORT, fold, format_date};
use crate::web::desk::find::classes::within_year;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::courses::{self, Slot, against, in_words};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/office/week.html")]
struct Page {
    frame: Frame,
    at: String,
    back: String,
    course: String,
    teacher: String,
    hours: String,
    /// What is set through the year: «с 01.09.2025: пн 2, ср 1».
    weeks: Vec<String>,
    days: Vec<&'static str>,
    rows: Vec<Row>,
    /// What stands where the school has no lessons: «вс 1».
    others: String,
    since: String,
}

/// A lesson of the day, through the week.
struct Row {
    number: u8,
    days: Vec<Box>,
}

/// A lesson that can be ticked.
struct Box {
    /// «1-2»: Monday, the second lesson.
    value: String,
    /// «пн, урок 2».
    name: String,
    is_in: bool,
    /// What else there is then.
    against: Vec<String>,
}

/// Where the lessons of a course are set.
pub fn address(course: &Course) -> String {
    format!("{}/{}", timetable::ADDRESS, course.id)
}

/// `GET /timetable/{course}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, id)).await)
}

fn course(sitting: &Sitting, id: i64) -> Result<Course> {
    read::course_by_id(sitting.seat.journal.tables(), id)?
        .ok_or_else(|| Error::input("такого курса нет").next("выберите его в расписании класса"))
}

fn page(sitting: &mut Sitting, id: i64) -> Result<Page> {
    let course = course(sitting, id)?;
    let frame = Frame::of(sitting, format!("Расписание: {}", course.key), timetable::ADDRESS.to_owned())?;
    let day = within_year(sitting)?;
    let tables = sitting.seat.journal.tables();
    let school = read::school(tables)?;
    let all = Timetable::of(tables, course.id)?;
    let now = all.week(day);
    let set = all.weeks().iter().flat_map(|(_, week)| week).map(|slot| slot.lesson).max();
    let lessons = school.bells.iter().map(|bell| bell.lesson).max().max(set).unwrap_or(8);
    let week = |weekdays: u8| {
        (1..=lessons).flat_map(move |lesson| (1..=weekdays).map(move |weekday| Slot { weekday, lesson }))
    };
    let against = against(tables, &course, day, &week(6).collect::<Vec<_>>())?;
    let row = |number: u8| {
        let at = |weekday: u8| {
            let slot = Slot { weekday, lesson: number };
            let then = against.iter().filter(|(at, _)| *at == slot).map(|(_, why)| why.clone());
            let name = WEEKDAYS_SHORT.get(usize::from(weekday) - 1).copied().unwrap_or_default();
            Box {
                value: format!("{weekday}-{number}"),
                name: format!("{name}, урок {number}"),
                is_in: now.contains(&slot),
                against: then.collect(),
            }
        };
        Row { number, days: (1..=6).map(at).collect() }
    };
    let beyond: Vec<Slot> = now.iter().filter(|slot| slot.weekday > 6 || slot.lesson > lessons).copied().collect();
    let has_begun = day > school.year.begins && !all.is_empty();
    Ok(Page {
        at: address(&course),
        back: at_class(timetable::ADDRESS, &course.key.class),
        course: course.key.to_string(),
        teacher: read::staff(tables, &course.teacher)?.map(|person| person.name.initials()).unwrap_or_default(),
        hours: course.hours.to_string().replace('.', ","),
        weeks: all
            .weeks()
            .iter()
            .map(|(since, week)| format!("с {}: {}", format_date(*since), in_words(week)))
            .collect(),
        days: WEEKDAYS_SHORT.iter().take(6).copied().collect(),
        rows: (1..=lessons).map(row).collect(),
        others: if beyond.is_empty() { String::new() } else { in_words(&beyond) },
        since: if has_begun { format_date(day) } else { String::new() },
        frame,
    })
}

/// `POST /timetable/{course}`: fields `slot` («1-2»), `others` («вс 1»), `since`, `despite`.
pub async fn set(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<i64>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| record(sitting, id, &typed)).await)
}

fn record(sitting: &mut Sitting, id: i64, typed: &[(String, String)]) -> Result<String> {
    let course = course(sitting, id)?;
    let field = |name: &str| typed.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim());
    let ticked = typed.iter().filter(|(name, _)| name == "slot").filter_map(|(_, slot)| {
        let (weekday, lesson) = slot.split_once('-')?;
        Some(Slot { weekday: weekday.parse().ok()?, lesson: lesson.parse().ok()? })
    });
    let mut slots: Vec<Slot> = ticked.collect();
    let others = Some(field("others")).filter(|others| !others.is_empty() && fold(others) != "нет");
    for other in others.iter().flat_map(|others| others.split(',')) {
        slots.push(courses::slot(other)?);
    }
    let since = sitting.day_or_none(field("since"))?;
    slots.sort_unstable();
    let said = in_words(&slots);
    let mut place = sitting.seat.place()?;
    let done = courses::set_timetable(&mut place, &course, since, slots, !field("despite").is_empty())?;
    let from = since.map_or("с начала года".to_owned(), |day| format!("с {}", format_date(day)));
    sitting.say(&done, &format!("{}: уроки в неделю {from}: {said}", course.key));
    Ok(at_class(timetable::ADDRESS, &course.key.class))
}
