//! What an administrator does at the desk (§3.3.1): pupils and their classes, groups, the timetable and the bells.

mod bells;
pub mod groups;
mod pupil;
pub mod pupils;
pub mod timetable;
mod week;

use super::Desk;
use super::find::classes::of_address;
use crate::error::Result;
use crate::journal::read::{self, Pupil, Tables};
use crate::school::ClassName;
use axum::Router;
use axum::routing::{get, post};
use serde::Deserialize;
use std::sync::Arc;

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(pupils::ADDRESS, get(pupils::show).post(pupils::add))
        .route("/pupils/{id}", get(pupil::show))
        .route("/pupils/{id}/name", post(pupil::name))
        .route("/pupils/{id}/number", post(pupil::number))
        .route("/pupils/{id}/move", post(pupil::move_to))
        .route("/pupils/{id}/leave", post(pupil::leave))
        .route("/pupils/{id}/enrol", post(pupil::enrol))
        .route("/pupils/{id}/stay", post(pupil::stay))
        .route("/pupils/{id}/annul", post(pupil::annul))
        .route(groups::ADDRESS, get(groups::show))
        .route("/groups/{class}", post(groups::set))
        .route("/groups/{class}/annul", post(groups::annul))
        .route(timetable::ADDRESS, get(timetable::show))
        .route("/timetable/{course}", get(week::show).post(week::set))
        .route(bells::ADDRESS, get(bells::show).post(bells::set))
        .route("/bells/annul", post(bells::annul))
}

/// What an administrator does with a class: address and name.
pub fn of_class(class: &ClassName) -> Vec<(String, &'static str)> {
    let sections = [
        (pupils::ADDRESS, "Внести или изменить учеников"),
        (groups::ADDRESS, "Группы"),
        (timetable::ADDRESS, "Расписание"),
    ];
    sections.map(|(address, name)| (at_class(address, class), name)).to_vec()
}

/// Where an administrator changes what is recorded of a pupil.
pub fn of_pupil(pupil: &Pupil) -> String {
    format!("{}/{}", pupils::ADDRESS, pupil.id)
}

/// The page of a section for a class.
fn at_class(address: &str, class: &ClassName) -> String {
    format!("{address}?class={}", class.ascii())
}

/// Which class is asked for.
#[derive(Deserialize, Default)]
pub struct Asked {
    class: Option<String>,
    /// The first day of the week that is looked at, where there are several through the year.
    since: Option<String>,
}

/// The classes to choose from.
struct Choice {
    /// Address, name, whether it is chosen.
    classes: Vec<(String, String, bool)>,
    /// The one that is chosen; the only one, where there is no other.
    class: Option<ClassName>,
}

impl Choice {
    fn of(tables: &Tables, asked: &Asked, address: &str) -> Result<Self> {
        let all = read::classes(tables)?;
        let class = match (&asked.class, &all[..]) {
            (Some(ascii), _) => Some(of_address(tables, ascii)?),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        };
        let link = |one: &ClassName| (at_class(address, one), one.to_string(), class.as_ref() == Some(one));
        Ok(Self { classes: all.iter().map(link).collect(), class })
    }
}
