//! The journal's mirror from the school's server: what was proven since is brought to a place outside the school, three times a minute.
//!
//! It has a thread of its own and takes the snapshots that are published anyway, so nobody who records ever waits for it. While
//! the place does not answer it is asked seldom, and what it lacks is caught up when it does.

use super::Served;
use super::log::Level;
use super::rounds::{self, Rounds};
use crate::error::{Kind, Result};
use crate::ledger::chain::Tip;
use crate::store::Patience;
use crate::work::mirror::{self, Brought, How, SEGMENT};
use crate::work::stores::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// So much time lies between two rounds.
const BETWEEN: Duration = Duration::from_secs(20);
/// So many rounds are left out at most while each of them fails: five minutes.
const SELDOM: u32 = 14;
/// How long the place is asked in a round.
const PATIENCE: Patience = Patience { attempts: 3, first: Duration::from_secs(1) };

/// Mirrors as long as the journal is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>) -> Result<Rounds> {
    rounds::start(served, "mirror", "сервер не ведёт зеркала журнала", BETWEEN, || {
        let mut mirroring = Mirroring::default();
        move |served: &Served, _: &AtomicBool| mirroring.go_on(served)
    })
}

/// What is known from one round to the next.
#[derive(Default)]
struct Mirroring {
    /// The place, and the settings it was opened by.
    store: Option<(PathBuf, Store)>,
    /// Up to where the mirror is whole.
    whole: Option<Tip>,
    /// What was told last, so that it is told once.
    told: Option<Kind>,
    /// How many rounds were left out after the last fault, and how many of them are still to be.
    left_out: u32,
    to_leave_out: u32,
}

impl Mirroring {
    fn go_on(&mut self, served: &Served) {
        let Some(settings) = &served.config().mirror else { return };
        if self.to_leave_out > 0 {
            self.to_leave_out -= 1;
        } else if served.stale_since().is_none() && self.whole != Some(served.snapshot().tip()) {
            let done = self.round(served, settings);
            self.tell(served, done);
        }
    }

    fn round(&mut self, served: &Served, settings: &Path) -> Result<Brought> {
        let store = match self.store.take().filter(|(of, _)| of == settings) {
            Some((_, store)) => store,
            None => Store::open(settings)?,
        };
        let snapshot = served.snapshot();
        let how = How { server: served.identity(), clock: served.clock(), patience: PATIENCE, longest: SEGMENT };
        let brought = mirror::bring(&store, &snapshot.proven, how)?;
        // After a fault the settings are read anew: what is wrong may have been put right in them.
        self.store = Some((settings.to_owned(), store));
        self.whole = brought.waits_at.is_none().then(|| snapshot.tip());
        Ok(brought)
    }

    /// Tells of a round in which anything happened, by numbers alone, and of a fault when it begins and ends.
    fn tell(&mut self, served: &Served, done: Result<Brought>) {
        match done {
            Ok(brought) => {
                (self.left_out, self.to_leave_out) = (0, 0);
                if self.told.take().is_some() {
                    served.log(Level::Info, "mirrored_again", &[]);
                }
                if brought.segments > 0 {
                    let told = [("segments", brought.segments.into()), ("records", brought.records.into())];
                    served.log(Level::Info, "mirrored", &told);
                }
                if let Some(why) = brought.unlocked {
                    served.log(Level::Warning, "mirror_not_locked", &[("why", why.into())]);
                }
            }
            Err(error) => {
                self.left_out = (2 * self.left_out + 1).min(SELDOM);
                self.to_leave_out = self.left_out;
                if self.told.replace(error.kind()) != Some(error.kind()) {
                    // A mirror of another ledger is nothing that passes.
                    let level = match error.kind() {
                        Kind::Damaged | Kind::Refused => Level::Alarm,
                        Kind::Input | Kind::Environment => Level::Warning,
                    };
                    served.log(level, "not_mirrored", &[("why", error.message().into())]);
                }
            }
        }
    }
}
