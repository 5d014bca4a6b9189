//! How a class does in a period: who will be short of marks (§2.3.1), and the averages with what they come to.

use super::{ADDRESS, AskedPeriod, Room};
use crate::error::Result;
use crate::journal::read;
use crate::report::{Filter, coverage, forecast};
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::sticks::at_work;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const PAGE: &str = "/marks";

#[derive(Template)]
#[template(path = "desk/pages/classroom/marks.html")]
struct Page {
    frame: Frame,
    class: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    periods: Tabs,
    short: Listing,
    /// Short and whole names of the subjects.
    subjects: Vec<(String, String)>,
    rows: Vec<(String, Vec<Standing>)>,
}

/// A pupil in a subject.
#[derive(Default, Clone)]
struct Standing {
    /// The final mark, once it is set.
    set: String,
    /// «4,25 · 4»: the average and what it comes to.
    outlook: String,
    /// Whether he will be short of marks.
    is_short: bool,
}

/// `GET /classroom/{class}/marks`.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    Path(class): Path<String>,
    Query(asked): Query<AskedPeriod>,
) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &class, &asked)).await)
}

fn page(sitting: &mut Sitting, class: &str, asked: &AskedPeriod) -> Result<Page> {
    let room = Room::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: отметки", room.class), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let kept_by = at_work::kept_by(&sitting.seat.journal)?;
    let tables = sitting.seat.journal.tables();
    let school = read::school(tables)?;
    let period = asked.of(&school, &room.class, today)?;
    let filter = Filter { class: Some(room.class.clone()), kept_by, ..Filter::default() };
    let mut short = coverage::coverage(tables, &filter, Some(&period.name), today)?;
    short.retain(|row| row.state.needs_care());
    let forecast = forecast::forecast(tables, &filter, None, Some(&period.name), today)?;
    let mut subjects: Vec<(String, String)> = Vec::new();
    for course in read::courses_of(tables, &room.class)? {
        let name = course.key.subject;
        if !subjects.iter().any(|(_, known)| *known == name) {
            let short = read::subject(tables, &name)?.map(|subject| subject.short).unwrap_or_default();
            subjects.push((if short.is_empty() { name.clone() } else { short }, name));
        }
    }
    Ok(Page {
        class: room.class.to_string(),
        tabs: room.tabs(PAGE),
        classes: room.others(PAGE),
        periods: room.periods(&school, PAGE, period),
        rows: rows(&room, &subjects, &forecast, &short),
        short: listed(&short),
        subjects,
        frame,
    })
}

fn listed(short: &[coverage::Row]) -> Listing {
    let heads = ["Ученик", "Предмет", "Учитель", "Отметок", "Нужно", "К концу периода", "Состояние"];
    let mut listing =
        Listing::new("Кому не хватит отметок", &heads, "Отметок у всех хватает или хватит к концу периода.");
    listing.heads.iter_mut().skip(3).take(3).for_each(|head| head.is_number = true);
    listing.rows.extend(short.iter().map(|row| {
        let numbers = [row.grades, row.needed, row.projected].map(|number| number.to_string());
        let texts = [row.pupil.clone(), row.subject.clone(), row.teacher_name.clone()];
        texts.into_iter().chain(numbers).chain([row.said()]).map(Into::into).collect()
    }));
    listing
}

fn rows(
    room: &Room,
    subjects: &[(String, String)],
    forecast: &[forecast::Row],
    short: &[coverage::Row],
) -> Vec<(String, Vec<Standing>)> {
    let short: HashSet<_> = short.iter().map(|row| (&row.subject, &row.group, &row.pupil)).collect();
    let mut standings: HashMap<(&str, &str), Standing> = HashMap::new();
    for row in forecast {
        let average = row.average.map(|average| format!("{average:.2}").replace('.', ","));
        // Where the final mark is set, nobody asks any more what it would be.
        let mark = if row.final_mark.is_empty() { row.mark.clone() } else { String::new() };
        let parts = [average.unwrap_or_default(), mark];
        let outlook = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        let is_short = short.contains(&(&row.subject, &row.group, &row.pupil));
        let standing = Standing { set: row.final_mark.clone(), outlook, is_short };
        standings.insert((&row.file, &row.subject), standing);
    }
    let there: HashSet<&str> = forecast.iter().map(|row| row.file.as_str()).collect();
    let named = room.pupils.iter().zip(&room.names).filter(|(pupil, _)| there.contains(pupil.file.as_str()));
    let rows = named.map(|(pupil, name)| {
        let of = |subject: &str| standings.get(&(pupil.file.as_str(), subject)).cloned().unwrap_or_default();
        (name.clone(), subjects.iter().map(|(_, subject)| of(subject)).collect())
    });
    rows.collect()
}
