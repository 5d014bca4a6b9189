//! Who may ask: a token that opens the page once, and the secret that the page keeps from then on.

use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

/// The tokens that were not used yet and the secrets that were given out, each as its digest: comparing them tells nothing by the
/// time that it takes.
pub struct Session {
    tokens: Mutex<Vec<[u8; 32]>>,
    secrets: Mutex<Vec<[u8; 32]>>,
}

impl Session {
    /// A session that nobody is in.
    pub fn new() -> Self {
        Self { tokens: Mutex::new(Vec::new()), secrets: Mutex::new(Vec::new()) }
    }

    /// A new token: it opens the page once.
    pub fn token(&self) -> String {
        let token = random();
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).push(digest(&token));
        token
    }

    /// Takes a token and gives the secret for it; nothing for one that was used or never given.
    pub fn enter(&self, token: &str) -> Option<String> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let at = tokens.iter().position(|known| *known == digest(token))?;
        tokens.swap_remove(at);
        let secret = random();
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(digest(&secret));
        Some(secret)
    }

    /// Whether this is a secret of ours.
    pub fn knows(&self, secret: &str) -> bool {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest(secret))
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// 256 random bits in hex digits.
fn random() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    crate::ledger::chain::hex(&bytes)
}

#[cfg(test)]
mod tests {
    use super::Session;

    #[test]
    fn a_token_opens_once_and_nothing_else_opens() {
        let session = Session::new();
        let (token, other) = (session.token(), session.token());
        assert_ne!(token, other);
        let secret = session.enter(&token).unwrap();
        assert!(session.knows(&secret) && !session.knows(&token) && !session.knows(""));
        assert_eq!(session.enter(&token), None, "it was used");
        assert_eq!(session.enter(&secret), None);
        assert_ne!(session.enter(&other).unwrap(), secret);
        assert!(session.knows(&secret), "a second window does not close the first");
    }
}
