//! The courses whose plans somebody keeps, each with its plan against the hours and what was given.

use super::{ADDRESS, address};
use crate::error::Result;
use crate::journal::read::Course;
use crate::report::{Filter, plan};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::plan::kept_by;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/plans/list.html")]
struct Page {
    frame: Frame,
    listing: Listing,
}

/// `GET /plans`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

/// The plans that are missing.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let tables = sitting.seat.journal.tables();
    let mut without = 0;
    for course in kept(sitting)? {
        without += usize::from(crate::journal::read::plan_of(tables, course.id)?.is_empty());
    }
    Ok((without > 0).then(|| format!("Курсов без плана: {without}")).into_iter().collect())
}

fn kept(sitting: &Sitting) -> Result<Vec<Course>> {
    let key = sitting.seat.identity.public().fingerprint();
    let tables = sitting.seat.journal.tables();
    let login = crate::journal::author_of(tables, &key)?;
    kept_by(tables, &login)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Планы".to_owned(), ADDRESS.to_owned())?;
    let (today, kept) = (sitting.today()?, kept(sitting)?);
    let mut subjects: Vec<&str> = Vec::new();
    for course in &kept {
        if !subjects.contains(&course.key.subject.as_str()) {
            subjects.push(&course.key.subject);
        }
    }
    let mut listing = Listing::new("Планы курсов", &HEADS, NONE);
    for place in [2, 3, 5, 6] {
        listing.heads[place].is_number = true;
    }
    for subject in subjects {
        let filter = Filter { subject: Some(subject.to_owned()), ..Filter::default() };
        let rows = plan::plan(sitting.seat.journal.tables(), &filter, today)?;
        listing.rows.extend(rows.iter().filter_map(|row| line(&kept, row)));
    }
    Ok(Page { frame, listing })
}

const HEADS: [&str; 8] =
    ["Курс", "Учитель", "В плане", "В расписании", "План и часы", "Дано", "Должно быть", "Последняя тема"];

const NONE: &str =
    "Курсов вашего методического объединения нет. Объединение сотрудника и предмета записывает администратор.";

fn line(kept: &[Course], row: &plan::Row) -> Option<Vec<Entry>> {
    let is_it = |course: &&Course| {
        let key = &course.key;
        (key.class.to_string(), &key.group, &key.subject) == (row.class.clone(), &row.group, &row.subject)
    };
    let course = kept.iter().find(is_it)?;
    let numbers = [row.planned, row.timetabled, row.given, row.due].map(|number| number.to_string());
    let [planned, timetabled, given, due] = numbers;
    let texts = [row.teacher_name.clone(), planned, timetabled, against(row), given, due, row.last_topic.clone()];
    let named = Entry::to(address(course), course.key.to_string());
    Some(std::iter::once(named).chain(texts.map(Entry::from)).collect())
}

/// How the plan stands against the hours of the timetable.
fn against(row: &plan::Row) -> String {
    match (row.planned, row.timetabled) {
        (0, _) => "плана нет".to_owned(),
        (planned, hours) if planned < hours => format!("не хватает {}", hours - planned),
        (planned, hours) if planned > hours => format!("лишних {}", planned - hours),
        _ => "сходится".to_owned(),
    }
}
