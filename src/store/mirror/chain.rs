//! What a mirror has, looked at without a key: one note held against the next, and each segment against its note.
//!
//! Notes are asked for by the number that follows from the one before. A listing only tells which journals and epochs there
//! are, and whether anything lies beyond a gap.

use super::{File, LONGEST, NOTE, Shelf, sum};
use crate::error::Result;
use crate::ledger::chain::Hash;
use crate::ledger::log::note::Note;
use crate::ledger::log::segment::Segment;
use crate::store::patient::Patient;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What reads wrong is read so often before it is called damaged.
const READ: usize = 3;

/// Every log of a school's journals that a listing knows, and the first records of its segments.
pub type Listed = BTreeMap<(Hash, u32), BTreeSet<u64>>;

/// An epoch as far as it can be followed from its first record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Where it lies.
    pub shelf: Shelf,
    /// Its segments in order, each going on where the one before ends.
    pub links: Vec<Linked>,
    /// Why it does not go on; nothing where nothing follows.
    pub broken: Option<Broken>,
}

/// A segment with its note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// What the note says.
    pub segment: Segment,
    /// The note, whose signature is judged by whoever knows the server's keys.
    pub note: Note,
}

/// Why a chain does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// Nothing stands at this record, and something does at the other.
    Gap(u64, u64),
    /// A segment begins with this record and has no note: it was being put.
    Unfinished(u64),
    /// The note at this record is none, or is of another segment.
    NoNote(u64),
    /// The segment at this record goes on from another ledger than the one before it ends with.
    Fork(u64),
    /// The segment with these records is not there.
    Lost(u64, u64),
    /// The segment with these records is not the one that its note names.
    Damaged(u64, u64),
    /// What is in the segment with these records cannot be read, and why.
    Unread(u64, u64, String),
}

impl Broken {
    /// Whether it may be mere chance that the chain ends so: somebody was just going on with it.
    pub fn is_open_end(&self) -> bool {
        matches!(self, Self::Unfinished(_))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap(from, next) => write!(f, "нет отрезка с записи № {from}, а с записи № {next} дальше есть"),
            Self::Unfinished(from) => write!(f, "отрезок с записи № {from} передан не до конца"),
            Self::NoNote(from) => write!(f, "листок отрезка с записи № {from} не читается или от другого отрезка"),
            Self::Fork(from) => write!(f, "отрезок с записи № {from} продолжает другой журнал"),
            Self::Lost(from, to) => write!(f, "файла с записями № {from}–{to} нет"),
            Self::Damaged(from, to) => write!(f, "файл с записями № {from}–{to} не тот: его сумма не сходится"),
            Self::Unread(from, to, why) => write!(f, "файл с записями № {from}–{to}: {why}"),
        }
    }
}

/// The logs of a school that there are.
///
/// # Errors
/// A place that does not answer.
pub fn listed(place: Patient<'_>, school: &str) -> Result<Listed> {
    place.ask(|| {
        let mut found = Listed::new();
        place.at_once().list(school, &mut |key, _| {
            if let Some((origin, from, _)) = Shelf::of_key(school, key) {
                found.entry((origin.journal, origin.epoch)).or_default().insert(from);
            }
        })?;
        Ok(found)
    })
}

impl Chain {
    /// Follows the notes of an epoch from its first record on. `at` is told how far it came.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn follow(
        place: Patient<'_>,
        shelf: Shelf,
        listed: Option<&BTreeSet<u64>>,
        at: &mut dyn FnMut(u64),
    ) -> Result<Self> {
        let mut chain = Self { shelf, links: Vec::new(), broken: None };
        loop {
            let (from, previous) = match chain.links.last() {
                Some(Linked { segment, .. }) => (segment.to.saturating_add(1), Some(segment.head)),
                None => (1, None),
            };
            let Some(linked) = chain.linked(place, from)? else {
                chain.broken = chain.end(place, from, listed)?;
                return Ok(chain);
            };
            match linked {
                Some(linked) if previous.is_none_or(|previous| previous == linked.segment.previous) => {
                    at(linked.segment.to);
                    chain.links.push(linked);
                }
                Some(_) => chain.broken = Some(Broken::Fork(from)),
                None => chain.broken = Some(Broken::NoNote(from)),
            }
            if chain.broken.is_some() {
                return Ok(chain);
            }
        }
    }

    /// The last segment of an epoch by a listing and what follows it, without a look at what is before.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn last(place: Patient<'_>, shelf: Shelf, listed: &BTreeSet<u64>) -> Result<Option<Segment>> {
        let chain = Self { shelf, links: Vec::new(), broken: None };
        for from in listed.iter().rev() {
            let Some(Some(mut last)) = chain.linked(place, *from)? else { continue };
            // What was put lately may be missing in the listing.
            while let Some(Some(next)) = chain.linked(place, last.segment.to.saturating_add(1))? {
                last = next;
            }
            return Ok(Some(last.segment));
        }
        Ok(None)
    }

    /// The note at a record: nothing where none stands, and nothing within where it is no note of a segment that begins there.
    fn linked(&self, place: Patient<'_>, from: u64) -> Result<Option<Option<Linked>>> {
        for _ in 0..READ {
            let piece = place.get(&self.shelf.key(from, File::Note), 0, NOTE)?;
            let Some(piece) = piece else { return Ok(None) };
            let note = std::str::from_utf8(&piece.bytes).ok().and_then(|text| Note::parse(text).ok());
            let linked = note.and_then(|note| Some(Linked { segment: Segment::read(&note)?, note }));
            let fits = |linked: &Linked| linked.segment.origin == self.shelf.origin && linked.segment.from == from;
            if let Some(linked) = linked.filter(fits) {
                return Ok(Some(Some(linked)));
            }
        }
        Ok(Some(None))
    }

    /// Whether anything stands where the notes end, or beyond.
    fn end(&self, place: Patient<'_>, from: u64, listed: Option<&BTreeSet<u64>>) -> Result<Option<Broken>> {
        // Stale segments that another one covers begin before the end, and are nobody's concern.
        if let Some(next) = listed.and_then(|listed| listed.range(from.saturating_add(1)..).next()) {
            return Ok(Some(Broken::Gap(from, *next)));
        }
        let half = place.get(&self.shelf.key(from, File::Segment), 0, 1)?;
        Ok(half.map(|_| Broken::Unfinished(from)))
    }

    /// The last record that the notes name.
    pub fn length(&self) -> u64 {
        self.links.last().map_or(0, |linked| linked.segment.to)
    }

    /// The head after it.
    pub fn head(&self) -> Option<Hash> {
        self.links.last().map(|linked| linked.segment.head)
    }

    /// Reads the file of a segment, and holds it against its note.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn file(&self, place: Patient<'_>, segment: &Segment) -> Result<std::result::Result<Vec<u8>, Broken>> {
        for _ in 0..READ {
            let piece = place.get(&self.shelf.key(segment.from, File::Segment), 0, LONGEST)?;
            let Some(piece) = piece else { return Ok(Err(Broken::Lost(segment.from, segment.to))) };
            if sum(&piece.bytes) == segment.sha256 {
                return Ok(Ok(piece.bytes));
            }
        }
        Ok(Err(Broken::Damaged(segment.from, segment.to)))
    }
}
