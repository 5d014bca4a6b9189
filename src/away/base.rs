//! `base-0.age`, `base-1.age`: what the owner may see of the journal, as it stood at some record, in two slots.
//!
//! A renewal writes the slot that is not in use, so at every cut one is whole. The newest is found by reading the beginning of
//! each; only what is used is read to its end.

use super::pins::Server;
use super::sealed::{self, Locked};
use super::signed::{Signed, sign};
use super::stick::is_gone;
use super::written::{Key, hex};
use crate::error::{Error, Result};
use crate::files::medium::Medium;
use crate::ledger::chain::Hash;
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::ledger::strand::{Base, StrandId};
use chrono::{DateTime, FixedOffset, NaiveDate};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// The slots' names.
pub const BASES: [&str; 2] = ["base-0.age", "base-1.age"];

const DOMAIN: &str = "letopis-base-v1";
/// No tables of one person are larger, deflated or not.
const LARGEST: u64 = 1 << 30;
/// The two lines before the tables.
const LONGEST_HEADER: u64 = 256 * 1024;

/// What is signed of a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
    /// The owner's login.
    pub login: String,
    /// Counts from 1; set by whoever writes the base onto the stick.
    pub generation: u64,
    /// Up to which record the journal was proven for it.
    pub length: u64,
    /// That record's head.
    #[serde(with = "hex")]
    pub head: Hash,
    /// That record's time.
    pub time: DateTime<FixedOffset>,
    /// When the base was made.
    pub made: DateTime<FixedOffset>,
    /// The last day on which something may be recorded over it.
    pub until: NaiveDate,
    /// The last entry of the strand that had been taken in.
    pub taken: Taken,
    /// Up to which entry everything is in an archive that was verified.
    pub archived: u64,
    /// The version of the tables.
    pub schema: u32,
    /// To whom frames are encrypted beside the owner, `age1…`.
    pub recipients: Vec<String>,
    /// Whose receipts are believed.
    pub may_prepare: Vec<Key>,
    /// Where entries can be handed in over the network, in place of what the pins say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// Length of the deflated tables; set by whoever writes the base onto the stick.
    pub bytes: u64,
    /// Their digest; set by whoever writes the base onto the stick.
    #[serde(with = "hex")]
    pub sha256: Hash,
}

/// An entry of the strand that was taken in: zero, and a head of zeros, before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Its number.
    pub number: u64,
    /// Its strand head.
    #[serde(with = "hex")]
    pub head: Hash,
}

impl Header {
    /// The place in the ledger that entries over this base name.
    pub fn base(&self) -> Base {
        Base { length: self.length, head: self.head }
    }

    fn is_sound(&self) -> bool {
        self.generation > 0 && self.archived <= self.taken.number && self.bytes <= LARGEST
    }
}

/// Whose bases a stick believes, and which.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The journal's id.
    pub journal: Hash,
    /// The strand's.
    pub strand: StrandId,
    /// The owner's login.
    pub login: String,
    /// Who may have signed them.
    pub keys: Vec<[u8; 32]>,
}

/// Why a slot is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// Nothing was written into it yet.
    Empty,
    /// It is missing, or cannot be read.
    Unread,
    /// The carrier does not answer.
    Gone,
    /// It is not whole.
    Damaged,
    /// It is encrypted to another key.
    ForOthers,
    /// It is signed by a key that this stick does not know.
    ByAnother,
    /// It belongs to another journal.
    OtherJournal,
    /// It belongs to another strand, or to another person.
    OtherStick,
}

impl From<Locked> for Unused {
    fn from(locked: Locked) -> Self {
        match locked {
            Locked::ForOthers => Self::ForOthers,
            Locked::Damaged => Self::Damaged,
            Locked::Unread => Self::Unread,
        }
    }
}

/// The content of a slot: `header` with its last fields set, and the tables, an SQLite file.
///
/// # Errors
/// A signer who cannot be asked; tables that are too large.
pub fn seal(header: &Header, image: &[u8], preparer: &dyn Signer, owner: &Identity) -> Result<Vec<u8>> {
    seal_to(header, image, preparer, owner.public().recipient())
}

/// As [`seal`], by somebody who has not the owner's key: to his recipient, `age1…`.
///
/// # Errors
/// As [`seal`].
pub fn seal_to(header: &Header, image: &[u8], preparer: &dyn Signer, owner: &str) -> Result<Vec<u8>> {
    let mut deflated = Vec::with_capacity(image.len() / 4);
    let packed = DeflateEncoder::new(image, Compression::default()).read_to_end(&mut deflated);
    packed.map_err(|cause| {
        Error::environment(format!("не удалось сжать таблицы для носителя ({cause})"))
            .next("повторите")
            .caused_by(cause)
    })?;
    let (bytes, sha256) = (deflated.len() as u64, Sha256::digest(&deflated).into());
    let header = Header { bytes, sha256, ..header.clone() };
    if !header.is_sound() || image.len() as u64 > LARGEST {
        return Err(Error::environment("основа для носителя не складывается: неверны номера или она слишком велика")
            .next("сообщите разработчикам"));
    }
    let mut plain = Zeroizing::new(sign(preparer, DOMAIN, &super::json(&header)?)?.into_bytes());
    plain.extend_from_slice(&deflated);
    sealed::seal(&plain, &sealed::recipients(&[owner.to_owned()])?)
}

/// A slot whose header is believed; its tables are not read yet.
struct Begun<'a> {
    header: Header,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Begun<'a> {
    fn of(sealed: impl Read + 'a, owner: &Identity, trust: &Trust) -> std::result::Result<Self, Unused> {
        Self::of_plain(sealed::open(sealed, owner)?, trust)
    }

    fn of_plain(plain: impl Read + 'a, trust: &Trust) -> std::result::Result<Self, Unused> {
        let mut plain = io::BufReader::new(plain);
        let mut lines = Vec::new();
        for _ in 0..2 {
            let room = LONGEST_HEADER.saturating_sub(lines.len() as u64);
            let line = io::BufRead::read_until(&mut plain.by_ref().take(room), b'\n', &mut lines);
            line.map_err(|_| Unused::Damaged)?;
        }
        let header = header_of(&lines, trust)?;
        Ok(Self { header, rest: Box::new(plain) })
    }

    fn finish(self) -> std::result::Result<(Header, Zeroizing<Vec<u8>>), Unused> {
        let Self { header, mut rest } = self;
        let mut deflated = Zeroizing::new(Vec::new());
        rest.by_ref().take(header.bytes + 1).read_to_end(&mut deflated).map_err(|_| Unused::Damaged)?;
        let is_whole = deflated.len() as u64 == header.bytes && Sha256::digest(&deflated)[..] == header.sha256;
        let mut image = Zeroizing::new(Vec::new());
        let inflated = DeflateDecoder::new(&deflated[..]).take(LARGEST + 1).read_to_end(&mut image);
        if !is_whole || inflated.is_err() || image.len() as u64 > LARGEST {
            return Err(Unused::Damaged);
        }
        Ok((header, image))
    }
}

fn header_of(lines: &[u8], trust: &Trust) -> std::result::Result<Header, Unused> {
    let (signed, _) = Signed::first(lines).ok_or(Unused::Damaged)?;
    if signed.by(DOMAIN, &trust.keys).is_none() {
        return Err(Unused::ByAnother);
    }
    let header: Header = serde_json::from_str(signed.json).map_err(|_| Unused::Damaged)?;
    match &header {
        header if header.journal != trust.journal => Err(Unused::OtherJournal),
        header if header.strand != trust.strand || header.login != trust.login => Err(Unused::OtherStick),
        header if !header.is_sound() => Err(Unused::Damaged),
        _ => Ok(header),
    }
}

/// A base out of the bytes of its file.
///
/// # Errors
/// See [`Unused`].
pub fn open(
    sealed: &[u8],
    owner: &Identity,
    trust: &Trust,
) -> std::result::Result<(Header, Zeroizing<Vec<u8>>), Unused> {
    Begun::of(sealed, owner, trust)?.finish()
}

/// A base out of what was decrypted.
///
/// # Errors
/// See [`Unused`].
pub fn read(plain: &[u8], trust: &Trust) -> std::result::Result<(Header, Zeroizing<Vec<u8>>), Unused> {
    Begun::of_plain(plain, trust)?.finish()
}

/// The base that is in use.
pub(super) struct InUse {
    pub header: Header,
    pub image: Zeroizing<Vec<u8>>,
    pub slot: usize,
    /// The header of the other slot, where that is believed too.
    pub other: Option<Header>,
    /// Why the other slot is not the one, where it should have been or nobody can tell.
    pub unused: Option<Unused>,
}

/// The newest base that holds; of each slot why it is not used where none does.
pub(super) fn newest(medium: &dyn Medium, owner: &Identity, trust: &Trust) -> std::result::Result<InUse, [Unused; 2]> {
    let are_gone = [Cell::new(false), Cell::new(false)];
    let begun = |slot: usize| match medium.length(BASES[slot]) {
        Ok(Some(0)) => Err(Unused::Empty),
        Ok(Some(length)) if length <= 2 * LARGEST => {
            Begun::of(Slot { medium, name: BASES[slot], at: 0, length, is_gone: &are_gone[slot] }, owner, trust)
        }
        Err(cause) if is_gone(&cause) => Err(Unused::Gone),
        _ => Err(Unused::Unread),
    };
    let slots = [begun(0), begun(1)];
    let generation = |slot: usize| slots[slot].as_ref().map_or(0, |begun| begun.header.generation);
    let first = usize::from(generation(1) > generation(0));
    let headers = [0, 1].map(|slot: usize| slots[slot].as_ref().ok().map(|begun| begun.header.clone()));
    let mut why = [Unused::Empty; 2];
    let mut slots = slots.map(Some);
    for slot in [first, 1 - first] {
        match slots[slot].take().unwrap_or(Err(Unused::Unread)).and_then(Begun::finish) {
            Ok((header, image)) => {
                let other_failed = if slot == first { headers[1 - slot].is_none() } else { true };
                let unused = if slot == first {
                    slots[1 - slot].take().and_then(std::result::Result::err)
                } else {
                    Some(why[first])
                };
                let unused = unused.filter(|why| other_failed && *why != Unused::Empty);
                let other = headers[1 - slot].clone().filter(|_| slot == first);
                return Ok(InUse { header, image, slot, other, unused });
            }
            // Half of what was asked for is damage only where the carrier is there.
            Err(_) if are_gone[slot].get() => why[slot] = Unused::Gone,
            Err(fault) => why[slot] = fault,
        }
    }
    Err(why)
}

/// A slot's bytes, one after another.
struct Slot<'a> {
    medium: &'a dyn Medium,
    name: &'static str,
    at: u64,
    length: u64,
    /// Set when the carrier has gone while it was read.
    is_gone: &'a Cell<bool>,
}

impl Read for Slot<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..left) else { return Ok(0) };
        let read = self.medium.read_at(self.name, self.at, buffer);
        read.inspect_err(|cause| self.is_gone.set(is_gone(cause)))?;
        self.at += left as u64;
        Ok(left)
    }
}
