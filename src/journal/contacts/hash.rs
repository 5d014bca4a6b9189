//! The slow hash (argon2id, RFC 9106) of what people keep on paper or in their heads, and the quick one of what only programs
//! keep.
//!
//! Codes and passwords are hashed with 19 MiB and two passes. One hash is made at a time, whoever asks: guessing cannot take more of
//! the machine than that. A token of 256 random bits needs no slowness: its SHA-256 says nothing about it.

use crate::error::{Error, Result};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

/// Memory in KiB.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A new salt, drawn by chance.
pub fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    OsRng.fill_bytes(&mut salt);
    salt
}

/// The slow hash.
///
/// # Errors
/// No memory for it.
pub fn slow(secret: &[u8], salt: &[u8]) -> Result<[u8; 32]> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut out = [0; 32];
    let hashed = Params::new(MEMORY, PASSES, 1, Some(out.len())).and_then(|params| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(secret, salt, &mut out)
    });
    match hashed {
        Ok(()) => Ok(out),
        Err(cause) => {
            Err(Error::environment(format!("код или пароль не проверить: {cause}"))
                .next("освободите память и повторите"))
        }
    }
}

/// A token of so many random bytes, in hex digits.
pub fn token<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    OsRng.fill_bytes(&mut bytes);
    crate::ledger::chain::hex(&bytes)
}

/// What is kept of a token.
pub fn quick(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Whether two digests are one, in a time that tells nothing.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
