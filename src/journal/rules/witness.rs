//! Whom a school may name as a witness of its ledger.

use super::text;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{WitnessAdded, WitnessRemoved};
use crate::journal::read::{self, Tables};
use crate::ledger::log::note::{Kind, Verifier};

/// So many are named at once: more than a checkpoint has room for would be asked in vain.
const MOST: usize = 32;

/// A key of a witness that is not named already, under a name of its own.
pub fn addition(tables: &Tables, added: &WitnessAdded) -> Result<()> {
    text::is_given(&added.name, "название свидетеля")?;
    text::fits(&added.name, "название свидетеля")?;
    let key = Verifier::parse(&added.key)?;
    if key.kind() != Kind::Witness || key.to_string() != added.key {
        return Err(Error::input(format!("«{}» — ключ журнала, а не свидетеля", key.name()))
            .next("попросите у свидетеля строку его ключа (vkey)"));
    }
    if added.url.as_deref().is_some_and(|url| !is_address(url)) {
        return Err(Error::input("адрес свидетеля не читается").next("укажите его так: https://witness.example.ru"));
    }
    let now = read::witnesses_now(tables)?;
    if let Some(known) = now.iter().find(|known| known.key.key() == key.key() || known.name == added.name) {
        return Err(Error::refused(format!("свидетель «{}» уже назван записью № {}", known.name, known.entry))
            .next_by("если его ключ или адрес сменился, сначала уберите его", Action::ListWitnesses));
    }
    if now.len() >= MOST {
        return Err(Error::refused(format!("свидетелей уже {MOST}"))
            .next_by("уберите тех, кто больше не подписывает", Action::ListWitnesses));
    }
    Ok(())
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:/[]".contains(&byte);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.len() <= 500 && rest.bytes().all(plain))
}

/// A witness that is named now.
pub fn removal(tables: &Tables, removed: &WitnessRemoved) -> Result<()> {
    text::is_given(&removed.reason, "причина")?;
    text::fits(&removed.reason, "причина")?;
    if read::witnesses_now(tables)?.iter().any(|known| known.key.to_string() == removed.key) {
        return Ok(());
    }
    Err(Error::refused("такого свидетеля школа не называла, или его уже убрали")
        .next_by("посмотрите, кто назван", Action::ListWitnesses))
}
