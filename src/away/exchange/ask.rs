//! A question: a line of JSON, and a line with its signature, as in every signed text of a stick.

use super::{DOMAIN, LONGEST_ASK, VERSION};
use crate::away::base::Taken;
use crate::away::signed::{Signed, sign};
use crate::away::written::hex;
use crate::error::Result;
use crate::ledger::chain::Hash;
use crate::ledger::signer::Signer;
use crate::ledger::strand::StrandId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// That entries be taken in.
    HandOver,
    /// The newest base.
    Base,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The version of the exchange.
    pub letopis_sync: u32,
    /// What is asked for.
    pub what: What,
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
    /// SHA-256 of the certificate of the server that is asked: another cannot pass it on.
    #[serde(with = "hex")]
    pub certificate: Hash,
    /// The challenge that it answers.
    pub challenge: String,
    /// The record up to which the stick knows the ledger: number and head.
    pub base: Taken,
    /// The last entry that its base knows as taken in.
    pub taken: Taken,
    /// The ledger's length, as it was answered last: the base is to be no older.
    #[serde(default)]
    pub length: u64,
    /// Until when something may be recorded over that base.
    pub until: NaiveDate,
    /// The version of the tables that the stick's program reads.
    pub schema: u32,
    /// SHA-256 of the tables that it has.
    #[serde(with = "hex")]
    pub image: Hash,
    /// Whether all that the stick keeps comes with it, since the ledger lacks some of it.
    #[serde(default)]
    pub all: bool,
    /// Length of what comes with it.
    pub bytes: u64,
    /// Its digest.
    #[serde(with = "hex")]
    pub sha256: Hash,
}

/// A question as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The JSON text.
    pub text: String,
    /// Fingerprint and signature.
    pub signature: String,
}

impl Ask {
    /// A question to which everything else is still to be set.
    pub fn of(what: What, (journal, strand): (Hash, StrandId), base: Taken, taken: Taken) -> Self {
        Self {
            letopis_sync: VERSION,
            what,
            journal,
            strand,
            certificate: [0; 32],
            challenge: String::new(),
            base,
            taken,
            length: 0,
            until: NaiveDate::default(),
            schema: 0,
            image: [0; 32],
            all: false,
            bytes: 0,
            sha256: Sha256::digest([]).into(),
        }
    }

    /// The same with what comes with it.
    #[must_use]
    pub fn with(self, load: &[u8]) -> Self {
        Self { bytes: load.len() as u64, sha256: Sha256::digest(load).into(), ..self }
    }

    /// Whether it was asked with just this.
    pub fn is_with(&self, load: &[u8]) -> bool {
        self.bytes == load.len() as u64 && Sha256::digest(load)[..] == self.sha256
    }

    /// Signs it.
    ///
    /// # Errors
    /// A signer who cannot be asked.
    pub fn sign(&self, owner: &dyn Signer) -> Result<Asked> {
        let signed = sign(owner, DOMAIN, &crate::away::json(self)?)?;
        let (text, signature) = signed.split_once('\n').unwrap_or_default();
        Ok(Asked { text: text.to_owned(), signature: signature.trim_end().to_owned() })
    }
}

impl Asked {
    /// What is asked; nothing where it is no question of this version. Who has signed it is to be looked at.
    pub fn read(&self) -> Option<Ask> {
        let is_short = self.text.len() <= LONGEST_ASK && self.text.is_ascii();
        let ask: Ask = is_short.then(|| serde_json::from_str(&self.text).ok())??;
        (ask.letopis_sync == VERSION).then_some(ask)
    }

    /// Whether it is signed by a key.
    pub fn is_by(&self, key: &[u8; 32]) -> bool {
        let both = format!("{}\n{}\n", self.text, self.signature);
        let signed = Signed::first(both.as_bytes());
        signed.is_some_and(|(signed, rest)| rest.is_empty() && signed.by(DOMAIN, &[*key]).is_some())
    }
}
