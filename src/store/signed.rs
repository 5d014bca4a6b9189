//! What is stated in a place under somebody's own key: a JSON text and the SSHSIG under exactly its bytes, both in one line of JSON.
//!
//! `jq -j .text` and `jq -j .signature` take it apart for `ssh-keygen -Y verify` (`docs/formats/store.md`).

use crate::archive::signature::ArchiveSignature;
use crate::error::Result;
use crate::ledger::signer::Signer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A line is no longer, in bytes.
pub const LARGEST: u64 = 256 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    text: String,
    signature: String,
}

/// A statement as a line.
///
/// # Errors
/// A key that cannot be reached.
pub fn line(signer: &dyn Signer, namespace: &str, what: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_string(what).unwrap_or_default();
    let signature = signer.ssh_sign(namespace, text.as_bytes())?;
    let mut line = serde_json::to_vec(&Line { text, signature }).unwrap_or_default();
    line.push(b'\n');
    Ok(line)
}

/// What a line states, and the fingerprint of the key whose signature holds under it; nothing where none does.
pub fn read<T: DeserializeOwned>(line: &[u8], namespace: &'static str) -> Option<(T, String)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let signature = ArchiveSignature::parse_in(line.signature.as_bytes(), namespace).ok()?;
    signature.holds(line.text.as_bytes()).then_some(())?;
    Some((serde_json::from_str(&line.text).ok()?, signature.fingerprint()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    #[test]
    fn a_line_holds_as_it_was_signed_and_for_nothing_else() {
        let signer = Identity::generate();
        let made = line(&signer, "letopis-verified", &("a", 1)).unwrap();
        let read_as = |line: &[u8], namespace| read::<(String, u32)>(line, namespace);
        assert_eq!(read_as(&made, "letopis-verified"), Some((("a".to_owned(), 1), signer.public().fingerprint())));
        assert_eq!(read_as(&made, "letopis-destroyed"), None);
        let text = String::from_utf8(made).unwrap();
        for (from, to) in
            [("1]", "2]"), ("\"text\"", "\"texd\""), ("SSH SIGNATURE", "SSH SIGNATURF"), ("\"}", "\",\"x\":1}")]
        {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            assert_eq!(read_as(changed.as_bytes(), "letopis-verified"), None, "{from}");
        }
    }
}
