//! What a stick has seen of a journal: the places of its ledger that a base and receipts name. A ledger that has them not was cut
//! off or changed since, or went on from an older copy and says so.

use crate::away::receipts::SignedReceipt;
use crate::away::stick::Unlocked;
use crate::error::Result;
use crate::journal::read::{self, Tables};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::identity::fingerprint;
use crate::school::{RECORDS, counted};
use crate::work::archive::witnesses::{Ledger, Testimony};
use chrono::{DateTime, FixedOffset};

/// What a stick witnesses of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What is written on the stick.
    pub label: String,
    /// The journal's id.
    pub journal: Hash,
    /// The length, head and time of the ledger that the base in use names.
    pub base: (u64, Hash, DateTime<FixedOffset>),
    /// The receipts, oldest first.
    pub receipts: Vec<SignedReceipt>,
}

/// A place of a ledger that something on the stick names.
struct Place {
    what: String,
    length: u64,
    head: Hash,
    time: DateTime<FixedOffset>,
}

impl Seen {
    /// What a stick in its owner's hand has seen.
    pub fn of(unlocked: &Unlocked) -> Self {
        let base = unlocked.base();
        Self {
            label: unlocked.card().label.clone(),
            journal: base.journal,
            base: (base.length, base.head, base.time),
            receipts: unlocked.receipts().to_vec(),
        }
    }

    /// Asks the stick about a ledger: it says up to which place it has seen the ledger, or the first thing that the ledger lacks.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn ask(&self, ledger: &dyn Ledger) -> Result<Testimony> {
        let (witness, tables) = (format!("носитель «{}»", self.label), ledger.tables()?);
        let said =
            |length, lost_in, signer| Testimony { witness: witness.clone(), length, lost_in, signer, recorded: None };
        if self.journal != ledger.tip().journal {
            let other = format!("{witness} подготовлен для другого журнала ({})", hex(&self.journal));
            return Ok(said(Err(other), None, None));
        }
        let (mut seen, mut lost) = (0, None);
        for place in self.places() {
            if ledger.position_of(&place.head) == Some(place.length) {
                seen = seen.max(place.length);
                continue;
            }
            match place.lost_in(&tables)? {
                None => return Ok(said(Err(self.lacks(&place)), None, None)),
                entry => lost = entry,
            }
        }
        for receipt in &self.receipts {
            // What was lost is lost with its receipts, until the stick has handed it in again.
            let is_there = ledger.position_of(&receipt.receipt.head) == Some(receipt.receipt.length);
            if is_there && !is_carried(&tables, receipt)? {
                return Ok(said(Err(self.not_carried(receipt)), None, signer(&tables, receipt)?));
            }
        }
        let last = self.receipts.last().map(|last| signer(&tables, last)).transpose()?.flatten();
        match lost {
            Some(entry) if seen == 0 => {
                let what = format!("то, что он видел, утрачено; об этом сказано в записи № {entry}");
                Ok(said(Err(what), lost, last))
            }
            _ => Ok(said(Ok(seen), None, last)),
        }
    }

    /// The last place that the stick names and a ledger lacks, of which the ledger does not say that it was lost.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn beyond(&self, ledger: &dyn Ledger) -> Result<Option<(u64, Hash)>> {
        let tables = ledger.tables()?;
        let mut beyond = None;
        for place in self.places() {
            let is_there = ledger.position_of(&place.head) == Some(place.length);
            if !is_there && place.lost_in(&tables)?.is_none() {
                beyond = beyond.max(Some((place.length, place.head)));
            }
        }
        Ok(beyond)
    }

    fn places(&self) -> Vec<Place> {
        let of = |receipt: &SignedReceipt| {
            let said = &receipt.receipt;
            Place {
                what: format!("его расписка о записях № {}–{}", said.from, said.to),
                length: said.length,
                head: said.head,
                time: said.time,
            }
        };
        let (length, head, time) = self.base;
        let base = Place { what: "его основа".to_owned(), length, head, time };
        self.receipts.iter().map(of).chain([base]).collect()
    }

    fn lacks(&self, place: &Place) -> String {
        format!(
            "носитель «{}» видел в журнале {} с другой суммой ({}): конец журнала отрезан или записи подменены",
            self.label,
            counted(place.length, RECORDS),
            place.what
        )
    }

    fn not_carried(&self, receipt: &SignedReceipt) -> String {
        let said = &receipt.receipt;
        format!(
            "у носителя «{}» расписка о записях № {}–{}, а в журнале таких принятых записей нет",
            self.label, said.from, said.to
        )
    }
}

impl Place {
    /// The entry that says that a part with this place was lost: by name, or since it lies beyond what was kept then.
    fn lost_in(&self, tables: &Tables) -> Result<Option<u64>> {
        let gave_up = |restoration: &read::Restoration| {
            restoration.gives_up(self.length, &hex(&self.head))
                || (restoration.asked <= self.length && restoration.at >= self.time)
        };
        Ok(read::restorations(tables)?.into_iter().find(gave_up).map(|restoration| restoration.entry))
    }
}

/// Whether the ledger carries the last entry that a receipt tells of, over all before it.
fn is_carried(tables: &Tables, receipt: &SignedReceipt) -> Result<bool> {
    let said = &receipt.receipt;
    let carried = read::carried_number(tables, &hex(&said.strand), said.to)?;
    Ok(carried.is_some_and(|carried| carried.head == said.strand_head))
}

/// Whose key signed a receipt, by the journal.
fn signer(tables: &Tables, receipt: &SignedReceipt) -> Result<Option<(String, Option<String>)>> {
    let fingerprint = fingerprint(&receipt.key);
    let login = read::key(tables, &fingerprint)?.map(|key| key.login.to_string());
    Ok(Some((fingerprint, login)))
}
