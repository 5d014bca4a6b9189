//! The owner's key file, and how it gets another passphrase.
//!
//! A file on a stick is written in place, so a cut in the middle of it leaves neither the old one nor the new. The new key file is
//! therefore written beside the old one first; then the old one is written over, and the other is removed. At every moment one of
//! the two is whole, and whoever opens the stick with the passphrase of the new one finishes what a cut has left.

use super::{KEY, LARGEST_KEY, fault, written};
use crate::error::Result;
use crate::files::medium::Medium;
use crate::ledger::identity::Identity;
use crate::ledger::{keyfile, passphrase};
use age::secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The key file under a new passphrase, as long as the old one is not written over.
pub(super) const NEW_KEY: &str = "key-new.age";

/// A key file that was opened.
pub(super) struct Opened {
    /// The key.
    pub owner: Identity,
    /// What the file says beside it.
    pub comments: Vec<String>,
    /// The bytes of the file, where it is the new one.
    new: Option<Zeroizing<Vec<u8>>>,
    /// Whether the one in its place is not whole.
    pub is_damaged: bool,
}

/// Opens the key file, or where the passphrase is that of a new one which a cut has kept from its place, that one.
///
/// # Errors
/// A passphrase that does not fit; no key file that is whole; a carrier that is gone.
pub(super) fn open(medium: &dyn Medium, label: &str, typed: impl FnOnce() -> Result<SecretString>) -> Result<Opened> {
    let (old, new) = (read(medium, KEY)?, read(medium, NEW_KEY)?.filter(|new| !new.is_empty()));
    if old.is_none() && new.is_none() {
        return Err(fault::no_key(label, [fault::OfKey::Missing; 2]));
    }
    let typed = typed()?;
    let meant = || Ok(SecretString::from(passphrase::settled(typed.expose_secret()).as_str().to_owned()));
    let unlocked = match &old {
        Some(old) => keyfile::unlock(old, meant),
        None => Err(fault::missing(KEY)),
    };
    let error = match unlocked {
        Ok((owner, comments)) => return Ok(Opened { owner, comments, new: None, is_damaged: false }),
        Err(error) => error,
    };
    let is_damaged = !keyfile::is_wrong_passphrase(&error);
    let of_new = match new {
        None => None,
        Some(new) => match keyfile::unlock(&new, meant) {
            Ok((owner, comments)) => return Ok(Opened { owner, comments, new: Some(new), is_damaged }),
            Err(error) => Some(error),
        },
    };
    let misspelled = || passphrase::misspelled(typed.expose_secret());
    let state = |is_there: bool| if is_there { fault::OfKey::Damaged } else { fault::OfKey::Missing };
    Err(match of_new {
        _ if !is_damaged => misspelled().unwrap_or_else(|| fault::locked(label, error.at(KEY))),
        Some(of_new) if keyfile::is_wrong_passphrase(&of_new) => {
            let place = fault::of_key(KEY, state(old.is_some()));
            fault::locked(label, misspelled().unwrap_or(of_new).at(format!("{place}; {NEW_KEY}")))
        }
        of_new => fault::no_key(label, [state(old.is_some()), state(of_new.is_some())]),
    })
}

fn read(medium: &dyn Medium, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let content = medium.read(name, LARGEST_KEY).map_err(|cause| fault::unread(name, &cause))?;
    Ok(content.map(Zeroizing::new))
}

impl Opened {
    /// Brings the new key file to its place, where it is not there.
    ///
    /// # Errors
    /// A carrier that is full, write-protected or gone.
    pub fn finish(&self, medium: &dyn Medium) -> Result<()> {
        self.new.as_ref().map_or(Ok(()), |new| put(medium, new))
    }
}

/// Locks the key with another passphrase.
///
/// # Errors
/// As [`open`] and [`Opened::finish`].
pub(super) fn change(
    medium: &dyn Medium,
    label: &str,
    old: impl FnOnce() -> Result<SecretString>,
    new: &str,
) -> Result<()> {
    let opened = open(medium, label, old)?;
    let content = keyfile::lock(&opened.owner, Some(&passphrase::settled(new)), &opened.comments)?;
    // Where the one in its place is not whole, the other must not be written over before it is.
    opened.finish(medium)?;
    written(NEW_KEY, medium.write(NEW_KEY, &content))?;
    put(medium, &content)
}

fn put(medium: &dyn Medium, content: &[u8]) -> Result<()> {
    written(KEY, medium.write(KEY, content))?;
    written(NEW_KEY, medium.remove(NEW_KEY).and_then(|()| medium.sync_names()))
}
