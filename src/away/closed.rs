//! `closed.json`: the strand on this stick has come to its end. Whoever has closed it in the ledger, or found it closed there,
//! leaves this here, so that nothing is recorded any more that nobody would take in; for reading the stick opens as before.
//!
//! It is left after the ledger has the end. So whatever lies here keeps from recording, also what a cut has left half written,
//! or what is signed by a key that the stick does not know: a deputy head's who came after it was renewed. A false one takes from
//! the owner no more than the way to school, where renewing a strand that goes on removes it.

use super::signed::{Signed, sign};
use super::stick::written;
use super::written::hex;
use crate::error::{NotTaken, Result};
use crate::files::medium::Medium;
use crate::journal::entry::StrandEnd;
use crate::ledger::chain::Hash;
use crate::ledger::signer::Signer;
use crate::ledger::strand::StrandId;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::io;

/// The file's name.
pub const CLOSED: &str = "closed.json";

const DOMAIN: &str = "letopis-closed-v1";
const LARGEST: u64 = 4 * 1024;

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
    /// Why it goes on no more.
    pub why: StrandEnd,
    /// When it was closed.
    pub time: DateTime<FixedOffset>,
    /// The record of the ledger that has closed it.
    pub entry: u64,
    /// The last entry of the strand that was taken in or refused; zero where none was.
    pub number: u64,
}

/// What lies on a stick of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// The strand was closed.
    Closed(Closing),
    /// Somebody says so whose key the stick does not know.
    ByAnother,
    /// It is not whole.
    Torn,
}

impl Closing {
    /// Leaves it on a stick.
    ///
    /// # Errors
    /// A signer who cannot be asked; a carrier that is full, write-protected or gone.
    pub fn leave(&self, medium: &dyn Medium, signer: &dyn Signer) -> Result<()> {
        let text = sign(signer, DOMAIN, &super::json(self)?)?;
        written(CLOSED, medium.write(CLOSED, text.as_bytes()))
    }
}

/// What lies on a stick; `keys` are those that are believed. One that was left of a strand that the stick held before is none.
pub(super) fn read(medium: &dyn Medium, keys: &[[u8; 32]], of: (Hash, StrandId)) -> io::Result<Option<Mark>> {
    let bytes = match medium.read(CLOSED, LARGEST) {
        Ok(None) => return Ok(None),
        Ok(Some(bytes)) => bytes,
        Err(cause) if NotTaken::behind(&cause).is_some() => return Ok(Some(Mark::Torn)),
        Err(cause) => return Err(cause),
    };
    let Some((signed, [])) = Signed::first(&bytes) else { return Ok(Some(Mark::Torn)) };
    let Ok(closing) = serde_json::from_str::<Closing>(signed.json) else { return Ok(Some(Mark::Torn)) };
    Ok(match signed.by(DOMAIN, keys) {
        _ if (closing.journal, closing.strand) != of => None,
        Some(_) => Some(Mark::Closed(closing)),
        None => Some(Mark::ByAnother),
    })
}

/// Removes it: the strand goes on.
pub(super) fn remove(medium: &dyn Medium) -> Result<()> {
    written(CLOSED, medium.remove(CLOSED).and_then(|()| medium.sync_names()))
}
