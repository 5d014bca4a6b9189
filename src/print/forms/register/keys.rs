//! The register of signing keys (form 16): whose key is whose, over signatures by hand.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::journal::read::{self, Enrolled};
use crate::print::layout::KeyField;

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn keys(composer: &Composer<'_, ()>) -> Result<Document> {
    let rows: Vec<(usize, Enrolled)> = (1..).zip(read::enrolled_keys(composer.tables)?).collect();
    let title = format!("Реестр ключей подписи за {} учебный год", composer.year());
    composer.register(&composer.layouts.keys, title, &rows, |(number, key), field| match field {
        KeyField::Number => number.to_string(),
        KeyField::Name => key.name.full(),
        KeyField::Position => key.position.clone(),
        KeyField::Fingerprint => key.fingerprint.clone(),
        KeyField::Since => composer.day(key.since),
        KeyField::Until => key.until.map(|until| composer.day(until)).unwrap_or_default(),
        KeyField::Signature => String::new(),
    })
}
