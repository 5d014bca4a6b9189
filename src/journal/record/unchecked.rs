//! Signatures of a batch, which are checked before anything of it is kept.

use crate::error::Result;
use crate::journal::entry::{Body, Entry};
use crate::journal::read::{self, Tables};
use crate::ledger::signatures::{Checker, Signed};

/// So many signatures are worth a thread that checks them beside the work.
const WORTH_A_THREAD: usize = 256;

/// Signatures by a signer at hand. They are checked before anything of the batch is kept: beside the work where there are
/// many of them, as in an import.
#[derive(Default)]
pub(super) struct Unchecked {
    waiting: Vec<Signed>,
    checker: Option<Checker>,
}

impl Unchecked {
    pub(super) fn extend(&mut self, signed: Option<Signed>) {
        if let Some(signed) = signed {
            self.add(signed);
        }
    }

    pub(super) fn add(&mut self, signed: Signed) {
        self.waiting.push(signed);
        if self.waiting.len() == WORTH_A_THREAD {
            let block = std::mem::take(&mut self.waiting);
            self.checker.get_or_insert_with(|| Checker::start(1)).check(block);
        }
    }

    /// The first record whose signature does not hold.
    pub(super) fn first_bad(self) -> Option<u64> {
        let checked = self.checker.map(Checker::finish).unwrap_or_default();
        let bad = |signed: &Signed| (!signed.holds()).then_some(signed.seq);
        checked.first().map(|(seq, _)| *seq).or_else(|| self.waiting.iter().find_map(bad))
    }
}

/// The signature in the strand of an entry that is carried, to be checked; nothing of any other. The entry was not applied.
pub(in crate::journal) fn strand_signature(tables: &Tables, seq: u64, entry: &Entry) -> Result<Option<Signed>> {
    let Body::Carried(carried) = &entry.body else { return Ok(None) };
    let (Some((_, strung)), Some(strand)) = (carried.strung(), read::strand(tables, &carried.strand)?) else {
        return Ok(None);
    };
    let Some(key) = read::key(tables, &strand.key)? else { return Ok(None) };
    let message = strand.tip(tables.journal_id()?).message(&strung.base, &strung.payload);
    Ok(Some(Signed { seq, message, signature: strung.signature, key: *key.public.key(), strand: true }))
}
