//! The final marks of a course in a period, with what each rests on; the deputy head sets them against the count of marks
//! with a reason, which is printed (§2.3.1).

use super::finals::ADDRESS;
use crate::error::{Error, Result};
use crate::journal::read::Course;
use crate::journal::read::course_view::{CourseView, Place};
use crate::journal::rules::YEARLY;
use crate::report::scope::period_on;
use crate::school::{Marks, PeriodName, PersonalFile, Role};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::finals::{self, FinalsWish};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/council/course.html")]
struct Page {
    frame: Frame,
    course: String,
    id: i64,
    periods: Vec<(usize, String, bool)>,
    /// The place of the period that is shown.
    at: usize,
    rows: Vec<Row>,
    /// Whether whoever looks sets final marks.
    sets: bool,
}

/// A pupil.
struct Row {
    file: String,
    name: String,
    /// «4,25».
    average: String,
    forecast: String,
    /// «2, одна за письменную работу».
    lacking: String,
    stands: String,
}

/// The period by its place among those of the class.
#[derive(Deserialize)]
pub struct Asked {
    period: Option<usize>,
}

/// `GET /finals/course/{id}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, id, asked.period)).await)
}

fn course(sitting: &Sitting, id: i64) -> Result<Course> {
    let course = crate::journal::read::course_by_id(sitting.seat.journal.tables(), id)?;
    course.ok_or_else(|| Error::input("такого курса нет").next("выберите курс на странице «Итоги»"))
}

/// What final marks of a course can be of: the periods of its class, the year and its exams.
fn periods(sitting: &Sitting, course: &Course) -> Result<(Vec<PeriodName>, usize)> {
    let school = crate::journal::read::school(sitting.seat.journal.tables())?;
    let class = &course.key.class;
    let of_class = school.periods_of(class).into_iter().map(|period| PeriodName::from(period.name.as_str()));
    let names: Vec<PeriodName> = of_class.chain(YEARLY.map(PeriodName::from)).collect();
    let now = period_on(&school, class, None, sitting.today()?);
    let at = now.and_then(|now| names.iter().position(|name| *name == now.name)).unwrap_or_default();
    Ok((names, at))
}

fn page(sitting: &mut Sitting, id: i64, asked: Option<usize>) -> Result<Page> {
    let frame = Frame::of(sitting, "Итоговые отметки".to_owned(), ADDRESS.to_owned())?;
    let sets = sections::holds(sitting, &[Role::DeputyHead])?;
    let course = course(sitting, id)?;
    let (names, now) = periods(sitting, &course)?;
    let at = asked.filter(|at| *at < names.len()).unwrap_or(now);
    let view = sitting.views.now(&sitting.seat.journal, &course)?;
    let place = names.get(at).map(|period| Place::Final { period: period.clone() });
    let rows = place.map(|place| (0..view.pupils.len()).map(|row| of_pupil(&view, &place, row)).collect());
    let periods = names.iter().enumerate().map(|(place, name)| (place, name.to_string(), place == at)).collect();
    Ok(Page { frame, course: course.key.to_string(), id, periods, at, rows: rows.unwrap_or_default(), sets })
}

fn of_pupil(view: &CourseView, place: &Place, row: usize) -> Row {
    let outlook = view.outlook(place, row).cloned().unwrap_or_default();
    let written = if outlook.lacks_written { "письменной" } else { "" };
    let lacking = match (outlook.lacking, written) {
        (0, written) => written.to_owned(),
        (count, "") => count.to_string(),
        (count, written) => format!("{count}, в том числе {written}"),
    };
    let average = outlook.average.map(|average| format!("{average:.2}").replace('.', ","));
    Row {
        file: view.pupils.get(row).map(|pupil| pupil.file.to_string()).unwrap_or_default(),
        name: view.names.get(row).cloned().unwrap_or_default(),
        average: average.unwrap_or_default(),
        forecast: outlook.forecast,
        lacking,
        stands: view.text(place, row),
    }
}

/// `POST /finals/course/{id}`: the fields are `period`, `reason` and of each pupil `file`, `was` and `mark`, in this order.
pub async fn set(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<i64>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| set_all(sitting, id, &typed)).await)
}

fn set_all(sitting: &mut Sitting, id: i64, typed: &[(String, String)]) -> Result<String> {
    let field = |name: &str| typed.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str());
    let course = course(sitting, id)?;
    let (names, _) = periods(sitting, &course)?;
    let at: Option<usize> = field("period").and_then(|at| at.parse().ok());
    let period = at.and_then(|at| names.get(at)).cloned();
    let (at, period) = at.zip(period).ok_or_else(|| Error::input("период не назван").next("выберите его снова"))?;
    let view = sitting.views.now(&sitting.seat.journal, &course)?;
    let place = Place::Final { period: period.clone() };
    let mut marks: Vec<(PersonalFile, Marks)> = Vec::new();
    let of = |name: &'static str| typed.iter().filter(move |(field, _)| field == name).map(|(_, text)| text);
    for ((file, was), mark) in of("file").zip(of("was")).zip(of("mark")) {
        if mark.trim().is_empty() {
            continue;
        }
        let name = || view.row(file).and_then(|row| view.names.get(row)).cloned().unwrap_or_default();
        if view.row(file).is_some_and(|row| view.text(&place, row) != *was) {
            return Err(Error::refused(format!("{}: отметку только что изменили", name()))
                .next("откройте страницу снова и посмотрите, что теперь стоит"));
        }
        marks.push((file.as_str().into(), Marks::parse(mark.trim()).map_err(|error| error.at(name()))?));
    }
    if marks.is_empty() {
        return Err(Error::input("ни одной отметки не вписано").next("впишите отметки тем, кому их выставляете"));
    }
    let override_reason = field("reason").unwrap_or_default().to_owned();
    let wish = FinalsWish { course: course.key.clone(), period, marks, override_reason };
    let set = finals::set(&mut sitting.seat.place()?, &wish)?;
    sitting.say(&set.done, &format!("{}, {}: итоговых отметок {}", wish.course, wish.period, set.marks));
    Ok(format!("{ADDRESS}/course/{id}?period={at}"))
}
