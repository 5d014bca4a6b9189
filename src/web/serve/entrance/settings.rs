//! What a reader sets for himself: which mails he gets, the address of a calendar, a password; and what is held about him.

use super::cookie::Guest;
use super::{Frame, fault, page};
use crate::error::Result;
use crate::journal::contacts::{Contact, Contacts, Reader, Standing, Topic};
use crate::journal::read::{self, Pupil};
use crate::school::{PersonalFile, counted, fold, format_date, in_ascii};
use crate::web::serve::Served;
use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The fewest letters of a password: it is asked for besides a code of 80 bits.
const LEAST: usize = 6;
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "serve/pages/entrance/settings.html")]
struct Settings {
    frame: Frame,
    /// What was done or was wrong.
    said: Option<String>,
    fault: Option<String>,
    name: String,
    standing: &'static str,
    children: Vec<Child>,
    lines: Vec<Line>,
    boxes: Vec<Mailing>,
    has_password: bool,
    slip: String,
    sessions: String,
    readings: Vec<String>,
    /// The address of a calendar that was just made.
    made: Option<String>,
}

struct Child {
    n: usize,
    name: String,
    has_calendar: bool,
}

/// What is held of how somebody can be reached.
struct Line {
    about: String,
    said: String,
    consent: String,
}

/// A mailbox.
struct Mailing {
    n: usize,
    address: String,
    topics: Vec<Chosen>,
    note: Option<String>,
}

struct Chosen {
    word: &'static str,
    name: &'static str,
    is_sent: bool,
}

#[derive(Template)]
#[template(path = "serve/pages/entrance/first.html")]
struct First {
    frame: Frame,
    name: String,
}

/// `GET /settings`.
pub async fn show(State(served): State<Arc<Served>>, Guest(reader): Guest) -> Response {
    shown(served, reader, Told::default()).await
}

/// What the page says of what was just done.
#[derive(Default)]
struct Told {
    said: Option<&'static str>,
    fault: Option<&'static str>,
    made: Option<String>,
}

async fn shown(served: Arc<Served>, reader: Reader, told: Told) -> Response {
    let status = if told.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let filled = Arc::clone(&served).aside(move |served| filled(served, &reader, told)).await;
    match filled {
        Ok(settings) => page(status, &settings),
        Err(error) => fault(&served, &error),
    }
}

fn filled(served: &Served, reader: &Reader, told: Told) -> Result<Settings> {
    let pupils = children(served, reader)?;
    let now = served.now();
    served.contacts(|contacts| {
        let own = own_lines(contacts, reader, &pupils)?;
        let calendars = contacts.calendars(reader.id)?;
        let slip = contacts.slip(reader.id)?;
        let day = |at: chrono::DateTime<chrono::FixedOffset>| format_date(at.with_timezone(now.offset()).date_naive());
        let sessions = contacts.sessions(reader.id, now)?;
        let since: Vec<String> = sessions.iter().map(|session| day(session.since)).collect();
        let mut readings: BTreeMap<(std::cmp::Reverse<crate::school::Day>, &str, &str), u64> = BTreeMap::new();
        let mut all = Vec::new();
        for (file, pupil) in &pupils {
            for reading in contacts.readings(file)?.into_iter().filter(|reading| reading.who == reader.id) {
                all.push((reading, pupil.name.given.clone()));
            }
        }
        for (reading, given) in &all {
            *readings.entry((std::cmp::Reverse(reading.day), given, reading.page.word())).or_default() += reading.times;
        }
        let child = |(n, (file, pupil)): (usize, &(PersonalFile, Pupil))| Child {
            n,
            name: pupil.name.surname_given(),
            has_calendar: calendars.contains(file),
        };
        Ok(Settings {
            frame: Frame::of(served, "Настройки", true),
            said: told.said.map(str::to_owned),
            fault: told.fault.map(str::to_owned),
            name: reader.name.clone(),
            standing: reader.standing.word(),
            children: pupils.iter().enumerate().map(child).collect(),
            lines: own.iter().map(|(line, of)| shown_line(line, of)).collect(),
            boxes: boxes(contacts, &own)?,
            has_password: slip.as_ref().is_some_and(|slip| slip.has_password),
            slip: slip.and_then(|slip| slip.issued).map(day).unwrap_or_default(),
            sessions: format!("{}: {}", counted(since.len(), ["вход", "входа", "входов"]), since.join(", ")),
            readings: readings
                .into_iter()
                .take(40)
                .map(|((day, given, page), times)| format!("{}: {given}, {page}, {times}", format_date(day.0)))
                .collect(),
            made: told.made,
        })
    })
}

/// The reader's children, under the number by which he knows each, as far as the journal has them.
fn children(served: &Served, reader: &Reader) -> Result<Vec<(PersonalFile, Pupil)>> {
    served.read(|tables| {
        let mut children = Vec::new();
        for file in &reader.children {
            children.extend(read::pupil(tables, file)?.map(|pupil| (file.clone(), pupil)));
        }
        Ok(children)
    })
}

/// The lines of contacts that are the reader's own, with the child's name.
fn own_lines(contacts: &Contacts, reader: &Reader, pupils: &[(PersonalFile, Pupil)]) -> Result<Vec<(Contact, String)>> {
    let of = |line: &Contact| pupils.iter().find(|(_, pupil)| pupil.is_named(&line.pupil));
    let is_own = |line: &Contact| match reader.standing {
        Standing::Parent => !line.is_own() && fold(&line.name) == fold(&reader.name),
        Standing::Pupil => line.is_own(),
    };
    let all = contacts.all()?.into_iter().filter(|line| is_own(line));
    Ok(all.filter_map(|line| of(&line).map(|(_, pupil)| (line.clone(), pupil.name.given.clone()))).collect())
}

fn shown_line(line: &Contact, of: &str) -> Line {
    let said = [&line.telephone, &line.email, &line.address].into_iter().filter(|text| !text.is_empty());
    let consent = match &line.consent {
        Some(consent) => format!("согласие от {}: {}", format_date(consent.day), consent.document),
        None => "письменного согласия нет, писем не шлют".to_owned(),
    };
    Line { about: format!("{}, {of}", line.who), said: said.cloned().collect::<Vec<_>>().join(", "), consent }
}

/// The mailboxes of the reader's own lines, each once.
fn boxes(contacts: &Contacts, own: &[(Contact, String)]) -> Result<Vec<Mailing>> {
    let dead = contacts.dead()?;
    let mut boxes: Vec<Mailing> = Vec::new();
    for (line, _) in own {
        let address = line.email.trim();
        let known = boxes.iter().any(|one| one.address.to_lowercase() == address.to_lowercase());
        if address.is_empty() || line.consent.is_none() || known {
            continue;
        }
        let silent = contacts.silent(address)?;
        let dead = dead.iter().find(|dead| dead.address == address.to_lowercase());
        boxes.push(Mailing {
            n: boxes.len(),
            address: address.to_owned(),
            topics: Topic::ALL
                .into_iter()
                .map(|topic| Chosen { word: topic.word(), name: name_of(topic), is_sent: !silent.contains(&topic) })
                .collect(),
            note: dead.map(|dead| {
                format!(
                    "Письма на этот адрес не доходят с {}. Скажите классному руководителю.",
                    format_date(dead.since)
                )
            }),
        });
    }
    Ok(boxes)
}

fn name_of(topic: Topic) -> &'static str {
    match topic {
        Topic::Digest => "что нового за день",
        Topic::Absence => "пропуск урока, в тот же день",
        Topic::Forecast => "прогноз отметок за период, раз в неделю",
        Topic::Finals => "итоговые отметки, сразу",
    }
}

/// `POST /settings/mail`: the number of the mailbox, and each topic that is to be sent.
pub async fn set_mail(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Response {
    let done = Arc::clone(&served).aside(move |served| {
        let pupils = children(served, &reader)?;
        served.contacts(|contacts| {
            let own = own_lines(contacts, &reader, &pupils)?;
            let n = sent.get("box").and_then(|n| n.parse::<usize>().ok());
            if let Some(one) = n.and_then(|n| boxes(contacts, &own).ok()?.into_iter().nth(n)) {
                let silent: BTreeSet<Topic> =
                    Topic::ALL.into_iter().filter(|topic| !sent.contains_key(topic.word())).collect();
                contacts.set_silent(&one.address, &silent)?;
            }
            Ok(())
        })
    });
    match done.await {
        Ok(()) => Redirect::to("/settings").into_response(),
        Err(error) => fault(&served, &error),
    }
}

/// What is sent about a calendar.
#[derive(Deserialize)]
pub struct Calendar {
    n: usize,
    /// Else it is revoked.
    make: Option<String>,
}

/// `POST /settings/calendar`: a new address of a child's calendar, shown once, or none any more.
pub async fn set_calendar(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Form(sent): Form<Calendar>,
) -> Response {
    let of = reader.clone();
    let done = Arc::clone(&served).aside(move |served| {
        let Some(child) = of.children.get(sent.n) else { return Ok(None) };
        served.contacts(|contacts| match sent.make {
            Some(_) => contacts.make_calendar(of.id, child, served.now()).map(Some),
            None => contacts.revoke_calendar(of.id, child).map(|_| None),
        })
    });
    match done.await {
        Ok(Some(token)) => {
            let made = Some(format!("{}/calendar/{token}.ics", in_ascii(&served.config().public_address)));
            shown(served, reader, Told { made, ..Told::default() }).await
        }
        Ok(None) => Redirect::to("/settings").into_response(),
        Err(error) => fault(&served, &error),
    }
}

/// `GET /settings/password`: after the first use of a code.
pub async fn first(State(served): State<Arc<Served>>, Guest(reader): Guest) -> Response {
    page(StatusCode::OK, &First { frame: Frame::of(&served, "Вы вошли", true), name: reader.name })
}

/// What is sent of passwords.
#[derive(Deserialize)]
pub struct Passwords {
    /// The one so far.
    old: Option<String>,
    #[serde(default)]
    new: String,
    /// Whether none is to be asked for any more.
    none: Option<String>,
}

/// `POST /settings/password`: asks for a password besides the code from now on, or for none.
pub async fn set_password(
    State(served): State<Arc<Served>>,
    Guest(reader): Guest,
    Form(sent): Form<Passwords>,
) -> Response {
    let new = sent.new.trim().to_owned();
    let wanted = sent.none.is_none();
    if wanted && !(LEAST..=LONGEST).contains(&new.chars().count()) {
        let fault = Some("Пароль не задан: в нём должно быть не меньше 6 знаков.");
        return shown(served, reader, Told { fault, ..Told::default() }).await;
    }
    // It is a hash too, and takes its turn.
    let turn = served.entrance.turn.acquire().await;
    let (id, old) = (reader.id, sent.old.unwrap_or_default());
    let done = Arc::clone(&served).aside(move |served| {
        served.contacts(|contacts| {
            let guarded = contacts.slip(id)?.is_some_and(|slip| slip.has_password);
            if guarded && (old.len() > LONGEST || !contacts.is_password(id, &old)?) {
                return Ok(false);
            }
            contacts.set_password(id, wanted.then_some(new.as_str()))?;
            Ok(true)
        })
    });
    let done = done.await;
    drop(turn);
    let told = match done {
        Ok(true) if wanted => Told {
            said: Some("Пароль задан. Теперь при входе спросят код с листка и пароль."),
            ..Told::default()
        },
        Ok(true) => Told {
            said: Some("Пароля больше нет: входят с одним кодом."), ..Told::default()
        },
        Ok(false) => Told {
            fault: Some("Прежний пароль не подходит. Если он забыт, возьмите у классного руководителя новый листок."),
            ..Told::default()
        },
        Err(error) => return fault(&served, &error),
    };
    shown(served, reader, told).await
}
