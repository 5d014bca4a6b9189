//! A segment's file: lines, encrypted with age for several keys.

use super::LONGEST;
use crate::archive::package::header;
use crate::error::{Error, Result};
use crate::ledger::identity::Identity;
use age::x25519::Recipient;
use std::io::{Read, Write};

/// Encrypts lines for these age recipients.
///
/// # Errors
/// A recipient that is none.
pub fn seal(lines: &str, recipients: &[String]) -> Result<Vec<u8>> {
    let failed =
        |why: String| Error::environment(format!("записи для зеркала журнала не шифруются: {why}")).next("повторите");
    let keys: Vec<Recipient> = recipients
        .iter()
        .map(|key| key.parse().map_err(|why: &str| failed(format!("ключ «{key}»: {why}"))))
        .collect::<Result<_>>()?;
    let keys = keys.iter().map(|key| key as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|cause| failed(cause.to_string()))?;
    let mut sealed = Vec::new();
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(lines.as_bytes())?;
        writer.finish()
    });
    written.map_err(|cause| failed(cause.to_string()))?;
    Ok(sealed)
}

/// Decrypts a file; why it cannot be is said in Russian.
///
/// # Errors
/// A file that is not encrypted for this key, or is none.
pub fn open(file: &[u8], identity: &Identity) -> std::result::Result<String, String> {
    header::check(file).map_err(|cause| cause.to_string())??;
    let decryptor = age::Decryptor::new_buffered(file).map_err(|_| "не файл age".to_owned())?;
    let key = identity.age_identity();
    let reader = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(|cause| match cause {
        age::DecryptError::NoMatchingKeys => "не зашифрован для этого ключа".to_owned(),
        _ => "шифр не сходится".to_owned(),
    })?;
    let mut lines = String::new();
    match reader.take(LONGEST).read_to_string(&mut lines) {
        Ok(_) => Ok(lines),
        Err(_) => Err("шифр не сходится".to_owned()),
    }
}
