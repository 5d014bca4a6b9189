//! What is encrypted on a stick: ordinary age files, in memory.
//!
//! Whoever holds the stick can put anything in their place, so the header that age has to take apart is bounded before it is.

use crate::error::{Error, Result};
use crate::ledger::identity::Identity;
use age::{Decryptor, Encryptor};
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// No header of ours comes near: each recipient takes about a hundred bytes.
const LARGEST_HEADER: usize = 64 * 1024;

/// Why something does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locked {
    /// It is encrypted to others.
    ForOthers,
    /// It is no age file, or not whole.
    Damaged,
    /// It cannot be read from the carrier.
    Unread,
}

/// Recipients out of their text `age1…`.
///
/// # Errors
/// A text that is none.
pub fn recipients(texts: &[String]) -> Result<Vec<age::x25519::Recipient>> {
    let parse = |text: &String| {
        text.parse().map_err(|_| {
            Error::damaged(format!("«{text}» — не ключ получателя age")).next("подготовьте носитель заново")
        })
    };
    texts.iter().map(parse).collect()
}

/// Encrypts to all of `recipients`.
///
/// # Errors
/// No recipient at all.
pub fn seal(plain: &[u8], recipients: &[age::x25519::Recipient]) -> Result<Vec<u8>> {
    let sealing = || -> io::Result<Vec<u8>> {
        let all = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let mut out = Encryptor::with_recipients(all).map_err(io::Error::other)?.wrap_output(Vec::new())?;
        out.write_all(plain)?;
        out.finish()
    };
    sealing().map_err(|cause| {
        Error::environment(format!("не удалось зашифровать запись носителя ({cause})"))
            .next("повторите")
            .caused_by(cause)
    })
}

/// Begins to decrypt what `sealed` gives.
///
/// # Errors
/// See [`Locked`].
pub fn open<'a>(sealed: impl Read + 'a, owner: &Identity) -> std::result::Result<Box<dyn Read + 'a>, Locked> {
    let sealed = header_bounded(sealed)?;
    let decryptor = Decryptor::new(sealed).map_err(|_| Locked::Damaged)?;
    let key = owner.age_identity();
    match decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)) {
        Ok(plain) => Ok(Box::new(plain)),
        Err(age::DecryptError::NoMatchingKeys) => Err(Locked::ForOthers),
        Err(_) => Err(Locked::Damaged),
    }
}

/// Decrypts the whole of it, at most `limit` bytes.
///
/// # Errors
/// See [`Locked`]; what is longer is damaged.
pub fn open_whole(sealed: &[u8], owner: &Identity, limit: usize) -> std::result::Result<Zeroizing<Vec<u8>>, Locked> {
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len().min(limit)));
    let read = open(sealed, owner)?.take(limit as u64 + 1).read_to_end(&mut plain);
    if read.is_err() || plain.len() > limit { Err(Locked::Damaged) } else { Ok(plain) }
}

/// The same bytes, once the header's end is seen near their beginning.
fn header_bounded<'a>(mut sealed: impl Read + 'a) -> std::result::Result<impl Read + 'a, Locked> {
    let mut start = Vec::new();
    sealed.by_ref().take(LARGEST_HEADER as u64).read_to_end(&mut start).map_err(|_| Locked::Unread)?;
    let is_header = start.starts_with(b"age-encryption.org/v1\n") && start.windows(5).any(|five| five == b"\n--- ");
    if is_header { Ok(io::Cursor::new(start).chain(sealed)) } else { Err(Locked::Damaged) }
}
