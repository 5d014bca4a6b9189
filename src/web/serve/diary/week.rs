//! A week of a child: lessons, homework, marks; and that a parent has seen it.

use super::frame::{Frame, Visit, fault, no_page, shown};
use super::lessons::Row;
use crate::error::Result;
use crate::inform::diary::{self, WeekDay};
use crate::journal::contacts::{Page as Read, Standing};
use crate::journal::read::{Event, Pupil};
use crate::school::{Day, day_in_words, format_date, parse_iso};
use crate::web::serve::Served;
use crate::web::serve::entrance::Guest;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Days, Weekday};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "serve/pages/diary/week.html")]
struct Page {
    frame: Frame,
    /// «1–6 сентября 2025 г.».
    span: String,
    class: Option<String>,
    earlier: String,
    later: String,
    /// The address of the current week, where this is another.
    current: Option<String>,
    days: Vec<DayShown>,
    /// The tests that plans have ahead.
    ahead: Vec<String>,
    /// When the reader has said that he has seen the week.
    seen: Option<String>,
    /// Whether the reader may say that he has.
    may_sign: bool,
    sign: String,
}

struct DayShown {
    name: String,
    is_today: bool,
    off: Option<String>,
    /// What takes place at school.
    events: Vec<String>,
    lessons: Vec<Row>,
}

/// `GET /diary/{n}`: this week.
pub async fn current(State(served): State<Arc<Served>>, _: Guest, Path(n): Path<usize>) -> Response {
    Redirect::to(&address(n, monday_of(served.today()))).into_response()
}

/// `GET /diary/{n}/week/{monday}`.
pub async fn show(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Path((n, monday)): Path<(usize, String)>,
) -> Response {
    shown(&served, &reader, n, Read::Week, move |visit| filled(visit, meant(&monday)?))
}

/// `POST /diary/{n}/week/{monday}/seen`: a parent says that he has seen the week.
pub async fn sign(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Path((n, monday)): Path<(usize, String)>,
) -> Response {
    let signed = served.aside(move |served| {
        let monday = meant(&monday)?;
        let file = reader.children.get(n).ok_or_else(no_page)?;
        if monday > served.today() || reader.standing != Standing::Parent {
            return Err(no_page());
        }
        served.contacts(|contacts| contacts.note_seen(reader.id, file, monday, served.today()))?;
        Ok(address(n, monday))
    });
    match signed.await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => fault(&error),
    }
}

fn address(n: usize, monday: Day) -> String {
    format!("/diary/{n}/week/{monday}")
}

fn monday_of(day: Day) -> Day {
    day.week(Weekday::Mon).first_day()
}

/// The Monday of an address, which lies within reach of some calendar.
fn meant(text: &str) -> Result<Day> {
    let day = parse_iso(text).ok_or_else(no_page)?;
    let is_near = (2000..2200).contains(&chrono::Datelike::year(&day));
    if is_near { Ok(monday_of(day)) } else { Err(no_page()) }
}

fn filled(visit: &Visit<'_>, monday: Day) -> Result<Page> {
    let (n, today) = (visit.n, visit.today);
    let week = diary::week(visit.tables, &visit.pupil, monday, today)?;
    let saturday = monday + Days::new(5);
    let ahead = week
        .ahead
        .into_iter()
        .filter(|of| of.date > today)
        .map(|of| format!("{}, {}: {} ({})", day_and_month(of.date), of.subject, of.line.work, of.line.topic));
    let seen = visit.served.contacts(|contacts| contacts.seen(visit.file, (monday, monday)))?;
    // Parents who live apart are told nothing of each other.
    let own = seen.iter().find(|of| of.who == visit.reader.id);
    Ok(Page {
        frame: visit.frame("Неделя", "week")?,
        span: span_in_words(monday, saturday),
        class: week.class.map(|class| class.to_string()),
        earlier: address(n, monday - Days::new(7)),
        later: address(n, monday + Days::new(7)),
        current: (monday != monday_of(today)).then(|| address(n, monday_of(today))),
        days: week.days.into_iter().map(|day| shown_day(&visit.pupil, day, today)).collect(),
        ahead: ahead.collect(),
        seen: own.map(|of| format_date(of.day)),
        may_sign: visit.is_parent() && own.is_none() && monday <= today,
        sign: format!("{}/seen", address(n, monday)),
    })
}

fn shown_day(pupil: &Pupil, day: WeekDay, today: Day) -> DayShown {
    let off = match (day.off, day.is_there) {
        (None, false) => Some(pupil.agree("Ещё не в школе или уже выбыл.")),
        (off, _) => off,
    };
    DayShown {
        name: weekday_and_day(day.date),
        is_today: day.date == today,
        off: if day.lessons.is_empty() { off } else { None },
        events: day.events.iter().map(event_in_words).collect(),
        lessons: day.lessons.into_iter().map(|of| Row::of(of, day.date < today)).collect(),
    }
}

/// «18:00, Родительское собрание (актовый зал)».
fn event_in_words(of: &Event) -> String {
    let begins = if of.begins.is_empty() { String::new() } else { format!("{}, ", of.begins) };
    let place = if of.place.is_empty() { String::new() } else { format!(" ({})", of.place) };
    format!("{begins}{}{place}", of.title)
}

/// «понедельник, 8 сентября».
fn weekday_and_day(day: Day) -> String {
    let words = day_in_words(day);
    words.rsplitn(3, ' ').nth(2).unwrap_or_default().to_owned()
}

/// «8 сентября».
pub fn day_and_month(day: Day) -> String {
    let words = weekday_and_day(day);
    words.split_once(", ").map_or(words.clone(), |(_, day)| day.to_owned())
}

/// «1–6 сентября 2025 г.», «29 сентября – 4 октября 2025 г.»
pub fn span_in_words(first: Day, last: Day) -> String {
    let whole = |day: Day| day_in_words(day).split_once(", ").map(|(_, day)| day.to_owned()).unwrap_or_default();
    let (from, to) = (day_and_month(first), whole(last));
    let (number, month) = from.split_once(' ').unwrap_or((&from, ""));
    if chrono::Datelike::year(&first) != chrono::Datelike::year(&last) {
        format!("{} – {to}", whole(first))
    } else if to.contains(month) {
        format!("{number}–{to}")
    } else {
        format!("{from} – {to}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_days_names_what_differs() {
        let day = |text: &str| parse_iso(text).unwrap();
        assert_eq!(span_in_words(day("2025-09-01"), day("2025-09-06")), "1–6 сентября 2025 г.");
        assert_eq!(span_in_words(day("2025-09-29"), day("2025-10-04")), "29 сентября – 4 октября 2025 г.");
        assert_eq!(span_in_words(day("2025-12-29"), day("2026-01-03")), "29 декабря 2025 г. – 3 января 2026 г.");
        assert_eq!(weekday_and_day(day("2025-09-08")), "понедельник, 8 сентября");
    }

    #[test]
    fn an_address_without_a_day_of_this_age_is_no_page() {
        for text in ["", "x", "2025-13-01", "9999-12-31", "-262143-01-01", "01.09.2025"] {
            assert!(meant(text).is_err(), "{text}");
        }
        assert_eq!(meant("2025-09-03").unwrap(), parse_iso("2025-09-01").unwrap());
    }
}
