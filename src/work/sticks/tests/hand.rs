//! A stick in its owner's hand: a folder with all the files of a real one.

use super::{Desk, prove};
use crate::away::exchange::Intake;
use crate::away::pins::Server;
use crate::away::stick::{Stick, Unlocked};
use crate::error::Result;
use crate::journal::testing::identity;
use crate::journal::{Journal, excerpt};
use crate::school::Clock;
use crate::work::Workplace;
use crate::work::sticks::at_work::{self, AtWork};
use crate::work::sticks::handing;
use crate::work::sticks::sync::{Renewing, take_and_renew};
use crate::work::sticks::witness::Seen;
use crate::work::sticks::{By, Preparation, Synced, prepare, sync};
use age::secrecy::SecretString;
use chrono::{DateTime, FixedOffset};
use std::path::{Path, PathBuf};

/// A stick, and what its owner knows of it.
#[derive(Clone)]
pub struct Hand {
    pub mount: PathBuf,
    pub label: String,
    pub carrier: String,
    /// Whose key it holds: `identity(key)`.
    pub key: String,
    passphrase: String,
}

/// Where no program lies that could be put on a stick.
fn no_programs(mount: &Path) -> PathBuf {
    let folder = mount.parent().unwrap().join("no-programs");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Hand {
    /// The deputy head prepares a stick for somebody, in a folder of its own.
    pub fn new(desk: &mut Desk, mount: PathBuf, login: &str, label: &str, now: DateTime<FixedOffset>) -> Self {
        Self::prepared(desk, mount, (login, login), (label, None), now).unwrap()
    }

    /// As [`Hand::new`], in the place of a lost one, with a key that its owner has now.
    pub fn prepared(
        desk: &mut Desk,
        mount: PathBuf,
        (login, owner_key): (&str, &str),
        (label, replaces): (&str, Option<&str>),
        now: DateTime<FixedOffset>,
    ) -> Result<Self> {
        std::fs::create_dir_all(&mount).unwrap();
        let programs = no_programs(&mount);
        let wish = Preparation {
            mount: &mount,
            to: login,
            label: Some(label),
            place: None,
            replaces,
            owner_key: Some(identity(owner_key)),
            programs: Some(&programs),
            server: desk.server.clone(),
        };
        desk.school.wait_until(&now.to_rfc3339());
        let (key, (journal, clock)) = (identity("petrova"), desk.school.at_hand());
        let mut place = Workplace::at(journal, &key, clock)?;
        let prepared = prepare(&mut place, &wish, &mut |journal| prove(&mut desk.proven, journal))?;
        let (label, carrier, passphrase) = (prepared.label, prepared.id, prepared.passphrase.to_string());
        let key = owner_key.to_owned();
        Ok(Self { mount, label, carrier, key, passphrase })
    }

    fn secret(&self) -> SecretString {
        SecretString::from(self.passphrase.clone())
    }

    /// Unlocks it.
    pub fn unlock(&self) -> Result<Unlocked> {
        Stick::open(&self.mount)?.unlock(|| Ok(self.secret()))
    }

    /// Opens it for work.
    pub fn open(&self) -> Result<AtWork> {
        at_work::open(&self.mount, || Ok(self.secret()))
    }

    /// Its owner hands it over, and it is renewed.
    pub fn sync(&self, desk: &mut Desk, now: DateTime<FixedOffset>) -> Result<Synced> {
        let unlocked = self.unlock()?;
        self.sync_by(desk, By::Owner(Box::new(unlocked)), now)
    }

    /// The school's server takes it in and renews it, while its owner has it unlocked.
    pub fn sync_by_server(&self, desk: &mut Desk, now: DateTime<FixedOffset>) -> Result<Synced> {
        let mut unlocked = self.unlock()?;
        desk.with_server(now, |at_hand| {
            let mut at_hand = Some(at_hand);
            let connect = &mut |_: &Server| Ok(Box::new(at_hand.take().unwrap()) as Box<dyn Intake + '_>);
            let (outgoing, brought, renewed) = handing::hand_over(&mut unlocked, connect)?;
            let tables = excerpt::open(unlocked.image())?;
            brought.told(&outgoing, &unlocked, &tables, renewed)
        })
    }

    /// It is renewed under the key of the service, at the machine, while its owner has it unlocked.
    pub fn renew_by_service(&self, desk: &mut Desk, now: DateTime<FixedOffset>) -> Result<Synced> {
        let mut unlocked = self.unlock()?;
        self.with_journal(desk, now, |journal, clock, renewing| {
            take_and_renew((journal, &identity("server"), clock), &self.mount, &mut unlocked, renewing)
        })
    }

    /// The deputy head takes it in without its owner.
    pub fn sync_without_owner(&self, desk: &mut Desk, now: DateTime<FixedOffset>) -> Result<Synced> {
        let by = By::Deputy(Box::new(Stick::open(&self.mount)?), Box::new(identity("petrova")));
        self.sync_by(desk, by, now)
    }

    fn sync_by(&self, desk: &mut Desk, by: By, now: DateTime<FixedOffset>) -> Result<Synced> {
        self.with_journal(desk, now, |journal, clock, renewing| sync(journal, clock, &self.mount, by, renewing))
    }

    fn with_journal<T>(
        &self,
        desk: &mut Desk,
        now: DateTime<FixedOffset>,
        act: impl FnOnce(&mut Journal, &dyn Clock, &mut Renewing<'_>) -> T,
    ) -> T {
        desk.school.wait_until(&now.to_rfc3339());
        let Desk { school, proven, .. } = desk;
        let (programs, (journal, clock)) = (no_programs(&self.mount), school.at_hand());
        let mut prove = |journal: &Journal| prove(proven, journal);
        act(journal, clock, &mut Renewing { prove: &mut prove, programs: Some(&programs), server: None })
    }

    /// What it has seen of the journal.
    pub fn seen(&self) -> Result<Seen> {
        Ok(Seen::of(&self.unlock()?))
    }

    /// A copy of it, file by file.
    pub fn copy(&self, to: PathBuf) -> Self {
        copy_files(&self.mount, &to);
        Self { mount: to, ..self.clone() }
    }

    /// Somebody puts an older copy of all its files onto it.
    pub fn put_back(&self, copy: &Path) {
        copy_files(copy, &self.mount);
    }
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
