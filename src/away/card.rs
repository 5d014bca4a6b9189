//! `letopis-stick.json`: which stick this is, for anybody. It is written last, so a stick that has it was prepared to its end.

use super::written::hex;
use crate::error::{Error, Result};
use crate::ledger::chain::Hash;
use crate::ledger::strand::StrandId;
use serde::{Deserialize, Serialize};

/// The file's name.
pub const CARD: &str = "letopis-stick.json";

/// What it says; nothing of it is proven before the stick is unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    letopis_stick: u32,
    /// The carrier's id, by the register of carriers (form 14).
    pub carrier: String,
    /// What is written on it.
    pub label: String,
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
}

impl Card {
    /// A card of the present format.
    pub fn new(carrier: &str, label: &str, journal: Hash, strand: StrandId) -> Self {
        Self { letopis_stick: 1, carrier: carrier.to_owned(), label: label.to_owned(), journal, strand }
    }

    /// Reads one.
    ///
    /// # Errors
    /// A text that is none, or of a later format.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let card: Self = serde_json::from_slice(text).map_err(|cause| {
            Error::damaged(format!("{CARD}: это не описание носителя учителя"))
                .next("принесите носитель в школу: его подготовят заново")
                .caused_by(cause)
        })?;
        let is_id = |id: &str| id.len() == 16 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        match card.letopis_stick {
            1 if is_id(&card.carrier) && !card.label.is_empty() && card.label.len() <= 256 => Ok(card),
            1 => Err(Error::damaged(format!("{CARD}: неверный номер или метка носителя"))
                .next("принесите носитель в школу: его подготовят заново")),
            _ => Err(Error::input(format!("{CARD}: носитель подготовлен более новой версией программы"))
                .next("запустите программу, которая лежит на самом носителе")),
        }
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}
