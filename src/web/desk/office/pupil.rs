//! What is recorded of a pupil, changed: his name as it is now, the class that he goes to, the day he leaves; and what was
//! recorded of him by mistake.

use super::{at_class, pupils};
use crate::error::Result;
use crate::journal::read::{self, Pupil, Tables, extraordinary};
use crate::journal::resolve;
use crate::school::{Sex, fold, format_date, parse_date};
use crate::web::desk::find::classes::{stay_in_words, within_year};
use crate::web::desk::find::pupil::{address, of_address};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::pupils::{
    Changed, Changes, Leaving, ListedSex, Stepped, annul as annul_pupil, change, enroll, in_no_group,
};
use crate::work::pupils::{leave as record_leaving, move_to as record_move, sex_in_words};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/office/pupil.html")]
struct Page {
    frame: Frame,
    /// Where the forms are sent to.
    at: String,
    /// His page.
    page: String,
    pupil: Pupil,
    name: String,
    born: String,
    /// What the list says of the sex: «м», «ж» or nothing.
    sex: &'static str,
    stays: Vec<String>,
    /// Whether he is in a class now.
    is_here: bool,
    /// The class that he is in, or was in last.
    class: String,
    classes: Vec<String>,
    today: String,
    /// What waits for a second person.
    waits: Vec<String>,
}

/// `GET /pupils/{id}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(id): Path<i64>) -> Response {
    shown(desk.ask(move |sitting| filled(sitting, id)).await)
}

fn filled(sitting: &mut Sitting, id: i64) -> Result<Page> {
    let pupil = of_address(sitting.seat.journal.tables(), id)?;
    let at = super::of_pupil(&pupil);
    let frame = Frame::of(sitting, "Сведения об ученике".to_owned(), pupils::ADDRESS.to_owned())?;
    let (today, day) = (sitting.today()?, within_year(sitting)?);
    let tables = sitting.seat.journal.tables();
    let stays = read::stays_of(tables, pupil.id)?;
    // Who comes later this year is there for the sake of these forms.
    let is_here = stays.last().is_some_and(|(_, stay)| stay.until.is_none_or(|until| until > day));
    Ok(Page {
        at,
        page: address(&pupil),
        name: pupil.name.full(),
        born: read::born(tables, &pupil.file)?.map(format_date).unwrap_or_default(),
        sex: pupil.listed_sex.map(Sex::as_str).unwrap_or_default(),
        is_here,
        class: stays.last().map(|(class, _)| class.to_string()).unwrap_or_default(),
        stays: stays.iter().map(|(class, stay)| format!("{class} {}", stay_in_words(stay, pupil.sex()))).collect(),
        classes: read::classes(tables)?.iter().map(ToString::to_string).collect(),
        today: format_date(today),
        waits: waits(tables, &pupil)?,
        pupil,
        frame,
    })
}

/// What was recorded of him and waits for a second person.
fn waits(tables: &Tables, pupil: &Pupil) -> Result<Vec<String>> {
    let mut waits = Vec::new();
    for one in extraordinary::waiting(tables)? {
        let (from, to) = (one.entries.from, one.entries.last());
        let held = extraordinary::waiting_between(tables, from, to)?;
        if held.iter().any(|held| pupil.is_named(&held.about)) {
            waits.push(format!("№ {from}: {}", one.what));
        }
    }
    Ok(waits)
}

/// The name and the birthday.
#[derive(Deserialize)]
pub struct Name {
    surname: String,
    given: String,
    patronymic: String,
    #[serde(default)]
    sex: Option<String>,
    born: String,
    #[serde(default)]
    another: String,
}

/// `POST /pupils/{id}/name`.
pub async fn name(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Name>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let born = parse_date(&typed.born)?;
        let sex = typed.sex.as_deref().map(ListedSex::parse).transpose()?;
        let Name { surname, given, patronymic, another, .. } = typed;
        let name = (Some(surname), Some(given), Some(patronymic));
        let changes = Changes {
            surname: name.0,
            given: name.1,
            patronymic: name.2,
            born: Some(born),
            sex,
            another: !another.is_empty(),
            ..Changes::default()
        };
        changed(sitting, id, &changes)
    };
    gone_on(desk.ask(set).await)
}

/// The number of the personal file.
#[derive(Deserialize)]
pub struct Number {
    number: String,
    reason: String,
}

/// `POST /pupils/{id}/number`.
pub async fn number(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Number>) -> Response {
    let changes = Changes { number: Some(typed.number), reason: typed.reason, ..Changes::default() };
    gone_on(desk.ask(move |sitting| changed(sitting, id, &changes)).await)
}

/// A stay that was recorded wrongly; what is empty stays as it is.
#[derive(Deserialize)]
pub struct WrongStay {
    class: String,
    enrolled: String,
    left: String,
    reason: String,
    #[serde(default)]
    despite: String,
}

/// `POST /pupils/{id}/stay`.
pub async fn stay(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<WrongStay>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let left = match fold(typed.left.trim()).as_str() {
            "" => None,
            "нет" => Some(Leaving::Withdrawn),
            _ => Some(Leaving::On(sitting.day(&typed.left)?)),
        };
        let enrolled = sitting.day_or_none(&typed.enrolled)?;
        let class = Some(typed.class.trim()).filter(|class| !class.is_empty());
        let class = class.map(|class| resolve::class(sitting.seat.journal.tables(), class)).transpose()?;
        let (reason, despite) = (typed.reason, !typed.despite.is_empty());
        changed(sitting, id, &Changes { enrolled, class, left, reason, despite, ..Changes::default() })
    };
    gone_on(desk.ask(set).await)
}

fn changed(sitting: &mut Sitting, id: i64, changes: &Changes) -> Result<String> {
    let pupil = of_address(sitting.seat.journal.tables(), id)?;
    let Changed { mut done, name, born, sex, stay, number, ungrouped, .. } =
        change(&mut sitting.seat.place()?, &pupil.file, changes)?;
    done.warnings.extend(ungrouped.as_ref().map(in_no_group));
    let stay = stay.map(|stay| format!(", {}", stay.in_words())).unwrap_or_default();
    let number = number.map(|number| format!(", личное дело «{number}»")).unwrap_or_default();
    let sex = sex.map(sex_in_words).unwrap_or_default();
    let becomes = if done.waiting.is_empty() { "Теперь" } else { "станет" };
    sitting.say(&done, &format!("{becomes} {}, {}{sex}{stay}{number}", name.full(), format_date(born)));
    Ok(super::of_pupil(&pupil))
}

/// A class and the first day in it.
#[derive(Deserialize)]
pub struct Step {
    class: String,
    date: String,
    #[serde(default)]
    despite: String,
}

/// `POST /pupils/{id}/move`.
pub async fn move_to(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Step>) -> Response {
    gone_on(desk.ask(move |sitting| step(sitting, id, &typed, true)).await)
}

/// `POST /pupils/{id}/enrol`.
pub async fn enrol(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Step>) -> Response {
    gone_on(desk.ask(move |sitting| step(sitting, id, &typed, false)).await)
}

fn step(sitting: &mut Sitting, id: i64, typed: &Step, is_move: bool) -> Result<String> {
    let pupil = of_address(sitting.seat.journal.tables(), id)?;
    let class = resolve::class(sitting.seat.journal.tables(), &typed.class)?;
    let since = sitting.day(&typed.date)?;
    let mut place = sitting.seat.place()?;
    let (stepped, what) = match is_move {
        true => {
            let despite = !typed.despite.is_empty();
            (record_move(&mut place, &pupil.file, class.clone(), since, despite)?, "переведён")
        }
        false => (enroll(&mut place, &pupil.file, class.clone(), since)?, "зачислен"),
    };
    say_stepped(sitting, stepped, &format!("{what} в {class} с {}", format_date(since)));
    Ok(super::of_pupil(&pupil))
}

/// Says what was done, `what` being worded in the masculine.
fn say_stepped(sitting: &mut Sitting, stepped: Stepped, what: &str) {
    let Stepped { mut done, name, sex, ungrouped } = stepped;
    done.warnings.extend(ungrouped.as_ref().map(in_no_group));
    sitting.say(&done, &format!("{}: {}", name.surname_given(), Sex::agree(sex, what)));
}

/// The first day on which he is not there.
#[derive(Deserialize)]
pub struct Left {
    date: String,
    #[serde(default)]
    despite: String,
}

/// `POST /pupils/{id}/leave`.
pub async fn leave(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Left>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let pupil = of_address(sitting.seat.journal.tables(), id)?;
        let until = sitting.day(&typed.date)?;
        let stepped = record_leaving(&mut sitting.seat.place()?, &pupil.file, until, !typed.despite.is_empty())?;
        say_stepped(sitting, stepped, &format!("выбыл {}", format_date(until)));
        Ok(super::of_pupil(&pupil))
    };
    gone_on(desk.ask(set).await)
}

/// Why he is taken back.
#[derive(Deserialize)]
pub struct Reason {
    reason: String,
}

/// `POST /pupils/{id}/annul`.
pub async fn annul(State(desk): State<Arc<Desk>>, Path(id): Path<i64>, Form(typed): Form<Reason>) -> Response {
    let set = move |sitting: &mut Sitting| {
        let tables = sitting.seat.journal.tables();
        let pupil = of_address(tables, id)?;
        let class = read::stays_of(tables, pupil.id)?.pop().map(|(class, _)| class);
        let (done, name) = annul_pupil(&mut sitting.seat.place()?, &pupil.file, &typed.reason)?;
        sitting.say(&done, &format!("{}: запись об ученике аннулирована", name.full()));
        Ok(class.map_or_else(|| pupils::ADDRESS.to_owned(), |class| at_class(pupils::ADDRESS, &class)))
    };
    gone_on(desk.ask(set).await)
}
