//! How bytes and keys are written in the JSON texts of a stick: digests and ids in lower-case hex, keys as OpenSSH's lines.

use crate::ledger::identity::{ssh_blob, ssh_line};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An Ed25519 public key, written `ssh-ed25519 AAAA…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&ssh_line(&self.0, ""))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let line = String::deserialize(from)?;
        let blob = line.strip_prefix("ssh-ed25519 ").and_then(|blob| ssh_blob(blob).ok());
        blob.map(Self).ok_or_else(|| serde::de::Error::custom("not a key"))
    }
}

/// Bytes in lower-case hex, and in no other spelling.
pub(super) fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits = hex.as_bytes();
    if digits.len() != 2 * N || digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

/// For `#[serde(with)]`.
pub(super) mod hex {
    use crate::ledger::chain;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<const N: usize, S: Serializer>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&chain::hex(bytes))
    }

    pub fn deserialize<'de, const N: usize, D: Deserializer<'de>>(from: D) -> Result<[u8; N], D::Error> {
        super::bytes(&String::deserialize(from)?).ok_or_else(|| serde::de::Error::custom("not so many bytes in hex"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(bytes("00ff"), Some([0, 255]));
        for wrong in ["00FF", "0ff", "00ff0", "zz00", "+1+1", "ёё"] {
            assert_eq!(bytes::<2>(wrong), None, "{wrong}");
        }
    }
}
