//! The page of tables: what is in doubt with a field for each answer, what was recorded, what differs, what comes too late.

use super::{ADDRESS, Kept, taken};
use crate::error::{Error, Result, every};
use crate::school::{RECORDS, counted};
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, gone_on, own_courses, shown};
use crate::web::desk::{Desk, Sitting};
use crate::web::words;
use crate::work::brought::{Doubt, Manner, Section, TakenCourse, Told};
use crate::work::correction::{self, CorrectionWish};
use askama::Template;
use axum::extract::{Form, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/tables/tables.html")]
struct Page {
    frame: Frame,
    /// Own courses, of which one may be named.
    courses: Vec<String>,
    last: Option<Last>,
}

/// What became of the tables that were brought last.
struct Last {
    files: String,
    /// «Сомнений: 7. Ничего не записано».
    outcome: String,
    /// Where something is in doubt and nothing can be asked.
    doubts: Listing,
    has_doubts: bool,
    questions: Vec<Asked>,
    warnings: Vec<String>,
    courses: Listing,
    differs: Listing,
    has_differences: bool,
    late: Listing,
    is_late: bool,
}

/// A question with what it may be.
struct Asked {
    label: String,
    hint: String,
    guess: String,
}

/// `GET /tables`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    let frame = Frame::of(sitting, "Таблицы".to_owned(), ADDRESS.to_owned())?;
    let login = sitting.seat.place()?.login().clone();
    let courses = own_courses(sitting, &login)?.into_iter().map(|course| course.key.to_string()).collect();
    let last = match &sitting.tables {
        Some(kept) => Some(last(sitting, kept)?),
        None => None,
    };
    Ok(Page { frame, courses, last })
}

fn last(sitting: &Sitting, kept: &Kept) -> Result<Last> {
    let taken = &kept.taken;
    let mut doubts = Listing::new("Сомнения", &["Файл", "Где", "Что"], "Сомнений нет.");
    doubts.rows.extend(taken.doubts.iter().map(|doubt| {
        let place = doubt.place.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![doubt.file.clone().into(), place.into(), doubt.what.clone().into()]
    }));
    let heads = ["Курс", "Файл", "Уроков", "Клеток", "Итоговых", "Как"];
    let mut courses = Listing::new("Что внесено", &heads, "Ничего не внесено.");
    courses.rows.extend(taken.courses.iter().filter(|_| taken.doubts.is_empty()).map(line));
    (2..5).for_each(|at| courses.heads[at].is_number = true);
    let told = |what: &'static str| {
        move |course: &TakenCourse, told: &Told| {
            let place = told.places.first().map(ToString::to_string).unwrap_or_default();
            vec![course.course.to_string().into(), place.into(), what.into(), told.error.message().into()]
        }
    };
    let mut differs = Listing::new("Не внесено", &["Курс", "Где", "Почему", "Что"], "Расхождений нет.");
    let mut late = Listing::new("Поздно", &["Курс", "Что внести по заявке", "Почему"], "Опоздавших записей нет.");
    for course in &taken.courses {
        differs.rows.extend(course.differs.iter().map(|of| told("в журнале другое")(course, of)));
        differs.rows.extend(course.refused.iter().map(|of| told("отказано")(course, of)));
        for of in &course.late {
            let what = correction::in_words(sitting.seat.journal.tables(), &of.what)?;
            late.rows.push(vec![course.course.to_string().into(), what.into(), of.why.message().into()]);
        }
    }
    let names: Vec<&str> = kept.wish.files.iter().map(|file| file.name.as_str()).collect();
    let number = taken.done.numbers.len() as u64;
    let outcome = match (taken.doubts.len(), number, kept.wish.trial) {
        (0, 0, _) => "Нового в таблицах нет: ничего не записано.".to_owned(),
        (0, number, true) => format!("Проверено: было бы сделано {}. Ничего не записано.", counted(number, RECORDS)),
        (0, number, false) => format!("Внесено: {}.", counted(number, RECORDS)),
        (doubts, ..) => format!("Сомнений: {doubts}. Ничего не записано: ответьте на вопросы или исправьте таблицы."),
    };
    Ok(Last {
        files: names.join(", "),
        outcome,
        has_doubts: !taken.doubts.is_empty(),
        questions: questions(kept),
        warnings: taken
            .warnings
            .iter()
            .cloned()
            .chain(taken.done.warnings.iter().map(words::warning))
            .take(50)
            .collect(),
        has_differences: taken.doubts.is_empty() && !differs.rows.is_empty(),
        is_late: taken.doubts.is_empty() && !late.rows.is_empty() && !kept.wish.trial,
        doubts,
        courses,
        differs,
        late,
    })
}

fn line(course: &TakenCourse) -> Vec<crate::web::desk::listing::Entry> {
    let how = if course.manner == Manner::TakenOver { "перенос" } else { "свои записи" };
    let numbers = [course.lessons, course.cells, course.finals].map(|number| number.to_string());
    let [lessons, cells, finals] = numbers;
    [course.course.to_string(), course.file.clone(), lessons, cells, finals, how.to_owned()].map(Into::into).into()
}

fn questions(kept: &Kept) -> Vec<Asked> {
    let asked = |question: &&crate::work::brought::Question| {
        let of = |doubt: &&Doubt| doubt.question.as_ref() == Some(*question);
        let what = kept.taken.doubts.iter().find(of).map(ToString::to_string).unwrap_or_default();
        let hint = match question.section {
            Section::Pupils => "номер личного дела или «-»",
            Section::Marks => "отметка («4/5», «н») или «-»",
            Section::Dates => "2025-09-15, с номером урока 2025-09-15/2, период или «-»",
        };
        Asked { label: what, hint: hint.to_owned(), guess: question.guess.clone() }
    };
    kept.questions().iter().map(asked).collect()
}

/// `POST /tables/answers`: a field a question, in the order of the page.
pub async fn answer(State(desk): State<Arc<Desk>>, Form(typed): Form<Vec<(String, String)>>) -> Response {
    gone_on(desk.ask(move |sitting| answered(sitting, &typed)).await)
}

fn answered(sitting: &mut Sitting, typed: &[(String, String)]) -> Result<String> {
    let kept = sitting.tables.as_ref().ok_or_else(nothing_brought)?;
    let mut wish = kept.wish.clone();
    let answers = typed.iter().filter(|(name, _)| name == "answer").map(|(_, answer)| answer);
    for (question, answer) in kept.questions().into_iter().zip(answers) {
        wish.answers.set(question, answer);
    }
    taken(sitting, wish)
}

/// Why corrections are asked for.
#[derive(Deserialize)]
pub struct Reason {
    reason: String,
}

/// `POST /tables/requests`.
pub async fn request(State(desk): State<Arc<Desk>>, Form(typed): Form<Reason>) -> Response {
    gone_on(desk.ask(move |sitting| requested(sitting, &typed.reason)).await)
}

fn requested(sitting: &mut Sitting, reason: &str) -> Result<String> {
    let kept = sitting.tables.take().ok_or_else(nothing_brought)?;
    let late = kept.taken.courses.iter().flat_map(|course| &course.late);
    let wishes: Vec<CorrectionWish> =
        late.map(|late| CorrectionWish { what: late.what.clone(), reason: reason.to_owned() }).collect();
    let mut place = sitting.seat.place()?;
    let asked = every(wishes.iter().map(|wish| correction::request(&mut place, wish)))?;
    if let Some(last) = asked.last() {
        sitting.say(&last.done, &format!("Заявок подано: {}", asked.len()));
    }
    Ok(super::super::control::requests::ADDRESS.to_owned())
}

fn nothing_brought() -> Error {
    Error::input("таблица не загружена").next("выберите её на этой странице")
}
