//! A teacher's stick: made, opened, unlocked by its owner, renewed at school.
//!
//! Everything that it believes rests on `key.age`, which nobody without the passphrase can make: a line in it names the journal, the
//! strand, and the key that has signed `pins.age`; the pins name whose bases are believed; the base says from which entry on the
//! strand is to be proven. What does not fit is said, with its place.

mod fault;
mod key;
mod make;
mod renew;

pub use fault::{is_gone, unwritten};
pub use make::Preparation;

use super::base::{self, Header, InUse, Trust};
use super::card::{CARD, Card};
use super::closed::{self, CLOSED, Closing, Mark};
use super::pins::{PINS, Pins, Server};
use super::receipts::{Receipts, SignedReceipt};
use super::sealed;
use super::strand::{Left, Recording, StrandFile, left_on, tip};
use crate::error::{Error, Result};
use crate::files::medium::{FolderMedium, Medium};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::identity::Identity;
use crate::ledger::passphrase;
use crate::ledger::signer::Signer;
use crate::ledger::strand::{Strand, StrandId, StrandTip, Strung};
use age::secrecy::SecretString;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The owner's key file.
pub const KEY: &str = "key.age";

const LARGEST_KEY: u64 = 64 * 1024;
const LARGEST_CARD: u64 = 4 * 1024;
const LARGEST_PINS: u64 = 1024 * 1024;

/// How the line of the key file begins on which everything else rests.
const PINNED: &str = "# letopis-stick ";

/// A stick that is not unlocked.
pub struct Stick {
    medium: Arc<dyn Medium>,
    card: Card,
}

/// How far a stick was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing of a stick is on it.
    None,
    /// It was prepared, and not to the end: it may be prepared anew, nothing was ever recorded on it.
    HalfMade,
    /// Entries lie on it, and its card is not there or not whole: what lies there.
    NoCard(Left),
    /// It was prepared.
    Made(Card),
}

/// What the key file says of the stick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The journal's id.
    pub journal: Hash,
    /// The strand's.
    pub strand: StrandId,
    /// The fingerprint of the key that has signed the pins.
    pub preparer: String,
}

impl Pinned {
    fn to_line(&self) -> String {
        format!("{PINNED}{} {} {}", hex(&self.journal), hex(&self.strand), self.preparer)
    }

    fn parse(comments: &[String]) -> Option<Self> {
        let mut lines = comments.iter().filter_map(|line| line.strip_prefix(PINNED));
        let words: Vec<&str> = lines.next()?.split(' ').collect();
        let [journal, strand, preparer] = words[..] else { return None };
        let pinned = Self {
            journal: super::written::bytes(journal)?,
            strand: super::written::bytes(strand)?,
            preparer: preparer.to_owned(),
        };
        lines.next().is_none().then_some(pinned)
    }
}

/// What writing to a stick came to, in words for whoever holds it.
pub(super) fn written<T>(name: &str, done: std::io::Result<T>) -> Result<T> {
    done.map_err(|cause| fault::unwritten(name, &cause))
}

/// The card of whatever is there.
fn look(medium: &dyn Medium) -> Result<(State, Option<Error>)> {
    let unread = |cause: std::io::Error| fault::unread(CARD, &cause);
    let text = medium.read(CARD, LARGEST_CARD).map_err(unread)?;
    let card = text.as_deref().map(Card::parse);
    match card {
        Some(Ok(card)) => Ok((State::Made(card), None)),
        Some(Err(fault)) if fault.kind() == crate::error::Kind::Input => Err(fault),
        card => {
            let is_any = card.is_some() || make::OWN.iter().any(|name| matches!(medium.length(name), Ok(Some(_))));
            let left = is_any.then(|| left_on(medium)).transpose()?;
            let state = match left {
                Some(left) if left.entries.is_some() => State::NoCard(left),
                Some(_) => State::HalfMade,
                None => State::None,
            };
            Ok((state, card.and_then(std::result::Result::err)))
        }
    }
}

impl Stick {
    /// What is at a mount point: of a stick whose card cannot be read nobody knows whether it was prepared to its end.
    ///
    /// # Errors
    /// A carrier that cannot be read; one of a later version.
    pub fn state(mount: &Path) -> Result<State> {
        Ok(look(&*medium_at(mount)?)?.0)
    }

    /// The stick at a mount point.
    ///
    /// # Errors
    /// What is no stick, or was not prepared to its end; a carrier that cannot be read.
    pub fn open(mount: &Path) -> Result<Self> {
        Self::on(medium_at(mount)?)
    }

    /// The stick at a mount point that has lost its card: `card` is what the ledger says of the strand that lies there.
    ///
    /// # Errors
    /// As [`Stick::open`]; another strand.
    pub fn without_card(mount: &Path, card: Card) -> Result<Self> {
        let medium = medium_at(mount)?;
        match look(&*medium)? {
            (State::NoCard(left), _) if left.strand == Some(card.strand) => Ok(Self { medium, card }),
            _ => Self::on(medium),
        }
    }

    /// What lies in its strand files.
    ///
    /// # Errors
    /// A carrier that is gone.
    pub fn left(mount: &Path) -> Result<Left> {
        Ok(left_on(&*medium_at(mount)?)?)
    }

    /// The stick on a medium.
    ///
    /// # Errors
    /// As [`Stick::open`].
    pub fn on(medium: Arc<dyn Medium>) -> Result<Self> {
        match look(&*medium)? {
            (State::Made(card), _) => Ok(Self { medium, card }),
            (State::NoCard(left), _) => Err(fault::no_card(&left)),
            (_, Some(fault)) if matches!(medium.length(CARD), Ok(Some(1..))) => Err(fault),
            (State::HalfMade, _) => Err(fault::half_made()),
            (State::None, _) => Err(fault::no_stick()),
        }
    }

    /// Gives its key file another passphrase, one that is strong enough; at every moment one of the two opens it.
    ///
    /// # Errors
    /// A passphrase that could be guessed; an old one that does not fit; a carrier that is full, write-protected or gone.
    pub fn change_passphrase(&self, old: impl FnOnce() -> Result<SecretString>, new: &str) -> Result<()> {
        passphrase::check(new)?;
        key::change(&*self.medium, &self.card.label, old, new)
    }

    /// Its card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Its strand, for a deputy head or whoever takes in: what is to be proven there, the ledger says.
    ///
    /// # Errors
    /// A strand that is not the card's, or damaged.
    pub fn strand(&self, taken: u64) -> Result<StrandFile> {
        StrandFile::on(Arc::clone(&self.medium), self.card.strand, taken).map_err(Error::from)
    }

    /// Leaves on the stick at a mount point that its strand was closed: from then on it only opens for reading.
    ///
    /// # Errors
    /// A signer who cannot be asked; a carrier that is full, write-protected or gone.
    pub fn close(mount: &Path, closing: &Closing, signer: &dyn Signer) -> Result<()> {
        closing.leave(&*medium_at(mount)?, signer)
    }

    /// Unlocks it with its passphrase.
    ///
    /// # Errors
    /// A passphrase that does not fit; whatever on the stick is not what its key file says.
    pub fn unlock(self, passphrase: impl FnOnce() -> Result<SecretString>) -> Result<Unlocked> {
        let opened = key::open(&*self.medium, &self.card.label, passphrase)?;
        let pinned = Pinned::parse(&opened.comments).ok_or_else(fault::key_of_no_stick)?;
        // A stick that is write-protected opens all the same.
        let is_in_place = opened.finish(&*self.medium).is_ok();
        let healed = opened.is_damaged.then(|| fault::healed_key(is_in_place));
        let mut unlocked = self.unlock_by(opened.owner, &pinned)?;
        unlocked.warnings.extend(healed);
        Ok(unlocked)
    }

    /// Unlocks it with its owner's key, where somebody else than its key file says whom it trusts: the journal.
    ///
    /// # Errors
    /// As [`Stick::unlock`].
    pub fn unlock_by(self, owner: Identity, pinned: &Pinned) -> Result<Unlocked> {
        let Self { medium, card } = self;
        if (card.journal, card.strand) != (pinned.journal, pinned.strand) {
            return Err(fault::other_card());
        }
        let pins = open_pins(&*medium, &owner, pinned)?;
        let trust = Trust { journal: pins.journal, strand: pins.strand, login: pins.login.clone(), keys: pins.keys() };
        let used = base::newest(&*medium, &owner, &trust).map_err(fault::no_base)?;
        let mut warnings: Vec<Error> =
            used.unused.map(|why| fault::other_slot(1 - used.slot, why)).into_iter().collect();
        let InUse { header, image, slot, other, .. } = used;
        let mut keys = [pins.keys(), header.may_prepare.iter().map(|key| key.0).collect()].concat();
        keys.push(*owner.public().key());
        let receipts = Receipts::open(&*medium, &owner, &keys, (pins.journal, pins.strand));
        warnings.extend(receipts.are_lost.then(fault::receipts_lost));
        let closed = closed::read(&*medium, &keys, (pins.journal, pins.strand));
        let closed = closed.map_err(|cause| fault::unread(CLOSED, &cause))?;
        let file = StrandFile::on(Arc::clone(&medium), pins.strand, header.taken.number)?;
        warnings.extend(file.damage().map(Error::from));
        let from = tip(pins.journal, pins.strand, header.taken.number, header.taken.head);
        let unsent = file.after(&from, &owner.public(), &owner)?;
        let now = unsent.iter().fold(from, |tip, strung| tip.after(strung));
        let strand = Recording::new(file, now, owner.public(), frame_recipients(&owner, &header)?);
        Ok(Unlocked {
            medium,
            card,
            owner,
            pins,
            base: header,
            image,
            slot,
            other,
            receipts,
            unsent,
            may_shrink: false,
            closed,
            strand,
            warnings,
        })
    }
}

fn medium_at(mount: &Path) -> Result<Arc<dyn Medium>> {
    let medium = crate::files::real(mount).and_then(|mount| FolderMedium::open(&mount));
    let medium = medium.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => Error::file("открыть носитель", mount, &cause),
        _ if is_gone(&cause) => fault::unread(CARD, &cause),
        _ => Error::file("открыть носитель", mount, &cause),
    });
    Ok(Arc::new(medium?))
}

fn open_pins(medium: &dyn Medium, owner: &Identity, pinned: &Pinned) -> Result<Pins> {
    let sealed = medium.read(PINS, LARGEST_PINS).map_err(|cause| fault::unread(PINS, &cause))?;
    let sealed = sealed.ok_or_else(|| fault::missing(PINS))?;
    let pins = Pins::open(&sealed, owner, &pinned.preparer).map_err(fault::pins)?;
    if (pins.journal, pins.strand) != (pinned.journal, pinned.strand) || pins.key != owner.public().fingerprint() {
        return Err(fault::pins_of_another());
    }
    Ok(pins)
}

/// The owner first: his frames are opened most often.
fn frame_recipients(owner: &Identity, base: &Header) -> Result<Vec<age::x25519::Recipient>> {
    let own = owner.age_identity().to_public();
    let others = sealed::recipients(&base.recipients)?;
    Ok(std::iter::once(own.clone()).chain(others.into_iter().filter(|other| *other != own)).collect())
}

/// A stick in its owner's hand. It is a [`Strand`] that goes on.
pub struct Unlocked {
    medium: Arc<dyn Medium>,
    card: Card,
    owner: Identity,
    pins: Pins,
    base: Header,
    image: Zeroizing<Vec<u8>>,
    slot: usize,
    /// The header of the base before this one.
    other: Option<Header>,
    receipts: Receipts,
    unsent: Vec<Strung>,
    /// Whether the next base may be shorter.
    may_shrink: bool,
    /// That the strand goes on no more.
    closed: Option<Mark>,
    strand: Recording,
    warnings: Vec<Error>,
}

impl Unlocked {
    /// Its card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Its owner's key.
    pub fn owner(&self) -> &Identity {
        &self.owner
    }

    /// Whom it trusts.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// The school's server, where it was told of one: by its base, else when it was prepared.
    pub fn server(&self) -> Option<&Server> {
        self.base.server.as_ref().or(self.pins.server.as_ref())
    }

    /// What its base is.
    pub fn base(&self) -> &Header {
        &self.base
    }

    /// The base's tables: an SQLite file.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// What was taken in and what was refused, as far as is known here.
    pub fn receipts(&self) -> &[SignedReceipt] {
        &self.receipts.all
    }

    /// The entries that the base does not know as taken in, in order: those that are to be handed in. They are made durable first,
    /// lest the school have one that a cut then takes from the stick, and another get its number.
    ///
    /// # Errors
    /// A carrier that does not take them.
    pub fn to_hand_in(&self) -> Result<&[Strung]> {
        self.strand.file().make_durable()?;
        Ok(&self.unsent)
    }

    /// Every entry that the strand still keeps, in order, for a ledger that has lost some which the base knows as taken in. They
    /// are made durable first.
    ///
    /// # Errors
    /// A carrier that does not take them, or whose frames do not read.
    pub fn all_kept(&self) -> Result<Vec<Strung>> {
        let file = self.strand.file();
        file.make_durable()?;
        Ok(file.after(&file.begins(self.pins.journal), &self.owner.public(), &self.owner)?)
    }

    /// Where the strand stood before the first entry that it still keeps.
    pub fn kept_from(&self) -> StrandTip {
        self.strand.file().begins(self.pins.journal)
    }

    /// The ledger went on from an older copy: the base that is brought next may be shorter than the one that is here.
    pub fn ledger_was_restored(&mut self) {
        self.may_shrink = true;
    }

    /// The entries that the base does not know as taken in, in order.
    pub fn unsent(&self) -> &[Strung] {
        &self.unsent
    }

    /// The end of the strand, where the stick was told of it by a key that it knows.
    pub fn closed(&self) -> Option<&Closing> {
        match &self.closed {
            Some(Mark::Closed(closing)) => Some(closing),
            _ => None,
        }
    }

    /// Whether its strand goes on, as far as the stick was told.
    ///
    /// # Errors
    /// What says that it does not.
    pub fn goes_on(&self) -> Result<()> {
        self.closed.as_ref().map_or(Ok(()), |mark| Err(fault::closed(mark, &self.unsent)))
    }

    /// What is wrong and hinders nothing now.
    pub fn warnings(&self) -> &[Error] {
        &self.warnings
    }

    /// How many bytes are free for further entries, and how many there are for entries in all.
    pub fn room(&self) -> (u64, u64) {
        (self.strand.file().room(), self.strand.file().size())
    }

    /// Whether something may be recorded: on a stick that was closed, and on a base that is older than that of the last entry, nothing
    /// may, since it would not be taken in.
    ///
    /// # Errors
    /// That end; that base; an entry that is damaged, with further ones after it; a stick that is write-protected.
    pub fn may_record(&mut self) -> Result<()> {
        self.goes_on()?;
        if self.unsent.last().is_some_and(|last| last.base.length > self.base.length) {
            return Err(fault::older_base());
        }
        self.strand.probe()
    }
}

impl Strand for Unlocked {
    fn tip(&self) -> StrandTip {
        self.strand.tip()
    }

    fn append(&mut self, entries: &[Strung]) -> Result<()> {
        self.strand.append(entries)?;
        self.unsent.extend_from_slice(entries);
        Ok(())
    }
}
