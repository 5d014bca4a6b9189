//! The door itself: a code typed or from a link, a password where one was set, leaving.

use super::{Frame, Said, cookie, fault, page};
use crate::error::Result;
use crate::journal::contacts::{Code, CodeFault, ReaderId};
use crate::school::counted;
use crate::web::serve::Served;
use crate::web::serve::client::Client;
use crate::web::serve::log::Level;
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// So many may wait for their code to be looked at.
const WAITING: usize = 500;
/// A longer text is no code and no password.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "serve/pages/entrance/door.html")]
struct Door {
    frame: Frame,
    /// What was wrong with what was sent.
    fault: Option<String>,
    /// The code, where only a button or a password is wanted.
    code: Option<String>,
    /// What was typed, to be put right.
    typed: String,
    /// Whether the password is asked for.
    password: bool,
}

/// What is sent at the door.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    code: String,
    password: Option<String>,
}

/// `GET /`: the diary, or the door.
pub async fn begin(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    match cookie::reader(&headers, &served) {
        Err(error) => fault(&served, &error),
        Ok(None) => door(&served, None, None, String::new()),
        Ok(Some(_)) => {
            let Some(token) = cookie::token(&headers) else { return door(&served, None, None, String::new()) };
            let kept = token.clone();
            let prolonged =
                served.aside(move |served| served.contacts(|file| file.prolong_session(&kept, served.now()))).await;
            match prolonged {
                // A browser keeps it as long as the server does.
                Ok(()) => (cookie::given(&token), Redirect::to("/diary/0")).into_response(),
                // Where nothing can be written, what may be read is read all the same.
                Err(_) => Redirect::to("/diary/0").into_response(),
            }
        }
    }
}

/// `GET /in`: the door again.
pub async fn again() -> Redirect {
    Redirect::to("/")
}

/// `GET /in/{code}`: a button. It tells nothing of which codes there are, and uses none up.
pub async fn linked(State(served): State<Arc<Served>>, Path(code): Path<String>) -> Response {
    match Code::parse(&code) {
        Ok(code) => door(&served, None, Some(code.plain().to_owned()), String::new()),
        Err(_) => {
            let words = "Ссылка прочитана не целиком. Наберите код с листка.".to_owned();
            door(&served, Some(words), None, String::new())
        }
    }
}

/// `POST /in`: a code, and the password where one was set.
pub async fn enter(
    State(served): State<Arc<Served>>,
    Client(from): Client,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let typed: String = sent.code.chars().take(LONGEST).collect();
    let code = match Code::parse(&typed) {
        Ok(code) => code,
        Err(wrong) => return unprocessable(door(&served, Some(misspelled(wrong)), None, typed)),
    };
    let password = sent.password.filter(|password| password.len() <= LONGEST);
    let tried = tried(&served, from, &code, password, cookie::token(&headers)).await;
    match tried {
        Ok(Tried::In { token, first }) => {
            let way = if first { "/settings/password" } else { "/" };
            (cookie::given(&token), Redirect::to(way)).into_response()
        }
        Ok(Tried::Unknown) => {
            let words = "С этим кодом войти нельзя: он набран неверно или больше не действует. \
                Сверьте его с листком; новый листок даст классный руководитель.";
            refused(door(&served, Some(words.to_owned()), None, typed))
        }
        Ok(Tried::AsksPassword { wrong }) => {
            let words = wrong.then(|| "Пароль не подходит.".to_owned());
            let asked = password_page(&served, words, &code);
            if wrong { refused(asked) } else { asked }
        }
        Ok(Tried::Wait(wait)) => {
            let minutes = wait.as_secs().div_ceil(60);
            let words = match wait.as_secs() {
                ..60 => "Слишком много попыток подряд. Повторите через минуту.".to_owned(),
                _ => format!(
                    "Слишком много неверных кодов отсюда. Повторите через {}.",
                    counted(minutes, ["минуту", "минуты", "минут"])
                ),
            };
            let retry = [(header::RETRY_AFTER, wait.as_secs().max(1).to_string())];
            (retry, with_status(StatusCode::TOO_MANY_REQUESTS, door(&served, Some(words), None, typed))).into_response()
        }
        Err(error) => fault(&served, &error),
    }
}

/// What became of a code.
enum Tried {
    In { token: String, first: bool },
    Unknown,
    AsksPassword { wrong: bool },
    Wait(Duration),
}

/// Tries a code: who guesses waits, and one code is looked at after the other. A session that the browser had ends.
async fn tried(
    served: &Arc<Served>,
    from: IpAddr,
    code: &Code,
    password: Option<String>,
    before: Option<String>,
) -> Result<Tried> {
    let memory = &served.entrance;
    let guessing = || memory.guessing.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.waiting.load(Ordering::Relaxed) >= WAITING {
        return Ok(Tried::Wait(Duration::from_secs(5)));
    }
    if let Err(wait) = guessing().try_from(from, Instant::now()) {
        return Ok(Tried::Wait(wait));
    }
    // What was begun is counted to its end, though the browser may be gone meanwhile.
    let (served, code) = (Arc::clone(served), code.clone());
    let counted = tokio::spawn(async move {
        served.entrance.waiting.fetch_add(1, Ordering::Relaxed);
        let turn = served.entrance.turn.acquire().await;
        let outcome = Arc::clone(&served)
            .aside(move |served| look_at(served, &code, password.as_deref(), before.as_deref()))
            .await;
        drop(turn);
        served.entrance.waiting.fetch_sub(1, Ordering::Relaxed);
        let wrong = matches!(outcome, Ok(Tried::Unknown | Tried::AsksPassword { wrong: true }));
        let much = {
            let mut guessing = served.entrance.guessing.lock().unwrap_or_else(PoisonError::into_inner);
            guessing.tried(from, wrong, Instant::now())
        };
        if much {
            served.log(Level::Warning, "guessing", &[]);
        }
        outcome
    });
    counted.await.unwrap_or_else(|_| {
        Err(crate::error::Error::environment("код не проверен: ошибка в программе").next("повторите"))
    })
}

fn look_at(served: &Served, code: &Code, password: Option<&str>, before: Option<&str>) -> Result<Tried> {
    let now = served.now();
    served.contacts(|contacts| {
        let Some(holder) = contacts.holder(code)? else { return Ok(Tried::Unknown) };
        if holder.has_password {
            match password {
                None => return Ok(Tried::AsksPassword { wrong: false }),
                Some(password) if !contacts.is_password(holder.id, password)? => {
                    return Ok(Tried::AsksPassword { wrong: true });
                }
                Some(_) => {}
            }
        }
        contacts.note_use(holder.id, now)?;
        if let Some(before) = before {
            contacts.end_session(before)?;
        }
        Ok(Tried::In { token: contacts.begin_session(holder.id, now)?, first: !holder.is_used })
    })
}

/// `POST /out`: signs out here.
pub async fn leave(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    let token = cookie::token(&headers);
    left(&served, move |served| match &token {
        Some(token) => served.contacts(|contacts| contacts.end_session(token)),
        None => Ok(()),
    })
    .await
}

/// `POST /out/everywhere`: signs out on every device.
pub async fn leave_everywhere(State(served): State<Arc<Served>>, cookie::Guest(reader): cookie::Guest) -> Response {
    let id: ReaderId = reader.id;
    left(&served, move |served| served.contacts(|contacts| contacts.end_sessions(id).map(drop))).await
}

async fn left(served: &Arc<Served>, end: impl FnOnce(&Served) -> Result<()> + Send + 'static) -> Response {
    match Arc::clone(served).aside(end).await {
        Ok(()) => {
            let frame = Frame::of(served, "Вы вышли", false);
            let text = "Чтобы войти снова, возьмите листок с кодом.".to_owned();
            (cookie::taken(), page(StatusCode::OK, &Said { frame, text })).into_response()
        }
        Err(error) => fault(served, &error),
    }
}

fn door(served: &Served, fault: Option<String>, code: Option<String>, typed: String) -> Response {
    let frame = Frame::of(served, "Вход в дневник", false);
    page(StatusCode::OK, &Door { frame, fault, code, typed, password: false })
}

fn password_page(served: &Served, fault: Option<String>, code: &Code) -> Response {
    let frame = Frame::of(served, "Вход в дневник", false);
    let code = Some(code.plain().to_owned());
    page(StatusCode::OK, &Door { frame, fault, code, typed: String::new(), password: true })
}

fn with_status(status: StatusCode, mut answer: Response) -> Response {
    if answer.status() == StatusCode::OK {
        *answer.status_mut() = status;
    }
    answer
}

fn unprocessable(answer: Response) -> Response {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, answer)
}

fn refused(answer: Response) -> Response {
    with_status(StatusCode::FORBIDDEN, answer)
}

/// Why what was typed is no code; this tells nothing of which there are.
fn misspelled(fault: CodeFault) -> String {
    match fault {
        CodeFault::Length(0) => "Наберите код с листка.".to_owned(),
        CodeFault::Length(signs) => {
            format!("В коде 17 знаков, а набрано {}. Сверьте его с листком.", signs.min(LONGEST))
        }
        CodeFault::Sign(sign) => {
            format!("Знака «{}» в кодах не бывает. Сверьте код с листком.", crate::school::printable(&sign.to_string()))
        }
        CodeFault::Check => "В коде опечатка: один из знаков набран неверно. Сверьте его с листком.".to_owned(),
    }
}
