//! What was judged and waits for its signature.

use crate::error::Warning;
use crate::journal::entry::Entry;
use crate::ledger::chain::{Record, Tip};
use crate::ledger::identity::PublicIdentity;
use crate::ledger::strand::{Base, StrandTip, Strung};

/// An entry that was judged and is not recorded: what its author signs, and where in the ledger it would stand.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) before: Tip,
    pub(super) entry: Entry,
    pub(super) payload: String,
    pub(super) author: PublicIdentity,
    pub(super) warnings: Vec<Warning>,
    /// Where in a strand, of an entry that goes there.
    pub(super) strung: Option<(StrandTip, Base)>,
}

impl Draft {
    /// The exact bytes to be signed (`docs/formats/ledger.md`, `docs/formats/strand.md`).
    pub fn message(&self) -> Vec<u8> {
        match &self.strung {
            None => self.before.message(&self.payload),
            Some((tip, base)) => tip.message(base, &self.payload),
        }
    }

    /// The record that it becomes, signed.
    pub(super) fn record(&self, signature: [u8; 64]) -> Record {
        match self.strung(signature) {
            None => self.before.record(self.payload.clone(), signature),
            Some((after, strung)) => {
                Record { seq: self.before.seq + 1, payload: strung.payload, signature, head: after.head }
            }
        }
    }

    /// The entry of a strand that it becomes, signed, and where the strand stands after it.
    pub(super) fn strung(&self, signature: [u8; 64]) -> Option<(StrandTip, Strung)> {
        let (tip, base) = self.strung?;
        let strung = Strung { number: tip.number + 1, base, payload: self.payload.clone(), signature };
        Some((tip.after(&strung), strung))
    }

    /// What would be recorded.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Rules that only warn.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
