//! Who gives one lesson: the teachers to choose from, those first who have no lesson at that hour.

use super::substitutions::{ADDRESS, Asked, Which, said};
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::{self, Course};
use crate::school::{Day, Login, Role};
use crate::web::desk::page::{Frame, gone_on, name_of, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::substitution::{self, busy};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/control/lesson.html")]
struct Page {
    frame: Frame,
    what: String,
    teacher: String,
    /// Who is assigned now.
    assigned: Option<String>,
    which: OnForm,
    free: Vec<Person>,
    busy: Vec<Person>,
    back: String,
}

/// The lesson and the list that it was chosen from.
#[derive(Deserialize, Clone)]
pub struct OnForm {
    course: i64,
    date: String,
    number: u8,
    #[serde(default)]
    teacher: String,
    #[serde(default)]
    class: String,
}

impl OnForm {
    fn lesson(&self, sitting: &Sitting) -> Result<LessonRef> {
        let Self { course, date, number, .. } = self.clone();
        Which { course, date, number }.find(sitting.seat.journal.tables())
    }

    /// The list that it was chosen from.
    fn back(&self) -> String {
        let (teacher, class) = (self.teacher.parse().ok(), self.class.parse().ok());
        Asked { day: Some(self.date.clone()), teacher, class }.address()
    }
}

/// Somebody who could give it.
struct Person {
    login: Login,
    name: String,
    is_assigned: bool,
}

/// The address of the page of a lesson, chosen from a list.
pub fn address(course: &Course, day: Day, number: u8, from: &Asked) -> String {
    let place = |name: &str, at: Option<usize>| at.map(|at| format!("&{name}={at}")).unwrap_or_default();
    let list = place("teacher", from.teacher) + &place("class", from.class);
    format!("{ADDRESS}/lesson?course={}&date={}&number={number}{list}", course.id, read::iso(day))
}

/// `GET /substitutions/lesson`.
pub async fn show(State(desk): State<Arc<Desk>>, Query(which): Query<OnForm>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, which)).await)
}

fn page(sitting: &mut Sitting, which: OnForm) -> Result<Page> {
    let frame = Frame::of(sitting, "Замена на уроке".to_owned(), ADDRESS.to_owned())?;
    let at = which.lesson(sitting)?;
    let tables = sitting.seat.journal.tables();
    let lessons = substitution::lessons(tables, at.date)?;
    let lesson = lessons.iter().find(|one| one.course.key == at.course && one.number == at.lesson);
    let own = match lesson {
        Some(lesson) => lesson.teacher.clone(),
        None => read::teacher_on(tables, which.course, at.date)?.unwrap_or_default(),
    };
    let assigned = lesson.and_then(|lesson| lesson.substitute.clone());
    let others: Vec<_> = lessons.iter().filter(|one| Some(*one) != lesson).cloned().collect();
    let busy = busy(&others, at.lesson);
    let (mut free, mut engaged) = (Vec::new(), Vec::new());
    for person in read::all_staff(tables)? {
        if person.login == own || !read::has_role(tables, &person.login, Role::Teacher)? {
            continue;
        }
        let list = if busy.contains(&person.login) { &mut engaged } else { &mut free };
        let (is_assigned, name) = (assigned.as_ref() == Some(&person.login), person.name.initials());
        list.push(Person { login: person.login, name, is_assigned });
    }
    let back = which.back();
    let assigned = assigned.map(|login| name_of(tables, &login)).transpose()?;
    let teacher = name_of(tables, &own)?;
    Ok(Page { frame, what: said(&at), teacher, assigned, which, free, busy: engaged, back })
}

/// An assignment as it was typed: the lesson's fields are those of [`OnForm`].
#[derive(Deserialize)]
pub struct Typed {
    /// Login of the substitute.
    substitute: Login,
    course: i64,
    date: String,
    number: u8,
    #[serde(default)]
    teacher: String,
    #[serde(default)]
    class: String,
}

/// `POST /substitutions/assign`.
pub async fn assign(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    let assign = move |sitting: &mut Sitting| {
        let Typed { substitute, course, date, number, teacher, class } = typed;
        let which = OnForm { course, date, number, teacher, class };
        let at = which.lesson(sitting)?;
        let assigned = substitution::assign(&mut sitting.seat.place()?, &at, &substitute)?;
        let before = assigned.before.map(|before| format!(" (было: {before})")).unwrap_or_default();
        sitting.say(&assigned.done, &format!("Замена назначена: {}: {}{before}", said(&at), assigned.name));
        Ok(which.back())
    };
    gone_on(desk.ask(assign).await)
}

/// `POST /substitutions/cancel`.
pub async fn cancel(State(desk): State<Arc<Desk>>, Form(which): Form<OnForm>) -> Response {
    let cancel = move |sitting: &mut Sitting| {
        let at = which.lesson(sitting)?;
        let done = substitution::cancel(&mut sitting.seat.place()?, &at)?;
        sitting.say(&done, &format!("Замена отменена: {}", said(&at)));
        Ok(which.back())
    };
    gone_on(desk.ask(cancel).await)
}
