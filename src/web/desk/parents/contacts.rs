//! How the parents of a class can be reached, and the written consents (§4.5); kept outside the ledger, so that they can be erased.

use super::{ADDRESS, Families};
use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::format_date;
use crate::web::desk::page::{Frame, gone_on, shown};
use crate::web::desk::tabs::Tabs;
use crate::web::desk::{Desk, Sitting};
use crate::work::contacts::{self, Consent, Contact};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const PAGE: &str = "/contacts";

#[derive(Template)]
#[template(path = "desk/pages/parents/contacts.html")]
struct Page {
    frame: Frame,
    class: String,
    address: String,
    tabs: Tabs,
    classes: Option<Tabs>,
    lines: Vec<Line>,
    /// The pupils of the class: personal file and name.
    pupils: Vec<(String, String)>,
}

/// A line of the contacts.
struct Line {
    pupil: String,
    who: String,
    name: String,
    telephone: String,
    email: String,
    address: String,
    /// «01.09.2025, личное дело»; nothing where there is none.
    consent: Option<String>,
}

/// `GET /parents/{class}/contacts`.
pub async fn show(State(desk): State<Arc<Desk>>, Path(class): Path<String>) -> Response {
    shown(desk.ask(move |sitting| page(sitting, &class)).await)
}

fn page(sitting: &mut Sitting, class: &str) -> Result<Page> {
    let families = Families::of(sitting, Some(class))?;
    let frame = Frame::of(sitting, format!("{}: контакты", families.class), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let tables = sitting.seat.journal.tables();
    let pupils = read::members_of_class(tables, &families.class, today, today)?;
    let names = read::names(tables, &pupils)?;
    let line = |(contact, pupil): (Contact, String)| Line {
        pupil,
        who: contact.who,
        name: contact.name,
        telephone: contact.telephone,
        email: contact.email,
        address: contact.address,
        consent: contact.consent.map(|consent| format!("{}, {}", format_date(consent.day), consent.document)),
    };
    Ok(Page {
        class: families.class.to_string(),
        tabs: families.tabs(PAGE),
        classes: families.others(PAGE),
        lines: contacts::of_class(&sitting.seat.journal, &families.class)?.into_iter().map(line).collect(),
        pupils: pupils.iter().map(|pupil| pupil.file.to_string()).zip(names).collect(),
        address: families.address,
        frame,
    })
}

/// A contact as it was typed.
#[derive(Deserialize)]
pub struct Typed {
    pupil: String,
    who: String,
    name: String,
    telephone: String,
    email: String,
    address: String,
    consent: String,
    document: String,
}

/// `POST /parents/{class}/contacts`.
pub async fn set(State(desk): State<Arc<Desk>>, Path(class): Path<String>, Form(typed): Form<Typed>) -> Response {
    gone_on(desk.ask(move |sitting| record(sitting, &class, typed)).await)
}

fn record(sitting: &mut Sitting, class: &str, typed: Typed) -> Result<String> {
    let families = Families::of(sitting, Some(class))?;
    let Typed { pupil, who, name, telephone, email, address, consent, document } = typed;
    for (field, what) in [(&pupil, "ученик не выбран"), (&who, "не сказано, кто это"), (&name, "не указано имя")]
    {
        if field.trim().is_empty() {
            return Err(Error::input(what).next("заполните: чей это контакт, кто это и как его зовут"));
        }
    }
    let consent = match (sitting.day_or_none(&consent)?, document.trim().is_empty()) {
        (None, true) => None,
        (None, false) => {
            return Err(Error::input("назван документ, но не день согласия")
                .next("впишите день, когда согласие подписано, или уберите документ"));
        }
        (Some(day), _) => Some(Consent { day, document }),
    };
    let without_consent = consent.is_none() && !email.trim().is_empty();
    let line = Contact { pupil, who, name, telephone, email, address, consent };
    let is_new = contacts::set(&sitting.seat.place()?, line)?;
    sitting.said = Some(match (is_new, without_consent) {
        (false, _) => "Так уже и записано.".to_owned(),
        (true, false) => "Контакты записаны.".to_owned(),
        (true, true) => "Контакты записаны. Письма на этот адрес не шлют без письменного согласия (§4.5).".to_owned(),
    });
    Ok(format!("{}{PAGE}", families.address))
}
