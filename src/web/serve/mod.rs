//! The school's server: one process beside the journal, at which sticks and desks hand over (§5.6) and parents read the
//! diary (§4).
//!
//! It has two doors, each with addresses of its own. Whatever is shown at either comes from a [`Snapshot`], tables that were
//! proven from the ledger; [`follow`] proves what others record while the server runs and puts a newer snapshot in the place
//! of the older one. Where a record cannot be proven, the last snapshot stays, pages say of when it is, and nothing is taken
//! in until somebody has looked at the journal.

mod certificate;
mod check;
pub mod client;
pub mod config;
mod connections;
pub mod diary;
mod doors;
pub mod entrance;
mod follow;
mod health;
mod log;
mod mail;
mod mirror;
mod rounds;
mod run;
mod snapshot;
pub mod v1;
#[cfg(feature = "district")]
mod witness;

pub use snapshot::Snapshot;

use crate::error::{Error, Kind, Result};
use crate::journal::contacts::Contacts;
use crate::journal::read::Tables;
use crate::journal::{Journal, Proven};
use crate::ledger::identity::Identity;
use crate::school::{Clock, Day};
use crate::work::serving::{Server, Start};
use chrono::{DateTime, FixedOffset};
use config::Config;
use follow::Following;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The server, for the program to hand in.
pub const SERVER: Server = Server { run: run::run, check: check::check, certify: certificate::certify };

/// Open files of contacts that are kept for the next request.
const CONTACTS: usize = 16;

/// What every request is answered from.
pub struct Served {
    config: RwLock<Arc<Config>>,
    journal: PathBuf,
    clock: &'static (dyn Clock + Sync),
    identity: Identity,
    open: fn(&Path) -> Result<Journal>,
    tell: log::Tell,
    snapshot: RwLock<Arc<Snapshot>>,
    following: Mutex<Following>,
    /// Told when a newer snapshot is served, or none can be.
    moved: Condvar,
    /// Wakes who follows the ledger.
    looks: SyncSender<()>,
    contacts: Mutex<Vec<Contacts>>,
    writer: Mutex<Option<Journal>>,
    entrance: entrance::Memory,
}

impl Served {
    /// What is served of a journal that was proven, and what wakes whoever follows it.
    ///
    /// # Errors
    /// Tables that do not read.
    fn new(start: &Start, config: Config, identity: Identity, proven: Proven) -> Result<(Arc<Self>, Receiver<()>)> {
        let (looks, looked) = sync_channel(1);
        let now = start.clock.now();
        let snapshot = Snapshot::new(proven, now)?;
        let following = Following::at(snapshot.tip(), now);
        let served = Self {
            journal: snapshot.proven.path().to_owned(),
            config: RwLock::new(Arc::new(config)),
            clock: start.clock,
            identity,
            open: start.open,
            tell: start.tell,
            snapshot: RwLock::new(Arc::new(snapshot)),
            following: Mutex::new(following),
            moved: Condvar::new(),
            looks,
            contacts: Mutex::default(),
            writer: Mutex::default(),
            entrance: entrance::Memory::default(),
        };
        Ok((Arc::new(served), looked))
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks the newest proven tables.
    ///
    /// # Errors
    /// What the question fails with; memory that cannot be had.
    pub fn read<T>(&self, ask: impl FnOnce(&Tables) -> Result<T>) -> Result<T> {
        self.snapshot().read(ask)
    }

    /// Asks the file of contacts, or writes to it.
    ///
    /// # Errors
    /// A file that cannot be opened; what `ask` fails with.
    pub fn contacts<T>(&self, ask: impl FnOnce(&mut Contacts) -> Result<T>) -> Result<T> {
        let pool = || self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = pool().pop();
        let mut open = kept.map_or_else(|| Contacts::open(&self.journal), Ok)?;
        let answer = ask(&mut open);
        let mut pool = pool();
        if pool.len() < CONTACTS {
            pool.push(open);
        }
        answer
    }

    /// The journal's file.
    pub fn journal(&self) -> &Path {
        &self.journal
    }

    /// The settings as they are now.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key of the service login `server`.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What tells the time.
    pub fn clock(&self) -> &'static (dyn Clock + Sync) {
        self.clock
    }

    /// The day in the school's own time.
    pub fn today(&self) -> Day {
        self.snapshot().school.day_of(self.clock.now())
    }

    /// The moment, in the school's own time.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now().with_timezone(&self.snapshot().school.offset())
    }

    /// Since when what is shown is not what the ledger says: the pages say «данные на …» then.
    pub fn stale_since(&self) -> Option<DateTime<FixedOffset>> {
        let since = self.following().stale_since()?;
        Some(since.with_timezone(&self.snapshot().school.offset()))
    }

    /// Records something with the key of the server: one thing at a time. What was recorded is shown a moment later; see
    /// [`Served::wait_for`].
    ///
    /// # Errors
    /// A ledger that could not be proven to its end, into which nothing is taken; what `work` fails with.
    pub fn record<T>(&self, work: impl FnOnce(&mut Journal, &Identity, &dyn Clock) -> Result<T>) -> Result<T> {
        if self.stale_since().is_some() {
            return Err(Error::environment("сервер сейчас ничего не принимает: журнал не доказан до конца")
                .next("сообщите администратору; переданное останется на носителе и будет принято позже"));
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut journal = writer.take().map_or_else(|| (self.open)(&self.journal), Ok)?;
        let done = work(&mut journal, &self.identity, self.clock);
        // One that the file's disk has failed is opened anew.
        if !done.as_ref().is_err_and(|error| matches!(error.kind(), Kind::Environment | Kind::Damaged)) {
            *writer = Some(journal);
        }
        drop(writer);
        self.look();
        done
    }

    /// Waits until records up to this one are proven, for at most so long, and gives the snapshot that has them.
    ///
    /// # Errors
    /// Records that were not proven by then.
    pub fn wait_for(&self, seq: u64, patience: Duration) -> Result<Arc<Snapshot>> {
        let until = Instant::now() + patience;
        let mut following = self.following();
        loop {
            let snapshot = self.snapshot();
            if snapshot.tip().seq >= seq {
                return Ok(snapshot);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::environment(format!("запись № {seq} ещё не доказана сервером"))
                    .next("повторите через минуту; если не помогает, сообщите администратору"));
            }
            following = self.moved.wait_timeout(following, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Has the ledger looked at now, and not only when it is time to.
    fn look(&self) {
        // Where it is full, somebody has asked already.
        let _ = self.looks.try_send(());
    }

    /// Tells of an event.
    fn log(&self, level: log::Level, name: &str, details: &[(&str, serde_json::Value)]) {
        log::event(self.tell, self.clock.now(), level, name, details);
    }

    /// Where the ledger's file ends, and why it cannot be followed.
    fn followed(&self) -> (u64, Option<Kind>) {
        let following = self.following();
        (following.length, following.fault)
    }

    fn following(&self) -> std::sync::MutexGuard<'_, Following> {
        self.following.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves a newer snapshot.
    fn publish(&self, snapshot: Snapshot) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    /// Goes by other settings from here on.
    fn reconfigure(&self, config: Config) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// Does something that waits for a disk or takes long, aside from the threads that answer.
    ///
    /// # Errors
    /// What it fails with.
    pub async fn aside<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(move || work(&self))
            .await
            .unwrap_or_else(|_| Err(Error::environment("это не удалось сделать: ошибка в программе").next("повторите")))
    }
}
