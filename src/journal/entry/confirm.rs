//! Entries by which a second person lets others come into force, or not, and those of the emergency key.

use crate::ledger::identity::PublicIdentity;
use serde::{Deserialize, Serialize};

/// How an entry came into force: by itself, as nearly all do, or as one that takes two pairs of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// At its own place, and nobody else was needed.
    #[default]
    AtOnce,
    /// Not at its place: a second person must confirm it.
    Waits,
    /// At its own place, since there was no second person yet: «внесено одним лицом».
    Alone,
}

impl Effect {
    /// Whether nothing is said of it.
    #[allow(clippy::trivially_copy_pass_by_ref)] // the form that serde asks for
    pub(super) fn is_at_once(&self) -> bool {
        *self == Self::AtOnce
    }
}

/// Entries by their numbers, the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first.
    pub from: u64,
    /// The last, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
}

impl Span {
    /// One entry.
    pub fn one(seq: u64) -> Self {
        Self { from: seq, to: None }
    }

    /// The number of its last entry.
    pub fn last(self) -> u64 {
        self.to.unwrap_or(self.from)
    }

    /// Whether an entry is in it.
    pub fn holds(self, seq: u64) -> bool {
        (self.from..=self.last()).contains(&seq)
    }
}

/// «5–9», «5».
impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to {
            Some(to) if to != self.from => write!(f, "{}–{to}", self.from),
            _ => write!(f, "{}", self.from),
        }
    }
}

/// A second person has confirmed what waited in these spans: from here on it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntriesConfirmed {
    /// Which entries, in order.
    pub entries: Vec<Span>,
}

/// A second person has refused what waited in these spans: it never comes into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntriesRefused {
    /// Which entries, in order.
    pub entries: Vec<Span>,
    /// Why.
    pub reason: String,
}

/// The emergency key of a journal that was begun without one, or another in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyKeySet {
    /// `ssh-ed25519 AAAA…`
    pub ed25519: String,
}

/// The emergency key and a director or deputy head have enrolled a key for a director, deputy head or administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyEnrolment {
    /// Whose key.
    pub login: String,
    /// The public half.
    pub key: PublicIdentity,
    /// The proof of possession, in hex.
    pub possession: String,
    /// The emergency key's signature, in hex: it holds at this place only.
    pub countersignature: String,
    /// Why it came to this.
    pub reason: String,
}
