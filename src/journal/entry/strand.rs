//! Entries about strands: what somebody records on a stick, away from the ledger, and how it is taken in (§5.6–5.8,
//! `docs/formats/strand.md`).

use crate::ledger::chain::{Hash, hex, parse_hash};
use crate::ledger::strand::{Base, StrandId, Strung};
use serde::{Deserialize, Serialize};

/// What a strand carries: nothing that takes two people, and nothing that others must know at once.
pub const CARRIED_KINDS: [&str; 11] = [
    "lesson.recorded",
    "lesson.annulled",
    "marks.set",
    "attendance.set",
    "reason.set",
    "reason.withdrawn",
    "exemption.set",
    "exemption.withdrawn",
    "finals.set",
    "correction.requested",
    "note.added",
];

/// A strand was begun: from here on what its owner records on this stick is taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrandOpened {
    /// The strand's id: 32 lower-case hex digits.
    pub strand: String,
    /// The id of the carrier that it lies on.
    pub carrier: String,
    /// Login of who records on it.
    pub login: String,
    /// Fingerprint of the key that signs it.
    pub key: String,
}

/// Why a strand goes on no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StrandEnd {
    /// The stick was handed in.
    Returned,
    /// The stick was lost.
    Lost,
    /// Its owner left the school.
    Dismissed,
    /// Another stick took its place.
    Replaced,
    /// A copy of it went on elsewhere: two entries bear one number.
    Fork,
}

impl StrandEnd {
    /// The word of the JSON, which is also that of the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Lost => "lost",
            Self::Dismissed => "dismissed",
            Self::Replaced => "replaced",
            Self::Fork => "fork",
        }
    }

    /// The end of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Returned, Self::Lost, Self::Dismissed, Self::Replaced, Self::Fork]
            .into_iter()
            .find(|end| end.word() == word)
    }

    /// Whether the carrier itself is gone.
    pub fn is_loss(self) -> bool {
        self == Self::Lost
    }

    /// What it comes to, in Russian: «носитель сдан».
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Returned => "носитель сдан",
            Self::Lost => "носитель утерян",
            Self::Dismissed => "владелец уволен",
            Self::Replaced => "выдан другой носитель",
            Self::Fork => "копия носителя велась в другом месте",
        }
    }
}

/// A strand goes on no more: nothing of it is taken in from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrandClosed {
    /// The strand's id.
    pub strand: String,
    /// Why.
    pub why: StrandEnd,
    /// Why what may still lie on the stick is given up; empty where all of it was taken in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub abandoned: String,
}

/// The record up to which the author of a carried entry knew the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedBase {
    /// How many records,
    pub length: u64,
    /// and the head of the last of them, in lower-case hex.
    pub head: String,
}

/// An entry of a strand was taken in, or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// The strand's id.
    pub strand: String,
    /// The entry's number in the strand.
    pub number: u64,
    /// Over which base it was made.
    pub base: CarriedBase,
    /// The entry's exact JSON text, as its author signed it.
    pub payload: String,
    /// The author's signature of the strand's message, in lower-case hex.
    pub signature: String,
    /// Why it was refused: then it changes nothing. Empty where it was taken in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refused: String,
    /// What was given for it when it was taken in the first time, where the ledger has lost that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<CarriedReceipt>,
}

/// A receipt as a carried entry brings it: a signed text of the domain `letopis-receipt-v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedReceipt {
    /// The text that was signed: the JSON of a [`ReceiptText`].
    pub text: String,
    /// Fingerprint of the key that signed it.
    pub key: String,
    /// The signature, in lower-case hex.
    pub signature: String,
}

impl Carried {
    /// A carried entry as it is recorded, taken in and without a receipt.
    pub fn of(strand: &StrandId, strung: &Strung) -> Self {
        Self {
            strand: hex(strand),
            number: strung.number,
            base: CarriedBase { length: strung.base.length, head: hex(&strung.base.head) },
            payload: strung.payload.clone(),
            signature: hex(&strung.signature),
            refused: String::new(),
            receipt: None,
        }
    }

    /// The entry of the strand, and the strand's id; nothing where a field does not read.
    pub fn strung(&self) -> Option<(StrandId, Strung)> {
        let base = Base { length: self.base.length, head: parse_lower(&self.base.head)? };
        let signature = bytes(&self.signature)?;
        let strung = Strung { number: self.number, base, payload: self.payload.clone(), signature };
        Some((bytes(&self.strand)?, strung))
    }
}

/// What a receipt says, as its line of `receipts.age` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptText {
    /// The journal's id, in hex.
    pub journal: String,
    /// The strand's id, in hex.
    pub strand: String,
    /// The first number that was taken in.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// The strand's head after it, in hex.
    pub strand_head: String,
    /// The ledger after the last of them: how many records,
    pub length: u64,
    /// and its head, in hex.
    pub head: String,
    /// When they were taken in.
    pub time: chrono::DateTime<chrono::FixedOffset>,
    /// Those that were refused.
    pub refused: Vec<RefusedNumber>,
}

/// A number of a strand that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedNumber {
    /// The number.
    pub number: u64,
    /// Why.
    pub why: String,
}

/// Begins the message of a signed receipt.
pub const RECEIPT_DOMAIN: &[u8] = b"letopis-receipt-v1";

/// Lower-case hexadecimal of exactly so many bytes.
pub fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

/// A hash in lower-case hex.
fn parse_lower(text: &str) -> Option<Hash> {
    parse_hash(text).filter(|hash| hex(hash) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_strand_is_carried_and_read_back_byte_for_byte() {
        let base = Base { length: 9, head: [3; 32] };
        let strung = Strung { number: 7, base, payload: "{\"kind\":\"x\"}".into(), signature: [5; 64] };
        let carried = Carried::of(&[2; 16], &strung);
        assert_eq!(carried.strung(), Some(([2; 16], strung)));
        for spoilt in ["", "0A", &"f".repeat(126), &"F".repeat(128), &"é".repeat(64)] {
            assert_eq!(Carried { signature: spoilt.into(), ..carried.clone() }.strung(), None, "{spoilt}");
        }
    }
}
