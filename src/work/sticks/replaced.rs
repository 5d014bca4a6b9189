//! How a lost stick is replaced (§5.8.2), and how its owner comes to another key where his was revoked.

use crate::error::{Action, Detail, Error, Next, Result};
use crate::journal::entry::Body;
use crate::journal::read::{self, Strand, Tables, extraordinary};

/// What is to be done once a stick was recorded as lost: from the statement on what it held to the new stick.
///
/// # Errors
/// Tables that do not read.
pub fn after_loss(tables: &Tables, strand: &Strand, label: &str) -> Result<Next> {
    let (login, lost) = (strand.login.to_string(), label.to_owned());
    let mut next = Next::by("напечатайте справку о данных на нём", Action::PrintLoss { label: lost.clone() });
    if read::fingerprints_of(tables, &login)?.is_empty() {
        next = new_key(tables, next, &login)?;
    }
    Ok(next.then_by(
        "подготовьте новый носитель, пароль к файлу ключа вводит владелец",
        Action::ReplaceStick { login, lost },
    ))
}

/// How somebody whose key was revoked comes to another, which his stick takes.
fn new_key(tables: &Tables, next: Next, login: &str) -> Result<Next> {
    let next = next
        .then_by("новый ключ владелец создаёт сам", Action::MakeKey)
        .then_by("и заявку на него", Action::RequestKeyOf { login: login.to_owned() })
        .then_by("администратор вносит её", Action::EnrollKeyOf { login: login.to_owned() });
    Ok(match extraordinary::is_alone(tables)? {
        true => next,
        false => next.then_by(
            "второе лицо подтверждает: директор, завуч или администратор, но не тот, кто внёс",
            Action::ListConfirmations,
        ),
    })
}

/// Why a stick cannot be prepared for somebody who has no key in force, and how he comes to one.
pub(super) fn needs_key(tables: &Tables, login: &str) -> Result<Error> {
    let last = "укажите файл этого ключа, пароль к нему вводит владелец";
    if let Some(seq) = waits(tables, login)? {
        return Ok(Error::refused(format!(
            "новый ключ сотрудника «{login}» ещё не подтверждён: запись № {seq} ждёт второго лица"
        ))
        .next_by("подтверждает её директор, завуч или администратор, но не тот, кто внёс", Action::ListConfirmations)
        .then_by(last, Action::Give(Detail::OwnerKey)));
    }
    let what = match extraordinary::has_had_a_key(tables, login)? {
        true => format!("ключ сотрудника «{login}» отозван, а нового у него ещё нет"),
        false => format!("у «{login}» ещё нет ключа"),
    };
    let next = new_key(tables, Next::default(), login)?.then_by(last, Action::Give(Detail::OwnerKey));
    let two = if extraordinary::is_alone(tables)? {
        ""
    } else {
        "; новый подтверждает второе лицо"
    };
    Ok(Error::refused(what + two).next(next))
}

/// The number of an entry that gives somebody a key and waits for a second person.
pub(super) fn waits(tables: &Tables, login: &str) -> Result<Option<u64>> {
    let is_his = |held: &extraordinary::Held| matches!(&held.entry.body, Body::KeyEnrolled(key) if key.login == login);
    Ok(extraordinary::waiting_of_kind(tables, "key.enrolled")?.into_iter().find(is_his).map(|held| held.seq))
}
