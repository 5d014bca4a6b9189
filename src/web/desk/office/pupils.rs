//! «Ученики»: the list of a class, and a new pupil.

use super::{Asked, Choice, at_class};
use crate::error::Result;
use crate::journal::read::{self, Tables};
use crate::journal::resolve;
use crate::school::{Day, PersonName, Sex, format_date, parse_date};
use crate::web::desk::find::classes::{roll, stays_in_words, within_year};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words;
use crate::work::pupils::{self, NewPupil, in_no_group};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/pupils";

#[derive(Template)]
#[template(path = "desk/pages/office/pupils.html")]
struct Page {
    frame: Frame,
    choice: Choice,
    pupils: Option<Listing>,
    /// Who is in no group of a class that has groups.
    ungrouped: Vec<String>,
    /// Where that is put right.
    groups: String,
}

/// `GET /pupils`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &asked)).await)
}

fn page(sitting: &mut Sitting, asked: &Asked) -> Result<Page> {
    let frame = Frame::of(sitting, "Ученики".to_owned(), ADDRESS.to_owned())?;
    let day = within_year(sitting)?;
    let tables = sitting.seat.journal.tables();
    let choice = Choice::of(tables, asked, ADDRESS)?;
    let Some(class) = &choice.class else {
        return Ok(Page { frame, choice, pupils: None, ungrouped: Vec::new(), groups: String::new() });
    };
    let heads = ["Ученик", "Личное дело", "Пол", "Дата рождения", "В классе", "Группы"];
    let mut listing = Listing::new("Ученики класса", &heads, "Учеников в классе нет.");
    for member in roll(tables, class, day)? {
        let born = read::born(tables, &member.pupil.file)?.map(format_date).unwrap_or_default();
        listing.rows.push(vec![
            Entry::to(super::of_pupil(&member.pupil), member.name),
            member.pupil.file.to_string().into(),
            member.pupil.sex().map(Sex::as_str).unwrap_or_default().into(),
            born.into(),
            stays_in_words(&member.stays, member.pupil.sex()).into(),
            member.groups.join(", ").into(),
        ]);
    }
    let ungrouped = read::ungrouped(tables, class, day)?;
    let ungrouped = ungrouped.iter().map(|one| words::sentence(&in_no_group(one).message)).collect();
    let groups = at_class(super::groups::ADDRESS, class);
    Ok(Page { pupils: Some(listing), ungrouped, groups, choice, frame })
}

/// How many pupils are in no group where their class has groups.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let day = within_year(sitting)?;
    let of = without_group(sitting.seat.journal.tables(), day)?;
    Ok((!of.is_empty()).then(|| format!("Ученики без группы: {}", of.join(", "))).into_iter().collect())
}

/// «7А — 2», of each class in which somebody is in no group.
fn without_group(tables: &Tables, day: Day) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for class in read::classes(tables)? {
        let many = read::ungrouped(tables, &class, day)?.len();
        if many > 0 {
            all.push(format!("{class} — {many}"));
        }
    }
    Ok(all)
}

/// A pupil as he was typed.
#[derive(Deserialize)]
pub struct Typed {
    class: String,
    surname: String,
    given: String,
    patronymic: String,
    #[serde(default)]
    sex: String,
    born: String,
    file: String,
    since: String,
    #[serde(default)]
    another: String,
}

/// `POST /pupils`.
pub async fn add(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| record(sitting, typed)).await)
}

fn record(sitting: &mut Sitting, typed: Typed) -> Result<String> {
    let class = resolve::class(sitting.seat.journal.tables(), &typed.class)?;
    let (born, since) = (parse_date(&typed.born)?, sitting.day_or_none(&typed.since)?);
    let sex = Some(typed.sex.trim()).filter(|sex| !sex.is_empty()).map(Sex::parse).transpose()?;
    let Typed { surname, given, patronymic, file, another, .. } = typed;
    let name = PersonName { surname, given, patronymic };
    let wish = NewPupil { file, name, born, sex, class: class.clone(), since, another: !another.is_empty() };
    let mut added = pupils::add(&mut sitting.seat.place()?, &wish)?;
    added.done.warnings.extend(added.ungrouped.as_ref().map(in_no_group));
    let (name, entered) = (added.name.full(), Sex::agree(added.sex, "внесён"));
    let what = format!("{name}: {entered}, {class} с {}", format_date(added.since));
    sitting.say(&added.done, &what);
    Ok(at_class(ADDRESS, &class))
}
