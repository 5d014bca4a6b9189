//! What was proven of a journal: the only thing that is certified from.
//!
//! An audit builds the tables anew from the ledger while it judges it. [`Proven`] keeps these tables and the head after
//! each record. Whatever is issued, archived, encrypted to somebody, answered to a code or taken over into a new year reads
//! these tables, never the ones in the file; and what it needs of the file besides (a record, the text of a page) is held
//! against the proven heads and digests each time. So nothing that is done to the file after the proof, or behind the back
//! of it, reaches paper or an archive.
//!
//! A proof does not change. [`Proven::advance`] proves what has come since and gives a new one.

mod copy;
mod kept;
pub(super) mod memory;

pub use kept::Keep;

use super::audit::{self, Report, Walked};
use super::entry::Entry;
use super::read::{self, Tables};
use super::record::Last;
use super::{apply, file};
use crate::error::{Action, Error, Result};
use crate::ledger::chain::{Hash, Record, Tip, hex};
use crate::ledger::log::tree;
use chrono::{DateTime, FixedOffset};
use memory::Memory;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A journal proven up to a record; see the module.
#[derive(Debug)]
pub struct Proven {
    path: PathBuf,
    tables: Memory,
    /// The file, for records and the texts of pages.
    file: Mutex<Tables>,
    tip: Tip,
    heads: Vec<Hash>,
    times: Vec<i64>,
    last: Option<Last>,
    /// The leaves of its tree, once they were asked for.
    leaves: OnceLock<Vec<Hash>>,
}

/// A journal that was audited: what was found, and the chain and the tables that were made on the way. These are proven
/// only where nothing was found, so they are for asking witnesses about and not for certifying from.
#[derive(Debug)]
pub struct Audited {
    /// What was found.
    pub report: Report,
    walked: Proven,
}

impl Audited {
    /// Audits a journal's file, whatever is in it.
    pub(super) fn of(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Self> {
        let (report, walked) = Proven::of_file(file::open_to_audit(path)?, path, progress)?;
        Ok(Self { report, walked })
    }

    /// Where the chain ends.
    pub fn tip(&self) -> Tip {
        self.walked.tip()
    }

    /// The length of the ledger up to which `head` is its head, if it ever was.
    pub fn position_of(&self, head: &Hash) -> Option<u64> {
        self.walked.position_of(head)
    }

    /// The tables that the ledger makes, as they stood after a record.
    ///
    /// # Errors
    /// A record that does not read.
    pub fn as_of(&self, seq: u64) -> Result<Tables> {
        self.walked.as_of(seq)
    }

    /// The leaves of the tree over the first records.
    ///
    /// # Errors
    /// A record that is not what the chain says.
    pub fn leaves(&self, length: u64) -> Result<Vec<Hash>> {
        self.walked.leaves(length)
    }

    /// The tables that the ledger makes.
    ///
    /// # Errors
    /// Memory that cannot be had.
    pub fn tables(&self) -> Result<Tables> {
        self.walked.tables()
    }
}

impl Proven {
    /// Proves a journal's file from its first record on.
    ///
    /// # Errors
    /// What the audit found first.
    pub(super) fn from_the_start(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Self> {
        let (report, proven) = Self::of_file(file::open_to_audit(path)?, path, progress)?;
        report.refusal().map_or(Ok(proven), Err)
    }

    /// As [`Proven::from_the_start`], of a journal that an archive holds, with what was found. Tables that another version
    /// made are not compared; nothing is proven where anything was found.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn of_copy(path: &Path) -> Result<(Report, Option<Self>)> {
        let (report, proven) = Self::of_file(file::open_copy(path)?, path, &mut |_| {})?;
        let clean = report.is_clean();
        Ok((report, clean.then_some(proven)))
    }

    fn of_file(file: Tables, path: &Path, progress: &mut dyn FnMut(u64)) -> Result<(Report, Self)> {
        // Its pages are read in order: of the file few are kept, of the tables that are made of it many.
        file.keep_few_pages()?;
        let (name, tables) = memory::empty()?;
        let (report, walked) = audit::audit(&file, Walked::nothing(tables), progress)?;
        Ok((report, Self::of_walk(file, path, name, walked)?))
    }

    fn of_walk(file: Tables, path: &Path, name: String, walked: Walked) -> Result<Self> {
        let Walked { tip, tables, heads, times, last } = walked;
        let tables = Memory::keep(name, tables)?;
        file.keep_few_pages()?;
        Ok(Self {
            path: path.to_owned(),
            tables,
            file: Mutex::new(file),
            tip,
            heads,
            times,
            last,
            leaves: OnceLock::new(),
        })
    }

    /// Proves what has been recorded since, in order.
    ///
    /// # Errors
    /// A record that cannot be proven; a ledger that is no continuation of the proven one.
    pub fn advance(&self) -> Result<Self> {
        let (further, fault) = self.advance_to_fault()?;
        fault.map_or(Ok(further), Err)
    }

    /// As [`Proven::advance`]; where a record cannot be proven, gives what comes before it, and why it cannot.
    ///
    /// # Errors
    /// A ledger that is no continuation of the proven one; a file that does not read.
    pub fn advance_to_fault(&self) -> Result<(Self, Option<Error>)> {
        let (report, further) = self.advance_until(u64::MAX)?;
        let Some(fault) = report.refusal() else { return Ok((further, None)) };
        let first = report.findings.iter().filter_map(|finding| finding.seq).min();
        // Where a fault has no place among the records, nothing of them is believed.
        let sound = match (report.findings.iter().all(|finding| finding.seq.is_some()), first) {
            (true, Some(seq)) => seq.saturating_sub(1).max(self.tip.seq),
            _ => self.tip.seq,
        };
        let (report, further) = self.advance_until(sound)?;
        report.refusal().map_or(Ok((further, Some(fault))), Err)
    }

    fn advance_until(&self, last: u64) -> Result<(Report, Self)> {
        let file = file::open_to_audit(&self.path)?;
        if read::ledger::record(&file, self.tip.seq)?.is_none_or(|record| record.head != self.tip.head) {
            return Err(self.moved(self.tip.seq));
        }
        let (name, tables) = self.tables.copy()?;
        let (heads, times) = (self.heads.clone(), self.times.clone());
        let before = Walked { tip: self.tip, tables, heads, times, last: self.last };
        let (report, walked) = audit::audit_since(&file, before, last)?;
        Ok((report, Self::of_walk(file, &self.path, name, walked)?))
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the proven chain ends.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// A reader of the proven tables; each thread takes its own.
    ///
    /// # Errors
    /// Memory that cannot be had.
    pub fn tables(&self) -> Result<Tables> {
        self.tables.tables()
    }

    /// The head of the proven chain after a record.
    pub fn head_at(&self, seq: u64) -> Option<Hash> {
        let place = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.heads.get(place).copied()
    }

    /// The first entry that was made at a moment or later; one past the last where there is none.
    pub fn first_entry_since(&self, moment: DateTime<FixedOffset>) -> u64 {
        let place = self.times.iter().position(|time| *time >= moment.timestamp()).unwrap_or(self.times.len());
        u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The length of the proven ledger up to which `head` is its head, if it ever was.
    pub fn position_of(&self, head: &Hash) -> Option<u64> {
        let place = self.heads.iter().position(|known| known == head)?;
        u64::try_from(place + 1).ok()
    }

    /// A proven record, read from the file and held against its head.
    ///
    /// # Errors
    /// A number past the proof; a record that is not the proven one any more.
    pub fn record(&self, seq: u64) -> Result<Record> {
        let head = self.head_at(seq).ok_or_else(|| {
            Error::damaged(format!("записи № {seq} в журнале нет")).next_by("проверьте журнал", Action::Audit)
        })?;
        let before = match seq {
            1 => Tip::EMPTY,
            _ => Tip { journal: self.tip.journal, seq: seq - 1, head: self.heads[place_of(seq - 1)] },
        };
        match read::ledger::record(&self.file(), seq)? {
            Some(record) if record.head == head && before.is_next(&record) => Ok(record),
            _ => Err(self.moved(seq)),
        }
    }

    /// The entry of a proven record.
    ///
    /// # Errors
    /// As [`Proven::record`].
    pub fn entry(&self, seq: u64) -> Result<Entry> {
        Entry::from_json(&self.record(seq)?.payload)
    }

    /// The kept text of an issued page, which is what its check code says.
    ///
    /// # Errors
    /// A text that is lost or altered.
    pub fn page_text(&self, digest: &str) -> Result<Vec<u8>> {
        self.kept(digest, "сохранённый текст страницы с кодом")
    }

    /// A kept file of a document's signature, which is what its digest says.
    ///
    /// # Errors
    /// A file that is lost or altered.
    pub fn signature_file(&self, digest: &str) -> Result<Vec<u8>> {
        self.kept(digest, "сохранённый файл подписи с суммой")
    }

    fn kept(&self, digest: &str, what: &str) -> Result<Vec<u8>> {
        let damaged = |how: &str| {
            Error::damaged(format!("{what} {digest} {how}"))
                .next_by("проверьте журнал", Action::Audit)
                .then("сообщите директору")
        };
        let text = read::documents::page_text(&self.file(), digest)?.ok_or_else(|| damaged("утрачен"))?;
        if hex(&Sha256::digest(&text)) == digest { Ok(text) } else { Err(damaged("изменён")) }
    }

    /// The leaves of the tree over the first records, made of the file's records and held against the chain, when they are asked
    /// for first: two sums a record.
    ///
    /// # Errors
    /// As [`Proven::record`].
    pub fn leaves(&self, length: u64) -> Result<Vec<Hash>> {
        if self.leaves.get().is_none()
            && let Ok(all) = self.leaves_between(0, self.tip.seq)
        {
            let _ = self.leaves.set(all);
        }
        let known = self.leaves.get().and_then(|all| all.get(..usize::try_from(length).ok()?));
        // Of an audited ledger a later record may be damaged.
        known.map_or_else(|| self.leaves_between(0, length), |known| Ok(known.to_vec()))
    }

    /// The leaves that follow the first `known` ones, up to `length` of them in all.
    ///
    /// # Errors
    /// As [`Proven::record`].
    pub fn leaves_between(&self, known: u64, length: u64) -> Result<Vec<Hash>> {
        (known + 1..=length).map(|seq| self.record(seq).map(|record| tree::leaf(&record))).collect()
    }

    /// The tables as they stood after a record.
    ///
    /// # Errors
    /// As [`Proven::record`].
    pub fn as_of(&self, seq: u64) -> Result<Tables> {
        let tables = apply::in_memory()?;
        self.apply_to(&tables, 1..=seq)?;
        Ok(tables)
    }

    /// Hands the tables to `visit` as they stood after each of these records, which are in order; in one walk.
    ///
    /// # Errors
    /// As [`Proven::record`]; what `visit` fails with.
    pub fn replay(&self, places: &[u64], visit: &mut dyn FnMut(u64, &Tables) -> Result<()>) -> Result<()> {
        let tables = apply::in_memory()?;
        let mut done = 0;
        for seq in places {
            self.apply_to(&tables, done + 1..=*seq)?;
            done = *seq;
            visit(*seq, &tables)?;
        }
        Ok(())
    }

    fn apply_to(&self, tables: &Tables, records: RangeInclusive<u64>) -> Result<()> {
        let transaction = tables.db().unchecked_transaction()?;
        let _remembering = tables.remembering();
        tables.are_of(self.tip.journal);
        for seq in records {
            apply::apply(tables, seq, &self.entry(seq)?).map_err(|e| e.at(format!("запись № {seq}")))?;
        }
        Ok(transaction.commit()?)
    }

    fn file(&self) -> MutexGuard<'_, Tables> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved(&self, seq: u64) -> Error {
        Error::damaged(format!("журнал «{}» изменён после проверки: запись № {seq} другая", self.path.display()))
            .next_by("проверьте журнал", Action::Audit)
            .then("сообщите директору")
    }
}

/// The place of a record's head.
fn place_of(seq: u64) -> usize {
    usize::try_from(seq.saturating_sub(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
