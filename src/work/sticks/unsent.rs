//! What of a stick the school does not have yet, and what it refused, as its owner sees it while he works on it.

use super::status::Refused;
use super::told::Said;
use crate::error::Result;
use crate::journal::entry::{Body, Entry};
use crate::journal::{Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::strand::Strung;
use crate::school::{Day, Login};
use chrono::{DateTime, Duration, FixedOffset};

/// Final marks are to be available the next day (§4.4), so they are to be handed over sooner.
const FINALS_LATE: Duration = Duration::hours(12);

/// What waits on a stick.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// Entries that were not handed over, in order.
    pub unsent: Vec<Unsent>,
    /// What was refused when it was taken in, the newest first.
    pub refused: Vec<Refused>,
}

/// An entry that was not handed over.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// What it says.
    pub said: Said,
    /// Whether it sets final marks.
    pub is_final: bool,
    /// Whether the renewed base does not take it any more, so that it will be refused.
    pub is_outdated: bool,
}

/// What waits on the stick that a journal lies on; of a ledger nothing.
///
/// # Errors
/// Tables or a strand that do not read.
pub fn waiting(journal: &Journal, owner: &Login) -> Result<Waiting> {
    let (tables, Some((_, tip))) = (journal.tables(), journal.strand_tip()) else { return Ok(Waiting::default()) };
    let strand = hex(&tip.strand);
    let taken = read::strand(tables, &strand)?.map_or(0, |known| known.number);
    let mut refused = read::carried_of(tables, &strand)?;
    refused.retain(|carried| !carried.refused.is_empty());
    let kept = if refused.is_empty() && tip.number == taken { Vec::new() } else { journal.kept()? };
    let unsent = kept.iter().filter(|strung| strung.number > taken).filter_map(|strung| Unsent::of(strung, journal));
    let refused = refused.into_iter().rev().map(|carried| {
        let said = kept.iter().find(|strung| strung.number == carried.number);
        let said = said.and_then(|strung| Said::of(&strung.payload));
        let said = said.map(|said| said.for_whom(tables, owner.as_str())).transpose()?;
        Ok(Refused { number: carried.number, why: carried.refused, said })
    });
    Ok(Waiting { unsent: unsent.collect(), refused: refused.collect::<Result<_>>()? })
}

impl Unsent {
    fn of(strung: &Strung, journal: &Journal) -> Option<Self> {
        let is_final = Entry::from_json(&strung.payload).is_ok_and(|entry| matches!(entry.body, Body::FinalsSet(_)));
        let is_outdated = journal.outdated().contains(&strung.number);
        Some(Self { said: Said::of(&strung.payload)?, is_final, is_outdated })
    }
}

impl Waiting {
    /// The day since which something was not handed over, where it is late enough to be warned of.
    pub fn late(&self, today: Day) -> Option<Day> {
        let first = self.unsent.first()?.said.at.date_naive();
        ((today - first).num_days() >= super::status::LATE).then_some(first)
    }

    /// Whether final marks were not handed over for too long.
    pub fn finals_are_late(&self, now: DateTime<FixedOffset>) -> bool {
        self.unsent.iter().any(|one| one.is_final && now - one.said.at > FINALS_LATE)
    }
}
