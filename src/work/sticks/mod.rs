//! Teachers' sticks (§5.6–5.8): prepared, taken in and renewed at a machine that has the journal, looked at; and a stick as the
//! journal that its owner works in.
//!
//! What lies on a stick is [`crate::away`]'s, what is taken in [`crate::away::taking_in`]'s, and what a base holds
//! [`crate::journal::excerpt`]'s; here they meet the ledger and each other. Nothing is ever run from a stick.

pub mod at_work;
mod base;
mod handed_in;
pub mod handing;
pub mod prepare;
pub mod programs;
pub mod replaced;
pub mod status;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod told;
pub mod unsent;
pub mod witness;

pub use handed_in::{HandedIn, Records, hand_in};
pub use prepare::{Preparation, Prepared, prepare};
pub use sync::{By, Synced, sync};

use crate::error::{Action, Error, Result};
use crate::journal::read::{self, Strand, Tables};
use crate::ledger::chain::hex;

/// The strand of a stick as the journal knows it.
fn known(tables: &Tables, card: &crate::away::card::Card) -> Result<Strand> {
    let here = read::ledger::tip(tables)?.journal;
    let label = &card.label;
    if card.journal != here {
        return Err(Error::input(format!(
            "носитель «{label}» подготовлен для другого журнала: {}",
            hex(&card.journal)
        ))
        .next_by("укажите журнал, для которого он подготовлен", Action::Give(crate::error::Detail::Journal)));
    }
    read::strand(tables, &hex(&card.strand))?.ok_or_else(|| {
        Error::input(format!("носителя «{label}» журнал не знает: его готовили не здесь"))
            .next("проверьте, тот ли это журнал и тот ли носитель")
    })
}
