//! The classes of the school, and a class: its courses, each a link to its grid, and its pupils.

use super::{kept_by, pupil};
use crate::error::{Error, Result};
use crate::journal::read::{self, Membership, Pupil, Tables};
use crate::report::Filter;
use crate::report::scope::Names;
use crate::school::{ClassName, Day, NameForm, Role, Sex, Stay, format_date};
use crate::web::desk::listing::{Entry, Head, Listing};
use crate::web::desk::page::{self, Frame, shown};
use crate::web::desk::{Desk, Sitting, office};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/classes";

#[derive(Template)]
#[template(path = "desk/pages/find/classes.html")]
struct Classes {
    frame: Frame,
    classes: Listing,
}

#[derive(Template)]
#[template(path = "desk/pages/find/class.html")]
struct Page {
    frame: Frame,
    class: String,
    teacher: String,
    courses: Listing,
    pupils: Listing,
    /// What an administrator does with the class: address and name.
    kept: Vec<(String, &'static str)>,
}

/// The address of a class: «/class/7a».
pub fn address(class: &ClassName) -> String {
    format!("/class/{}", class.ascii())
}

/// The class of an address.
///
/// # Errors
/// None is called so.
pub fn of_address(tables: &Tables, ascii: &str) -> Result<ClassName> {
    let found = read::classes(tables)?.into_iter().find(|class| class.ascii() == ascii);
    found.ok_or_else(|| {
        Error::input("такого класса нет").next("выберите класс из списка или найдите его вверху страницы")
    })
}

/// `GET /classes`.
pub async fn all(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(list).await)
}

fn list(sitting: &mut Sitting) -> Result<Classes> {
    let frame = Frame::of(sitting, "Классы".to_owned(), ADDRESS.to_owned())?;
    let (day, kept_by) = (within_year(sitting)?, kept_by(sitting)?);
    let tables = sitting.seat.journal.tables();
    let names = Names::read(tables)?;
    let mut classes =
        Listing::new("Классы", &["Класс", "Классный руководитель", "Учеников", "Курсов"], "Классов в журнале нет.");
    classes.heads.iter_mut().skip(2).for_each(|head: &mut Head| head.is_number = true);
    for class in read::classes(tables)? {
        let filter = Filter { class: Some(class.clone()), kept_by: kept_by.clone(), ..Filter::default() };
        let pupils = read::members_of_class(tables, &class, day, day)?.len();
        let teacher = teacher_of(tables, &names, &class)?;
        classes.rows.push(vec![
            Entry::to(address(&class), class.to_string()),
            teacher.into(),
            pupils.to_string().into(),
            filter.courses(tables)?.len().to_string().into(),
        ]);
    }
    Ok(Classes { frame, classes })
}

fn teacher_of(tables: &Tables, names: &Names, class: &ClassName) -> Result<String> {
    let login = read::class_teacher(tables, class)?.filter(|login| !login.is_empty());
    Ok(login.map(|login| names.of(&login)).unwrap_or_default())
}

/// Today, or the school year's day that is next to it.
pub fn within_year(sitting: &Sitting) -> Result<Day> {
    let year = read::school(sitting.seat.journal.tables())?.year;
    Ok(sitting.today()?.clamp(year.begins, year.ends))
}

/// `GET /class/{class}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| filled(sitting, &class)).await)
}

fn filled(sitting: &mut Sitting, class: &str) -> Result<Page> {
    let class = of_address(sitting.seat.journal.tables(), class)?;
    let frame = Frame::of(sitting, format!("Класс {class}"), ADDRESS.to_owned())?;
    let (day, kept_by, login) = (within_year(sitting)?, kept_by(sitting)?, sitting.seat.place()?.login().clone());
    let tables = sitting.seat.journal.tables();
    let names = Names::read(tables)?;
    let filter = Filter { class: Some(class.clone()), kept_by, ..Filter::default() };
    let mut courses =
        Listing::new("Курсы класса", &["Предмет", "Группа", "Учитель", "Часов в неделю"], "Курсов у класса нет.");
    courses.heads.iter_mut().skip(3).for_each(|head| head.is_number = true);
    for course in filter.courses(tables)? {
        courses.rows.push(vec![
            Entry::to(page::address(&course), course.key.subject.clone()),
            course.key.group.clone().into(),
            names.of(&course.teacher).into(),
            course.hours.to_string().replace('.', ",").into(),
        ]);
    }
    let mut pupils =
        Listing::new("Ученики класса", &["Ученик", "Личное дело", "В классе", "Группы"], "Учеников в классе нет.");
    for member in roll(tables, &class, day)? {
        pupils.rows.push(vec![
            Entry::to(pupil::address(&member.pupil), member.name),
            member.pupil.file.to_string().into(),
            stays_in_words(&member.stays, member.pupil.sex()).into(),
            member.groups.join(", ").into(),
        ]);
    }
    let keeps = sitting.seat.stick.is_none() && read::has_role(tables, &login, Role::Administrator)?;
    let kept = if keeps { office::of_class(&class) } else { Vec::new() };
    Ok(Page { teacher: teacher_of(tables, &names, &class)?, class: class.to_string(), courses, pupils, kept, frame })
}

/// Somebody who is or was in a class this year.
pub struct Member {
    /// Who.
    pub pupil: Pupil,
    /// The whole name, told from the others'.
    pub name: String,
    /// When he was there, in order of time.
    pub stays: Vec<Stay>,
    /// The groups in which he is on the day.
    pub groups: Vec<String>,
}

/// Everybody who is or was in a class this year, by name.
///
/// # Errors
/// Tables that do not read.
pub fn roll(tables: &Tables, class: &ClassName, day: Day) -> Result<Vec<Member>> {
    let memberships = read::memberships(tables, class)?;
    let mut stays = read::stays_in(tables, class)?;
    let pupils = read::pupils_of_class(tables, class)?;
    let names = read::names_as(tables, &pupils, NameForm::Full)?;
    let member = |(pupil, name): (Pupil, String)| {
        let stays = stays.remove(&pupil.id).unwrap_or_default();
        let is_now = stays.iter().any(|stay| stay.covers(day));
        let now = |of: &&Membership| is_now && of.pupil == pupil.id && of.covers(day);
        let groups = memberships.iter().filter(now).map(|of| of.group.clone()).collect();
        Member { pupil, name, stays, groups }
    };
    Ok(pupils.into_iter().zip(names).map(member).collect())
}

/// «с 01.09.2025», «с 01.09.2025, выбыла 30.09.2025»: the second day is the first on which the pupil is not there.
pub fn stay_in_words(stay: &Stay, of: Option<Sex>) -> String {
    match stay.until {
        Some(until) => Sex::agree(of, &format!("с {}, выбыл {}", format_date(stay.since), format_date(until))),
        None => format!("с {}", format_date(stay.since)),
    }
}

/// Several stays, one after another.
pub fn stays_in_words(stays: &[Stay], of: Option<Sex>) -> String {
    stays.iter().map(|stay| stay_in_words(stay, of)).collect::<Vec<_>>().join("; ")
}
