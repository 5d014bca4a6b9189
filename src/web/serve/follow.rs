//! Following the ledger: what others record is proven and shown, within two seconds.
//!
//! Looking whether the ledger has grown costs next to nothing, so it is done several times a second. Proving goes on from a
//! copy of the proven tables, which costs some hundredths of a second in a large school; so what comes in one second is
//! proven together.

use super::log::Level;
use super::{Served, Snapshot};
use crate::error::{Error, Kind, Result};
use crate::journal::{Journal, Keep};
use crate::ledger::chain::Tip;
use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How often the ledger is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// So much time lies between two proofs.
const BETWEEN: Duration = Duration::from_secs(1);
/// After a fault it is tried again after so long, where the ledger has not changed since.
const AGAIN: Duration = Duration::from_secs(15);
/// The file is opened anew so often, since another may have been put in its place.
const REOPEN: Duration = Duration::from_secs(30);
/// Whoever follows has not looked for so long: something holds him up.
const HELD_UP: Duration = Duration::from_secs(10);
/// How often the proof is kept for the next start.
const KEEP: Duration = Duration::from_secs(3600);

/// How far the ledger is followed.
#[derive(Debug)]
pub(super) struct Following {
    /// Where the ledger's file ended when it was last looked at.
    pub length: u64,
    /// When what is served was last known to be what the ledger says.
    current: (Instant, DateTime<FixedOffset>),
    /// Why it cannot be followed.
    pub fault: Option<Kind>,
}

impl Following {
    pub fn at(tip: Tip, now: DateTime<FixedOffset>) -> Self {
        Self { length: tip.seq, current: (Instant::now(), now), fault: None }
    }

    /// Since when what is served is not known to be what the ledger says.
    pub fn stale_since(&self) -> Option<DateTime<FixedOffset>> {
        (self.fault.is_some() || self.current.0.elapsed() > HELD_UP).then_some(self.current.1)
    }
}

/// Where the proof is kept.
pub(super) type Kept = Option<PathBuf>;

/// Follows the ledger as long as it is served.
///
/// # Errors
/// No thread to be had.
pub(super) fn start(served: &Arc<Served>, looked: Receiver<()>, kept: Kept) -> Result<()> {
    let follower = Follower {
        served: Arc::downgrade(served),
        watch: None,
        proven_at: None,
        failed: None,
        kept,
        kept_at: Instant::now(),
    };
    let started = std::thread::Builder::new().name("follow".to_owned()).spawn(move || follower.follow(&looked));
    started.map(drop).map_err(|cause| {
        Error::environment(format!("сервер не следит за журналом: {}", crate::error::reason(&cause)))
            .next("освободите память и запустите его снова")
    })
}

struct Follower {
    served: Weak<Served>,
    /// The file, open, and since when.
    watch: Option<(Journal, Instant)>,
    proven_at: Option<Instant>,
    /// The end of the ledger that could not be proven, and when that was tried.
    failed: Option<(Option<Tip>, Instant)>,
    kept: Kept,
    kept_at: Instant,
}

impl Follower {
    fn follow(mut self, looked: &Receiver<()>) {
        while !matches!(looked.recv_timeout(LOOK), Err(RecvTimeoutError::Disconnected)) {
            let Some(served) = self.served.upgrade() else { return };
            if let Err(error) = self.look(&served) {
                self.watch = None;
                say_fault(&served, &error);
            }
        }
    }

    /// Looks where the ledger ends, and proves what has come.
    fn look(&mut self, served: &Served) -> Result<()> {
        let tip = self.tip(served)?;
        let snapshot = served.snapshot();
        if tip == snapshot.tip() {
            self.failed = None;
            current(served, tip);
            self.keep(served, &snapshot);
            return Ok(());
        }
        served.following().length = tip.seq;
        let again = self.failed.is_some_and(|(what, when)| what == Some(tip) && when.elapsed() < AGAIN);
        if again || self.proven_at.is_some_and(|at| at.elapsed() < BETWEEN) {
            return Ok(());
        }
        self.failed = Some((Some(tip), Instant::now()));
        let advanced = snapshot.proven.advance_to_fault();
        self.proven_at = Some(Instant::now());
        let (further, fault) = advanced?;
        let tip = further.tip();
        if tip != snapshot.tip() {
            served.publish(Snapshot::new(further, served.clock.now())?);
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
        self.failed = None;
        current(served, tip);
        Ok(())
    }

    /// Where the ledger's file ends.
    fn tip(&mut self, served: &Served) -> Result<Tip> {
        if self.watch.as_ref().is_some_and(|(_, since)| since.elapsed() > REOPEN) {
            self.watch = None;
        }
        let (journal, since) = match self.watch.take() {
            Some(open) => open,
            None => (Journal::open(&served.journal)?, Instant::now()),
        };
        let tip = journal.tip();
        self.watch = Some((journal, since));
        tip
    }

    fn keep(&mut self, served: &Served, snapshot: &Snapshot) {
        if self.kept_at.elapsed() < KEEP {
            return;
        }
        self.kept_at = Instant::now();
        keep(served, snapshot, &self.kept);
    }
}

/// Keeps the proof for the next start.
pub(super) fn keep(served: &Served, snapshot: &Snapshot, kept: &Kept) {
    if let Some(folder) = kept {
        snapshot.proven.keep(Keep { folder, identity: served.identity() });
    }
}

/// What is served is what the ledger says.
fn current(served: &Served, tip: Tip) {
    let now = served.clock.now();
    let mut following = served.following();
    following.length = tip.seq;
    following.current = (Instant::now(), now);
    let again = following.fault.take().is_some();
    drop(following);
    served.moved.notify_all();
    if again {
        served.log(Level::Info, "proven_again", &[("proven", tip.seq.into())]);
    }
}

/// The ledger cannot be followed; that is told once.
fn say_fault(served: &Served, error: &Error) {
    let kind = error.kind();
    let proven = served.snapshot().tip().seq;
    let mut following = served.following();
    let known = following.fault.replace(kind) == Some(kind);
    let length = following.length;
    drop(following);
    served.moved.notify_all();
    if !known {
        served.log(Level::Alarm, name_of(kind), &[("proven", proven.into()), ("length", Value::from(length))]);
    }
}

/// What a fault is called: what was found stands in no log, since it names people; the audit tells it.
pub(super) fn name_of(fault: Kind) -> &'static str {
    match fault {
        Kind::Damaged | Kind::Refused => "journal_not_proven",
        Kind::Input | Kind::Environment => "journal_not_read",
    }
}
