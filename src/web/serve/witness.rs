//! Checkpoints for the witnesses next door: each minute those that lack something are asked to sign (cargo feature `district`).

use super::Served;
use super::log::Level;
use super::rounds::{self, Rounds};
use crate::error::Result;
use crate::journal::read::{self, Witness};
use crate::witness::Network;
use crate::work::submission::{Leaves, Outcome, submit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// So much time lies between two rounds. Who does not answer is asked less often.
const BETWEEN: Duration = Duration::from_secs(60);

/// Asks them as long as the journal is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>) -> Result<Rounds> {
    rounds::start(served, "witness", "сервер не спрашивает свидетелей", BETWEEN, || {
        let mut leaves = Leaves::default();
        move |served: &Served, _: &AtomicBool| {
            if served.stale_since().is_none() {
                tell(served, round(served, &mut leaves));
            }
        }
    })
}

type Asked = Option<Vec<(Witness, Outcome)>>;

fn round(served: &Served, leaves: &mut Leaves) -> Result<Asked> {
    let snapshot = served.snapshot();
    if snapshot.read(read::witnesses_now)?.is_empty() {
        return Ok(None);
    }
    let network = Network::new(served.config().witness_authority.as_deref())?;
    let now = served.now().to_utc();
    // The tables are of this thread alone for as long as somebody far away answers.
    snapshot.read(|tables| submit(tables, &snapshot.proven, served.identity(), &network, leaves, false, now))
}

/// Tells of those that were asked.
fn tell(served: &Served, asked: Result<Asked>) {
    let asked = match asked {
        Err(error) => return served.log(Level::Warning, "witnesses_not_asked", &[("why", error.message().into())]),
        Ok(asked) => asked.unwrap_or_default(),
    };
    for (witness, outcome) in asked {
        let name = ("witness", witness.name.into());
        match outcome {
            Outcome::Signed => served.log(Level::Info, "witness_signed", &[name]),
            Outcome::Refused(refusal) => {
                let why = ("why", refusal.words().into());
                match refusal.contradicts() {
                    true => served.log(Level::Alarm, "witness_contradicts", &[name, why]),
                    false => served.log(Level::Warning, "witness_did_not_sign", &[name, why]),
                }
            }
            Outcome::Had | Outcome::Carried => {}
        }
    }
}
