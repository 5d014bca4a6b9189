//! Mail to parents from the school's server: each minute what is due is written and what lies in the outbox is delivered.

use super::Served;
use super::log::Level;
use crate::error::{Error, Result};
use crate::inform::mail::Settings;
use crate::inform::mail::smtp::Smtp;
use crate::inform::outbox::Outbox;
use crate::work::informing::{Informing, Ran};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// So much time lies between two rounds.
const BETWEEN: Duration = Duration::from_secs(60);

/// The postman of a server.
pub(super) struct Postman {
    stop: Arc<AtomicBool>,
    /// Dropped when he is to stop.
    wake: Sender<()>,
    /// Ends when he has stopped.
    gone: Receiver<()>,
}

/// Sends him out as long as the journal is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>) -> Result<Postman> {
    let (stop, (wake, woken), (leaves, gone)) = (Arc::new(AtomicBool::new(false)), channel(), channel());
    let (weak, told) = (Arc::downgrade(served), Arc::clone(&stop));
    let started = std::thread::Builder::new().name("mail".to_owned()).spawn(move || {
        go(&weak, &told, &woken);
        drop(leaves);
    });
    started.map_err(|cause| {
        Error::environment(format!("сервер не рассылает писем: {}", crate::error::reason(&cause)))
            .next("освободите память и запустите его снова")
    })?;
    Ok(Postman { stop, wake, gone })
}

impl Postman {
    /// Lets him hand over the mail that he is at, for at most so long.
    pub(super) fn stop(self, patience: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.wake);
        let _: std::result::Result<(), RecvTimeoutError> = self.gone.recv_timeout(patience);
    }
}

fn go(served: &Weak<Served>, stop: &AtomicBool, woken: &Receiver<()>) {
    loop {
        let Some(served) = served.upgrade() else { return };
        if let Some(settings) = &served.config().mail
            && served.stale_since().is_none()
        {
            tell(&served, round(&served, settings, stop));
        }
        drop(served);
        if !matches!(woken.recv_timeout(BETWEEN), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

fn round(served: &Served, settings: &Settings, stop: &AtomicBool) -> Result<Ran> {
    let snapshot = served.snapshot();
    let mut outbox = Outbox::open(served.journal())?;
    let mut server = Smtp::new(settings)?;
    served.contacts(|contacts| {
        Informing::new(&snapshot.proven, contacts, settings, served.clock())?.run(&mut outbox, &mut server, stop)
    })
}

/// Tells of a round in which anything happened, by numbers alone.
fn tell(served: &Served, ran: Result<Ran>) {
    match ran {
        Err(error) => served.log(Level::Warning, "mail_failed", &[("why", error.message().into())]),
        Ok(Ran { written, delivered, .. }) => {
            if let Some(why) = delivered.no_server {
                served.log(Level::Warning, "no_mail_server", &[("why", why.into())]);
            }
            let counts = [
                ("written", written.len()),
                ("delivered", delivered.taken),
                ("put_off", delivered.put_off),
                ("given_up", delivered.given_up),
                ("dead", delivered.dead),
                ("unwanted", delivered.unwanted),
            ];
            if counts.iter().any(|(_, count)| *count > 0) {
                served.log(Level::Info, "mail", &counts.map(|(name, count)| (name, count.into())));
            }
        }
    }
}
