//! What a class teacher does at the desk (§3.3.4): absences that lack a reason, exemptions, and how his class does.

mod absences;
mod attendance;
mod exemptions;
mod marks;

use super::tabs::{Tab, Tabs};
use super::{Desk, Sitting, own_class};
use crate::error::{Error, Result};
use crate::journal::read::{self, Pupil};
use crate::report::scope::period_on;
use crate::school::{ClassName, Period, PersonalFile, School, counted};
use crate::work::absence::{self, Absent};
use axum::Router;
use axum::routing::{get, post};
use serde::Deserialize;
use std::sync::Arc;

/// The address of the section.
pub const ADDRESS: &str = "/classroom";

/// Its pages, in the order of their links.
const PAGES: [(&str, &str); 4] =
    [("", "Пропуски"), ("/exemptions", "Освобождения"), ("/marks", "Отметки"), ("/attendance", "Посещаемость")];

/// The pages and what they send.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route(ADDRESS, get(absences::first))
        .route("/classroom/{class}", get(absences::show))
        .route("/classroom/{class}/reason", post(absences::excuse))
        .route("/classroom/{class}/reason/withdraw", post(absences::withdraw))
        .route("/classroom/{class}/exemptions", get(exemptions::show).post(exemptions::exempt))
        .route("/classroom/{class}/exemptions/withdraw", post(exemptions::withdraw))
        .route("/classroom/{class}/marks", get(marks::show))
        .route("/classroom/{class}/attendance", get(attendance::show))
}

/// What waits in each own class: absences without a reason.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let today = sitting.today()?;
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let begins = read::school(tables)?.year.begins;
    let mut waits = Vec::new();
    for class in read::classes_of_teacher(tables, &login)? {
        let mut pupils: Vec<PersonalFile> =
            read::explain::unexplained(tables, &class, begins, today)?.into_iter().map(|missed| missed.pupil).collect();
        pupils.sort();
        pupils.dedup();
        if !pupils.is_empty() {
            let whose = counted(pupils.len() as u64, ["ученика", "учеников", "учеников"]);
            waits.push(format!("{class}: пропуски без причины у {whose}"));
        }
    }
    Ok(waits)
}

/// A class of whoever sits here.
struct Room {
    class: ClassName,
    /// Where its pages lie.
    address: String,
    /// Other classes of his, and this one.
    classes: Vec<ClassName>,
    /// Who was in it this year, by name.
    pupils: Vec<Pupil>,
    /// What they are called.
    names: Vec<String>,
}

impl Room {
    /// The class of an address, else the first of his.
    fn of(sitting: &mut Sitting, named: Option<&str>) -> Result<Self> {
        let login = sitting.seat.place()?.login().clone();
        let tables = sitting.seat.journal.tables();
        let classes = read::classes_of_teacher(tables, &login)?;
        let class = own_class::chosen(&classes, named)?;
        let pupils = read::pupils_of_class(tables, &class)?;
        let names = read::names(tables, &pupils)?;
        Ok(Self { address: own_class::address(ADDRESS, &class), class, classes, pupils, names })
    }

    /// The links to the pages of the class, of which one is shown.
    fn tabs(&self, here: &str) -> Tabs {
        own_class::pages("Страницы класса", &self.address, &PAGES, here)
    }

    /// The links to his classes, where he has several.
    fn others(&self, here: &str) -> Option<Tabs> {
        own_class::others("Ваши классы", ADDRESS, (&self.classes, &self.class), here)
    }

    /// The periods of the class, of which one is shown.
    fn periods(&self, school: &School, page: &str, shown: &Period) -> Tabs {
        let tabs = school.periods_of(&self.class).into_iter().enumerate().map(|(at, period)| Tab {
            address: format!("{}{page}?period={}", self.address, at + 1),
            name: period.name.clone(),
            is_here: period.name == shown.name,
        });
        Tabs { label: "Период", tabs: tabs.collect() }
    }

    /// The pupils as a form chooses among them: their rows and what they are called.
    fn choices(&self) -> Vec<(i64, String)> {
        self.pupils.iter().map(|pupil| pupil.id).zip(self.names.iter().cloned()).collect()
    }

    /// A pupil by his personal file: his row and what he is called.
    fn pupil(&self, file: &PersonalFile) -> Option<(i64, &str)> {
        let at = self.pupils.iter().position(|pupil| pupil.file == *file)?;
        Some((self.pupils[at].id, self.names.get(at)?))
    }

    /// A pupil by his row and a span of days as they were typed, and what he is called. Without a last day it is one day.
    fn absent(&self, sitting: &Sitting, pupil: &str, since: &str, until: &str) -> Result<(Absent, &str)> {
        let row: Option<i64> = pupil.trim().parse().ok();
        let at = self.pupils.iter().position(|known| Some(known.id) == row);
        let at = at.ok_or_else(|| Error::input("ученик не выбран").next("выберите его в списке"))?;
        let since = sitting.day_or_none(since)?.ok_or_else(|| {
            Error::input("не указан первый день").next("впишите его: 15.09.2025, 15.09, сегодня, вчера, пн")
        })?;
        let until = sitting.day_or_none(until)?.unwrap_or(since);
        let name = self.names.get(at).map(String::as_str).unwrap_or_default();
        Ok((Absent { pupil: self.pupils[at].file.clone(), since, until }, name))
    }
}

/// Which period is asked for, by its place among those of the class.
#[derive(Deserialize, Default)]
pub struct AskedPeriod {
    period: Option<String>,
}

impl AskedPeriod {
    /// It, else the one of today.
    fn of<'s>(&self, school: &'s School, class: &ClassName, today: crate::school::Day) -> Result<&'s Period> {
        let periods = school.periods_of(class);
        let place: Option<usize> = self.period.as_deref().and_then(|place| place.parse().ok());
        let asked = place.and_then(|place| periods.get(place.checked_sub(1)?).copied());
        asked.or_else(|| period_on(school, class, None, today)).ok_or_else(|| {
            Error::input(format!("у {class} нет учебных периодов")).next("их вносит администратор в файл school.toml")
        })
    }
}

/// What was withdrawn for it, after what was recorded.
fn replaced(explained: &absence::Explanation) -> String {
    if explained.withdrawn.is_empty() {
        String::new()
    } else {
        format!("; вместо: {}", explained.withdrawn.join("; "))
    }
}
