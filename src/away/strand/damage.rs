//! Frames that are there and cannot be reached: after one that is damaged, or in a file whose beginning is.

use super::fault::{Beginning, Fault};
use super::frame::{self, FrameHeader};
use super::header::Header;
use super::{STRANDS, read_header};
use crate::error::{Error, reason};
use crate::files::medium::{Medium, SECTOR};
use crate::ledger::strand::StrandId;
use std::ops::RangeInclusive;

/// So far after the end a further frame is looked for: no damaged one is longer.
const REACH: u64 = frame::LONGEST + SECTOR as u64;
/// How much is read at once.
const STEP: usize = 64 * 1024;

/// An entry that does not read, with further ones after it: they were acknowledged, so it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub name: &'static str,
    /// The number of the entry.
    pub number: u64,
    /// The last number that was seen after it.
    pub last: u64,
}

impl From<&Damage> for Error {
    fn from(damage: &Damage) -> Self {
        let Damage { name, number, last } = damage;
        Self::damaged(format!(
            "{name}: запись № {number} повреждена, после неё на носителе есть ещё (последняя № {last}); \
             с № {number} и дальше передать в журнал нельзя"
        ))
        .next("не записывайте ничего, принесите носитель в школу: что записано до неё, примут")
        .then("а то, что в журнале не появится, внесите снова")
    }
}

/// The damage at `end`, where the frame `number` should begin: a frame of the same generation with a later number comes after it.
pub(super) fn after(
    (medium, slot): (&dyn Medium, usize),
    header: &Header,
    (end, length): (u64, u64),
    number: u64,
) -> Result<Option<Damage>, Fault> {
    let is_later = |head: &FrameHeader| head.generation == header.generation && head.number > number;
    let name = STRANDS[slot];
    // What stands at the end itself is the frame that does not hold, whatever number its damage gives it.
    let (mut from, mut last) = (end + SECTOR as u64, None);
    while from < length {
        // From every frame that is seen on, the next is looked for as far again.
        let found = numbers(medium, name, (from, length.min(from + REACH)), is_later)?;
        let Some((at, greatest)) = found else { break };
        last = last.max(Some(greatest));
        from = at + SECTOR as u64;
    }
    Ok(last.map(|last| Damage { name, number, last }))
}

/// Where the last frame of a stretch begins that is meant, and the greatest number of them.
fn numbers(
    medium: &dyn Medium,
    name: &str,
    (from, to): (u64, u64),
    is_meant: impl Fn(&FrameHeader) -> bool,
) -> Result<Option<(u64, u64)>, Fault> {
    let mut found: Option<(u64, u64)> = None;
    let mut bytes = vec![0; STEP];
    for at in (from..to).step_by(STEP) {
        let length = usize::try_from(to - at).unwrap_or(STEP).min(STEP) / SECTOR * SECTOR;
        let Some(bytes) = bytes.get_mut(..length) else { break };
        medium.read_at(name, at, bytes).map_err(|cause| Fault::Unread(reason(&cause)))?;
        let (sectors, _) = bytes.as_chunks::<SECTOR>();
        for (sector, at) in sectors.iter().zip((at..).step_by(SECTOR)) {
            if let Some(head) = FrameHeader::parse(sector).filter(&is_meant) {
                let greatest = found.map_or(head.number, |(_, greatest)| greatest.max(head.number));
                found = Some((at, greatest));
            }
        }
    }
    Ok(found)
}

/// What lies in strand files, whoever's they are: it is known without a card and without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Which strand it is, where a header still says so.
    pub strand: Option<StrandId>,
    /// The numbers of the first and of the last entry that are there, nothing where there is none.
    pub entries: Option<RangeInclusive<u64>>,
}

/// Looks for entries in both files, also where their beginning is damaged.
///
/// # Errors
/// A carrier that is gone.
pub fn left_on(medium: &dyn Medium) -> Result<Left, Fault> {
    let mut left = Left { strand: None, entries: None };
    for name in STRANDS {
        let header = read_header(medium, name)?;
        left.strand = left.strand.or(header.map(|(header, _)| header.strand));
        left.entries = joined(left.entries, entries_in(medium, name)?);
    }
    Ok(left)
}

/// The numbers of the entries in a file, whatever its header is.
pub(super) fn entries_in(medium: &dyn Medium, name: &str) -> Result<Option<RangeInclusive<u64>>, Fault> {
    let length = medium.length(name).map_err(|cause| Fault::Unread(reason(&cause)))?.unwrap_or_default();
    let length = length / SECTOR as u64 * SECTOR as u64;
    let first = std::cell::Cell::new(u64::MAX);
    let seen = |head: &FrameHeader| {
        first.set(first.get().min(head.number));
        head.number > 0
    };
    let found = numbers(medium, name, (0, length.min(super::LARGEST)), seen)?;
    Ok(found.map(|(_, last)| first.get()..=last))
}

/// How a file begins that has no header which holds.
pub(super) fn beginning(medium: &dyn Medium, name: &str) -> Result<Beginning, Fault> {
    let unread = |cause: std::io::Error| Fault::Unread(reason(&cause));
    if medium.length(name).map_err(unread)?.unwrap_or_default() < SECTOR as u64 {
        return Ok(Beginning::Missing);
    }
    let mut sector = [0; SECTOR];
    medium.read_at(name, 0, &mut sector).map_err(unread)?;
    let entries = entries_in(medium, name)?;
    Ok(if sector == [0; SECTOR] { Beginning::Zeros(entries) } else { Beginning::Damaged(entries) })
}

fn joined(one: Option<RangeInclusive<u64>>, other: Option<RangeInclusive<u64>>) -> Option<RangeInclusive<u64>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(*one.start().min(other.start())..=*one.end().max(other.end())),
        (one, other) => one.or(other),
    }
}
