//! The journal's mirror from the school's server: what was proven since is brought to a place outside the school, twice a minute.
//!
//! It has a thread of its own and takes the snapshots that are published anyway, so nobody who records ever waits for it. While
//! the place does not answer it is asked seldom, and what it lacks is caught up when it does.

use super::Served;
use super::log::Level;
use crate::error::{Error, Kind, Result};
use crate::ledger::chain::Tip;
use crate::store::Patience;
use crate::work::mirror::{self, Brought, How, SEGMENT};
use crate::work::stores::Store;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// So much time lies between two rounds.
const BETWEEN: Duration = Duration::from_secs(20);
/// Between two rounds that fail, at most.
const SELDOM: Duration = Duration::from_secs(300);
/// How long the place is asked in a round.
const PATIENCE: Patience = Patience { attempts: 3, first: Duration::from_secs(1) };

/// Whoever mirrors a server's journal.
pub(super) struct Mirroring {
    /// Dropped when he is to stop.
    wake: Sender<()>,
    /// Ends when he has stopped.
    gone: Receiver<()>,
}

/// Mirrors as long as the journal is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>) -> Result<Mirroring> {
    let ((wake, woken), (leaves, gone)) = (channel(), channel());
    let served = Arc::downgrade(served);
    let started = std::thread::Builder::new().name("mirror".to_owned()).spawn(move || {
        go(&served, &woken);
        drop(leaves);
    });
    started.map_err(|cause| {
        Error::environment(format!("сервер не ведёт зеркала журнала: {}", crate::error::reason(&cause)))
            .next("освободите память и запустите его снова")
    })?;
    Ok(Mirroring { wake, gone })
}

impl Mirroring {
    /// Lets him finish what he is at, for at most so long: a segment that was left in the middle is put anew after the start.
    pub(super) fn stop(self, patience: Duration) {
        drop(self.wake);
        let _: std::result::Result<(), RecvTimeoutError> = self.gone.recv_timeout(patience);
    }
}

/// What is known from one round to the next.
#[derive(Default)]
struct Rounds {
    /// The place, and the settings it was opened by.
    store: Option<(PathBuf, Store)>,
    /// Up to where the mirror is whole.
    whole: Option<Tip>,
    /// What was told last, so that it is told once.
    told: Option<Kind>,
    wait: Duration,
}

fn go(served: &Weak<Served>, woken: &Receiver<()>) {
    let mut rounds = Rounds { wait: BETWEEN, ..Rounds::default() };
    loop {
        let Some(served) = served.upgrade() else { return };
        if let Some(settings) = &served.config().mirror
            && served.stale_since().is_none()
            && rounds.whole != Some(served.snapshot().tip())
        {
            let done = rounds.round(&served, settings);
            rounds.tell(&served, done);
        }
        drop(served);
        if !matches!(woken.recv_timeout(rounds.wait), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

impl Rounds {
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
                self.wait = BETWEEN;
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
                self.wait = self.wait.saturating_mul(2).min(SELDOM);
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
