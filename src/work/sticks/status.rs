//! How sticks stand: by the ledger, all of them; by what lies on one, its owner's.

use super::told::Said;
use crate::away::stick::Unlocked;
use crate::error::{Result, Warning};
use crate::journal::Journal;
use crate::journal::entry::Entry;
use crate::journal::read::{self, CarriedEntry, Strand, Tables};
use crate::journal::rules::strand::without_key;
use crate::ledger::chain::hex;
use crate::school::Day;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// A stick as the ledger knows it.
#[derive(Debug, Clone)]
pub struct Known {
    /// What is recorded on it.
    pub strand: Strand,
    /// What is written on it.
    pub label: String,
    /// «Семёнов С. С.»
    pub owner: String,
    /// When something of it was taken in last.
    pub taken_on: Option<Day>,
    /// How many entries of it were refused.
    pub refused: usize,
    /// Whether the key that signs on it was revoked.
    pub key_revoked: bool,
}

/// Every stick that was prepared, in order.
///
/// # Errors
/// Tables that do not read.
pub fn known(tables: &Tables) -> Result<Vec<Known>> {
    let of = |strand: Strand| -> Result<Known> {
        let carried = read::carried_of(tables, &hex(&strand.id))?;
        let label = read::carrier(tables, &strand.carrier)?.map_or(strand.carrier.clone(), |carrier| carrier.label);
        let owner = read::staff(tables, &strand.login)?.map(|person| person.name.initials());
        Ok(Known {
            label,
            owner: owner.unwrap_or_else(|| strand.login.to_string()),
            taken_on: carried.last().map(|carried| carried.taken),
            refused: carried.iter().filter(|carried| !carried.refused.is_empty()).count(),
            key_revoked: is_revoked(tables, &strand.key)?,
            strand,
        })
    };
    read::strands(tables)?.into_iter().map(of).collect()
}

impl Known {
    /// Whether nobody may record on it any more, though it was not handed in.
    pub fn is_dead(&self) -> bool {
        self.key_revoked && self.strand.closed.is_none()
    }

    /// What is to be done with it then.
    pub fn dead(&self) -> Option<Warning> {
        self.is_dead().then(|| without_key(&self.label))
    }
}

fn is_revoked(tables: &Tables, fingerprint: &str) -> Result<bool> {
    Ok(read::key(tables, fingerprint)?.is_some_and(|key| key.revoked_at.is_some()))
}

/// Entries of a stick that were refused when it was taken in, in order.
///
/// # Errors
/// Tables that do not read.
pub fn refused(tables: &Tables, strand: &Strand) -> Result<Vec<CarriedEntry>> {
    let mut carried = read::carried_of(tables, &hex(&strand.id))?;
    carried.retain(|carried| !carried.refused.is_empty());
    Ok(carried)
}

/// An entry of a stick that was refused when it was taken in.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Its number.
    pub number: u64,
    /// Why.
    pub why: String,
    /// What it says, where the stick keeps it still.
    pub said: Option<Said>,
}

/// What lies on a stick.
#[derive(Debug, Clone)]
pub struct OnStick {
    /// What is written on it.
    pub label: String,
    /// Login of whose it is.
    pub owner: String,
    /// «Семёнов С. С.»
    pub owner_name: String,
    /// Up to which moment it knows the journal.
    pub knows: DateTime<FixedOffset>,
    /// The last day on which something may be recorded on it.
    pub until: Day,
    /// When its strand was closed, as far as it was told.
    pub closed: Option<DateTime<FixedOffset>>,
    /// Whether its base knows that its owner's key was revoked.
    pub key_revoked: bool,
    /// How many entries are not handed in.
    pub unsent: usize,
    /// The day of the first of them.
    pub unsent_since: Option<Day>,
    /// What was refused, in order.
    pub refused: Vec<Refused>,
    /// Bytes that are free for further entries, and how many there are in all.
    pub room: (u64, u64),
    /// What is to be said of it, and hinders nothing now.
    pub warnings: Vec<crate::error::Error>,
}

/// For how many days something has not been handed in, where that is told.
fn late(since: Day, today: Day) -> Option<i64> {
    let days = (today - since).num_days();
    (days >= LATE).then_some(days)
}

/// For how many days something has not been handed in of the stick that a journal is, where that is told.
///
/// # Errors
/// Tables that do not read.
pub fn late_on(journal: &Journal, now: DateTime<FixedOffset>) -> Result<Option<i64>> {
    let Some((base, _)) = journal.strand_tip() else { return Ok(None) };
    let first = read::ledger::entry(journal.tables(), base.tip.seq + 1)?;
    let school = read::school(journal.tables())?;
    Ok(first.and_then(|entry| late(school.day_of(entry.time), school.day_of(now))))
}

/// From how many days on it is told that something was not handed in.
pub const LATE: i64 = 5;

impl OnStick {
    /// Looks at a stick in its owner's hand; `tables` are those of its base.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(unlocked: &Unlocked, tables: &Tables) -> Result<Self> {
        let base = unlocked.base();
        // Whoever has closed the strand has taken in what its base may not know of.
        let taken = unlocked.closed().map_or(0, |closing| closing.number);
        let unsent: Vec<_> = unlocked.unsent().iter().filter(|strung| strung.number > taken).collect();
        let first = unsent.first().and_then(|strung| Entry::from_json(&strung.payload).ok());
        let (school, owner) = (read::school(tables)?, read::staff(tables, &base.login)?);
        Ok(Self {
            label: unlocked.card().label.clone(),
            owner: base.login.clone(),
            owner_name: owner.map_or_else(|| base.login.clone(), |person| person.name.initials()),
            knows: base.time,
            until: base.until,
            closed: unlocked.closed().map(|closing| closing.time),
            key_revoked: is_revoked(tables, &unlocked.pins().key)?,
            unsent: unsent.len(),
            unsent_since: first.map(|entry| school.day_of(entry.time)),
            refused: refused_of(unlocked, tables)?,
            room: unlocked.room(),
            warnings: unlocked.warnings().iter().cloned().chain(unlocked.goes_on().err()).collect(),
        })
    }

    /// What is to be done with it where its base knows that the key on it was revoked.
    pub fn dead(&self) -> Option<Warning> {
        (self.key_revoked && self.closed.is_none()).then(|| without_key(&self.label))
    }

    /// Whether the last day on which something may be recorded is past.
    pub fn has_run_out(&self, today: Day) -> bool {
        today > self.until
    }

    /// For how many days something has not been handed in, where that is told.
    pub fn late(&self, today: Day) -> Option<i64> {
        late(self.unsent_since?, today).filter(|_| self.closed.is_none())
    }
}

/// What the receipts say was refused; an entry that was handed in again is in several.
fn refused_of(unlocked: &Unlocked, tables: &Tables) -> Result<Vec<Refused>> {
    let refused = unlocked.receipts().iter().flat_map(|one| &one.receipt.refused);
    let why: BTreeMap<u64, &str> = refused.map(|one| (one.number, one.why.as_str())).collect();
    if why.is_empty() {
        return Ok(Vec::new());
    }
    // What the stick has forgotten, or cannot read any more, is told by its number.
    let kept = unlocked.all_kept().unwrap_or_default();
    let of = |(number, why): (u64, &str)| {
        let said = kept.iter().find(|strung| strung.number == number).and_then(|strung| Said::of(&strung.payload));
        let said = said.map(|said| said.for_whom(tables, &unlocked.base().login)).transpose()?;
        Ok(Refused { number, why: why.to_owned(), said })
    };
    why.into_iter().map(of).collect()
}
