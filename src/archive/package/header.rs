//! The header of an age file, held against bounds before anything is believed: <https://age-encryption.org/v1>.
//!
//! ```text
//! age-encryption.org/v1
//! -> X25519 …            a stanza a recipient, its body below in lines of 64 characters
//! …
//! --- …                  the MAC
//! ```

use std::io::{self, Read};

/// No header of ours comes near: a stanza of an X25519 recipient takes about a hundred bytes.
pub const MAX_HEADER: u64 = 64 * 1024;

/// The director, the deputy heads, the recovery key and what is called grease are a dozen.
pub const MAX_RECIPIENTS: usize = 256;

const VERSION: &[u8] = b"age-encryption.org/v1";
const STANZA: &[u8] = b"-> ";
const MAC: &[u8] = b"---";

/// A stanza of a passphrase, which may ask for any work to be tried.
const PASSPHRASE: &[u8] = b"scrypt";

/// Reads a header to its end; the inner error says in Russian why it is not believed.
///
/// # Errors
/// The file cannot be read.
pub fn check(file: impl Read) -> io::Result<Result<(), String>> {
    let mut bytes = Vec::new();
    file.take(MAX_HEADER).read_to_end(&mut bytes)?;
    let mut lines = bytes.split(|byte| *byte == b'\n');
    if lines.next() != Some(VERSION) {
        return Ok(Err("не файл age версии 1".to_owned()));
    }
    let mut recipients = 0;
    for line in lines {
        if line.starts_with(MAC) {
            return Ok(if recipients == 0 {
                Err("в заголовке age нет получателей".to_owned())
            } else {
                Ok(())
            });
        }
        let Some(stanza) = line.strip_prefix(STANZA) else { continue };
        recipients += 1;
        if recipients > MAX_RECIPIENTS {
            return Ok(Err(format!("получателей в заголовке age больше {MAX_RECIPIENTS}")));
        }
        if stanza.split(|byte| *byte == b' ').next() == Some(PASSPHRASE) {
            return Ok(Err("зашифрован паролем, а не для ключей".to_owned()));
        }
    }
    Ok(Err(format!("заголовок age не кончается в первых {} КиБ", MAX_HEADER / 1024)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use age::secrecy::SecretString;

    fn why(bytes: &[u8]) -> String {
        check(bytes).unwrap().err().unwrap_or_default()
    }

    #[test]
    fn what_age_writes_for_keys_is_believed() {
        for count in [1, 2, 20] {
            let keys: Vec<_> = (0..count).map(|_| Identity::generate().age_identity().to_public()).collect();
            let recipients = keys.iter().map(|key| key as &dyn age::Recipient);
            let mut file = Vec::new();
            let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
            encryptor.wrap_output(&mut file).unwrap().finish().unwrap();
            assert_eq!(why(&file), "");
        }
    }

    #[test]
    fn a_passphrase_too_many_recipients_and_a_header_without_end_are_not() {
        let passphrase = age::scrypt::Recipient::new(SecretString::from("x".to_owned()));
        assert!(why(&age::encrypt(&passphrase, b"x").unwrap()).contains("паролем"));
        let version = "age-encryption.org/v1\n";
        // log₂ of the work is 62: whoever tried it would be at it for ever.
        assert!(why(format!("{version}-> scrypt AAAA 62\nAAAA\n--- AAAA\n").as_bytes()).contains("паролем"));
        let many = "-> X25519 AAAA\nAAAA\n".repeat(MAX_RECIPIENTS + 1);
        assert!(why(format!("{version}{many}--- AAAA\n").as_bytes()).contains("больше 256"));
        let endless = format!("{version}-> X25519 AAAA\n{}", "A".repeat(1 << 20));
        assert!(why(endless.as_bytes()).contains("не кончается"));
        for other in ["", "age-encryption.org/v2\n--- A\n", "PK\u{3}\u{4}", "-----BEGIN AGE ENCRYPTED FILE-----\n"] {
            assert!(why(other.as_bytes()).contains("не файл age"), "{other}");
        }
        assert!(why(format!("{version}--- AAAA\n").as_bytes()).contains("нет получателей"));
    }
}
