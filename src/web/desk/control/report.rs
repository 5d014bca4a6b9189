//! One report: what it is narrowed by, its chart and its table, and the same table as a file.
//!
//! Its address says what it is narrowed by, as places in lists: no name of a person stands in it.

use super::reports::{ADDRESS, Field, Kind, Made, Scope, made};
use super::substitutions::{Choice, choices, teachers};
use crate::error::{Error, Result};
use crate::journal::read::{self, Tables};
use crate::journal::rules::YEARLY;
use crate::report::progress::By;
use crate::report::{self, Filter, When};
use crate::school::{ClassName, PeriodName, School, counted, format_date, parse_iso};
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{self, Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::sticks::at_work;
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// More rows than this are for a file.
const SHOWN: usize = 500;
/// By what progress can be summed up.
const BY: [(&str, By, &str); 4] = [
    ("class", By::Class, "классам"),
    ("subject", By::Subject, "предметам"),
    ("teacher", By::Teacher, "учителям"),
    ("school", By::School, "школе в целом"),
];

#[derive(Template)]
#[template(path = "desk/pages/control/report.html")]
struct Page {
    frame: Frame,
    kind: Kind,
    by: Vec<(&'static str, &'static str, bool)>,
    classes: Vec<Choice>,
    subjects: Vec<Choice>,
    teachers: Vec<Choice>,
    periods: Vec<Choice>,
    from: String,
    to: String,
    until: String,
    all: bool,
    made: Made,
    table: Listing,
    more: Option<Listing>,
    /// «Показано строк: 500 из 1 200.»
    cut: Option<String>,
    csv: String,
    xlsx: String,
}

impl Page {
    fn has(&self, field: Field) -> bool {
        self.kind.fields().contains(&field)
    }
}

/// What a report is narrowed by, as its address has it: places in the lists of classes, subjects, staff and periods.
#[derive(Deserialize, Default)]
pub struct Asked {
    by: Option<String>,
    class: Option<usize>,
    subject: Option<usize>,
    teacher: Option<usize>,
    period: Option<usize>,
    from: Option<String>,
    to: Option<String>,
    all: Option<u8>,
}

impl Asked {
    /// The end of an address: `?class=3&period=0`.
    fn query(&self) -> String {
        let place = |name: &str, at: Option<usize>| at.map(|at| format!("{name}={at}"));
        let text = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name}={text}"));
        let parts = [
            text("by", &self.by),
            place("class", self.class),
            place("subject", self.subject),
            place("teacher", self.teacher),
            place("period", self.period),
            text("from", &self.from),
            text("to", &self.to),
            self.all.map(|_| "all=1".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    fn by(&self) -> By {
        let asked = self.by.as_deref();
        BY.iter().find(|(name, _, _)| Some(*name) == asked).map_or(By::Class, |(_, by, _)| *by)
    }

    /// What that is, by the journal as it stands.
    fn scope(&self, sitting: &Sitting, lists: &Lists) -> Result<Scope> {
        let (journal, today) = (&sitting.seat.journal, sitting.today()?);
        let filter = Filter {
            class: at(&lists.classes, self.class)?,
            subject: at(&lists.subjects, self.subject)?,
            teacher: at(&lists.staff, self.teacher)?.map(|person| person.login),
            kept_by: at_work::kept_by(journal)?,
        };
        let day = |typed: &Option<String>| typed.as_deref().and_then(parse_iso);
        let (from, to) = (day(&self.from), day(&self.to));
        let period = at(&lists.periods, self.period)?;
        let named = period.as_deref().filter(|name| !YEARLY.contains(name));
        let when = When::new(&lists.school, named, (from, to), today)?;
        let (until, all) = (to.unwrap_or(today), self.all.is_some());
        Ok(Scope { by: self.by(), filter, period, when, today, until, all })
    }
}

/// What stands at a place of a list; of no place nothing.
fn at<T: Clone>(list: &[T], place: Option<usize>) -> Result<Option<T>> {
    let outdated = || Error::input("такого выбора в отчёте нет: списки изменились").next("выберите его снова");
    place.map(|place| list.get(place).cloned().ok_or_else(outdated)).transpose()
}

/// The lists in which the places of an address lie.
struct Lists {
    school: School,
    classes: Vec<ClassName>,
    subjects: Vec<String>,
    staff: Vec<read::Staff>,
    periods: Vec<PeriodName>,
}

impl Lists {
    fn of(tables: &Tables, kind: Kind) -> Result<Self> {
        let school = read::school(tables)?;
        let mut periods: Vec<PeriodName> = Vec::new();
        for period in &school.periods {
            let name = PeriodName::from(period.name.as_str());
            if !periods.contains(&name) {
                periods.push(name);
            }
        }
        if kind == Kind::Progress {
            periods.extend(YEARLY.map(PeriodName::from));
        }
        let subjects = read::subjects(tables)?.into_iter().map(|subject| subject.name).collect();
        let (classes, staff) = (read::classes(tables)?, read::all_staff(tables)?);
        Ok(Self { school, classes, subjects, staff, periods })
    }
}

fn kind_of(name: &str) -> Result<Kind> {
    Kind::of(name).ok_or_else(|| Error::input("такого отчёта нет").next("выберите его на странице «Отчёты»"))
}

/// `GET /reports/{name}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(name): Path<String>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, kind_of(&name)?, &asked)).await)
}

fn page(sitting: &mut Sitting, kind: Kind, asked: &Asked) -> Result<Page> {
    let frame = Frame::of(sitting, kind.title().to_owned(), ADDRESS.to_owned())?;
    let tables = sitting.seat.journal.tables();
    let lists = Lists::of(tables, kind)?;
    let made = made(sitting, kind, &asked.scope(sitting, &lists)?)?;
    let mut table = Listing::of(&made.table);
    let rows = table.rows.len();
    table.rows.truncate(SHOWN);
    let cut = (rows > SHOWN).then(|| {
        let rows = counted(rows as u64, ["строки", "строк", "строк"]);
        format!("Показаны первые {SHOWN} из {rows}: сузьте отчёт или сохраните его целиком в файл.")
    });
    let chosen = BY.map(|(name, by, words)| (name, words, by == asked.by()));
    let file = |ending: &str| format!("{ADDRESS}/{}/{ending}{}", kind.name(), asked.query());
    let day = |typed: &Option<String>| typed.as_deref().and_then(parse_iso).map(format_date).unwrap_or_default();
    Ok(Page {
        frame,
        kind,
        by: chosen.to_vec(),
        classes: choices(lists.classes.iter().map(ClassName::to_string), asked.class),
        subjects: choices(lists.subjects.iter().cloned(), asked.subject),
        teachers: teachers(tables, &lists.staff, asked.teacher)?,
        periods: choices(lists.periods.iter().map(ToString::to_string), asked.period),
        from: day(&asked.from),
        to: day(&asked.to),
        until: day(&asked.to),
        all: asked.all.is_some(),
        more: made.more.as_ref().map(Listing::of),
        table,
        cut,
        csv: file("csv"),
        xlsx: file("xlsx"),
        made,
    })
}

/// A form as it was filled in; what a report has no field for is not there.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    by: String,
    class: String,
    subject: String,
    teacher: String,
    period: String,
    from: String,
    to: String,
    all: String,
}

/// `POST /reports/{name}`: the same, narrowed otherwise.
pub async fn narrow(State(desk): State<Arc<Desk>>, Path(name): Path<String>, Form(typed): Form<Typed>) -> Response {
    let narrow = move |sitting: &mut Sitting| {
        let kind = kind_of(&name)?;
        let days = (sitting.day_or_none(&typed.from)?, sitting.day_or_none(&typed.to)?);
        if !typed.period.is_empty() && kind.fields().contains(&Field::Days) && days != (None, None) {
            return Err(Error::input("названы и период, и дни").next("оставьте что-то одно"));
        }
        let by = BY.iter().find(|(name, by, _)| *name == typed.by && *by != By::Class);
        let asked = Asked {
            by: by.map(|(name, _, _)| (*name).to_owned()),
            class: typed.class.parse().ok(),
            subject: typed.subject.parse().ok(),
            teacher: typed.teacher.parse().ok(),
            period: typed.period.parse().ok(),
            from: days.0.map(read::iso),
            to: days.1.map(read::iso),
            all: (!typed.all.is_empty()).then_some(1),
        };
        Ok(format!("{ADDRESS}/{}{}", kind.name(), asked.query()))
    };
    gone_on(desk.ask(narrow).await)
}

/// `GET /reports/{name}/csv` and `/xlsx`: the whole table as a file.
pub async fn download(
    State(desk): State<Arc<Desk>>,
    Path((name, ending)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    match desk.ask(move |sitting| file(sitting, kind_of(&name)?, &ending, &asked)).await {
        Ok((name, kind, bytes)) => {
            let name = format!("attachment; filename=\"{name}\"");
            ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(error) => page::fault(&error),
    }
}

fn file(sitting: &mut Sitting, kind: Kind, ending: &str, asked: &Asked) -> Result<(String, &'static str, Vec<u8>)> {
    let tables = sitting.seat.journal.tables();
    let made = made(sitting, kind, &asked.scope(sitting, &Lists::of(tables, kind)?)?)?;
    let (media, bytes) = match ending {
        "csv" => ("text/csv; charset=utf-8", report::csv(&made.table)),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report::xlsx(&made.table)?),
        _ => return Err(Error::input("такого файла нет").next("сохраните отчёт в CSV или в XLSX")),
    };
    Ok((format!("{}-{}.{ending}", kind.name(), read::iso(sitting.today()?)), media, bytes))
}
