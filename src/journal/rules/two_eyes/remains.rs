//! Who could decide on what waits; and that a dismissal or a revocation, which suspends before anybody has confirmed it, does
//! not suspend everybody who could.

use super::{SECOND, why_not};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Effect, Entry};
use crate::journal::read::extraordinary::{self, Held, about};
use crate::journal::read::{self, Tables};
use crate::ledger::identity::PublicIdentity;
use crate::school::Login;

/// Those who may confirm an entry with a key of theirs, each once.
///
/// # Errors
/// Tables that do not read.
pub fn deciders(tables: &Tables, held: &Held) -> Result<Vec<Login>> {
    but_for(tables, held, &|_, _| false)
}

fn but_for(tables: &Tables, held: &Held, is_out: &dyn Fn(&str, &str) -> bool) -> Result<Vec<Login>> {
    let mut deciders: Vec<Login> = Vec::new();
    for role in SECOND {
        for (login, key) in read::keys_in_force(tables, role)? {
            let key = PublicIdentity::fingerprint(&key);
            if !deciders.contains(&login)
                && !is_out(&login, &key)
                && extraordinary::suspended_by(tables, &login, &key)?.is_none()
                && why_not(tables, &login, &key, held, true)?.is_none()
            {
                deciders.push(login);
            }
        }
    }
    Ok(deciders)
}

/// A dismissal or revocation that waits leaves somebody who can decide on it.
///
/// # Errors
/// One that would suspend all who could.
pub fn somebody_remains(tables: &Tables, seq: u64, entry: &Entry) -> Result<()> {
    if entry.effect != Effect::Waits {
        return Ok(());
    }
    let about = about(&entry.body);
    let held = Held { seq, author: entry.author.clone(), about: about.clone(), entry: entry.clone() };
    let remaining = match &entry.body {
        Body::PersonDismissed(_) => but_for(tables, &held, &|login, _| login == about)?,
        Body::KeyRevoked(_) => but_for(tables, &held, &|_, key| key == about)?,
        _ => return Ok(()),
    };
    if !remaining.is_empty() {
        return Ok(());
    }
    let could = deciders(tables, &held)?;
    let what = match could.first() {
        Some(who) => format!(
            "подтвердить эту запись может только «{who}», а она сразу приостановила бы и его ключ: решать стало бы некому"
        ),
        None => "решить об этой записи некому, а ключ она приостановила бы сразу".to_owned(),
    };
    Err(Error::refused(what)
        .next_by(
            "сначала внесите ключ ещё одного директора, завуча или администратора и дайте подтвердить его",
            Action::EnrollAnotherKey,
        )
        .then_by(
            "если подтвердить некому, внесите ключ директора или завуча аварийным листом",
            Action::EnrollByEmergencyKey,
        ))
}
