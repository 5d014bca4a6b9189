//! The register of signing keys (form 16): whose key is whose, over signatures by hand.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::print::layout::KeyField;
use crate::school::PersonName;

/// A key that was enrolled.
struct Key {
    number: usize,
    name: PersonName,
    position: String,
    fingerprint: String,
    since: String,
    until: String,
}

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn keys(composer: &Composer<'_, ()>) -> Result<Document> {
    let rows = read(composer)?;
    let title = format!("Реестр ключей подписи за {} учебный год", composer.year());
    composer.register(&composer.layouts.keys, title, &rows, |key, field| match field {
        KeyField::Number => key.number.to_string(),
        KeyField::Name => key.name.full(),
        KeyField::Position => key.position.clone(),
        KeyField::Fingerprint => key.fingerprint.clone(),
        KeyField::Since => key.since.clone(),
        KeyField::Until => key.until.clone(),
        KeyField::Signature => String::new(),
    })
}

fn read(composer: &Composer<'_, ()>) -> Result<Vec<Key>> {
    let sql = "SELECT surname, given, patronymic, position, fingerprint, enrolled_at, revoked_at
               FROM keys JOIN people USING (login) ORDER BY enrolled_entry, fingerprint";
    let mut statement = composer.tables.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let day = |time: &str| composer.day(time);
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(Key {
            number: keys.len() + 1,
            name: PersonName { surname: row.get(0)?, given: row.get(1)?, patronymic: row.get(2)? },
            position: row.get(3)?,
            fingerprint: row.get(4)?,
            since: day(&row.get::<_, String>(5)?),
            until: row.get::<_, Option<String>>(6)?.map(|time| day(&time)).unwrap_or_default(),
        });
    }
    Ok(keys)
}
