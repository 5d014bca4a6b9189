//! `receipts-0.age`, `receipts-1.age`: what was taken in of a strand, and what was refused. Two slots: a further receipt is
//! written with all before it into the other one, so that a cut loses none.

use super::sealed::{self, Locked};
use super::signed::{Signed, sign};
use super::written::hex;
use crate::error::Result;
use crate::files::medium::Medium;
use crate::ledger::chain::Hash;
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::ledger::strand::StrandId;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// The slots' names.
pub const RECEIPTS: [&str; 2] = ["receipts-0.age", "receipts-1.age"];

const DOMAIN: &str = "letopis-receipt-v1";
const LARGEST: usize = 16 * 1024 * 1024;

/// That entries were taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
    /// The first number that was taken in.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// The strand's head after it.
    #[serde(with = "hex")]
    pub strand_head: Hash,
    /// The ledger's length after it.
    pub length: u64,
    /// The ledger's head after it.
    #[serde(with = "hex")]
    pub head: Hash,
    /// When.
    pub time: DateTime<FixedOffset>,
    /// Which of them were refused.
    pub refused: Vec<Refused>,
}

/// That an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Its number in the strand.
    pub number: u64,
    /// Why, in Russian.
    pub why: String,
}

/// A receipt with the text that its signer has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    /// What it says.
    pub receipt: Receipt,
    /// The two lines, as they are handed in with an entry after a restored backup.
    pub text: String,
    /// Whose key has signed it.
    pub key: [u8; 32],
}

impl Receipt {
    /// Signs it: the two lines that go onto the stick.
    ///
    /// # Errors
    /// A signer who cannot be asked.
    pub fn sign(&self, taker: &dyn Signer) -> Result<String> {
        sign(taker, DOMAIN, &super::json(self)?)
    }
}

/// Receipts out of their lines; `keys` are those that are believed. Nothing where one of them does not hold.
pub fn read(mut plain: &[u8], keys: &[[u8; 32]], of: (Hash, StrandId)) -> Option<Vec<SignedReceipt>> {
    let mut receipts: Vec<SignedReceipt> = Vec::new();
    while !plain.is_empty() {
        let (signed, rest) = Signed::first(plain)?;
        let key = signed.by(DOMAIN, keys)?;
        let receipt: Receipt = serde_json::from_str(signed.json).ok()?;
        let follows = receipts.last().map_or(u64::MAX, |last| last.receipt.to.saturating_add(1));
        let fits = (receipt.journal, receipt.strand) == of && receipt.from <= receipt.to;
        let refused = receipt.refused.iter().all(|one| (receipt.from..=receipt.to).contains(&one.number));
        if !fits || !refused || receipt.from > follows {
            return None;
        }
        let text = plain.get(..plain.len() - rest.len()).and_then(|text| std::str::from_utf8(text).ok())?;
        receipts.push(SignedReceipt { receipt, text: text.to_owned(), key });
        plain = rest;
    }
    Some(receipts)
}

/// The receipts of a stick, and the slot that they are in.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    pub all: Vec<SignedReceipt>,
    pub slot: usize,
    /// Something is in a slot that is not whole, and nothing whole in the other.
    pub are_lost: bool,
}

impl Receipts {
    pub fn open(medium: &dyn Medium, owner: &Identity, keys: &[[u8; 32]], of: (Hash, StrandId)) -> Self {
        let (mut best, mut is_any) = (None::<Self>, false);
        for (slot, name) in RECEIPTS.into_iter().enumerate() {
            let sealed = medium.read(name, 2 * LARGEST as u64).ok().flatten();
            is_any |= sealed.as_ref().is_none_or(|sealed| !sealed.is_empty());
            let plain = sealed.ok_or(Locked::Unread).and_then(|sealed| sealed::open_whole(&sealed, owner, LARGEST));
            let all = plain.ok().and_then(|plain| read(&plain, keys, of));
            if let Some(all) = all.filter(|all| best.as_ref().is_none_or(|best| all.len() > best.all.len())) {
                best = Some(Self { all, slot, are_lost: false });
            }
        }
        best.unwrap_or(Self { are_lost: is_any, ..Self::default() })
    }

    /// Writes those that are there and the `further` ones, two lines each, into the other slot.
    pub fn add(&self, medium: &dyn Medium, owner: &Identity, further: &[String]) -> Result<()> {
        let mut lines: Vec<&str> = self.all.iter().map(|receipt| receipt.text.as_str()).collect();
        for further in further {
            // A renewal that was cut off has brought them already.
            if !lines.contains(&further.as_str()) {
                lines.push(further);
            }
        }
        let text = lines.concat();
        let name = RECEIPTS[1 - self.slot];
        super::stick::written(name, medium.write(name, &seal(&text, owner)?))
    }
}

pub(super) fn seal(text: &str, owner: &Identity) -> Result<Vec<u8>> {
    sealed::seal(text.as_bytes(), &[owner.age_identity().to_public()])
}
