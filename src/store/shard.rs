//! Many bags verified by many workers that know nothing of one another: each takes its share by the bags' names alone.

use super::patient::Patient;
use super::shelf::Shelf;
use super::statement::{Statement, Verifier};
use super::trust::Trust;
use super::{list, verify};
use crate::archive::anchor::Anchor;
use crate::archive::bag::{MAX_TAG_FILE, SIGNATURE};
use crate::archive::progress::Progress;
use crate::archive::signature::ArchiveSignature;
use crate::archive::verify::Request;
use crate::error::{Error, Result};
use crate::school::Clock;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::str::FromStr;

/// A share of all bags: those whose SHA-256 of `<school>/<year>/<bag>` (its first 8 bytes, big-endian) is `index` modulo `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    of: u64,
}

impl Shard {
    /// Whether a bag is in it.
    pub fn holds(self, shelf: &Shelf) -> bool {
        let digest = Sha256::digest(shelf.to_string().as_bytes());
        let first = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        first % self.of == self.index
    }
}

/// `0/4` to `3/4`; the error says in Russian what is wrong.
impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("«{text}» — не доля: нужно I/N, где I — от 0 до N−1: 0/4, 1/4, 2/4, 3/4");
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        match (index.trim().parse(), of.trim().parse()) {
            (Ok(index), Ok(of)) if index < of => Ok(Self { index, of }),
            _ => Err(wrong()),
        }
    }
}

/// How a share is verified.
pub struct Work<'a> {
    /// The share.
    pub shard: Shard,
    /// Who verifies, in which run.
    pub verifier: Verifier<'a>,
    /// Whose signatures are the schools'.
    pub trust: Option<&'a Trust>,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Where private folders are made.
    pub scratch: &'a Path,
}

/// What became of one bag.
pub enum Step {
    /// It was verified and stated.
    Stated(Statement),
    /// This run had stated it before.
    Before(Statement),
    /// It could not be read, or not be stated: the next start of this run tries it again.
    Failed(Shelf, Error),
}

/// Verifies the bags of a share, one after another.
///
/// # Errors
/// A place that does not list its bags. What goes wrong with one bag is told of it.
pub fn work(place: Patient<'_>, work: &Work<'_>, progress: &dyn Progress, each: &mut dyn FnMut(Step)) -> Result<()> {
    let lying = list::shelves(place, None)?;
    for shelf in
        lying.into_iter().filter(|(shelf, lying)| lying.files > 0 && work.shard.holds(shelf)).map(|(shelf, _)| shelf)
    {
        each(one(place, work, &shelf, progress).unwrap_or_else(|error| Step::Failed(shelf, error)));
    }
    Ok(())
}

fn one(place: Patient<'_>, work: &Work<'_>, shelf: &Shelf, progress: &dyn Progress) -> Result<Step> {
    if let Some(before) = work.verifier.stated(place, shelf)? {
        return Ok(Step::Before(before));
    }
    let anchor = work.trust.map(|trust| anchor(place, trust, shelf)).transpose()?.flatten();
    let anchors: Vec<Anchor<'_>> = anchor.into_iter().collect();
    let request = Request { anchors: &anchors, content: None, unread: false };
    let Some(report) = verify::verify(place, shelf, &request, work.scratch, progress)? else {
        return Err(Error::environment(format!("архив «{shelf}» есть в перечне хранилища, а прочитать его нельзя"))
            .next("повторите этот же прогон позже; если не поможет, сообщите тому, кто ведёт хранилище"));
    };
    work.verifier.state(place, shelf, &report, work.clock.now()).map(Step::Stated)
}

/// What a bag is held against: the school's key, by what the signature under it says.
///
/// # Errors
/// A place that does not answer.
pub fn anchor(place: Patient<'_>, trust: &Trust, shelf: &Shelf) -> Result<Option<Anchor<'static>>> {
    let seal = place.get_whole(&shelf.under(SIGNATURE), MAX_TAG_FILE)?.map(|(bytes, _)| bytes);
    let signer = seal.and_then(|bytes| ArchiveSignature::parse(&bytes).ok()).map(|seal| seal.fingerprint());
    Ok(trust.anchor(shelf.school(), signer.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bag_is_in_exactly_one_share_and_the_page_can_be_held_to_it() {
        let shares = |of: u64| (0..of).map(move |index| format!("{index}/{of}").parse::<Shard>().unwrap());
        for number in 0..200 {
            let shelf = Shelf::of(&format!("school-{number}"), "2025-2026-q1").unwrap();
            for of in [1, 4, 7] {
                assert_eq!(shares(of).filter(|share| share.holds(&shelf)).count(), 1, "{shelf} of {of}");
            }
        }
        let shelf = Shelf::of("sosh-1", "2025-2026-q1").unwrap();
        let by_hand =
            u64::from_str_radix(&crate::archive::sum::Sum::of(shelf.to_string().as_bytes()).to_string()[..16], 16)
                .unwrap();
        assert!(format!("{}/4", by_hand % 4).parse::<Shard>().unwrap().holds(&shelf));
        for wrong in ["4/4", "1", "a/4", "0/0", "-1/4", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
