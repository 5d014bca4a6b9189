//! «Расписание»: the week of a class as a grid, with what is at one time or where the school has no lessons.

use super::{Asked, Choice, at_class, bells, week};
use crate::error::Result;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Tables, iso};
use crate::report::scope::Names;
use crate::school::{ClassName, Day, School, WEEKDAYS_SHORT, format_date, parse_iso};
use crate::web::desk::find::classes::within_year;
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::courses::{Placed, in_words, week_of_class};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/timetable";

#[derive(Template)]
#[template(path = "desk/pages/office/timetable.html")]
struct Page {
    frame: Frame,
    choice: Choice,
    bells: &'static str,
    /// The weeks of the year: address, name, whether it is shown.
    weeks: Vec<(String, String, bool)>,
    days: Vec<&'static str>,
    hours: Vec<Hour>,
    /// Whether anything is at one time with something else.
    clashes: bool,
    courses: Listing,
}

/// A lesson of the day, through the week.
struct Hour {
    number: u8,
    /// «08:30–09:15».
    bell: String,
    /// What there is on each day.
    days: Vec<Vec<Lesson>>,
}

/// A lesson of the week.
struct Lesson {
    address: String,
    /// «Английский язык (1)».
    name: String,
    teacher: String,
    faults: Vec<String>,
}

/// `GET /timetable`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &asked)).await)
}

fn page(sitting: &mut Sitting, asked: &Asked) -> Result<Page> {
    let frame = Frame::of(sitting, "Расписание".to_owned(), ADDRESS.to_owned())?;
    let today = within_year(sitting)?;
    let tables = sitting.seat.journal.tables();
    let choice = Choice::of(tables, asked, ADDRESS)?;
    let courses = Listing::new("Курсы класса", &["Курс", "Учитель", "Часов", "Уроки в неделю"], "Курсов нет.");
    let mut page = Page {
        bells: bells::ADDRESS,
        weeks: Vec::new(),
        days: Vec::new(),
        hours: Vec::new(),
        clashes: false,
        courses,
        choice,
        frame,
    };
    let Some(class) = &page.choice.class else { return Ok(page) };
    let school = read::school(tables)?;
    let day = asked.since.as_deref().and_then(parse_iso).unwrap_or(today);
    page.weeks = weeks(tables, class, &school, day)?;
    let placed = week_of_class(tables, class, day)?;
    let names = Names::read(tables)?;
    let on_sunday = placed.iter().any(|one| one.slot.weekday == 7);
    page.days = WEEKDAYS_SHORT.iter().take(if on_sunday { 7 } else { 6 }).copied().collect();
    page.clashes = placed.iter().any(|one| !one.faults.is_empty());
    page.hours = hours(&school, &placed, &names, page.days.len());
    for course in read::courses_of(tables, class)? {
        let week = in_words(Timetable::of(tables, course.id)?.week(day));
        page.courses.rows.push(vec![
            Entry::to(week::address(&course), named(&course)),
            names.of(&course.teacher).into(),
            course.hours.to_string().replace('.', ",").into(),
            week.into(),
        ]);
    }
    Ok(page)
}

/// «Английский язык (1)».
fn named(course: &Course) -> String {
    match course.key.group.as_str() {
        "" => course.key.subject.clone(),
        group => format!("{} ({group})", course.key.subject),
    }
}

/// The days of the year from which on something in the class's week is otherwise.
fn weeks(tables: &Tables, class: &ClassName, school: &School, day: Day) -> Result<Vec<(String, String, bool)>> {
    let mut days = BTreeSet::from([school.year.begins]);
    for course in read::courses_of(tables, class)? {
        days.extend(Timetable::of(tables, course.id)?.weeks().iter().map(|(since, _)| *since));
    }
    let current = days.iter().rev().find(|since| **since <= day).copied();
    let link = |since: Day| {
        let address = format!("{}&since={}", at_class(ADDRESS, class), iso(since));
        (address, format!("с {}", format_date(since)), Some(since) == current)
    };
    Ok(if days.len() > 1 { days.into_iter().map(link).collect() } else { Vec::new() })
}

fn hours(school: &School, placed: &[Placed], names: &Names, days: usize) -> Vec<Hour> {
    let last = |numbers: &mut dyn Iterator<Item = u8>| numbers.max().unwrap_or_default();
    let bells = last(&mut school.bells.iter().map(|bell| bell.lesson));
    let most = last(&mut placed.iter().map(|one| one.slot.lesson)).max(bells);
    let lesson = |one: &Placed| Lesson {
        address: week::address(&one.course),
        name: named(&one.course),
        teacher: names.of(&one.course.teacher),
        faults: one.faults.clone(),
    };
    let hour = |number: u8| {
        let bell = school.bells.iter().find(|bell| bell.lesson == number);
        let on = |weekday: usize| {
            let then =
                placed.iter().filter(|one| one.slot.lesson == number && usize::from(one.slot.weekday) == weekday);
            then.map(lesson).collect()
        };
        let bell = bell.map(|bell| format!("{}–{}", bell.begins, bell.ends)).unwrap_or_default();
        Hour { number, bell, days: (1..=days).map(on).collect() }
    };
    (1..=most).map(hour).collect()
}
