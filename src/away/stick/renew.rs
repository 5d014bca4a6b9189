//! Renewing a stick at school: receipts, then a base, then the strand made shorter. At every cut the stick is one that was renewed so
//! far: receipts and base go into the slot that is not in use, and of the strand nothing goes that a base still in a slot needs.

use super::super::base::{self, BASES, Header};
use super::super::closed::{self, Closing, Mark};
use super::super::receipts::Receipts;
use super::super::strand::tip;
use super::{Unlocked, fault, frame_recipients, written};
use crate::error::{Error, Result};
use crate::ledger::signer::Signer;
use crate::ledger::strand::{Strand, StrandTip};

impl Unlocked {
    /// Brings a newer base, and receipts ([`Receipt::sign`](super::super::receipts::Receipt::sign)) of what was taken in since. The generation, length and digest
    /// of `header` are set here.
    ///
    /// # Errors
    /// A base that is not this stick's, is older, or does not fit what is on it; entries that are damaged, of which the stick is
    /// then the only trace; a carrier that is full, write-protected or gone:
    /// then the stick is as it was, or renewed.
    pub fn renew(&mut self, header: &Header, image: &[u8], receipts: &[String], preparer: &dyn Signer) -> Result<()> {
        self.strand.is_whole()?;
        self.fits(header)?;
        if !self.pins.keys().contains(preparer.public().key()) {
            return Err(fault::unknown_preparer());
        }
        if !receipts.is_empty() {
            self.add_receipts(receipts, header)?;
        }
        let header = Header { generation: self.newest_generation() + 1, ..header.clone() };
        let sealed = base::seal(&header, image, preparer, &self.owner)?;
        let slot = 1 - self.slot;
        written(BASES[slot], self.medium.write(BASES[slot], &sealed))?;
        self.other = Some(std::mem::replace(&mut self.base, header));
        (self.slot, self.image) = (slot, zeroize::Zeroizing::new(image.to_vec()));
        self.unsent.retain(|strung| strung.number > self.base.taken.number);
        self.strand.encrypt_to(frame_recipients(&self.owner, &self.base)?);
        self.make_room()?;
        self.go_on()
    }

    /// Brings receipts alone, where no newer base comes with them.
    ///
    /// # Errors
    /// A carrier that is full, write-protected or gone; entries that are damaged.
    pub fn keep_receipts(&mut self, receipts: &[String]) -> Result<()> {
        self.strand.is_whole()?;
        let header = self.base.clone();
        self.add_receipts(receipts, &header)
    }

    /// Leaves on it that its strand was closed: from now on it only opens for reading.
    ///
    /// # Errors
    /// As [`Unlocked::keep_receipts`].
    pub fn end(&mut self, closing: Closing) -> Result<()> {
        closing.leave(&*self.medium, &self.owner)?;
        self.closed = Some(Mark::Closed(closing));
        Ok(())
    }

    /// Only a strand that goes on is renewed: what says that it was closed is false, or of a ledger that went on from an older copy.
    fn go_on(&mut self) -> Result<()> {
        if self.closed.is_some() {
            closed::remove(&*self.medium)?;
            self.closed = None;
        }
        Ok(())
    }

    /// Greater than whatever a slot may say that is not in use for a fault of its tables.
    fn newest_generation(&self) -> u64 {
        self.other.as_ref().map_or(0, |other| other.generation).max(self.base.generation)
    }

    fn fits(&self, header: &Header) -> Result<()> {
        let own =
            (header.journal, header.strand, &header.login) == (self.pins.journal, self.pins.strand, &self.pins.login);
        let grew = header.length >= self.base.length && header.archived >= self.base.archived;
        let is_newer = (grew || self.may_shrink) && header.taken.number >= self.base.taken.number;
        let head = match header.taken.number {
            number if number == self.base.taken.number => Some(self.base.taken.head),
            number => self.heads().find(|tip| tip.number == number).map(|tip| tip.head),
        };
        match head {
            Some(head) if own && is_newer && head == header.taken.head => Ok(()),
            _ => Err(Error::refused(
                "новая основа не подходит к этому носителю: она от другого, старше или говорит о других записях",
            )
            .next("примите записи с носителя и обновите его снова")),
        }
    }

    /// Where the strand stood after each entry that was not taken in by the base.
    fn heads(&self) -> impl Iterator<Item = StrandTip> {
        let taken = self.base.taken;
        let from = tip(self.pins.journal, self.pins.strand, taken.number, taken.head);
        self.unsent.iter().scan(from, |tip, strung| {
            *tip = tip.after(strung);
            Some(*tip)
        })
    }

    fn add_receipts(&mut self, further: &[String], header: &Header) -> Result<()> {
        self.receipts.add(&*self.medium, &self.owner, further)?;
        let mut keys = [self.pins.keys(), header.may_prepare.iter().map(|key| key.0).collect()].concat();
        keys.push(*self.owner.public().key());
        self.receipts = Receipts::open(&*self.medium, &self.owner, &keys, (self.pins.journal, self.pins.strand));
        Ok(())
    }

    /// Forgets of the strand what no base on the stick needs, and makes it larger where it is half full with the rest.
    fn make_room(&mut self) -> Result<()> {
        let archived = self.other.as_ref().map_or(0, |other| other.archived).min(self.base.archived);
        let file = self.strand.file();
        let (room, size) = self.room();
        if archived < file.first() && room > size / 4 {
            return Ok(());
        }
        let before = file.before(archived, self.strand.tip(), &self.owner)?;
        self.strand.compact(&before)
    }
}
