//! `strand-0`, `strand-1`: what the owner has recorded since he was last at school, frame by frame.
//!
//! A file has its whole size from the beginning, so a mark writes sectors whose place is known, and a carrier that is full says so
//! when the stick is made. An entry is acknowledged once its frame is synced; what was not, a cut may leave torn, and the next
//! frame is written over it. No frame is written before the one before it is synced, so nothing comes after a torn one: a frame
//! that does not hold and is followed by further ones is damaged, and nothing is written over it. A frame's sum is taken over that of the one before it too: so what a cut has left of frames that were
//! never acknowledged is not taken for the continuation of the one that was written over their beginning.

mod damage;
mod fault;
mod frame;
mod header;

use crate::error::{Error, Result};
use crate::files::medium::{Medium, SECTOR};
use crate::ledger::chain::Hash;
use crate::ledger::identity::{Identity, PublicIdentity};
use crate::ledger::strand::{Strand, StrandId, StrandTip, Strung};
pub use damage::{Damage, Left, left_on};
pub use fault::{Beginning, Fault};
use frame::{Frame, FrameHeader};
use header::Header;
use std::sync::Arc;

/// The slots' names.
pub const STRANDS: [&str; 2] = ["strand-0", "strand-1"];
/// How large they are at first.
pub const SIZE: u64 = 4 * 1024 * 1024;
/// No strand file is larger.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A frame that holds, and where.
#[derive(Debug, Clone, Copy)]
struct Placed {
    number: u64,
    at: u64,
    length: u32,
}

/// What a stick's strand files hold.
pub struct StrandFile {
    medium: Arc<dyn Medium>,
    slot: usize,
    header: Header,
    /// Bytes of the file in use.
    length: u64,
    frames: Vec<Placed>,
    /// Where the next frame goes.
    end: u64,
    /// The sum that the next frame's is taken over.
    sum: u32,
    /// What comes after the end and was acknowledged nevertheless.
    damage: Option<Damage>,
}

/// What a strand file is divided into.
const SECTOR_BYTES: u64 = SECTOR as u64;

/// The two files of a new strand, durable.
///
/// # Errors
/// A carrier that is full, write-protected or gone.
pub fn make(medium: &dyn Medium, strand: StrandId, size: u64) -> std::io::Result<()> {
    for name in STRANDS {
        medium.make(name)?;
        zero(medium, name, 0, size)?;
        medium.set_length(name, size)?;
    }
    let first = Header { strand, generation: 1, first: 1, before: [0; 32] };
    medium.write_at(STRANDS[0], 0, &first.to_sector())?;
    STRANDS.iter().try_for_each(|name| medium.sync(name))
}

fn zero(medium: &dyn Medium, name: &str, from: u64, to: u64) -> std::io::Result<()> {
    const STEP: usize = 64 * 1024;
    for at in (from..to).step_by(STEP) {
        let length = usize::try_from(to - at).unwrap_or(STEP).min(STEP);
        medium.write_at(name, at, &[0; STEP][..length])?;
    }
    Ok(())
}

impl StrandFile {
    /// Finds the strand of this id and its end. Of entries up to `taken`, which the school has, only the frames' headers are read.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn on(medium: Arc<dyn Medium>, strand: StrandId, taken: u64) -> std::result::Result<Self, Fault> {
        let headers = [0, 1].map(|slot: usize| read_header(&*medium, STRANDS[slot]));
        let [one, other] = headers;
        let (one, other) = (one?, other?);
        let slot = match (&one, &other) {
            (None, None) => {
                let begins = |slot: usize| damage::beginning(&*medium, STRANDS[slot]);
                return Err(Fault::NoHeader([begins(0)?, begins(1)?]));
            }
            (Some(one), Some(other)) => usize::from(other.0.generation > one.0.generation),
            (one, _) => usize::from(one.is_none()),
        };
        let used = [one, other].into_iter().nth(slot).flatten();
        let (header, length) = used.ok_or(Fault::NoHeader([Beginning::Missing, Beginning::Missing]))?;
        if header.strand != strand {
            return Err(Fault::OtherStrand);
        }
        let sum = header.sum();
        let mut file = Self { medium, slot, header, length, frames: Vec::new(), end: SECTOR_BYTES, sum, damage: None };
        file.find_end(taken)?;
        Ok(file)
    }

    fn find_end(&mut self, taken: u64) -> std::result::Result<(), Fault> {
        let mut number = self.header.first;
        while let Some((sum, length)) = self.frame_at(self.end, number, number > taken)? {
            self.frames.push(Placed { number, at: self.end, length });
            self.end += frame::size(length);
            self.sum = sum;
            number = number.saturating_add(1);
        }
        self.damage = damage::after((&*self.medium, self.slot), &self.header, (self.end, self.length), number)?;
        Ok(())
    }

    /// The entry where reading ended though further ones come after it.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The sum and the length of the frame at a place, if the next one begins there.
    fn frame_at(&self, at: u64, number: u64, is_checked: bool) -> std::result::Result<Option<(u32, u32)>, Fault> {
        let mut sector = [0; SECTOR];
        if at + SECTOR_BYTES > self.length {
            return Ok(None);
        }
        self.read(at, &mut sector)?;
        let Some(head) = FrameHeader::parse(&sector) else { return Ok(None) };
        let fits = at.saturating_add(frame::size(head.length)) <= self.length;
        if !fits || head.generation != self.header.generation || head.number != number {
            return Ok(None);
        }
        if is_checked {
            let content = self.content(&Placed { number, at, length: head.length })?;
            if head.sum_of(self.sum, &content) != head.sum {
                return Ok(None);
            }
        }
        Ok(Some((head.sum, head.length)))
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> std::result::Result<(), Fault> {
        self.medium.read_at(STRANDS[self.slot], at, bytes).map_err(|cause| Fault::Unread(crate::error::reason(&cause)))
    }

    fn content(&self, placed: &Placed) -> std::result::Result<Vec<u8>, Fault> {
        let mut content = vec![0; placed.length as usize];
        self.read(placed.at + frame::HEADER as u64, &mut content)?;
        Ok(content)
    }

    /// Makes durable what a run that was killed has written and not synced: before it is handed in, and before it is gone on from.
    ///
    /// # Errors
    /// A carrier that does not take it; one that is write-protected has nothing that waits.
    pub fn make_durable(&self) -> Result<()> {
        match self.medium.sync(STRANDS[self.slot]) {
            Err(cause) if cause.kind() == std::io::ErrorKind::ReadOnlyFilesystem => Ok(()),
            done => super::stick::written(STRANDS[self.slot], done),
        }
    }

    /// The number of the last entry.
    pub fn last(&self) -> u64 {
        self.frames.last().map_or(self.header.first - 1, |last| last.number)
    }

    /// How many bytes are free for further entries.
    pub fn room(&self) -> u64 {
        self.length - self.end
    }

    /// How many bytes the file in use has.
    pub fn size(&self) -> u64 {
        self.length
    }

    /// The entries after `from`, each proven to be the next and signed by `author`; `reader` is the owner, a deputy head, or the
    /// recovery key.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn after(
        &self,
        from: &StrandTip,
        author: &PublicIdentity,
        reader: &Identity,
    ) -> std::result::Result<Vec<Strung>, Fault> {
        let first = self.header.first;
        match from.number.checked_add(1) {
            _ if self.last() < from.number => return Err(Fault::TooShort { last: self.last(), taken: from.number }),
            Some(next) if next < first => return Err(Fault::BeginsLate { first }),
            Some(next) if next == first && self.header.before != from.head => return Err(Fault::NotNext(next)),
            _ => {}
        }
        let (mut tip, mut all) = (*from, Vec::new());
        for placed in self.frames.iter().filter(|placed| placed.number > from.number) {
            let strung = frame::open(placed.number, &self.content(placed)?, reader)?;
            // Whether its base may follow the one before, the ledger judges: after a loss it may be shorter.
            if !tip.is_next(author, &strung) {
                return Err(Fault::NotNext(placed.number));
            }
            tip = tip.after(&strung);
            all.push(strung);
        }
        Ok(all)
    }

    /// The number of its first entry.
    pub fn first(&self) -> u64 {
        self.header.first
    }

    /// Where the strand stood before its first entry.
    pub fn begins(&self, journal: Hash) -> StrandTip {
        tip(journal, self.header.strand, self.header.first - 1, self.header.before)
    }

    /// Where the strand stood after the entry `number`, or before its first one, proven from there on. `now` is where it stands.
    ///
    /// # Errors
    /// See [`Fault`].
    pub(super) fn before(
        &self,
        number: u64,
        now: StrandTip,
        owner: &Identity,
    ) -> std::result::Result<StrandTip, Fault> {
        let begin = self.begins(now.journal);
        let all = self.after(&begin, &owner.public(), owner)?;
        let forgotten = all.iter().take_while(|strung| strung.number <= number);
        Ok(forgotten.fold(begin, |tip, strung| tip.after(strung)))
    }

    /// The frames after `archived` in the other file, which gets at least `size` bytes: durable, but without its header, so this one
    /// is in use still.
    fn copied(&self, archived: &StrandTip, size: u64) -> std::io::Result<Self> {
        let slot = 1 - self.slot;
        let (name, medium) = (STRANDS[slot], &*self.medium);
        let damaged = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        let header = Header {
            strand: self.header.strand,
            generation: self.header.generation.checked_add(1).ok_or_else(damaged)?,
            first: archived.number + 1,
            before: archived.head,
        };
        medium.make(name)?;
        medium.write_at(name, 0, &[0; SECTOR])?;
        medium.sync(name)?;
        let there = medium.length(name)?.unwrap_or_default() / SECTOR_BYTES * SECTOR_BYTES;
        let kept: Vec<&Placed> = self.frames.iter().filter(|placed| placed.number > archived.number).collect();
        let needed: u64 = kept.iter().map(|placed| frame::size(placed.length)).sum::<u64>() + SECTOR_BYTES;
        let length = size.max(there).max(needed).div_ceil(SECTOR_BYTES) * SECTOR_BYTES;
        zero(medium, name, there, length)?;
        let mut file = Self {
            medium: Arc::clone(&self.medium),
            slot,
            sum: header.sum(),
            header,
            length,
            frames: Vec::new(),
            end: SECTOR_BYTES,
            damage: None,
        };
        for placed in kept {
            let content = self.content(placed).map_err(|_| damaged())?;
            let (bytes, sum) =
                Frame { number: placed.number, generation: file.header.generation }.to_bytes(file.sum, &content);
            medium.write_at(name, file.end, &bytes)?;
            file.frames.push(Placed { at: file.end, ..*placed });
            (file.end, file.sum) = (file.end + bytes.len() as u64, sum);
        }
        medium.sync(name)?;
        medium.sync_names()?;
        Ok(file)
    }

    /// How many bytes it takes to keep what comes after `archived`.
    fn kept(&self, archived: u64) -> u64 {
        let kept = self.frames.iter().filter(|placed| placed.number > archived);
        kept.map(|placed| frame::size(placed.length)).sum()
    }

    fn write_header(&self, header: &[u8; SECTOR]) -> std::io::Result<()> {
        self.medium.write_at(STRANDS[self.slot], 0, header)?;
        self.medium.sync(STRANDS[self.slot])
    }
}

/// The header of a file and the file's length in whole sectors; nothing where none holds.
fn read_header(medium: &dyn Medium, name: &str) -> std::result::Result<Option<(Header, u64)>, Fault> {
    let unread = |cause: std::io::Error| Fault::Unread(crate::error::reason(&cause));
    let length = match medium.length(name).map_err(unread)? {
        Some(length) if (SECTOR_BYTES..=LARGEST).contains(&length) => length / SECTOR_BYTES * SECTOR_BYTES,
        _ => return Ok(None),
    };
    let mut sector = [0; SECTOR];
    medium.read_at(name, 0, &mut sector).map_err(unread)?;
    Ok(Header::parse(&sector).map(|header| (header, length)))
}

/// A strand that its owner goes on with.
pub struct Recording {
    file: StrandFile,
    tip: StrandTip,
    author: PublicIdentity,
    /// The owner, then those whom the base names.
    recipients: Vec<age::x25519::Recipient>,
    /// A carrier that failed may or may not have taken what it was given: it must be looked at anew.
    has_failed: bool,
    is_settled: bool,
}

impl Recording {
    pub(super) fn new(
        file: StrandFile,
        tip: StrandTip,
        author: PublicIdentity,
        recipients: Vec<age::x25519::Recipient>,
    ) -> Self {
        Self { file, tip, author, recipients, has_failed: false, is_settled: false }
    }

    /// The files below.
    pub fn file(&self) -> &StrandFile {
        &self.file
    }

    /// Forgets what comes before `archived`, and makes the file larger where the rest would fill half of it. Where the carrier has
    /// no room for that, it is made as large as it is.
    ///
    /// # Errors
    /// A carrier that is write-protected or gone. The strand is whole all the same.
    pub(super) fn compact(&mut self, archived: &StrandTip) -> Result<()> {
        self.is_whole()?;
        let size = self.file.size();
        let larger = if self.file.kept(archived.number) > size / 2 { (size * 2).min(LARGEST) } else { size };
        let copied = match self.file.copied(archived, larger) {
            Err(cause) if cause.kind() == std::io::ErrorKind::StorageFull && larger > size => {
                self.file.copied(archived, size)
            }
            copied => copied,
        };
        let copied = super::stick::written(STRANDS[1 - self.file.slot], copied)?;
        // From here on nobody can tell which of the two files will be in use after a failure.
        self.has_failed = true;
        let done = copied.write_header(&copied.header.to_sector()).and_then(|()| self.file.write_header(&[0; SECTOR]));
        super::stick::written(STRANDS[copied.slot], done)?;
        (self.file, self.has_failed) = (copied, false);
        Ok(())
    }

    /// Whether the stick can be written to: where the next frame goes, a sector of zeros is written.
    pub(super) fn probe(&mut self) -> Result<()> {
        self.is_whole()?;
        let room = usize::try_from(self.file.room()).unwrap_or(usize::MAX).min(SECTOR);
        let done = self.write(&[vec![0; room]]);
        super::stick::written(STRANDS[self.file.slot], done)
    }

    /// To whom further frames are encrypted.
    pub(super) fn encrypt_to(&mut self, recipients: Vec<age::x25519::Recipient>) {
        self.recipients = recipients;
    }

    /// What a run that was killed has written and not synced counts from now on, so it is made durable first; and a header that a
    /// cut while compacting has left is forgotten, lest it be taken for the strand when the other is damaged one day.
    fn settle(&mut self) -> std::io::Result<()> {
        let (medium, slot) = (&*self.file.medium, self.file.slot);
        medium.sync(STRANDS[slot])?;
        let other = STRANDS[1 - slot];
        if matches!(read_header(medium, other), Ok(Some(_))) {
            medium.write_at(other, 0, &[0; SECTOR])?;
            medium.sync(other)?;
        }
        self.is_settled = true;
        Ok(())
    }

    /// One frame after another, each once the one before is synced.
    fn write(&mut self, frames: &[Vec<u8>]) -> std::io::Result<()> {
        if !self.is_settled {
            self.settle()?;
        }
        let (name, mut at) = (STRANDS[self.file.slot], self.file.end);
        for bytes in frames {
            self.file.medium.write_at(name, at, bytes)?;
            self.file.medium.sync(name)?;
            at += bytes.len() as u64;
        }
        Ok(())
    }

    /// Nothing is written over what is damaged, nor over what comes after it.
    ///
    /// # Errors
    /// What is damaged.
    pub(super) fn is_whole(&self) -> Result<()> {
        self.file.damage.as_ref().map_or(Ok(()), |damage| Err(damage.into()))
    }
}

impl Strand for Recording {
    fn tip(&self) -> StrandTip {
        self.tip
    }

    fn append(&mut self, entries: &[Strung]) -> Result<()> {
        if self.has_failed {
            return Err(Error::environment("носитель перестал отвечать посреди записи")
                .next("вставьте носитель и откройте его снова"));
        }
        self.is_whole()?;
        let (mut tip, mut sum, mut end) = (self.tip, self.file.sum, self.file.end);
        let (mut frames, mut placed) = (Vec::new(), Vec::new());
        for strung in entries {
            if !tip.is_next(&self.author, strung) {
                return Err(Error::environment(format!("запись № {} не продолжает записи носителя", strung.number))
                    .next("откройте носитель снова"));
            }
            tip = tip.after(strung);
            let content = frame::seal(strung, &self.recipients)?;
            let frame = Frame { number: strung.number, generation: self.file.header.generation };
            let (written, next) = frame.to_bytes(sum, &content);
            let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
            placed.push(Placed { number: strung.number, at: end, length });
            (sum, end) = (next, end + written.len() as u64);
            frames.push(written);
        }
        if end > self.file.length {
            return Err(is_full());
        }
        let done = self.write(&frames);
        self.has_failed = done.is_err();
        super::stick::written(STRANDS[self.file.slot], done)?;
        (self.tip, self.file.sum, self.file.end) = (tip, sum, end);
        self.file.frames.append(&mut placed);
        Ok(())
    }
}

fn is_full() -> Error {
    Error::refused("на носителе не осталось места для записей; ничего не записано")
        .next("подключите носитель в школе: записи передадут в журнал, и место освободится")
}

/// The place after an entry that has this head.
pub(super) fn tip(journal: Hash, strand: StrandId, number: u64, head: Hash) -> StrandTip {
    StrandTip { journal, strand, number, head }
}
