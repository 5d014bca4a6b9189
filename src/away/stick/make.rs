//! Making a stick. Its card is written last and removed first, so a stick is prepared to its end or is known not to be.

use super::super::base::{self, BASES, Header};
use super::super::card::{CARD, Card};
use super::super::closed::CLOSED;
use super::super::pins::{PINS, Pins};
use super::super::receipts::{self, RECEIPTS};
use super::super::strand::{self, STRANDS};
use super::key::NEW_KEY;
use super::{KEY, Pinned, State, Stick, fault, look, medium_at, written};
use crate::error::Result;
use crate::files::medium::Medium;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::ledger::passphrase::settled;
use crate::ledger::signer::Signer;
use std::path::Path;
use std::sync::Arc;

/// The files of a stick beside its card and the programs.
pub(super) const OWN: [&str; 10] =
    [KEY, NEW_KEY, PINS, BASES[0], BASES[1], RECEIPTS[0], RECEIPTS[1], STRANDS[0], STRANDS[1], CLOSED];

/// What a stick is prepared with.
pub struct Preparation<'a> {
    /// The card.
    pub card: &'a Card,
    /// The owner's key.
    pub owner: &'a Identity,
    /// Under which it is kept.
    pub passphrase: &'a str,
    /// Whom it trusts; journal and strand as on the card, the preparer's key in `may_prepare`.
    pub pins: &'a Pins,
    /// What its first base is.
    pub base: &'a Header,
    /// The base's tables: an SQLite file.
    pub image: &'a [u8],
    /// Who prepares it.
    pub preparer: &'a dyn Signer,
    /// Bytes of each strand file, [`strand::SIZE`] at school.
    pub strand_size: u64,
}

impl Stick {
    /// Prepares the stick at a mount point; one that was not prepared to its end, anew.
    ///
    /// # Errors
    /// A stick that is prepared already; a carrier that is full, write-protected or gone.
    pub fn make(mount: &Path, preparation: &Preparation<'_>) -> Result<Self> {
        Self::make_on(medium_at(mount)?, preparation)
    }

    /// As [`Stick::make`], on a medium.
    ///
    /// # Errors
    /// As [`Stick::make`].
    pub fn make_on(medium: Arc<dyn Medium>, preparation: &Preparation<'_>) -> Result<Self> {
        match look(&*medium)?.0 {
            State::Made(card) => return Err(fault::already_made(&card.label)),
            State::NoCard(left) => return Err(fault::no_card(&left)),
            State::HalfMade | State::None => {}
        }
        let Preparation { card, owner, passphrase, pins, base, image, preparer, strand_size } = preparation;
        if !pins.keys().contains(preparer.public().key()) {
            return Err(fault::unknown_preparer());
        }
        let pinned = Pinned { journal: card.journal, strand: card.strand, preparer: preparer.public().fingerprint() };
        let key = keyfile::lock(owner, Some(&settled(passphrase)), &[pinned.to_line()])?;
        let sealed = pins.seal(*preparer, owner)?;
        let base = base::seal(&Header { generation: 1, ..(*base).clone() }, image, *preparer, owner)?;
        forget_on(&*medium)?;
        let put = |name: &str, bytes: &[u8]| written(name, medium.write(name, bytes));
        written(STRANDS[0], strand::make(&*medium, card.strand, *strand_size))?;
        put(KEY, &key)?;
        put(PINS, &sealed)?;
        put(BASES[1], &[])?;
        put(BASES[0], &base)?;
        put(RECEIPTS[1], &[])?;
        put(RECEIPTS[0], &receipts::seal("", owner)?)?;
        put(CARD, card.to_text().as_bytes())?;
        Self::on(medium)
    }

    /// Forgets the stick at a mount point: its files become nothing, so that it can be prepared for somebody else.
    ///
    /// # Errors
    /// A carrier that is write-protected or gone.
    pub fn forget(mount: &Path) -> Result<()> {
        forget_on(&*medium_at(mount)?)
    }
}

fn forget_on(medium: &dyn Medium) -> Result<()> {
    for name in std::iter::once(CARD).chain(OWN) {
        if matches!(medium.length(name), Ok(Some(_))) {
            written(name, medium.remove(name))?;
            written(name, medium.sync_names())?;
        }
    }
    Ok(())
}
