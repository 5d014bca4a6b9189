//! «Замечания» on how the journal is kept (§3.3.5): the deputy head writes them, whom each is about answers.

use crate::error::{Error, Result};
use crate::journal::read::{self, Remark, Tables, addressee};
use crate::school::{ClassName, Login, Role, format_date};
use crate::web::desk::listing::{Entry, Listing};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::remark::{self, RemarkWish};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/remarks";

#[derive(Template)]
#[template(path = "desk/pages/control/remarks.html")]
struct Page {
    frame: Frame,
    /// What remarks can be about, where whoever sits here writes them.
    about: Vec<Book>,
    open: Vec<Open>,
    answered: Listing,
}

/// The book of a class.
struct Book {
    class: String,
    /// Row and name of each course.
    courses: Vec<(i64, String)>,
}

/// A remark without an answer.
struct Open {
    number: u64,
    text: String,
    /// «7А, Алгебра: Петрова Е. Н., 15.09.2025».
    about: String,
    /// Whether it is to whoever looks.
    is_his: bool,
    /// Whether he may answer it for whom it is to.
    may_answer: bool,
}

/// `GET /remarks`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Замечания".to_owned(), ADDRESS.to_owned())?;
    let away = sitting.seat.stick.is_some();
    let writes = !away && sections::holds(sitting, &[Role::DeputyHead])?;
    let all = writes || sections::holds(sitting, &[Role::DeputyHead, Role::Director])?;
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let (mut open, heads) = (Vec::new(), ["№", "Записано", "О чём", "Замечание", "Что сделано"]);
    let mut answered = Listing::new("Замечания с отметкой о выполнении", &heads, "Таких замечаний нет.");
    for remark in read::remarks(tables)? {
        let is_his = is_to(tables, &remark, &login)?;
        if !all && !is_his {
            continue;
        }
        if remark.answer.is_empty() {
            open.push(Open {
                number: remark.number,
                about: format!("{}: {}, {}", book(&remark), remark.author, format_date(remark.written_at.date_naive())),
                text: remark.text,
                is_his: is_his && !away,
                may_answer: writes && !is_his,
            });
        } else {
            answered.rows.push(row(&remark));
        }
    }
    answered.rows.reverse();
    let about = if writes { books(tables)? } else { Vec::new() };
    Ok(Page { frame, about, open, answered })
}

/// Whether a remark is to somebody: he answers it.
fn is_to(tables: &Tables, remark: &Remark, login: &Login) -> Result<bool> {
    Ok(addressee(tables, remark.number)?.is_some_and(|addressee| addressee == *login))
}

fn book(remark: &Remark) -> String {
    let subject = if remark.subject.is_empty() { "весь журнал" } else { &remark.subject };
    format!("{}, {subject}", remark.class)
}

fn row(remark: &Remark) -> Vec<Entry> {
    vec![
        format!("№ {}", remark.number).into(),
        format_date(remark.written_at.date_naive()).into(),
        book(remark).into(),
        remark.text.clone().into(),
        remark.answer.clone().into(),
    ]
}

fn books(tables: &Tables) -> Result<Vec<Book>> {
    let book = |class: ClassName| -> Result<Book> {
        let courses = read::courses_of(tables, &class)?.into_iter();
        let courses = courses.map(|course| (course.id, course.key.to_string())).collect();
        Ok(Book { class: class.to_string(), courses })
    };
    read::classes(tables)?.into_iter().map(book).collect()
}

/// A remark as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    /// The row of a course, or the name of a class.
    about: String,
    text: String,
}

/// `POST /remarks`.
pub async fn write(State(desk): State<Arc<Desk>>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, typed)).await)
}

fn set(sitting: &mut Sitting, typed: Typed) -> Result<String> {
    let tables = sitting.seat.journal.tables();
    let (class, course) = match typed.about.parse() {
        Ok(id) => {
            let course = read::course_by_id(tables, id)?.ok_or_else(|| {
                Error::input("курса, о котором замечание, больше нет").next("выберите другой или весь журнал класса")
            })?;
            (course.key.class.clone(), Some(course.key))
        }
        Err(_) if typed.about.is_empty() => {
            return Err(Error::input("не выбрано, о чём замечание").next("выберите класс или курс"));
        }
        Err(_) => (ClassName::parse(&typed.about)?, None),
    };
    let what = course.as_ref().map_or_else(|| format!("{class}, весь журнал"), ToString::to_string);
    let written = remark::write(&mut sitting.seat.place()?, RemarkWish { class, course, text: typed.text })?;
    sitting.say(&written.done, &format!("Замечание № {} записано: {what}", written.number));
    Ok(ADDRESS.to_owned())
}

/// An answer as it was typed.
#[derive(Deserialize)]
pub struct Answer {
    text: String,
}

/// `POST /remarks/{number}/answer`.
pub async fn answer(State(desk): State<Arc<Desk>>, Path(number): Path<u64>, Form(typed): Form<Answer>) -> Response {
    let answer = move |sitting: &mut Sitting| {
        let done = remark::answer(&mut sitting.seat.place()?, number, &typed.text)?;
        sitting.say(&done, &format!("Замечание № {number}: отметка о выполнении записана"));
        Ok(ADDRESS.to_owned())
    };
    gone_on(desk.ask(answer).await)
}

/// The remarks that whoever sits here has to answer.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let login = sitting.seat.place()?.login().clone();
    let tables = sitting.seat.journal.tables();
    let mut count = 0;
    for remark in read::remarks(tables)?.iter().filter(|remark| remark.answer.is_empty()) {
        count += usize::from(is_to(tables, remark, &login)?);
    }
    Ok((count > 0).then(|| format!("Замечаний ждёт вашего ответа: {count}")).into_iter().collect())
}
