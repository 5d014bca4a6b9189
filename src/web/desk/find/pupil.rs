//! A pupil's page: where he is and was, his courses with marks and what they come to, final marks, absences, exemptions.
//!
//! His address is his row: no name and no personal file stands in it.

use super::{classes, kept_by};
use crate::error::{Error, Result};
use crate::journal::read::finals::finals_of_pupil;
use crate::journal::read::{self, Membership, Pupil, Tables};
use crate::journal::rules::YEARLY;
use crate::report::Filter;
use crate::report::pupil::{self, Away, OfCourse};
use crate::report::scope::period_on;
use crate::school::{ClassName, Day, PeriodName, Role, School, counted, format_date};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{self, Frame, shown};
use crate::web::desk::{Desk, Sitting, office};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/find/pupil.html")]
struct Page {
    frame: Frame,
    name: String,
    /// What is known of him: what it is, and what it says.
    facts: Vec<(&'static str, String)>,
    /// The periods to choose from: address, name, whether it is shown.
    periods: Vec<(String, String, bool)>,
    /// The days that are shown.
    span: String,
    courses: Listing,
    finals: Listing,
    away: Listing,
    exemptions: Listing,
    /// Where an administrator changes what is recorded of him.
    kept: Option<String>,
}

/// The address of a pupil.
pub fn address(pupil: &Pupil) -> String {
    format!("/pupil/{}", pupil.id)
}

/// The pupil of an address.
///
/// # Errors
/// There is none.
pub fn of_address(tables: &Tables, id: i64) -> Result<Pupil> {
    read::pupil_by_id(tables, id)?
        .ok_or_else(|| Error::input("такого ученика в журнале нет").next("найдите его вверху страницы по фамилии"))
}

/// What of him is asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    /// A period by its place in the year, or the whole year, which is 0.
    period: Option<usize>,
}

/// `GET /pupil/{id}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| filled(sitting, id, &asked)).await)
}

fn filled(sitting: &mut Sitting, id: i64, asked: &Asked) -> Result<Page> {
    let pupil = of_address(sitting.seat.journal.tables(), id)?;
    let frame = Frame::of(sitting, "Ученик".to_owned(), address(&pupil))?;
    let (today, day, kept_by) = (sitting.today()?, classes::within_year(sitting)?, kept_by(sitting)?);
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let school = read::school(tables)?;
    let stays = read::stays_of(tables, pupil.id)?;
    let class = stays.iter().find(|(_, stay)| stay.covers(day)).or(stays.last()).map(|(class, _)| class.clone());
    let (periods, span) = periods(&school, class.as_ref(), asked, today, &address(&pupil));
    let filter = Filter { kept_by: kept_by.clone(), ..Filter::default() };
    let of_courses = pupil::courses(tables, &school, &filter, &pupil, span)?;
    let keeps = sitting.seat.stick.is_none() && read::has_role(tables, &login, Role::Administrator)?;
    let whole_year = asked.period == Some(0);
    Ok(Page {
        name: pupil.name.full(),
        facts: facts(tables, &pupil, day)?,
        periods,
        span: format!("{}–{}", format_date(span.0), format_date(span.1)),
        courses: courses(&of_courses, whole_year),
        finals: finals(tables, &school, class.as_ref(), &pupil)?,
        away: away(&pupil::away(tables, &pupil, span)?),
        exemptions: exemptions(tables, &pupil, span)?,
        kept: keeps.then(|| office::of_pupil(&pupil)),
        frame,
    })
}

/// A link to what is shown of another period: address, name, whether it is the one that is shown.
type Link = (String, String, bool);

/// The periods of his class to choose from, and the days of the one that is chosen.
fn periods(
    school: &School,
    class: Option<&ClassName>,
    asked: &Asked,
    today: Day,
    address: &str,
) -> (Vec<Link>, (Day, Day)) {
    let year = (school.year.begins, school.year.ends);
    let Some(class) = class else { return (Vec::new(), year) };
    let all = school.periods_of(class);
    let current = period_on(school, class, None, today);
    let at = current.and_then(|current| all.iter().position(|period| period.name == current.name));
    let chosen = asked.period.or(at.map(|at| at + 1)).unwrap_or_default();
    let span = chosen.checked_sub(1).and_then(|at| all.get(at)).map_or(year, |period| (period.begins, period.ends));
    let named = all.iter().enumerate().map(|(at, period)| (at + 1, period.name.clone()));
    let named = named.chain([(0, "Год".to_owned())]);
    (named.map(|(at, name)| (format!("{address}?period={at}"), name, at == chosen)).collect(), span)
}

fn facts(tables: &Tables, pupil: &Pupil, day: Day) -> Result<Vec<(&'static str, String)>> {
    let former = pupil.former.iter().map(|file| file.as_str()).collect::<Vec<_>>().join(", ");
    let former = if former.is_empty() { former } else { format!(" (прежде {former})") };
    let mut facts = vec![("Личное дело", format!("{}{former}", pupil.file))];
    facts.extend(read::born(tables, &pupil.file)?.map(|born| ("Дата рождения", format_date(born))));
    for (class, stay) in read::stays_of(tables, pupil.id)? {
        let what = if stay.covers(day) { "Класс" } else { "Прежний класс" };
        facts.push((what, format!("{class} {}", classes::stay_in_words(&stay, pupil.sex()))));
    }
    for (class, group) in read::groups_of_pupil(tables, pupil.id)? {
        let of = |of: &&Membership| of.pupil == pupil.id && of.group == group;
        let all = read::memberships(tables, &class)?;
        let days: Vec<String> = all.iter().filter(of).map(of_group).filter(|days| !days.is_empty()).collect();
        let days = if days.is_empty() { String::new() } else { format!(" {}", days.join("; ")) };
        facts.push(("Группа", format!("«{group}» ({class}){days}")));
    }
    if let Some(decision) = read::decision_of(tables, pupil.id)?.map(|known| known.said_of(pupil.sex())) {
        let said = format!("{}, протокол № {} от {}", decision.decision, decision.number, format_date(decision.date));
        facts.push(("Решение педсовета", said));
    }
    Ok(facts)
}

/// «с 20.09.2025 до 01.10.2025»; of somebody who is in it from the beginning nothing.
pub fn of_group(of: &Membership) -> String {
    let since = of.since.map(|since| format!("с {}", format_date(since)));
    let until = of.until.map(|until| format!("до {}", format_date(until)));
    since.into_iter().chain(until).collect::<Vec<_>>().join(" ")
}

fn courses(all: &[OfCourse], whole_year: bool) -> Listing {
    let heads = ["Курс", "Учитель", "Отметки", "Средний балл", "Прогноз", "Недостаёт", "Пропущено", "Опозданий"];
    let mut listing = Listing::new("Курсы и отметки", &heads, "Курсов у ученика в эти дни нет.");
    for at in [3, 4, 6, 7] {
        if let Some(head) = listing.heads.get_mut(at) {
            head.is_number = true;
        }
    }
    let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
    listing.rows.extend(all.iter().map(|of| {
        let outlook = &of.outlook;
        let written = if outlook.lacks_written { ", нужна письменная" } else { "" };
        let lacks = match (outlook.lacking, outlook.lacks_written) {
            _ if whole_year => String::new(),
            (0, false) => String::new(),
            (0, true) => "письменной".to_owned(),
            (lacking, _) => format!("{}{written}", counted(lacking, ["отметки", "отметок", "отметок"])),
        };
        vec![
            Entry::to(page::address(&of.course), of.course.key.to_string()),
            of.teacher.clone().into(),
            of.marks.join(", ").into(),
            outlook.average.map(|average| format!("{average:.2}").replace('.', ",")).unwrap_or_default().into(),
            outlook.forecast.clone().into(),
            lacks.into(),
            number(of.missed).into(),
            number(of.late).into(),
        ]
    }));
    listing
}

fn finals(tables: &Tables, school: &School, class: Option<&ClassName>, pupil: &Pupil) -> Result<Listing> {
    let marks = finals_of_pupil(tables, school, pupil.id)?;
    let periods = class.map(|class| school.periods_of(class)).unwrap_or_default();
    let mut columns: Vec<(PeriodName, String)> =
        periods.iter().map(|period| (PeriodName::from(&period.name), period.short.clone())).collect();
    // Of another class, or of another kind of class, there may be other periods.
    let others = marks.iter().map(|of| &of.period).filter(|period| !YEARLY.contains(&period.as_str()));
    for period in others {
        if !columns.iter().any(|(known, _)| known == period) {
            columns.push((period.clone(), period.to_string()));
        }
    }
    let yearly = YEARLY.iter().filter(|name| marks.iter().any(|of| of.period.as_str() == **name));
    columns.extend(yearly.map(|name| (PeriodName::from(*name), (*name).to_owned())));
    let heads: Vec<&str> = ["Предмет"].into_iter().chain(columns.iter().map(|(_, short)| short.as_str())).collect();
    let mut listing = Listing::new("Итоговые отметки", &heads, "Итоговых отметок нет.");
    let order: Vec<String> = read::subjects(tables)?.into_iter().map(|subject| subject.name).collect();
    let mut subjects: Vec<&String> = marks.iter().map(|of| &of.course.subject).collect();
    subjects.sort_by_key(|subject| (order.iter().position(|known| known == *subject), (*subject).clone()));
    subjects.dedup();
    listing.rows.extend(subjects.into_iter().map(|subject| {
        let mark = |period: &PeriodName| {
            let mark = marks.iter().find(|of| of.course.subject == *subject && of.period == *period);
            Entry::from(mark.map(|of| of.mark.to_string()).unwrap_or_default())
        };
        [subject.clone().into()].into_iter().chain(columns.iter().map(|(period, _)| mark(period))).collect()
    }));
    Ok(listing)
}

fn away(days: &[Away]) -> Listing {
    let heads = ["День", "Уроки", "Причина", "Документ"];
    let mut listing = Listing::new("Пропуски и опоздания", &heads, "Пропусков и опозданий нет.");
    listing.rows.extend(days.iter().map(|away| {
        let lessons: Vec<String> =
            away.lessons.iter().map(|(subject, kind)| format!("{subject}: {}", kind.as_str())).collect();
        let asked = away.lessons.iter().any(|(_, kind)| kind.as_str() == "н");
        let reason = match away.reason {
            Some(reason) => reason.word(),
            None if asked => "не указана",
            None => "",
        };
        vec![format_date(away.date).into(), lessons.join("; ").into(), reason.into(), away.documents.join("; ").into()]
    }));
    listing
}

fn exemptions(tables: &Tables, pupil: &Pupil, span: (Day, Day)) -> Result<Listing> {
    let heads = ["Предмет", "Дни", "Документ"];
    let mut listing = Listing::new("Освобождения", &heads, "Освобождений нет.");
    listing.rows.extend(pupil::exemptions(tables, pupil, span)?.into_iter().map(|of| {
        let days = format!("{}–{}", format_date(of.since), format_date(of.until));
        vec![of.subject.into(), days.into(), of.document.into()]
    }));
    Ok(listing)
}
