//! Signed texts: a line of JSON, and a line with the key's fingerprint and its signature. What the key must be, only who reads it
//! knows; so nothing of the text is believed before [`Signed::by`] has named the signer.

use crate::error::Result;
use crate::ledger::chain::hex;
use crate::ledger::identity;
use crate::ledger::signer::Signer;

/// No first line is longer.
const LONGEST: usize = 1024 * 1024;

/// A text that somebody has signed, or says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// The first line.
    pub json: &'a str,
    /// The fingerprint that the second line names.
    pub fingerprint: &'a str,
    signature: [u8; 64],
}

/// Signs a text that has no line feed in it.
///
/// # Errors
/// A signer who cannot be asked.
pub fn sign(signer: &dyn Signer, domain: &str, json: &str) -> Result<String> {
    let signature = signer.sign(&message(domain, json))?;
    Ok(format!("{json}\n{} {}\n", signer.public().fingerprint(), hex(&signature)))
}

fn message(domain: &str, json: &str) -> Vec<u8> {
    [domain.as_bytes(), json.as_bytes()].concat()
}

impl<'a> Signed<'a> {
    /// The first of the texts that `bytes` begins with, and what follows it. Nothing where there is none.
    pub fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (json, rest) = line(bytes, LONGEST)?;
        let (second, rest) = line(rest, 256)?;
        let (fingerprint, signature) = second.split_once(' ')?;
        Some((Self { json, fingerprint, signature: super::written::bytes(signature)? }, rest))
    }

    /// Which of `keys` has signed it; nothing where none has.
    pub fn by(&self, domain: &str, keys: &[[u8; 32]]) -> Option<[u8; 32]> {
        let named = keys.iter().find(|key| identity::fingerprint(key) == self.fingerprint)?;
        identity::verify(named, &message(domain, self.json), &self.signature).then_some(*named)
    }
}

fn line(bytes: &[u8], longest: usize) -> Option<(&str, &[u8])> {
    let end = bytes.iter().take(longest).position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((std::str::from_utf8(line).ok()?, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    #[test]
    fn a_text_is_its_signers_under_its_domain_alone() {
        let (one, other) = (Identity::generate(), Identity::generate());
        let keys = [*one.public().key(), *other.public().key()];
        let text = sign(&one, "letopis-pins-v1", "{\"а\":1}").unwrap() + "rest";
        let (signed, rest) = Signed::first(text.as_bytes()).unwrap();
        assert_eq!((signed.json, rest), ("{\"а\":1}", b"rest".as_slice()));
        assert_eq!(signed.by("letopis-pins-v1", &keys), Some(keys[0]));
        assert_eq!(signed.by("letopis-base-v1", &keys), None);
        assert_eq!(signed.by("letopis-pins-v1", &keys[1..]), None);
        let changed = text.replace('1', "2");
        assert_eq!(Signed::first(changed.as_bytes()).and_then(|(signed, _)| signed.by("letopis-pins-v1", &keys)), None);
        for cut in 0..text.len() - 4 {
            assert!(Signed::first(&text.as_bytes()[..cut]).is_none());
        }
    }
}
