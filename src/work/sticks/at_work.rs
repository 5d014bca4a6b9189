//! A stick as the journal that its owner works in: what he may see, what he has recorded since, and his key.

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
    let unlocked = Stick::open(mount)?.unlock(passphrase)?;
    let owner = again(unlocked.owner())?;
    let base = unlocked.base();
    let tables = excerpt::open(unlocked.image())?;
    let tip = Tip { journal: base.journal, seq: base.length, head: base.head };
    let base = AwayBase { tip, time: base.time, rules: RULES, until: base.until };
    let mut unlocked = unlocked;
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
    let journal = Journal::away(tables, base, Box::new(Held { unlocked, refusal }))?;
    Ok(AtWork { journal, owner, goes_on, warnings })
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

/// A stick in its owner's hand, as a journal away from the ledger takes it.
struct Held {
    unlocked: Unlocked,
    /// Why nothing may be recorded on it, since the school would not take it in.
    refusal: Option<Error>,
}

impl Strand for Held {
    fn tip(&self) -> StrandTip {
        self.unlocked.tip()
    }

    fn after(&self, number: u64) -> Result<Vec<Strung>> {
        Ok(self.unlocked.unsent().iter().filter(|strung| strung.number > number).cloned().collect())
    }

    fn kept(&self) -> Result<Vec<Strung>> {
        self.unlocked.all_kept()
    }

    fn append(&mut self, entries: &[Strung]) -> Result<()> {
        match &self.refusal {
            Some(why) => Err(why.clone()),
            None => self.unlocked.append(entries),
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
