//! How sticks stand: by the ledger, all of them; by what lies on one, its owner's.

use crate::away::stick::Unlocked;
use crate::error::Result;
use crate::journal::entry::Entry;
use crate::journal::read::{self, CarriedEntry, Strand, Tables};
use crate::ledger::chain::hex;
use crate::school::{Day, School};
use chrono::{DateTime, FixedOffset};

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
            strand,
        })
    };
    read::strands(tables)?.into_iter().map(of).collect()
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

/// What lies on a stick.
#[derive(Debug, Clone)]
pub struct OnStick {
    /// What is written on it.
    pub label: String,
    /// Login of whose it is.
    pub owner: String,
    /// Up to which moment it knows the journal.
    pub knows: DateTime<FixedOffset>,
    /// The last day on which something may be recorded on it.
    pub until: Day,
    /// How many entries are not handed in.
    pub unsent: usize,
    /// The day of the first of them.
    pub unsent_since: Option<Day>,
    /// What was refused, by its number.
    pub refused: Vec<(u64, String)>,
    /// Bytes that are free for further entries, and how many there are in all.
    pub room: (u64, u64),
    /// What is to be said of it, and hinders nothing now.
    pub warnings: Vec<crate::error::Error>,
}

/// From how many days on it is told that something was not handed in.
pub const LATE: i64 = 5;

impl OnStick {
    /// Looks at a stick in its owner's hand; `school` is that of its base.
    pub fn of(unlocked: &Unlocked, school: &School) -> Self {
        let base = unlocked.base();
        let first = unlocked.unsent().first().and_then(|strung| Entry::from_json(&strung.payload).ok());
        let refused = unlocked.receipts().iter().flat_map(|one| &one.receipt.refused);
        Self {
            label: unlocked.card().label.clone(),
            owner: base.login.clone(),
            knows: base.time,
            until: base.until,
            unsent: unlocked.unsent().len(),
            unsent_since: first.map(|entry| school.day_of(entry.time)),
            refused: refused.map(|one| (one.number, one.why.clone())).collect(),
            room: unlocked.room(),
            warnings: unlocked.warnings().to_vec(),
        }
    }

    /// For how many days something has not been handed in, where that is told.
    pub fn late(&self, today: Day) -> Option<i64> {
        let days = (today - self.unsent_since?).num_days();
        (days >= LATE).then_some(days)
    }
}
