//! `pins.age`: whom this stick trusts. They are signed by whoever prepared it, whose key the stick's key file names.

use super::sealed::{self, Locked};
use super::signed::{Signed, sign};
use super::written::{Key, hex};
use crate::error::Result;
use crate::ledger::chain::Hash;
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::ledger::strand::StrandId;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// The file's name.
pub const PINS: &str = "pins.age";

const DOMAIN: &str = "letopis-pins-v1";
const ANNOUNCED: &str = "letopis-server-v1";
const LARGEST: usize = 256 * 1024;

/// What they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The journal's id.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The strand's.
    #[serde(with = "hex")]
    pub strand: StrandId,
    /// The owner's login.
    pub login: String,
    /// The fingerprint of the owner's key.
    pub key: String,
    /// When the stick was prepared.
    pub prepared: DateTime<FixedOffset>,
    /// Whose bases and receipts are believed; the preparer's key is among them.
    pub may_prepare: Vec<Key>,
    /// To whom frames are encrypted beside the owner, `age1…`.
    pub recipients: Vec<String>,
    /// Where entries can be handed in over the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
}

/// The school's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where it answers.
    pub address: String,
    /// SHA-256 of its certificate.
    #[serde(with = "hex")]
    pub certificate: Hash,
    /// The key that it signs receipts and bases with.
    pub key: Key,
}

/// What a server says of itself beside the journal, for whoever prepares sticks there.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Announced {
    #[serde(with = "hex")]
    journal: Hash,
    server: Server,
}

impl Server {
    /// Says how it is found and known, signed with its key.
    ///
    /// # Errors
    /// A signer who cannot be asked.
    pub fn announce(&self, journal: Hash, service: &dyn Signer) -> Result<String> {
        sign(service, ANNOUNCED, &super::json(&Announced { journal, server: self.clone() })?)
    }

    /// What a server of this journal says of itself, where its key is one of `keys`.
    pub fn announced(bytes: &[u8], journal: Hash, keys: &[[u8; 32]]) -> Option<Self> {
        let (signed, []) = Signed::first(bytes)? else { return None };
        let said: Announced = serde_json::from_str(signed.json).ok()?;
        let key = signed.by(ANNOUNCED, keys)?;
        (said.journal == journal && said.server.key.0 == key).then_some(said.server)
    }
}

/// Why pins are not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbelieved {
    /// They cannot be opened.
    Locked(Locked),
    /// They are no pins.
    Malformed,
    /// Somebody else has signed them.
    ByAnother,
}

impl Pins {
    /// Signed by the preparer, encrypted to the owner.
    ///
    /// # Errors
    /// A signer who cannot be asked.
    pub fn seal(&self, preparer: &dyn Signer, owner: &Identity) -> Result<Vec<u8>> {
        let text = sign(preparer, DOMAIN, &super::json(self)?)?;
        sealed::seal(text.as_bytes(), &[owner.age_identity().to_public()])
    }

    /// Opens pins that must be signed by the key of this fingerprint.
    ///
    /// # Errors
    /// See [`Unbelieved`].
    pub fn open(sealed: &[u8], owner: &Identity, preparer: &str) -> std::result::Result<Self, Unbelieved> {
        let plain = sealed::open_whole(sealed, owner, LARGEST).map_err(Unbelieved::Locked)?;
        Self::read(&plain, preparer)
    }

    /// As [`Pins::open`], of what was decrypted.
    ///
    /// # Errors
    /// See [`Unbelieved`].
    pub fn read(plain: &[u8], preparer: &str) -> std::result::Result<Self, Unbelieved> {
        let (signed, rest) = Signed::first(plain).ok_or(Unbelieved::Malformed)?;
        let pins: Self = serde_json::from_str(signed.json).map_err(|_| Unbelieved::Malformed)?;
        let keys: Vec<[u8; 32]> = pins.keys();
        if !rest.is_empty() {
            return Err(Unbelieved::Malformed);
        }
        if signed.fingerprint != preparer || signed.by(DOMAIN, &keys).is_none() {
            return Err(Unbelieved::ByAnother);
        }
        Ok(pins)
    }

    /// The keys of [`Pins::may_prepare`].
    pub fn keys(&self) -> Vec<[u8; 32]> {
        self.may_prepare.iter().map(|key| key.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_believed_that_says_of_itself_how_it_is_known() {
        let (service, other) = (Identity::generate(), Identity::generate());
        let keys = [*other.public().key(), *service.public().key()];
        let key = Key(*service.public().key());
        let server = Server { address: "letopis.school.lan:8443".to_owned(), certificate: [5; 32], key };
        let said = server.announce([1; 32], &service).unwrap();
        let heard = |said: &str, journal, keys: &[[u8; 32]]| Server::announced(said.as_bytes(), journal, keys);
        assert_eq!(heard(&said, [1; 32], &keys), Some(server.clone()));
        assert_eq!(heard(&said, [2; 32], &keys), None, "of another journal");
        assert_eq!(heard(&said, [1; 32], &keys[..1]), None, "its key is not in force");
        assert_eq!(heard(&said.replace("8443", "8444"), [1; 32], &keys), None);
        assert_eq!(heard(&server.announce([1; 32], &other).unwrap(), [1; 32], &keys), None, "another says so of it");
        assert_eq!(heard(&format!("{said} "), [1; 32], &keys), None);
    }
}
