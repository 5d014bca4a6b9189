//! The desk: a person's own page in his own browser, on his stick or at the school's machine.
//!
//! The program is the server, on a random port of 127.0.0.1, and the window in which it runs is where the passphrase is
//! typed. The browser is led there by a file that only its owner reads ([`door`]); every request carries a secret that only
//! that page knows ([`guard`]). One person works at it, so one thing is done at a time ([`Desk::ask`]).

mod binding;
mod classroom;
mod control;
mod council;
mod door;
mod find;
mod guard;
mod handing;
mod keeping;
mod listing;
mod office;
mod own_class;
mod page;
mod paper;
mod parents;
mod plans;
mod sections;
mod sent;
mod session;
mod tables;
mod tabs;
mod teacher;
mod views;

use crate::error::{Error, Result};
use crate::journal::read;
use crate::school::{Day, day_given};
use crate::web::words;
use crate::work::Done;
use crate::work::seat::{Console, Seat, Wish};
use axum::Router;
use axum::routing::{get, post};
use door::Door;
use session::Session;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use views::Views;

/// After so long without a key or a click the key is put away.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// How often the stick and the clock are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often the window is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// Opens the desk and serves it until its window is closed.
///
/// # Errors
/// No port to be had; a stick that was pulled out; no passphrase once the page was locked.
pub fn open(seat: Seat, console: &mut dyn Console) -> Result<()> {
    let fault = |cause: std::io::Error| {
        Error::environment(format!("страница не открылась: {}", crate::error::reason(&cause)))
            .next("проверьте, не запрещены ли программе соединения с этим же компьютером, и повторите")
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(fault)?;
    listener.set_nonblocking(true).map_err(fault)?;
    let authority = listener.local_addr().map_err(fault)?.to_string();
    let (tells, told) = channel();
    let desk = Arc::new(Desk::new(seat, authority, tells));
    let door = door::Door::to(&desk)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fault)?;
    let served = Arc::clone(&desk);
    std::thread::Builder::new()
        .name("desk".to_owned())
        .spawn(move || runtime.block_on(serve(listener, served)))
        .map_err(fault)?;
    handing::start(&desk).map_err(fault)?;
    attend(&desk, console, &told, door)
}

/// Waits for what only the window can do, and for what is asked for at it.
fn attend(desk: &Desk, console: &mut dyn Console, told: &Receiver<Event>, door: Door) -> Result<()> {
    console.ready(door.path());
    let mut door = Some(door);
    loop {
        match told.try_recv() {
            Ok(Event::Entered) => drop(door.take()),
            Ok(Event::Locked) => desk.sit_down(console.unlock()?),
            Ok(Event::Gone) => {
                return Err(Error::environment("носитель вынут, страница закрыта")
                    .next("вставьте носитель и откройте страницу снова; всё, о чём сказано «записано», на нём есть"));
            }
            Ok(Event::Failed(error)) => return Err(error),
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => match console.wish() {
                Wish::Nothing => std::thread::sleep(GLANCE),
                Wish::End => return Ok(()),
                Wish::Another => {
                    let another = Door::to(desk)?;
                    console.ready(another.path());
                    door = Some(another);
                }
            },
        }
    }
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let watched = Arc::clone(&desk);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            watched.look();
        }
    });
    let served = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => axum::serve(listener, routes(Arc::clone(&desk))).await,
        Err(cause) => Err(cause),
    };
    if let Err(cause) = served {
        let error = Error::environment(format!("страница закрыта: {}", crate::error::reason(&cause)));
        desk.tell(Event::Failed(error.next("откройте её снова")));
    }
}

fn routes(desk: Arc<Desk>) -> Router {
    let guarded = Router::new()
        .route("/tip", get(page::tip))
        .merge(teacher::routes())
        .merge(classroom::routes())
        .merge(parents::routes())
        .merge(plans::routes())
        .merge(tables::routes())
        .merge(control::routes())
        .merge(council::routes())
        .merge(keeping::routes())
        .merge(binding::routes())
        .merge(paper::routes())
        .merge(find::routes())
        .merge(office::routes())
        .fallback(page::nothing_there)
        .layer(axum::middleware::from_fn(page::in_words))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&desk), guard::with_secret));
    Router::new()
        .route("/session", post(door::enter))
        .route("/desk.js", get(page::script))
        .route("/grid.js", get(page::grid))
        .route("/desk.css", get(page::style))
        .merge(guarded)
        .layer(axum::extract::DefaultBodyLimit::max(1 << 20))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&desk), guard::from_here))
        .with_state(desk)
}

/// What only the window can do something about.
enum Event {
    /// A browser has come in.
    Entered,
    /// The key was put away.
    Locked,
    /// The stick was pulled out.
    Gone,
    /// The server has ended.
    Failed(Error),
}

/// The desk that is served.
struct Desk {
    /// `127.0.0.1:41233`.
    authority: String,
    session: Session,
    sitting: Mutex<Option<Sitting>>,
    touched: Mutex<Instant>,
    tells: Mutex<Sender<Event>>,
    /// How the stick stands with the school's server.
    handing: handing::Shared,
}

/// Somebody at the desk.
struct Sitting {
    seat: Seat,
    views: Views,
    /// What was done last, to be said on the next page.
    said: Option<String>,
    /// What was proven of the journal for holding paper against it, to be gone on with.
    proven: Option<crate::journal::Proven>,
    /// What was looked for last: whoever comes back from what he found sees the rest of it.
    sought: String,
    /// Tables of another diary that were brought last.
    tables: Option<tables::Kept>,
    /// How the stick stands with the school's server.
    handing: handing::Shared,
}

impl Desk {
    fn new(seat: Seat, authority: String, tells: Sender<Event>) -> Self {
        let handing = handing::Shared::default();
        let sitting = Mutex::new(Some(Sitting::of(seat, Arc::clone(&handing))));
        let (touched, tells) = (Mutex::new(Instant::now()), Mutex::new(tells));
        Self { authority, session: Session::new(), sitting, touched, tells, handing }
    }

    fn sit_down(&self, seat: Seat) {
        self.touch();
        *self.sitting.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Sitting::of(seat, Arc::clone(&self.handing)));
    }

    /// Somebody has pressed a key.
    fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn tell(&self, event: Event) {
        // Whoever listened has gone: the program ends.
        let _ = self.tells.lock().unwrap_or_else(PoisonError::into_inner).send(event);
    }

    /// Puts the key away where nobody works, or the stick is gone.
    fn look(&self) {
        let idle = self.touched.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= IDLE;
        let mut sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = sitting.as_ref() else { return };
        let stick = there.seat.stick.as_ref();
        let gone = stick.is_some_and(|mount| crate::work::sticks::at_work::mount_of(mount).is_none());
        if idle || gone {
            sitting.take();
            self.tell(if gone { Event::Gone } else { Event::Locked });
        }
    }

    /// Does something at the desk: one thing at a time, and not on the thread that serves.
    async fn ask<T: Send + 'static>(
        self: Arc<Self>,
        ask: impl FnOnce(&mut Sitting) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let asked = tokio::task::spawn_blocking(move || {
            let mut sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
            let locked = || {
                Error::environment("страница заперта: за ней давно не работали")
                    .next("введите пароль в окне программы, из которого она открыта")
            };
            ask(sitting.as_mut().ok_or_else(locked)?)
        });
        asked.await.unwrap_or_else(|_| {
            Err(Error::environment("это не удалось сделать: ошибка в программе")
                .next("закройте страницу и откройте её снова"))
        })
    }
}

impl Sitting {
    fn of(seat: Seat, handing: handing::Shared) -> Self {
        let (said, proven, tables) = (None, None, None);
        Self { seat, handing, views: Views::default(), said, proven, sought: String::new(), tables }
    }

    /// Says on the next page what was done: `what` in the past, «Урок записан».
    fn say(&mut self, done: &Done, what: &str) {
        self.said = Some(words::done(done, what));
    }

    /// The day in the school's own time.
    fn today(&self) -> Result<Day> {
        Ok(read::school(self.seat.journal.tables())?.day_of(self.seat.clock.now()))
    }

    /// A day as it was typed: «15.09», «вчера», «пн».
    fn day(&self, typed: &str) -> Result<Day> {
        let school = read::school(self.seat.journal.tables())?;
        day_given(typed, school.day_of(self.seat.clock.now()), &school.year)
    }

    /// As [`Sitting::day`]; of an empty field none.
    fn day_or_none(&self, typed: &str) -> Result<Option<Day>> {
        if typed.trim().is_empty() { Ok(None) } else { self.day(typed).map(Some) }
    }
}
