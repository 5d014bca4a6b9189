//! The mirror of the living journal: bringing it what it lacks, telling what that is, and making the journal anew from it.
//!
//! Whoever brings needs the key of the school's server, which signs the notes, and a proof of the journal: what nobody has
//! proven goes nowhere. It opens nothing that is there: that takes a key of those for whom archives are encrypted.

pub mod rebuild;

use super::checkpoint::origin;
use super::stores::Store;
use crate::error::{Action, Error, Result};
use crate::journal::Proven;
use crate::journal::read::{self, Tables};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::identity::Identity;
use crate::ledger::log::checkpoint::Origin;
use crate::school::{Clock, Role};
use crate::store::mirror::Shelf;
use crate::store::mirror::bring::Bringing;
use crate::store::mirror::chain::{self, Chain};
use crate::store::mirror::state::{Faulted, State};
use crate::store::{Patience, Patient};
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::path::Path;

pub use crate::store::mirror::SEGMENT;
pub use crate::store::mirror::bring::Brought;

/// A mirror that lacks a record for so long is told of: while the network is there, a minute is usual.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// How a mirror is brought what it lacks.
#[derive(Clone, Copy)]
pub struct How<'a> {
    /// The key of the school's server.
    pub server: &'a Identity,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// How long the place is asked.
    pub patience: Patience,
    /// How long a segment may be, in bytes.
    pub longest: usize,
}

/// Brings the mirror everything that was proven. What became of it is remembered beside the journal.
///
/// # Errors
/// A key that is not the server's; a place that does not answer; a mirror of another ledger, or of a longer one.
pub fn bring(store: &Store, proven: &Proven, how: How<'_>) -> Result<Brought> {
    let tables = proven.tables()?;
    is_of_server(&tables, how.server)?;
    let (place, journal) = (Patient::new(&*store.place, how.patience), proven.path());
    let shelf = Shelf::new(&store.school, origin(&tables, proven.tip().journal)?);
    let named = format!("{}, папка школы «{}»", place.name(), store.school);
    let mut state = State::read(journal).unwrap_or_default().of(&named, shelf.origin);
    let bringing = Bringing {
        place,
        shelf,
        proven,
        server: how.server,
        servers: &read::keys_ever(&tables, Role::ServerService)?,
        recipients: &recipients(&tables)?,
        clock: how.clock,
        lock: store.lock,
        longest: how.longest,
    };
    let done = bringing.bring(&mut state, &mut |state| state.write(journal));
    let since = state.fault.take().map(|fault| fault.since);
    if let Err(error) = &done {
        let since = since.unwrap_or_else(|| how.clock.now());
        state.fault = Some(Faulted { since, why: error.message().to_owned() });
    }
    state.write(journal)?;
    done
}

/// Who opens what goes there from now on: the director, the deputy heads and the recovery key, as far as there are any.
fn recipients(tables: &Tables) -> Result<Vec<String>> {
    let mut recipients = read::recovery_keys(tables)?;
    for role in [Role::Director, Role::DeputyHead] {
        let keys = read::keys_in_force(tables, role)?;
        recipients.extend(keys.into_iter().map(|(_, key)| key.recipient().to_owned()));
    }
    recipients.sort();
    recipients.dedup();
    Ok(recipients)
}

fn is_of_server(tables: &Tables, key: &Identity) -> Result<()> {
    let servers = read::keys_in_force(tables, Role::ServerService)?;
    if servers.iter().any(|(_, server)| *server == key.public()) {
        return Ok(());
    }
    let what = "отрезки зеркала подписывает ключ службы приёма, а этот ключ не её";
    Err(Error::input(what).next_by("назовите ключ службы, а если её нет, заведите её", Action::AddServerService))
}

/// How a mirror stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The place.
    pub place: String,
    /// How many records it has.
    pub length: u64,
    /// How many it lacks.
    pub lacks: u64,
    /// When the first of them was recorded.
    pub since: Option<DateTime<FixedOffset>>,
    /// Why it is not brought them, and since when.
    pub fault: Option<(String, DateTime<FixedOffset>)>,
}

impl Standing {
    /// How the mirror of a journal stands, as far as this machine knows; nothing where there is none.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(journal: &Path, tables: &Tables) -> Result<Option<Self>> {
        let Some(state) = State::read(journal) else { return Ok(None) };
        let tip = read::ledger::tip(tables)?;
        let state = state.clone().of(&state.place, origin(tables, tip.journal)?);
        // Of a segment that is not in this ledger nothing is here.
        let length = match state.end() {
            Some((to, head)) if read::ledger::record(tables, to)?.is_some_and(|record| record.head == head) => to,
            _ => 0,
        };
        let since = read::ledger::entry(tables, length + 1)?.map(|entry| entry.time);
        let fault = state.fault.map(|fault| (fault.why, fault.since));
        Ok(Some(Self { place: state.place, length, lacks: tip.seq.saturating_sub(length), since, fault }))
    }

    /// Whether the mirror lacks something for longer than is usual.
    pub fn is_late(&self, now: DateTime<FixedOffset>) -> bool {
        self.since.is_some_and(|since| now - since > LATE)
    }
}

/// The last place that a mirror knows of a journal which was restored from a copy, where that is longer than the copy.
///
/// # Errors
/// A place that does not answer; tables that do not read.
pub fn beyond(store: &Store, tables: &Tables, patience: Patience) -> Result<Option<(u64, Hash)>> {
    let tip = read::ledger::tip(tables)?;
    let (place, now) = (Patient::new(&*store.place, patience), origin(tables, tip.journal)?);
    let listed = chain::listed(place, &store.school)?;
    let newer = listed.iter().filter(|((journal, epoch), _)| *journal == tip.journal && *epoch >= now.epoch);
    for ((journal, epoch), from) in newer.rev() {
        let shelf = Shelf::new(&store.school, Origin { journal: *journal, epoch: *epoch });
        if let Some(last) = Chain::last(place, shelf, from)?
            && (last.to > tip.seq || *epoch > now.epoch)
        {
            return Ok(Some((last.to, last.head)));
        }
    }
    Ok(None)
}

/// The journals that a mirror has, by their ids in hex; those whose id begins so, where something is named.
fn journals(store: &Store, place: Patient<'_>, named: Option<&str>) -> Result<(Hash, chain::Listed)> {
    let mut listed = chain::listed(place, &store.school)?;
    let named = named.map(|named| named.trim().to_lowercase());
    listed.retain(|(journal, _), _| named.as_ref().is_none_or(|named| hex(journal).starts_with(named)));
    let mut ids: Vec<Hash> = listed.keys().map(|(journal, _)| *journal).collect();
    ids.dedup();
    match ids.as_slice() {
        [id] => Ok((*id, listed)),
        [] => Err(Error::input(format!(
            "в хранилище ({}) у школы «{}» нет зеркала такого журнала",
            place.name(),
            store.school
        ))
        .next("проверьте настройки хранилища: место и папку школы")
        .then_by("или восстановите журнал с носителя", Action::RestoreArchive)),
        several => {
            let lines: Vec<String> = several
                .iter()
                .map(|id| {
                    let last = listed.iter().filter(|((journal, _), _)| journal == id).flat_map(|(_, from)| from).max();
                    format!("{} (запись № {} и дальше)", hex(id), last.copied().unwrap_or_default())
                })
                .collect();
            Err(Error::input(format!("в зеркале несколько журналов: {}", lines.join(", ")))
                .next("назовите один из них первыми знаками; номер журнала стоит на актах и на листе-заверителе"))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
