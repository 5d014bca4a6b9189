//! The chain: how an entry is bound to every entry before it, and to its author.
//!
//! The author signs `letopis-entry-v1` ‖ journal id ‖ previous head ‖ payload; the record's head is the SHA-256 of all
//! that and the signature. The journal's id is the head of its first record, for which id and previous head are zero.
//! So a record cannot be taken out, put in, moved, or carried to another journal without every later author's key.
//! `docs/formats/ledger.md` tells the same for a stranger who has only the bytes.

use crate::ledger::identity::{Identity, PublicIdentity};
use sha2::{Digest, Sha256};

/// Begins every signed message, so that a signature made for an entry is good for nothing else.
const DOMAIN: &[u8] = b"letopis-entry-v1";

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The head before the first record.
pub const ZERO: Hash = [0; 32];

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// The entry's exact JSON text.
    pub payload: String,
    /// The author's Ed25519 signature.
    pub signature: [u8; 64],
    /// The chain's head after this record.
    pub head: Hash,
}

/// Where the chain stands: what the next record is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// The journal's id, zero while the ledger is empty.
    pub journal: Hash,
    /// The last record's number, zero while the ledger is empty.
    pub seq: u64,
    /// The last record's head.
    pub head: Hash,
}

impl Tip {
    /// An empty ledger.
    pub const EMPTY: Self = Self { journal: ZERO, seq: 0, head: ZERO };

    /// The exact bytes that the author of the next record signs.
    pub fn message(&self, payload: &str) -> Vec<u8> {
        [DOMAIN, &self.journal, &self.head, payload.as_bytes()].concat()
    }

    /// Signs `payload` as the next record.
    pub fn sign(&self, author: &Identity, payload: String) -> Record {
        let signature = author.sign(&self.message(&payload));
        self.record(payload, signature)
    }

    /// `payload` as the next record, signed already.
    pub fn record(&self, payload: String, signature: [u8; 64]) -> Record {
        let head = head_of(&self.message(&payload), &signature);
        Record { seq: self.seq + 1, payload, signature, head }
    }

    /// Whether `record` is the next one: numbered without a gap and with the head that follows from its content.
    /// Says nothing about its author; see [`Tip::is_signed_by`].
    pub fn is_next(&self, record: &Record) -> bool {
        record.seq == self.seq + 1 && record.head == head_of(&self.message(&record.payload), &record.signature)
    }

    /// Whether `record`, put here, carries the signature of `author`.
    pub fn is_signed_by(&self, author: &PublicIdentity, record: &Record) -> bool {
        author.verify(&self.message(&record.payload), &record.signature)
    }

    /// Where the chain stands after `record`.
    #[must_use]
    pub fn after(&self, record: &Record) -> Self {
        let journal = if self.seq == 0 { record.head } else { self.journal };
        Self { journal, seq: record.seq, head: record.head }
    }
}

fn head_of(message: &[u8], signature: &[u8; 64]) -> Hash {
    Sha256::new().chain_update(message).chain_update(signature).finalize().into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Hexadecimal digits as they stand on paper: upper-case, in groups of four.
pub fn grouped(hex: &str) -> String {
    let digits: Vec<char> = hex.to_uppercase().chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Reads 64 hexadecimal digits of either case.
pub fn parse_hash(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut out = ZERO;
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(author: &Identity) -> Vec<Record> {
        let mut tip = Tip::EMPTY;
        ["один", "два", "три"]
            .iter()
            .map(|payload| {
                let record = tip.sign(author, (*payload).to_owned());
                tip = tip.after(&record);
                record
            })
            .collect()
    }

    fn is_whole(records: &[Record], author: &Identity) -> bool {
        let mut tip = Tip::EMPTY;
        records.iter().all(|record| {
            let good = tip.is_next(record) && tip.is_signed_by(&author.public(), record);
            tip = tip.after(record);
            good
        })
    }

    #[test]
    fn a_chain_holds_and_any_change_breaks_it() {
        let author = Identity::generate();
        let records = three(&author);
        assert!(is_whole(&records, &author));

        let mut removed = records.clone();
        removed.remove(1);
        assert!(!is_whole(&removed, &author));

        let mut swapped = records.clone();
        swapped.swap(1, 2);
        assert!(!is_whole(&swapped, &author));

        let mut altered = records.clone();
        altered[1].payload.push('!');
        assert!(!is_whole(&altered, &author));

        let mut resigned = records;
        let tip = Tip::EMPTY.after(&resigned[0]);
        resigned[1] = tip.sign(&Identity::generate(), "два".into());
        resigned[2] = tip.after(&resigned[1]).sign(&author, "три".into());
        assert!(!is_whole(&resigned, &author), "every head is right, but one author is another");
    }

    /// `tests/vectors/ledger/three.jsonl`: what this program must sign and sum for ever.
    #[test]
    fn the_vector_is_signed_and_summed_the_same_for_ever() {
        let author = Identity::parse(include_str!("../../tests/vectors/identity/secret")).unwrap();
        let mut tip = Tip::EMPTY;
        for line in include_str!("../../tests/vectors/ledger/three.jsonl").lines() {
            let kept: serde_json::Value = serde_json::from_str(line).unwrap();
            let record = tip.sign(&author, kept["payload"].as_str().unwrap().to_owned());
            assert!(tip.is_next(&record) && tip.is_signed_by(&author.public(), &record));
            let (seq, head, signature) = (record.seq, hex(&record.head), hex(&record.signature));
            assert_eq!(
                kept,
                serde_json::json!({"seq": seq, "head": head, "signature": signature, "payload": record.payload})
            );
            tip = tip.after(&record);
        }
        assert_eq!(tip.seq, 3);
    }

    #[test]
    fn a_record_belongs_to_its_journal_only() {
        let author = Identity::generate();
        let (one, other) = (three(&author), Tip::EMPTY.sign(&author, "иной".into()));
        assert!(!Tip::EMPTY.after(&other).is_next(&one[1]));
    }

    #[test]
    fn hashes_read_back_and_nothing_else_is_one() {
        let hash = *b"0123456789abcdef0123456789abcdef";
        assert_eq!(parse_hash(&hex(&hash)), Some(hash));
        assert_eq!(parse_hash(&hex(&hash).to_uppercase()), Some(hash));
        for text in ["", "00", &"g".repeat(64), &"0".repeat(63), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(parse_hash(text), None);
        }
    }
}
