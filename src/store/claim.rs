//! A bag's claim: who is writing it just now, so that two do not send the same terabyte.
//!
//! It is put conditionally, renewed over exactly what was put before, and given back at the end. Whoever died leaves a claim
//! whose term runs out. It saves work and guards against mixing two archives; that a bag is whole never rests on it.

use super::catalogue::Mark;
use super::patient::Patient;
use super::place::{Put, Tag};
use super::shelf::Shelf;
use crate::error::{Error, Result};
use crate::school::{Clock, format_date};
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};

/// The file in the bag's folder; it is in no list and is fetched by nobody.
pub const CLAIM: &str = ".claim";

const FORMAT: &str = "letopis-claim-1";

/// A claim is no longer.
const LARGEST: u64 = 64 * 1024;

/// How long a claim holds after it was renewed last.
pub const TERM: TimeDelta = TimeDelta::minutes(10);

/// So often somebody else may be quicker before we give up.
const ROUNDS: usize = 8;

/// Who writes.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// Who it is, for people.
    pub who: &'a str,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Whether a claim that still holds is taken over: its holder is known to be gone.
    pub take_over: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Text {
    format: String,
    /// Of this run alone.
    owner: String,
    /// For people.
    who: String,
    /// The code of the archive that is written.
    code: String,
    /// Till when it holds, RFC 3339.
    until: String,
    /// Whether it was given back.
    done: bool,
}

/// A claim that is held.
pub struct Claim<'a> {
    place: Patient<'a>,
    writer: Writer<'a>,
    key: String,
    text: Text,
    tag: Tag,
    renewed: DateTime<FixedOffset>,
}

impl<'a> Claim<'a> {
    /// Takes the claim of a bag.
    ///
    /// # Errors
    /// Somebody else is writing; a fault of the place.
    pub fn take(place: Patient<'a>, shelf: &Shelf, code: &str, writer: Writer<'a>) -> Result<Self> {
        let key = shelf.under(CLAIM);
        let (now, owner) = (writer.clock.now(), format!("{:016x}", OsRng.next_u64()));
        let text = Text {
            format: FORMAT.to_owned(),
            owner,
            who: writer.who.to_owned(),
            code: code.to_owned(),
            until: (now + TERM).to_rfc3339(),
            done: false,
        };
        let mut claim = Self { place, writer, key, text, tag: Tag(String::new()), renewed: now };
        for _ in 0..ROUNDS {
            let put = match place.get_whole(&claim.key, LARGEST)? {
                None => place.put_new(&claim.key, &claim.bytes())?,
                // Only the answer had got lost.
                Some((bytes, tag)) if bytes == claim.bytes() => Put::Done(tag),
                Some((bytes, tag)) => {
                    let there = serde_json::from_slice(&bytes).ok();
                    claim.may_follow(shelf, there.as_ref())?;
                    place.put_over(&claim.key, &claim.bytes(), &tag)?
                }
            };
            if let Put::Done(tag) = put {
                claim.tag = tag;
                return Ok(claim);
            }
        }
        Err(busy(shelf, "другая программа", "скоро"))
    }

    /// Refuses while another's claim holds. One that does not read is nobody's.
    fn may_follow(&self, shelf: &Shelf, there: Option<&Text>) -> Result<()> {
        let Some(there) = there.filter(|there| !there.done && !self.writer.take_over) else { return Ok(()) };
        let until = DateTime::parse_from_rfc3339(&there.until).ok();
        // A term that no run of ours gives itself is none: its clock was wrong.
        let holds = |until: &DateTime<FixedOffset>| {
            let now = self.writer.clock.now();
            *until > now && *until <= now + TERM + TERM
        };
        match until.filter(holds) {
            Some(until) => {
                let until = until.with_timezone(self.writer.clock.now().offset());
                let told = format!("до {}, {}", until.format("%H:%M"), format_date(until.date_naive()));
                Err(busy(shelf, &there.who, &told))
            }
            None => Ok(()),
        }
    }

    /// Makes sure that it is still held, and renews it when a third of its term is over.
    ///
    /// # Errors
    /// Somebody else has taken it over; a fault of the place.
    pub fn hold(&mut self) -> Result<()> {
        let now = self.writer.clock.now();
        if now - self.renewed < TERM / 3 && now >= self.renewed { Ok(()) } else { self.renew() }
    }

    /// Renews it now.
    ///
    /// # Errors
    /// As [`Claim::hold`].
    pub fn renew(&mut self) -> Result<()> {
        let now = self.writer.clock.now();
        self.text.until = (now + TERM).to_rfc3339();
        self.put()?;
        self.renewed = now;
        Ok(())
    }

    /// Gives it back. Where that cannot be told to the place any more, its term runs out by itself.
    pub fn give_back(mut self) {
        self.text.done = true;
        let _ = self.place.at_once().put_over(&self.key, &self.bytes(), &self.tag);
    }

    fn put(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            if let Put::Done(tag) = self.place.put_over(&self.key, &self.bytes(), &self.tag)? {
                self.tag = tag;
                return Ok(());
            }
            match self.place.get_whole(&self.key, LARGEST)? {
                Some((bytes, tag)) if bytes == self.bytes() => {
                    self.tag = tag;
                    return Ok(());
                }
                // What the place has kept is none of a claim's, and so nobody else's; ours is put over it.
                Some((bytes, tag)) => match serde_json::from_slice::<Text>(&bytes) {
                    Ok(other) if other.owner != self.text.owner => return Err(taken_over(&other.who)),
                    _ => self.tag = tag,
                },
                None => return Err(taken_over("другая программа")),
            }
        }
        Err(taken_over("другая программа"))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(&self.text).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// What a claim that stands in a bag's folder says: that somebody is at work, or began and never ended; nothing of one that was
/// given back.
///
/// # Errors
/// A place that does not answer.
pub(super) fn left(place: Patient<'_>, shelf: &Shelf, now: DateTime<FixedOffset>) -> Result<Option<Mark>> {
    let Some((bytes, _)) = place.get_whole(&shelf.under(CLAIM), LARGEST)? else { return Ok(None) };
    let Ok(text) = serde_json::from_slice::<Text>(&bytes) else {
        return Ok(Some(Mark::ClaimLeft("неизвестно кто".into())));
    };
    let holds = DateTime::parse_from_rfc3339(&text.until).is_ok_and(|until| until > now && until <= now + TERM + TERM);
    Ok(match (text.done, holds) {
        (true, _) => None,
        (false, true) => Some(Mark::Coming(text.who)),
        (false, false) => Some(Mark::ClaimLeft(text.who)),
    })
}

fn busy(shelf: &Shelf, who: &str, until: &str) -> Error {
    Error::refused(format!("архив «{}» сейчас передаёт в хранилище {who} ({until})", shelf.bag()))
        .next("дождитесь и повторите; если та программа точно не работает, возьмите передачу на себя")
}

fn taken_over(who: &str) -> Error {
    Error::refused(format!("передачу архива взял на себя другой: {who}"))
        .next("дождитесь её окончания и проверьте архив в хранилище")
}
