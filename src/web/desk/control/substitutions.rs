//! «Замены»: the lessons of a day by class with who gives them, and those given instead that nobody has confirmed (§2.1).

use crate::error::{Error, Result};
use crate::journal::entry::LessonRef;
use crate::journal::read::{self, Staff, Substitution, Tables};
use crate::school::{ClassName, Day, Role, day_in_words, format_date, parse_iso};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, name_of, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::substitution::{self, OfDay};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/substitutions";

#[derive(Template)]
#[template(path = "desk/pages/control/substitutions.html")]
struct Page {
    frame: Frame,
    /// The day in words.
    day: String,
    typed_day: String,
    before: String,
    after: String,
    /// Why there are no lessons.
    off: Option<String>,
    teachers: Vec<Choice>,
    classes: Vec<Choice>,
    lessons: Listing,
    unconfirmed: Vec<Unconfirmed>,
}

/// Something that can be chosen, by its place in the list: no login stands in an address.
pub struct Choice {
    /// Its place.
    pub at: usize,
    /// What it says.
    pub name: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A lesson that was given instead of the course's teacher.
struct Unconfirmed {
    course: i64,
    date: String,
    number: u8,
    what: String,
    who: String,
}

/// Which day, and whose lessons of it.
#[derive(Deserialize, Clone, Default)]
pub struct Asked {
    /// `2025-09-15`; today where none is named.
    pub day: Option<String>,
    /// The place of a teacher among the staff.
    pub teacher: Option<usize>,
    /// The place of a class among the classes.
    pub class: Option<usize>,
}

impl Asked {
    /// The address of the page that shows it.
    pub fn address(&self) -> String {
        let day = self.day.as_ref().map(|day| format!("day={day}"));
        let teacher = self.teacher.map(|at| format!("teacher={at}"));
        let class = self.class.map(|at| format!("class={at}"));
        let parts: Vec<String> = [day, teacher, class].into_iter().flatten().collect();
        if parts.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{}", parts.join("&")) }
    }
}

/// `GET /substitutions`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(asked): Query<Asked>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &asked)).await)
}

fn page(sitting: &mut Sitting, asked: &Asked) -> Result<Page> {
    let frame = Frame::of(sitting, "Замены".to_owned(), ADDRESS.to_owned())?;
    let (today, assigns) = (sitting.today()?, sections::holds(sitting, &[Role::DeputyHead])?);
    let login = sitting.seat.place()?.login().clone();
    let day = asked.day.as_deref().and_then(parse_iso).unwrap_or(today);
    let tables = sitting.seat.journal.tables();
    let (staff, classes) = (read::all_staff(tables)?, read::classes(tables)?);
    let teacher = asked.teacher.and_then(|at| staff.get(at)).map(|person| person.login.clone());
    let class = asked.class.and_then(|at| classes.get(at));
    let mut lessons = substitution::lessons(tables, day)?;
    lessons
        .retain(|lesson| teacher.as_ref().is_none_or(|login| lesson.teacher == *login || lesson.given_by() == login));
    lessons.retain(|lesson| class.is_none_or(|class| lesson.course.key.class == *class));
    let to = |day: Option<Day>| Asked { day: day.map(read::iso), ..asked.clone() }.address();
    let waiting = read::substitutions(tables)?.into_iter();
    let waiting = waiting.filter(|one| one.given && !one.confirmed && one.substitute != login);
    Ok(Page {
        day: day_in_words(day),
        typed_day: format_date(day),
        before: to(day.pred_opt()),
        after: to(day.succ_opt()),
        off: read::school(tables)?.day_off(day).map(str::to_owned),
        teachers: teachers(tables, &staff, asked.teacher)?,
        classes: choices(classes.iter().map(ClassName::to_string), asked.class),
        lessons: listing(tables, &lessons, assigns.then_some((day, asked)))?,
        unconfirmed: waiting.map(|one| unconfirmed(tables, &one)).collect::<Result<_>>()?,
        frame,
    })
}

/// Things to choose from, by their places.
pub fn choices(names: impl Iterator<Item = String>, chosen: Option<usize>) -> Vec<Choice> {
    names.enumerate().map(|(at, name)| Choice { at, name, is_chosen: chosen == Some(at) }).collect()
}

/// Those of the staff who teach.
pub fn teachers(tables: &Tables, staff: &[Staff], chosen: Option<usize>) -> Result<Vec<Choice>> {
    let mut out = Vec::new();
    for choice in choices(staff.iter().map(|person| person.name.initials()), chosen) {
        if let Some(person) = staff.get(choice.at)
            && read::has_role(tables, &person.login, Role::Teacher)?
        {
            out.push(choice);
        }
    }
    Ok(out)
}

fn listing(tables: &Tables, lessons: &[OfDay], assigns: Option<(Day, &Asked)>) -> Result<Listing> {
    let heads = ["Класс", "Урок", "Предмет", "Учитель", "Замещает", "Состояние", "Замена"];
    let shown = if assigns.is_some() { heads.len() } else { heads.len() - 1 };
    let mut listing = Listing::new("Уроки дня", &heads[..shown], "Уроков нет.");
    for lesson in lessons {
        let key = &lesson.course.key;
        let group = if key.group.is_empty() { String::new() } else { format!(" ({})", key.group) };
        let substitute = lesson.substitute.as_ref().map(|login| name_of(tables, login)).transpose()?;
        let state = match (&substitute, lesson.is_recorded, lesson.is_confirmed) {
            (None, true, _) => "записан",
            (None, false, _) => "",
            (Some(_), false, _) => "назначена",
            (Some(_), true, true) => "записан, замена подтверждена",
            (Some(_), true, false) => "записан, замена не подтверждена",
        };
        let mut row: Vec<Entry> = vec![
            key.class.to_string().into(),
            lesson.number.to_string().into(),
            format!("{}{group}", key.subject).into(),
            name_of(tables, &lesson.teacher)?.into(),
            substitute.unwrap_or_default().into(),
            state.into(),
        ];
        if let Some((day, asked)) = assigns {
            let word = if lesson.substitute.is_some() { "Изменить" } else { "Назначить" };
            row.push(match lesson.is_recorded {
                true => Entry::default(),
                false => Entry::to(super::lesson::address(&lesson.course, day, lesson.number, asked), word),
            });
        }
        listing.rows.push(row);
    }
    Ok(listing)
}

fn unconfirmed(tables: &Tables, one: &Substitution) -> Result<Unconfirmed> {
    let at = &one.at;
    let course = read::course(tables, &at.course)?.map(|course| course.id).unwrap_or_default();
    let what = format!("{}, урок {}: {}", format_date(at.date), at.lesson, at.course);
    let who = format!("{} вместо: {}", name_of(tables, &one.substitute)?, name_of(tables, &one.teacher)?);
    Ok(Unconfirmed { course, date: read::iso(at.date), number: at.lesson, what, who })
}

/// A filter as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    day: String,
    teacher: String,
    class: String,
}

/// `POST /substitutions`: another day, or whose lessons.
pub async fn narrow(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    let narrow = move |sitting: &mut Sitting| {
        let day = sitting.day_or_none(&typed.day)?.map(read::iso);
        Ok(Asked { day, teacher: typed.teacher.parse().ok(), class: typed.class.parse().ok() }.address())
    };
    gone_on(desk.ask(narrow).await)
}

/// A lesson that a form is about.
#[derive(Deserialize)]
pub struct Which {
    /// The course's row.
    pub course: i64,
    /// `2025-09-15`.
    pub date: String,
    /// Its number in the day.
    pub number: u8,
}

impl Which {
    /// The lesson.
    pub fn find(&self, tables: &Tables) -> Result<LessonRef> {
        let found = read::course_by_id(tables, self.course)?.zip(parse_iso(&self.date));
        let (course, date) = found
            .ok_or_else(|| Error::input("такого урока нет").next("вернитесь к списку уроков и выберите его снова"))?;
        Ok(LessonRef { course: course.key, date, lesson: self.number })
    }
}

/// `POST /substitutions/confirm`.
pub async fn confirm(State(desk): State<Arc<Desk>>, Form(which): Form<Which>) -> Response {
    let confirm = move |sitting: &mut Sitting| {
        let at = which.find(sitting.seat.journal.tables())?;
        let done = substitution::confirm(&mut sitting.seat.place()?, &at)?;
        sitting.say(&done, &format!("Замена подтверждена: {}", said(&at)));
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(confirm).await)
}

/// «7А Алгебра, 15.09.2025, урок 2».
pub fn said(at: &LessonRef) -> String {
    format!("{}, {}, урок {}", at.course, format_date(at.date), at.lesson)
}

/// Lessons given instead that nobody has confirmed.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let login = sitting.seat.place()?.login().clone();
    let all = read::substitutions(sitting.seat.journal.tables())?;
    let count = all.iter().filter(|one| one.given && !one.confirmed && one.substitute != login).count();
    Ok((count > 0).then(|| format!("Замен ждёт подтверждения: {count}")).into_iter().collect())
}
