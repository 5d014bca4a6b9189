//! Taking in over the network: what a stick and a desk hand over and are given (§5.6, `docs/formats/sync.md`).
//!
//! Who asks is looked at before his bytes are read: a stranger has the server read a few headers and nothing else. Everything is
//! taken in under the key of the service `server`, one hand-over after another; a base is made of the proven snapshot.

use super::Served;
use super::config::Config;
use super::log::Level;
use crate::away::Key;
use crate::away::exchange::{Asked, Code, Fault, LARGEST_LOAD, What};
use crate::away::pins::Server;
use crate::away::wire::{ASK, SIGNATURE};
use crate::error::{Error, Result};
use crate::work::sticks::handing;
use crate::work::sticks::handing::counter::{Admitted, Challenges, Counter, No, stale};
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// So many hand over at once, with four megabytes each at most; others wait their turn
const AT_ONCE: usize = 8;
/// for so long, after which they are told to come again.
const TURN: Duration = Duration::from_secs(20);
/// For how long the bytes of one hand-over are waited for.
const SENDING: Duration = Duration::from_secs(30);
/// For how long a base waits until what was just taken in is proven.
const PROVING: Duration = Duration::from_secs(15);

/// What the door keeps.
struct Door {
    challenges: Challenges,
    turns: Semaphore,
}

/// Its addresses, all of which begin with `/v1/`.
pub fn routes() -> Router<Arc<Served>> {
    let door = Door { challenges: Challenges::default(), turns: Semaphore::new(AT_ONCE) };
    Router::new()
        .route("/v1/challenge", post(challenge))
        .route("/v1/hand-over", post(hand_over))
        .route("/v1/base", post(base))
        .layer(Extension(Arc::new(door)))
}

async fn challenge(State(served): State<Arc<Served>>, Extension(door): Extension<Arc<Door>>) -> Response {
    let given = served.aside(move |served| {
        at_counter(served, &door, |counter| {
            let snapshot = served.snapshot();
            snapshot.read(|tables| counter.challenge((snapshot.tip().journal, tables)))
        })
    });
    match given.await {
        Ok(challenge) => Json(challenge).into_response(),
        Err(error) => refused(&Fault::of(&error, Code::Failed)),
    }
}

async fn hand_over(
    State(served): State<Arc<Served>>,
    Extension(door): Extension<Arc<Door>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(Ok(_turn)) = timeout(TURN, door.turns.acquire()).await else { return refused(&busy()) };
    let Some(asked) = asked(&headers) else { return refused(&malformed()) };
    let admitted = {
        let (asked, door) = (asked.clone(), Arc::clone(&door));
        Arc::clone(&served).aside(move |served| Ok(admitted(served, &door, &asked, What::HandOver))).await
    };
    let bytes = match flattened(&served, admitted) {
        Ok(admitted) if admitted.bytes() > LARGEST_LOAD as u64 => return refused(&too_large()),
        Ok(admitted) => admitted.bytes(),
        Err(fault) => return refused(&fault),
    };
    let reading = to_bytes(body, usize::try_from(bytes).unwrap_or(LARGEST_LOAD));
    let Ok(Ok(load)) = timeout(SENDING, reading).await else { return refused(&malformed()) };
    let door = Arc::clone(&door);
    let taken = Arc::clone(&served).aside(move |served| {
        if served.stale_since().is_some() {
            return Ok(Err(stale().into()));
        }
        at_counter(served, &door, |counter| {
            served.record(|journal, _, _| Ok(counter.hand_over(journal, &asked, &load)))
        })
    });
    match flattened(&served, taken.await) {
        Ok(answer) => Json(answer).into_response(),
        Err(fault) => refused(&fault),
    }
}

async fn base(
    State(served): State<Arc<Served>>,
    Extension(door): Extension<Arc<Door>>,
    headers: HeaderMap,
) -> Response {
    let Ok(Ok(_turn)) = timeout(TURN, door.turns.acquire()).await else { return refused(&busy()) };
    let Some(asked) = asked(&headers) else { return refused(&malformed()) };
    let door = Arc::clone(&door);
    let made = Arc::clone(&served).aside(move |served| {
        let snapshot = match asked.read() {
            Some(ask) if ask.length > served.snapshot().tip().seq => {
                // Only an owner has the server wait.
                if let Err(no) = admitted(served, &door, &asked, What::Base) {
                    return Ok(Err(no));
                }
                match served.wait_for(ask.length, PROVING) {
                    Ok(snapshot) => snapshot,
                    Err(_) => return Ok(Err(stale().into())),
                }
            }
            _ => served.snapshot(),
        };
        at_counter(served, &door, |counter| Ok(counter.base(&snapshot.proven, &asked)))
    });
    match flattened(&served, made.await) {
        Ok(Some(base)) => ([(header::CONTENT_TYPE, "application/octet-stream")], base).into_response(),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => refused(&fault),
    }
}

/// Who asks, by the newest snapshot.
fn admitted(served: &Served, door: &Door, asked: &Asked, what: What) -> std::result::Result<Admitted, No> {
    at_counter(served, door, |counter| {
        let snapshot = served.snapshot();
        snapshot.read(|tables| Ok(counter.admitted((snapshot.tip().journal, tables), asked, what)))
    })?
}

/// Does something at the counter, as this server is found and known now.
fn at_counter<T>(served: &Served, door: &Door, act: impl FnOnce(&Counter<'_>) -> Result<T>) -> Result<T> {
    let config = served.config();
    let key = Key(*served.identity().public().key());
    let server = found(&config, key).or_else(|_| {
        // Who has found it so far finds it again.
        Ok::<_, Error>(Server { address: String::new(), certificate: handing::digest(&config.certificate)?, key })
    })?;
    act(&Counter { challenges: &door.challenges, service: served.identity(), clock: served.clock(), server: &server })
}

/// How sticks find and know a server of these settings.
fn found(config: &Config, key: Key) -> Result<Server> {
    let nowhere = || Error::input("сервер ничего не принимает с носителей").next("добавьте раздел [taking_in]");
    let listen = config.taking_in.ok_or_else(nowhere)?;
    handing::known_by((listen, &config.names), &config.certificate, key)
}

/// Says beside the journal how sticks find and know this server, for those who prepare them there.
pub(super) fn announce(served: &Served) {
    let config = served.config();
    if config.taking_in.is_none() {
        return;
    }
    let (journal, service) = ((served.journal(), served.snapshot().tip().journal), served.identity());
    let said =
        found(&config, Key(*service.public().key())).and_then(|server| handing::announce(journal, &server, service));
    if let Err(error) = said {
        let kind = format!("{:?}", error.kind()).to_lowercase();
        served.log(Level::Warning, "not_announced", &[("kind", kind.into())]);
    }
}

/// The two headers of a question.
fn asked(headers: &HeaderMap) -> Option<Asked> {
    let one = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let value = all.next()?.to_str().ok()?.to_owned();
        all.next().is_none().then_some(value)
    };
    Some(Asked { text: one(ASK)?, signature: one(SIGNATURE)? })
}

/// What the stick is told; what is wrong with the server itself, its log is.
fn flattened<T>(served: &Served, done: Result<std::result::Result<T, No>>) -> std::result::Result<T, Fault> {
    let no = match done {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(no)) => no,
        Err(error) => No::Error(error),
    };
    if let No::Error(error) = &no {
        let kind = format!("{:?}", error.kind()).to_lowercase();
        served.log(Level::Warning, "not_taken_in", &[("kind", kind.into())]);
    }
    Err(no.fault())
}

fn malformed() -> Fault {
    Fault::new(Code::Malformed, "школьный сервер не понял запроса").next("передайте записи за компьютером школы")
}

fn too_large() -> Fault {
    Fault::new(Code::TooLarge, "школьный сервер не принимает столько за один раз")
        .next("передайте записи за компьютером школы")
}

fn busy() -> Fault {
    Fault::new(Code::Busy, "школьный сервер занят: передают слишком многие сразу").next("повторите через минуту")
}

fn refused(fault: &Fault) -> Response {
    let status = match fault.fault {
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::NotYours | Code::Challenge | Code::Revoked | Code::Closed => StatusCode::FORBIDDEN,
        Code::Unknown => StatusCode::NOT_FOUND,
        Code::Outrun | Code::Program => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(fault)).into_response()
}
