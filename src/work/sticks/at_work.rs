//! A stick as the journal that its owner works in: what he may see, what he has recorded since, and his key.

use super::handing::{Brought, Outgoing};
use super::status::OnStick;
use crate::away::card::CARD;
use crate::away::stick::{Stick, Unlocked, is_gone};
use crate::error::{Error, Result};
use crate::files::{self, Kind};
use crate::journal::entry::RULES;
use crate::journal::read;
use crate::journal::{AwayBase, Journal, Strand, excerpt};
use crate::ledger::chain::{Tip, hex};
use crate::ledger::identity::Identity;
use crate::ledger::strand::{Strand as _, StrandTip, Strung};
use crate::school::Login;
use age::secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A stick that somebody works on.
pub struct AtWork {
    /// The journal: it records into the strand.
    pub journal: Journal,
    /// Its owner's key.
    pub owner: Identity,
    /// Whether its strand goes on, as far as the stick was told.
    pub goes_on: bool,
    /// What is to be said of the stick, and hinders nothing now.
    pub warnings: Vec<Error>,
    /// The stick beneath the journal.
    pub hand: Hand,
}

/// The mount point of the stick that a path names: the folder, or the card in it. Nothing where it names none. A carrier that is
/// gone is taken for one, so that this is what is said of it.
pub fn mount_of(path: &Path) -> Option<PathBuf> {
    let folder = if path.file_name().is_some_and(|name| name == CARD) { path.parent()? } else { path };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let is_stick = match files::kind(&folder.join(CARD)) {
        Ok(kind) => matches!(kind, Some(Kind::File(_))),
        Err(cause) => is_gone(&cause),
    };
    is_stick.then(|| folder.to_owned())
}

/// What is written on the stick at a mount point, as its card says.
pub fn label_of(mount: &Path) -> Option<String> {
    Stick::open(mount).ok().map(|stick| stick.card().label.clone())
}

/// Opens the stick at a mount point for work.
///
/// # Errors
/// What is no stick; a passphrase that does not fit; a base that another version made; a stick that cannot be written.
pub fn open(mount: &Path, passphrase: impl FnOnce() -> Result<SecretString>) -> Result<AtWork> {
    let mut unlocked = Stick::open(mount)?.unlock(passphrase)?;
    let owner = again(unlocked.owner())?;
    let mut warnings: Vec<Error> = unlocked.warnings().to_vec();
    let goes_on = unlocked.goes_on().is_ok();
    let refusal = unlocked.may_record().err();
    warnings.extend(
        refusal
            .iter()
            .filter(|why| !warnings.iter().any(|known| known.message() == why.message()))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let hand = Hand(Arc::new(Mutex::new(Held { unlocked, refusal })));
    Ok(AtWork { journal: hand.journal()?, owner, goes_on, warnings, hand })
}

/// A stick in its owner's hand, beneath the journal that he works in.
#[derive(Clone)]
pub struct Hand(Arc<Mutex<Held>>);

impl Hand {
    /// The journal as it lies on the stick: its base, and what was recorded since.
    ///
    /// # Errors
    /// A base that another version made; entries that do not read.
    pub fn journal(&self) -> Result<Journal> {
        let (tables, base) = {
            let held = self.held();
            let base = held.unlocked.base();
            let tip = Tip { journal: base.journal, seq: base.length, head: base.head };
            let base = AwayBase { tip, time: base.time, rules: RULES, until: base.until };
            (excerpt::open(held.unlocked.image())?, base)
        };
        Journal::away(tables, base, Box::new(self.clone()))
    }

    /// What waits to be handed over to the school's server; nothing of a stick that knows none, or goes on no more.
    ///
    /// # Errors
    /// A carrier that does not take what was recorded last.
    pub fn outgoing(&self) -> Result<Option<Outgoing>> {
        let held = self.held();
        if held.unlocked.goes_on().is_err() { Ok(None) } else { Outgoing::of(&held.unlocked) }
    }

    /// All that the stick keeps, for a ledger that lacks some of it.
    ///
    /// # Errors
    /// A carrier whose entries do not read.
    pub fn all_kept(&self) -> Result<Option<Outgoing>> {
        Outgoing::all_of(&self.held().unlocked)
    }

    /// Whether it knows the school's server.
    pub fn knows_server(&self) -> bool {
        self.held().unlocked.server().is_some()
    }

    /// Whether it is the same stick, unlocked at the same time.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Bytes of its base.
    pub fn bytes(&self) -> u64 {
        self.held().unlocked.base().bytes
    }

    /// Brings onto the stick what came of a hand-over. The journal that lies there then is [`Hand::journal`].
    ///
    /// # Errors
    /// As [`Brought::onto`].
    pub fn take(&self, brought: &Brought) -> Result<()> {
        let mut held = self.held();
        brought.onto(&mut held.unlocked)?;
        held.refusal = held.unlocked.may_record().err();
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose part of the journal it is, of a journal on a stick; of one that has all of it, nobody's.
///
/// # Errors
/// Tables that do not read.
pub fn kept_by(journal: &Journal) -> Result<Option<Login>> {
    let Some((_, tip)) = journal.strand_tip() else { return Ok(None) };
    let tables = journal.tables();
    let login = read::strand(tables, &hex(&tip.strand))?.map(|strand| strand.login);
    Ok(match login {
        Some(login) if excerpt::sees_all(tables, &login)? => None,
        login => login,
    })
}

/// The same key once more: it is not copied by chance.
pub(super) fn again(identity: &Identity) -> Result<Identity> {
    Identity::parse(&identity.secret_text())
}

/// An unlocked stick, and whether it is recorded on.
struct Held {
    unlocked: Unlocked,
    /// Why nothing may be recorded on it, since the school would not take it in.
    refusal: Option<Error>,
}

impl Strand for Hand {
    fn tip(&self) -> StrandTip {
        self.held().unlocked.tip()
    }

    fn after(&self, number: u64) -> Result<Vec<Strung>> {
        Ok(self.held().unlocked.unsent().iter().filter(|strung| strung.number > number).cloned().collect())
    }

    fn kept(&self) -> Result<Vec<Strung>> {
        self.held().unlocked.all_kept()
    }

    fn append(&mut self, entries: &[Strung]) -> Result<()> {
        let mut held = self.held();
        match &held.refusal {
            Some(why) => Err(why.clone()),
            None => held.unlocked.append(entries),
        }
    }
}

/// Looks at the stick at a mount point, in its owner's hand.
///
/// # Errors
/// As [`open`].
pub fn look(mount: &Path, passphrase: impl FnOnce() -> Result<SecretString>) -> Result<OnStick> {
    let unlocked = Stick::open(mount)?.unlock(passphrase)?;
    OnStick::of(&unlocked, &excerpt::open(unlocked.image())?)
}
