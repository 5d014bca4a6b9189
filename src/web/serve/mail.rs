//! Mail to parents from the school's server: each minute what is due is written and what lies in the outbox is delivered.

use super::Served;
use super::log::Level;
use super::rounds::{self, Rounds};
use crate::error::Result;
use crate::inform::mail::Settings;
use crate::inform::mail::smtp::Smtp;
use crate::inform::outbox::Outbox;
use crate::work::informing::{Informing, Ran};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// So much time lies between two rounds.
const BETWEEN: Duration = Duration::from_secs(60);

/// Sends out as long as the journal is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>) -> Result<Rounds> {
    rounds::start(served, "mail", "сервер не рассылает писем", BETWEEN, || {
        |served: &Served, stop: &AtomicBool| {
            if let Some(settings) = &served.config().mail
                && served.stale_since().is_none()
            {
                tell(served, round(served, settings, stop));
            }
        }
    })
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
