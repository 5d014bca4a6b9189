//! The second person: what waits, what of it is confirmed and what refused; and the emergency key (DESIGN «One idea» 6).

use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
pub use crate::journal::entry::Span;
use crate::journal::entry::{Body, EmergencyEnrolment, EmergencyKeySet, EntriesConfirmed, EntriesRefused};
use crate::journal::read::extraordinary::{self, Extraordinary};
use crate::journal::read::{self, Tables};
use crate::journal::rules::two_eyes;
use crate::journal::{Author, Journal, Recorded};
use crate::ledger::chain::{Tip, hex};
use crate::ledger::identity::Identity;
use crate::ledger::possession::{self, Request};
use crate::school::{Login, PersonName, clean};
use sha2::{Digest, Sha256};

/// What waits, and the code of this list: who confirms all of it says what he has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What waits, in order.
    pub waiting: Vec<Extraordinary>,
    /// Eight hexadecimal digits.
    pub code: String,
}

/// What waits.
///
/// # Errors
/// Tables that do not read.
pub fn list(tables: &Tables) -> Result<List> {
    let waiting = extraordinary::waiting(tables)?;
    let mut sum = Sha256::new();
    sum.update(read::ledger::tip(tables)?.journal);
    for held in waiting.iter().flat_map(|one| [one.entries.from, one.entries.last(), one.count]) {
        sum.update(held.to_be_bytes());
    }
    let code = hex(&sum.finalize()[..4]);
    Ok(List { waiting, code })
}

/// What waits under a number, with all that is needed to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What waits.
    pub held: Extraordinary,
    /// The name of who recorded it.
    pub author: Option<PersonName>,
    /// The keys in force of the person it is about, if it is about one.
    pub keys: Vec<String>,
    /// Who may confirm it: logins of those with a key in force who are not its author.
    pub deciders: Vec<Login>,
}

/// Shows what waits under the number of one of its entries.
///
/// # Errors
/// A number under which nothing waits.
pub fn show(tables: &Tables, number: u64) -> Result<Shown> {
    let held = under(tables, number)?;
    let author = read::staff(tables, &held.author)?.map(|person| person.name);
    let entries = extraordinary::waiting_between(tables, held.entries.from, held.entries.from)?;
    let about = entries.first().map(|held| held.about.clone()).unwrap_or_default();
    let keys = read::fingerprints_of(tables, &about)?;
    let mut deciders = None;
    for held in &entries {
        let may = two_eyes::deciders(tables, held)?;
        let all = deciders.get_or_insert_with(|| may.clone());
        all.retain(|login: &Login| may.contains(login));
    }
    let deciders = deciders.unwrap_or_default();
    Ok(Shown { held, author, keys, deciders })
}

fn under(tables: &Tables, number: u64) -> Result<Extraordinary> {
    let found = extraordinary::waiting(tables)?.into_iter().find(|one| one.entries.holds(number));
    found.ok_or_else(|| {
        Error::input(format!("запись № {number} подтверждения не ждёт"))
            .next_by("посмотрите, что ждёт", Action::ListConfirmations)
    })
}

/// Which entries are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those under these numbers; a run of them goes by the number of any.
    Numbers(Vec<u64>),
    /// All that the list of this code has shown.
    All(String),
}

fn spans(tables: &Tables, which: &Which) -> Result<Vec<Span>> {
    let mut spans = match which {
        Which::Numbers(numbers) => {
            let of = |number: &u64| under(tables, *number).map(|one| one.entries);
            numbers.iter().map(of).collect::<Result<Vec<_>>>()?
        }
        Which::All(code) => {
            let List { waiting, code: now } = list(tables)?;
            if waiting.is_empty() {
                return Err(Error::input("подтверждения ничего не ждёт").next("делать ничего не нужно"));
            }
            if !code.eq_ignore_ascii_case(&now) {
                return Err(Error::refused("список с тех пор изменился, или код набран неверно")
                    .next_by("посмотрите список ещё раз", Action::ListConfirmations));
            }
            waiting.into_iter().map(|one| one.entries).collect()
        }
    };
    spans.sort_unstable();
    spans.dedup();
    Ok(spans)
}

/// Confirms what waits: from here on it is in force.
///
/// # Errors
/// What no longer passes the rules; the author's own; somebody who is no second person.
pub fn give(place: &mut Workplace<'_>, which: &Which) -> Result<(Done, Vec<Span>)> {
    of_a_restoration(place, which, |place| {
        place.decide(|tables, _| {
            let entries = spans(tables, which)?;
            Ok((vec![EntriesConfirmed { entries: entries.clone() }.into()], entries))
        })
    })
}

/// Decides, also where this workplace has seen more than the journal has, as long as nothing else is decided than whether
/// the journal goes on from a restored copy: that is what lets it record again.
fn of_a_restoration<T>(
    place: &mut Workplace<'_>,
    which: &Which,
    decide: impl FnOnce(&mut Workplace<'_>) -> Result<T>,
) -> Result<T> {
    let Some(outrun) = place.journal.withheld() else { return decide(place) };
    let mut held = Vec::new();
    for span in spans(place.tables(), which)? {
        held.extend(extraordinary::waiting_between(place.tables(), span.from, span.last())?);
    }
    if held.is_empty() || !held.iter().all(|held| matches!(held.entry.body, Body::JournalRestored(_))) {
        return decide(place);
    }
    place.journal.withhold(None);
    let done = decide(place);
    place.journal.withhold(Some(outrun));
    done
}

/// Refuses what waits: it never comes into force.
///
/// # Errors
/// As [`give`].
pub fn refuse(place: &mut Workplace<'_>, which: &Which, reason: &str) -> Result<(Done, Vec<Span>)> {
    let reason = clean(reason)?;
    of_a_restoration(place, which, |place| {
        place.decide(|tables, _| {
            let entries = spans(tables, which)?;
            Ok((vec![EntriesRefused { entries: entries.clone(), reason }.into()], entries))
        })
    })
}

/// Gives a journal an emergency key, or another one.
///
/// # Errors
/// What a right or a rule refuses.
pub fn set_emergency_key(place: &mut Workplace<'_>, emergency: &Identity) -> Result<Done> {
    place.record([EmergencyKeySet { ed25519: emergency.public().ssh_line("") }.into()])
}

/// Enrols a key by the emergency key, together with a director or deputy head; where they have no key left, its new owner,
/// who is one of them, signs himself.
///
/// # Errors
/// Another emergency key; what a right or a rule refuses.
pub fn emergency_enrolment(
    journal: &mut Journal,
    author: Author<'_>,
    emergency: &Identity,
    request: &Request,
    reason: &str,
) -> Result<Recorded> {
    let reason = clean(reason)?;
    let mut batch = journal.batch()?;
    let before: Tip = batch.tip();
    let countersignature = possession::countersign(emergency, &before, &request.login, &request.key)?;
    let Request { login, key, possession, .. } = request.clone();
    let recorded = batch.record(author, EmergencyEnrolment { login, key, possession, countersignature, reason })?;
    batch.commit()?;
    Ok(recorded)
}

/// Whether the journal should be given a second person, or an emergency key: what its people should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Nobody but one has had a confirmed key.
    pub alone: bool,
    /// There is an emergency key.
    pub emergency: bool,
    /// So many entries wait.
    pub waiting: u64,
}

/// How a journal stands.
///
/// # Errors
/// Tables that do not read.
pub fn standing(tables: &Tables) -> Result<Standing> {
    Ok(Standing {
        alone: extraordinary::is_alone(tables)?,
        emergency: extraordinary::emergency_key(tables)?.is_some(),
        waiting: extraordinary::waiting(tables)?.iter().map(|one| one.count).sum(),
    })
}
