//! The decisions of the pedagogical council about a class: what stands of each pupil, and what was decided.

use super::finals::ADDRESS;
use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::decision::words_for;
use crate::school::{ClassName, PersonalFile, format_date};
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::{Desk, Sitting};
use crate::work::finals::{self, DecisionsWish};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/pages/council/decisions.html")]
struct Page {
    frame: Frame,
    class: String,
    at: usize,
    rows: Vec<Row>,
    /// Words of the list for this grade.
    words: Vec<String>,
}

/// A pupil.
struct Row {
    file: String,
    name: String,
    /// «переведён (28.05.2026, протокол № 5)».
    stands: String,
}

/// `GET /finals/class/{at}`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(at): Path<usize>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, at)).await)
}

fn class(sitting: &Sitting, at: usize) -> Result<ClassName> {
    let class = read::classes(sitting.seat.journal.tables())?.into_iter().nth(at);
    class.ok_or_else(|| Error::input("такого класса нет").next("выберите класс на странице «Итоги»"))
}

fn page(sitting: &mut Sitting, at: usize) -> Result<Page> {
    let class = class(sitting, at)?;
    let frame = Frame::of(sitting, format!("Решения педсовета: {class}"), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let tables = sitting.seat.journal.tables();
    let (pupils, standing) = (finals::decided_of(tables, &class, today)?, read::decisions(tables)?);
    let rows = pupils.iter().zip(read::names(tables, &pupils)?).map(|(pupil, name)| {
        let stands = standing.get(&pupil.id).map(|known| {
            let read::Decision { date, number, decision } = known.clone().said_of(pupil.sex());
            format!("{decision} ({}, протокол № {number})", format_date(date))
        });
        Row { file: pupil.file.to_string(), name, stands: stands.unwrap_or_default() }
    });
    let (rows, words) = (rows.collect(), words_for(class.grade(), &read::school(tables)?.policy.decisions));
    Ok(Page { frame, class: class.to_string(), at, rows, words })
}

/// `POST /finals/class/{at}`: the fields are `date`, `number`, `others` and of each pupil `file` and `decision`.
pub async fn decide(
    State(desk): State<Arc<Desk>>,
    Path(at): Path<usize>,
    Form(typed): Form<Vec<(String, String)>>,
) -> Response {
    gone_on(desk.ask(move |sitting| set(sitting, at, &typed)).await)
}

fn set(sitting: &mut Sitting, at: usize, typed: &[(String, String)]) -> Result<String> {
    let field = |name: &str| typed.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text.trim());
    let of = |name: &'static str| typed.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.trim());
    let named = of("file").zip(of("decision")).filter(|(_, words)| !words.is_empty());
    let decisions = named.map(|(file, words)| {
        let withdraws = matches!(words, "-" | "–" | "—");
        (PersonalFile::from(file), (!withdraws).then(|| words.to_owned()))
    });
    let (decisions, others) = (decisions.collect::<Vec<_>>(), Some(field("others").to_owned()));
    let others = others.filter(|words| !words.is_empty());
    if decisions.is_empty() && others.is_none() {
        return Err(Error::input("ни одного решения не вписано").next("впишите решение ученику или всем остальным"));
    }
    let (class, date) = (class(sitting, at)?, sitting.day(field("date"))?);
    let wish = DecisionsWish { class, date, number: field("number").to_owned(), decisions, others };
    let decided = finals::decide(&mut sitting.seat.place()?, &wish)?;
    let withdrawn = decided.changed.iter().filter(|change| change.becomes.is_none()).count();
    let mut what = format!("{}: решений записано {}", wish.class, decided.pupils - withdrawn);
    if withdrawn > 0 {
        what += &format!(", отозвано {withdrawn}");
    }
    if !decided.left_out.is_empty() {
        let names: Vec<String> = decided.left_out.iter().map(|of| of.name.surname_given()).collect();
        what += &format!("; осталось другое решение, его меняют у самого ученика: {}", names.join(", "));
    }
    sitting.say(&decided.done, &what);
    Ok(format!("{ADDRESS}/class/{at}"))
}
