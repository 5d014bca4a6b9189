//! Which copies of a day stay, and the removal of the others.
//!
//! Of each day the last copy counts. The last of the newest days stay, and of the weeks before them the last of each. A copy
//! is removed only if its own signature proves that it is one of this journal, by somebody who might make it, and what it
//! has seen is in today's chain: whatever else lies there is not ours, or is a witness.

use super::unfinished::Mark;
use crate::archive::bag::Content;
use crate::archive::carrier::{Carrier, locate};
use crate::archive::dated;
use crate::archive::targets::remove_bag;
use crate::error::{Action, Error, Result, Warning};
use crate::files::{self, Kind};
use crate::journal::Proven;
use crate::school::{Day, parse_date_or};
use crate::work::archive::witnesses::{Outside, Witnessed, witnessed};
use chrono::Datelike;
use std::collections::HashSet;
use std::path::PathBuf;

/// How many copies stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Of how many days the last copy.
    pub daily: u32,
    /// Of how many weeks before those days the last copy.
    pub weekly: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { daily: 7, weekly: 4 }
    }
}

/// Which of the copies stay; `days` are theirs, the oldest copy first. The newest always does.
pub(super) fn staying(days: &[Day], keep: Keep) -> Vec<bool> {
    let mut stays = vec![false; days.len()];
    let (mut seen, mut weeks) = (HashSet::new(), HashSet::new());
    let (daily, weekly) = (keep.daily as usize, keep.weekly as usize);
    for (place, day) in days.iter().enumerate().rev() {
        // An earlier copy of a day that has a later one.
        if !seen.insert(*day) {
            continue;
        }
        let is_newest = seen.len() == 1;
        let week = (day.iso_week().year(), day.iso_week().week());
        stays[place] = is_newest || seen.len() <= daily || (weeks.len() < weekly && weeks.insert(week));
    }
    stays
}

/// What became of the copies that lie in a place.
pub(super) struct Turned {
    /// How many of this journal's stay.
    pub kept: usize,
    /// Names of those that were removed.
    pub removed: Vec<String>,
    pub notes: Vec<Warning>,
    /// A copy of this journal that the journal contradicts.
    pub contradiction: Option<Error>,
}

/// A copy that is proven to be this journal's.
struct Own {
    name: String,
    day: Day,
    /// How much of the ledger it has seen, and when it says that it was made: what came later is newer.
    age: (u64, String),
}

/// Removes the copies that later ones have taken the place of.
///
/// # Errors
/// A place that cannot be read. A copy that cannot be removed is noted.
pub(super) fn turn(proven: &Proven, target: &Carrier, keep: Keep, journal: &str) -> Result<Turned> {
    let mut turned = Turned { kept: 0, removed: Vec::new(), notes: Vec::new(), contradiction: None };
    let mut own = Vec::new();
    let bags = locate(target.folder())?.bags;
    turned.notes.extend(strangers(target, &bags)?);
    for bag in bags {
        let Some(name) = bag.file_name().and_then(|name| name.to_str()).filter(|name| dated::day_of(name).is_some())
        else {
            continue;
        };
        match witnessed(&bag) {
            Ok(found) if found.facts.journal == journal && found.facts.content == Content::Backup => {
                own.extend(proven_own(proven, name, found, &mut turned)?);
            }
            Ok(_) => {}
            Err(error) => turned.notes.push(not_counted(name, error.message())),
        }
    }
    own.sort_by(|one, other| one.age.cmp(&other.age));
    let days: Vec<Day> = own.iter().map(|copy| copy.day).collect();
    for (copy, stays) in own.into_iter().zip(staying(&days, keep)) {
        match stays {
            true => turned.kept += 1,
            false => match remove(target, &copy.name, journal) {
                Ok(()) => turned.removed.push(copy.name),
                Err(error) => {
                    let what = format!("отслужившая копия «{}» не удалена: {}", copy.name, error.message());
                    turned.notes.push(what.into());
                }
            },
        }
    }
    Ok(turned)
}

/// What is called like a copy of the day and is none, nor one of a run that is not finished.
fn strangers(target: &Carrier, bags: &[PathBuf]) -> Result<Vec<Warning>> {
    let failed = |cause: std::io::Error| Error::file("открыть", target.folder(), &cause);
    let mut notes = Vec::new();
    for entry in files::list(target.folder()).map_err(failed)? {
        let name = entry.name.to_str().filter(|name| dated::day_of(name).is_some());
        let Some(name) = name.filter(|_| matches!(entry.kind, Kind::Folder | Kind::Link)) else { continue };
        if !Mark::is_set(target, name) && !bags.iter().any(|bag| bag.file_name() == Some(&*entry.name)) {
            let what = format!("«{name}» — не копия дня «Летописи», хотя так называется: не в счёт и не удаляется");
            notes.push(Warning::from(what).next("посмотрите, что это, и переименуйте или уберите сами"));
        }
    }
    notes.sort_by(|one, other| one.message.cmp(&other.message));
    Ok(notes)
}

fn not_counted(name: &str, why: &str) -> Warning {
    Warning::from(format!("копия «{name}» не в счёт и не удаляется: {why}"))
}

/// The copy, where the journal vouches for it.
fn proven_own(proven: &Proven, name: &str, found: Witnessed, turned: &mut Turned) -> Result<Option<Own>> {
    let (created, length) = (found.facts.created.clone(), found.facts.length);
    let testimony = match Outside::Archive(Box::new(found)).ask(proven) {
        Ok(testimony) => testimony,
        Err(error) => {
            turned.notes.push(not_counted(name, error.message()));
            return Ok(None);
        }
    };
    match (testimony.length, testimony.lost_in) {
        (Ok(_), _) => {}
        (Err(lost), Some(_)) => {
            turned.notes.push(not_counted(name, &lost));
            return Ok(None);
        }
        (Err(_), None) => {
            turned.contradiction.get_or_insert_with(|| contradicts(name, length));
            return Ok(None);
        }
    }
    // The day is that of its name where its facts do not read, which a sealed copy's do.
    let day = created.get(..10).and_then(parse_date_or).or_else(|| dated::day_of(name));
    Ok(day.map(|day| Own { name: name.to_owned(), day, age: (length, created) }))
}

fn contradicts(name: &str, length: u64) -> Error {
    Error::damaged(format!(
        "новая копия записана, но прежняя, «{name}», сделана по записям до № {length}, которых в этом журнале нет: журнал подменён или его конец отрезан"
    ))
    .next_by("сверьте журнал с этим местом и сообщите директору; прежняя копия не удалена", Action::AuditAgainstWitness)
    .then_by("если журнал восстановлен из старой копии, запишите это и продолжайте его", Action::ResumeJournal)
}

/// Removes a copy so that a kill half-way leaves what the next run knows for its own.
fn remove(target: &Carrier, name: &str, journal: &str) -> Result<()> {
    let mark = Mark::set(target, name, journal)?;
    remove_bag(target.bag(name).root())?;
    mark.remove()
}
