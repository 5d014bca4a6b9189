//! A course as a grid: pupils down, lessons and final marks across, a mark recorded as soon as its cell is left.
//!
//! The page sends what was typed and the ledger's length that it has seen; what somebody else has changed since is not
//! overwritten unseen (`work::grid`). A cell that is refused stays on the page with its reason.

use super::lesson;
use crate::error::{Error, Kind, Result};
use crate::journal::Journal;
use crate::journal::read::course_view::{self, Column, CourseView, Keeper, Outlook, Place};
use crate::journal::read::{self, Course};
use crate::school::{Cell, Day, MONTHS, PersonalFile, Role, format_date, parse_iso};
use crate::web::desk::page::{self, Frame, address, short, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words::{self, Told};
use crate::work::grid::{self, CellChange};
use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/teacher/course.html")]
struct Page {
    frame: Frame,
    /// Where the page sends to.
    address: String,
    course: String,
    teacher: String,
    length: u64,
    /// Why nothing can be recorded here.
    looks: Option<String>,
    /// Whether whoever looks could give a lesson instead of the course's teacher (§2.1).
    may_stand_in: bool,
    /// Whether he does.
    instead: bool,
    columns: Vec<Head>,
    rows: Vec<Row>,
    /// The column where work begins.
    start: usize,
    panel: lesson::Panel,
}

/// A column's head.
#[derive(PartialEq, Serialize)]
struct Head {
    place: String,
    /// «15.09» or «I четв.».
    short: String,
    /// «15.09.2025, урок 2: Дроби».
    title: String,
    month: Option<String>,
    is_final: bool,
    topic: String,
    work: String,
    homework: String,
}

/// A pupil's row.
struct Row {
    file: String,
    name: String,
    cells: Vec<Shown>,
}

/// A cell as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Shown {
    text: String,
    /// The average, what is lacking, the forecast; of a lesson nothing.
    outlook: String,
    /// Kind of work, document, reason of the absence.
    note: String,
    /// Whether the pupil was on the course then.
    present: bool,
}

/// What of the course is asked to be shown first.
#[derive(Deserialize, Default)]
pub struct Asked {
    /// A recorded lesson: `2025-09-15/2`.
    at: Option<String>,
    /// A lesson to record.
    new: Option<String>,
    /// Whether it is given instead of the course's teacher (§2.1).
    instead: Option<String>,
}

/// `GET /course/{id}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| filled(sitting, id, &asked)).await)
}

/// The course of an address.
pub fn course(journal: &Journal, id: i64) -> Result<Course> {
    read::course_by_id(journal.tables(), id)?
        .ok_or_else(|| Error::input("такого курса нет").next("выберите курс на странице «Сегодня»"))
}

/// As whom the one at the desk keeps a course, or why he only looks.
fn keeper(sitting: &Sitting, course: &Course, instead: bool) -> Result<std::result::Result<Keeper, Error>> {
    let (tables, key) = (sitting.seat.journal.tables(), sitting.seat.identity.public().fingerprint());
    match course_view::may_keep(tables, &key, course, instead) {
        Ok(keeper) => Ok(Ok(keeper)),
        Err(why) if why.kind() == Kind::Refused => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

fn filled(sitting: &mut Sitting, id: i64, asked: &Asked) -> Result<Page> {
    let course = course(&sitting.seat.journal, id)?;
    let title = course.key.to_string();
    let frame = Frame::of(sitting, title.clone(), address(&course))?;
    let (today, keeper) = (sitting.today()?, keeper(sitting, &course, asked.instead.is_some())?);
    let view = sitting.views.now(&sitting.seat.journal, &course)?;
    let past = |column: &Column| matches!(&column.place, Place::Lesson { date, .. } if *date <= today);
    let wanted = asked.at.as_deref().and_then(place).and_then(|place| view.column(&place));
    let start = wanted.or_else(|| view.columns.iter().rposition(past)).unwrap_or_default();
    let new = asked.new.as_deref().and_then(place);
    // Whoever stands in for another is here for a lesson that is not recorded.
    let open = new.is_some() || (asked.instead.is_some() && asked.at.is_none());
    let panel = lesson::Panel::of(&view, today, new.as_ref(), open);
    let rows = (0..view.pupils.len()).map(|row| Row {
        file: view.pupils[row].file.to_string(),
        name: view.names[row].clone(),
        cells: view.columns.iter().map(|column| cell(&view, column, row)).collect(),
    });
    Ok(Page {
        address: address(&course),
        course: title,
        teacher: view.teacher.clone(),
        length: view.length,
        may_stand_in: keeper.is_err() && teaches(sitting)?,
        instead: keeper.as_ref().is_ok_and(|keeper| keeper.substitute),
        looks: keeper.err().map(|_| format!("курс ведёт {}", view.teacher)),
        columns: heads(&view),
        rows: rows.collect(),
        start,
        panel,
        frame,
    })
}

fn teaches(sitting: &mut Sitting) -> Result<bool> {
    let login = sitting.seat.place()?.login().clone();
    read::has_role(sitting.seat.journal.tables(), login.as_str(), Role::Teacher)
}

fn heads(view: &CourseView) -> Vec<Head> {
    let mut month = None;
    let on = |day: Day| {
        view.columns.iter().filter(move |other| matches!(&other.place, Place::Lesson { date, .. } if *date == day))
    };
    let heads = view.columns.iter().map(|column| {
        let (first, short, title) = match &column.place {
            Place::Lesson { date, number } => {
                let of = date.format("%m").to_string();
                let new = (month.as_ref() != Some(&of)).then(|| month_of(*date));
                month = Some(of);
                // Of several lessons of a day each is told by its number.
                let short = if on(*date).count() > 1 { format!("{} ({number})", short(*date)) } else { short(*date) };
                (new, short, format!("{}, урок {number}", format_date(*date)))
            }
            Place::Final { period } => (None, column.short.clone(), format!("Итог: {period}")),
        };
        let text = column.lesson.as_ref().map(|lesson| lesson.text()).unwrap_or_default();
        let by =
            if column.substitute.is_empty() { String::new() } else { format!(" Замена: {}", column.substitute) };
        let title = if text.topic.is_empty() { title } else { format!("{title}: {}{by}", text.topic) };
        Head {
            place: named(&column.place),
            short,
            title,
            month: first,
            is_final: matches!(column.place, Place::Final { .. }),
            topic: text.topic,
            work: text.work,
            homework: text.homework,
        }
    });
    heads.collect()
}

fn month_of(day: Day) -> String {
    MONTHS.get(chrono::Datelike::month0(&day) as usize).copied().unwrap_or_default().to_owned()
}

fn cell(view: &CourseView, column: &Column, row: usize) -> Shown {
    let standing = view.standing(&column.place, row);
    let note = standing.map(|standing| {
        let reason = standing.reason.map(|reason| reason.word().to_owned()).unwrap_or_default();
        let parts = [standing.work.clone(), standing.document.clone(), reason];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    });
    Shown {
        text: view.text(&column.place, row),
        outlook: view.outlook(&column.place, row).map(outlook).unwrap_or_default(),
        note: note.unwrap_or_default(),
        present: column.present.get(row).copied().unwrap_or(true),
    }
}

/// «4,25 · 4 · ещё 2п»: the average, the mark that it comes to, how many are lacking, a written one among them.
fn outlook(outlook: &Outlook) -> String {
    let average = outlook.average.map(|average| format!("{average:.2}").replace('.', ","));
    let forecast = Some(outlook.forecast.clone()).filter(|forecast| !forecast.is_empty());
    let written = if outlook.lacks_written { "п" } else { "" };
    let lacking = (outlook.lacking > 0 || outlook.lacks_written).then(|| format!("ещё {}{written}", outlook.lacking));
    [average, forecast, lacking].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `2025-09-15/2`, or `final/I четверть`.
fn named(place: &Place) -> String {
    match place {
        Place::Lesson { date, number } => format!("{}/{number}", read::iso(*date)),
        Place::Final { period } => format!("final/{period}"),
    }
}

/// The column of such a name.
pub fn place(name: &str) -> Option<Place> {
    let (first, second) = name.split_once('/')?;
    match first {
        "final" => Some(Place::Final { period: second.into() }),
        date => Some(Place::Lesson { date: parse_iso(date)?, number: second.parse().ok()? }),
    }
}

/// Cells that were typed.
#[derive(Deserialize)]
pub struct Typed {
    /// The ledger's length that the page has seen.
    length: u64,
    cells: Vec<TypedCell>,
}

/// A cell that was typed; an empty text empties it.
#[derive(Deserialize)]
struct TypedCell {
    place: String,
    file: PersonalFile,
    text: String,
}

/// What became of what was typed.
#[derive(Serialize)]
struct Answer {
    length: u64,
    /// Whether lessons or pupils have come or gone, so that the page is to be fetched again.
    anew: bool,
    results: Vec<Outcome>,
    /// Cells that stand otherwise than the page has them.
    changed: Vec<Changed>,
    /// Lessons whose line says something else now.
    lessons: Vec<Head>,
}

/// What became of one cell.
#[derive(Serialize)]
struct Outcome {
    place: String,
    file: PersonalFile,
    /// Why it was refused.
    refused: Option<Vec<Told>>,
    said: String,
}

#[derive(Serialize)]
struct Changed {
    place: String,
    file: PersonalFile,
    #[serde(flatten)]
    shown: Shown,
}

/// So many cells are taken at once: a class through half a year.
const MOST: usize = 2_000;

/// `POST /course/{id}/cells`.
pub async fn cells(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Json(typed): Json<Typed>) -> Response {
    match desk.ask(move |sitting| set(sitting, id, &typed)).await {
        Ok(answer) => Json(answer).into_response(),
        // Each of the cells says it.
        Err(error) => (page::status(&error), Json(serde_json::json!({ "told": words::error(&error) }))).into_response(),
    }
}

fn set(sitting: &mut Sitting, id: i64, typed: &Typed) -> Result<Answer> {
    if typed.cells.len() > MOST {
        return Err(Error::input(format!("сразу принимается не больше {MOST} клеток")).next("вставьте меньше"));
    }
    let course = course(&sitting.seat.journal, id)?;
    let before = match sitting.views.seen(id, typed.length) {
        Some(seen) => seen,
        None if typed.cells.is_empty() => return anew(sitting, &course),
        None => return Err(outdated()),
    };
    let (mut seen, mut results) = ((*before).clone(), Vec::new());
    for one in &typed.cells {
        let done = bring(sitting, &seen, one);
        if let Ok((numbers, _)) = &done {
            let others = typed.cells.iter().filter(|other| (&other.place, &other.file) == (&one.place, &one.file));
            match numbers.last() {
                // Between what was seen and what stands now lie only this page's own entries about other cells.
                Some(last) if *last == seen.length + numbers.len() as u64 && others.count() == 1 => seen.length = *last,
                Some(_) => seen = course_view::course_view(sitting.seat.journal.tables(), &course)?,
                None => {}
            }
        }
        let (said, refused) = match done {
            Ok((_, said)) => (said, None),
            Err(error) => (String::new(), Some(words::error(&error))),
        };
        results.push(Outcome { place: one.place.clone(), file: one.file.clone(), refused, said });
    }
    let now = sitting.views.now(&sitting.seat.journal, &course)?;
    let same = |a: &CourseView, b: &CourseView| {
        a.pupils == b.pupils && a.columns.iter().map(|one| &one.place).eq(b.columns.iter().map(|one| &one.place))
    };
    let anew = !same(&before, &now);
    let (changed, lessons) = if anew { Default::default() } else { (changed(&before, &now), retold(&before, &now)) };
    Ok(Answer { length: now.length, anew, results, changed, lessons })
}

fn anew(sitting: &mut Sitting, course: &Course) -> Result<Answer> {
    let now = sitting.views.now(&sitting.seat.journal, course)?;
    Ok(Answer { length: now.length, anew: true, results: Vec::new(), changed: Vec::new(), lessons: Vec::new() })
}

fn changed(before: &CourseView, now: &CourseView) -> Vec<Changed> {
    let columns = before.columns.iter().zip(&now.columns);
    let cells = columns.flat_map(|columns| (0..now.pupils.len()).map(move |row| (columns, row)));
    let changed = cells.filter_map(|((was, is), row)| {
        let shown = cell(now, is, row);
        let file = now.pupils[row].file.clone();
        (cell(before, was, row) != shown).then(|| Changed { place: named(&is.place), file, shown })
    });
    changed.collect()
}

fn retold(before: &CourseView, now: &CourseView) -> Vec<Head> {
    heads(before).into_iter().zip(heads(now)).filter(|(was, is)| was != is).map(|(_, is)| is).collect()
}

/// What was typed answers to something that was seen too long ago to be compared.
pub fn outdated() -> Error {
    Error::refused("страница старше журнала: её давно не обновляли")
        .next("посмотрите, что там стоит теперь, и введите ещё раз")
}

/// Numbers of the entries, and what is to be said.
fn bring(sitting: &mut Sitting, seen: &CourseView, typed: &TypedCell) -> Result<(Vec<u64>, String)> {
    let place = place(&typed.place).ok_or_else(|| Error::input("такого столбца нет").next("обновите страницу"))?;
    let text = typed.text.trim();
    let becomes = if text.is_empty() { Cell::default() } else { Cell::parse(text)? };
    let change = CellChange { place, pupil: typed.file.clone(), becomes };
    let mut at = sitting.seat.place()?;
    let done = grid::bring(&mut at, seen, &change)?;
    let numbers = done.told_numbers().iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let said = match numbers.is_empty() {
        true => "Так уже записано.".to_owned(),
        false => format!("Записано, № {numbers}."),
    };
    let said = done.warnings.iter().fold(said, |said, one| format!("{said} Внимание: {}", words::warning(one)));
    Ok((done.numbers, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_columns_name_leads_back_to_it() {
        for name in ["2025-09-15/2", "final/I четверть", "final/Год"] {
            assert_eq!(named(&place(name).unwrap()), name);
        }
        for name in ["", "2025-09-15", "2025-13-15/2", "2025-09-15/x", "15.09.2025/2"] {
            assert_eq!(place(name), None, "{name}");
        }
    }

    #[test]
    fn what_a_periods_marks_come_to_is_said_in_short() {
        let whole = Outlook { grades: 3, average: Some(4.25), forecast: "4".into(), lacking: 2, lacks_written: true };
        assert_eq!(outlook(&whole), "4,25 · 4 · ещё 2п");
        assert_eq!(outlook(&Outlook { lacking: 0, lacks_written: false, ..whole }), "4,25 · 4");
        assert_eq!(outlook(&Outlook::default()), "");
    }
}
