//! The chain of a strand: what one author has recorded on one stick, away from the ledger (`docs/formats/strand.md`).
//!
//! The author signs `letopis-strand-v1` ‖ journal id ‖ strand id ‖ number ‖ base length ‖ base head ‖ previous strand head ‖
//! payload; the entry's strand head is the SHA-256 of all that and the signature. So an entry of a strand cannot be moved,
//! left out, carried to another strand or journal, or be said to have been made over another base.

use crate::error::Result;
use crate::ledger::chain::{Hash, ZERO};
use crate::ledger::identity::PublicIdentity;
use sha2::{Digest, Sha256};

/// Begins every signed message, so that a signature made for a strand is good for nothing else.
const DOMAIN: &[u8] = b"letopis-strand-v1";

/// A strand's id: 16 random bytes.
pub type StrandId = [u8; 16];

/// The record of the ledger up to which an author knew the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// How many records.
    pub length: u64,
    /// The head of the last of them.
    pub head: Hash,
}

/// An entry of a strand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strung {
    /// Its number in the strand, from 1.
    pub number: u64,
    /// Over which base it was made.
    pub base: Base,
    /// The entry's exact JSON text.
    pub payload: String,
    /// The author's Ed25519 signature.
    pub signature: [u8; 64],
}

/// Where a strand stands: what its next entry is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrandTip {
    /// The journal's id.
    pub journal: Hash,
    /// The strand's.
    pub strand: StrandId,
    /// The last entry's number, zero before the first.
    pub number: u64,
    /// The last entry's strand head.
    pub head: Hash,
}

impl StrandTip {
    /// A strand without entries.
    pub fn empty(journal: Hash, strand: StrandId) -> Self {
        Self { journal, strand, number: 0, head: ZERO }
    }

    /// The exact bytes that the author of the next entry signs.
    pub fn message(&self, base: &Base, payload: &str) -> Vec<u8> {
        let (number, length) = ((self.number + 1).to_be_bytes(), base.length.to_be_bytes());
        [DOMAIN, &self.journal, &self.strand, &number, &length, &base.head, &self.head, payload.as_bytes()].concat()
    }

    /// Whether `strung` is the next entry and signed by `author`.
    pub fn is_next(&self, author: &PublicIdentity, strung: &Strung) -> bool {
        strung.number == self.number + 1
            && author.verify(&self.message(&strung.base, &strung.payload), &strung.signature)
    }

    /// Where the strand stands after `strung`, which [is next](Self::is_next).
    #[must_use]
    pub fn after(&self, strung: &Strung) -> Self {
        let message = self.message(&strung.base, &strung.payload);
        let head = Sha256::new().chain_update(message).chain_update(strung.signature).finalize().into();
        Self { number: strung.number, head, ..*self }
    }
}

/// Where a strand is kept: the port between what records on a stick and the stick's files.
pub trait Strand {
    /// Where it stands.
    fn tip(&self) -> StrandTip;

    /// Takes further entries, durably: all of them, or of a cut in the middle the first ones.
    ///
    /// # Errors
    /// An entry that is not the next; a carrier that is full, write-protected or gone.
    fn append(&mut self, entries: &[Strung]) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    fn strung(tip: &StrandTip, author: &Identity, base: Base, payload: &str) -> Strung {
        let signature = author.sign(&tip.message(&base, payload));
        Strung { number: tip.number + 1, base, payload: payload.to_owned(), signature }
    }

    #[test]
    fn an_entry_holds_at_its_place_alone() {
        let author = Identity::generate();
        let tip = StrandTip::empty([1; 32], [2; 16]);
        let base = Base { length: 9, head: [3; 32] };
        let first = strung(&tip, &author, base, "один");
        assert!(tip.is_next(&author.public(), &first));
        let next = tip.after(&first);
        let second = strung(&next, &author, base, "два");
        assert!(next.is_next(&author.public(), &second));
        assert!(!tip.is_next(&author.public(), &second), "one was left out");
        assert!(!next.is_next(&author.public(), &first), "one was repeated");
        for other in [StrandTip { journal: [9; 32], ..next }, StrandTip { strand: [9; 16], ..next }] {
            assert!(!other.is_next(&author.public(), &second));
        }
        let moved = Strung { base: Base { length: 10, ..base }, ..second.clone() };
        assert!(!next.is_next(&author.public(), &moved), "said to be made over another base");
        assert!(!next.is_next(&Identity::generate().public(), &second));
        let changed = Strung { payload: "три".to_owned(), ..second };
        assert!(!next.is_next(&author.public(), &changed));
    }
}
