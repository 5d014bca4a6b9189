//! How the archives of a journal stand: on which carriers each lies, when each copy was verified, what is due, and how
//! long each is kept.
//!
//! A copy counts where its carrier was not lost and its last verification found it whole, or it was repaired since, which
//! makes it due at once; `archive create` reads every copy back, which is its first. An archive that a later one of the same period replaces, itself on two good copies,
//! asks for nothing any more.

mod backups;
mod third;

use crate::error::Result;
use crate::journal::entry::{ArchiveKind, VerifiedAs, VerifiedDepth};
use crate::journal::read::Tables;
use crate::journal::read::{self, Carrier};
use crate::school::{ClassName, Day, JOURNAL_YEARS, PeriodName, SUMMARIES_YEARS, School, same_word};
use chrono::Months;

pub use backups::{BACKUP_DAYS, BackupStatus, Backups};
pub use third::Third;

/// All archives of a journal as they stand on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The day, in the school's own time.
    pub day: Day,
    /// In the order in which they were made.
    pub archives: Vec<ArchiveStatus>,
    /// Periods that are over and of which no archive was made, nor one later (§5.5), and the last day of each; the year also
    /// where it was opened again since its archive was made.
    pub missing: Vec<(String, Day)>,
    /// How the copies of any day stand.
    pub backups: Backups,
    /// The entry that opened the year again last: what was made of the year before holds no longer.
    reopened: Option<u64>,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveStatus {
    /// The bag's name: `2025-2026-q1`.
    pub name: String,
    /// The period, or «Год».
    pub period: PeriodName,
    /// SHA-256 of its tag manifest in hex.
    pub code: String,
    /// The day on which it was made.
    pub created: Day,
    /// The day on which what is in it was first archived: another than its own where it was written anew for other keys.
    pub as_of: Day,
    /// The length of the ledger in it.
    pub length: u64,
    /// Its copies, in the order of their carriers.
    pub copies: Vec<Copy>,
    /// The archive in third places, beside the carriers.
    pub third: Vec<Third>,
    /// The later archive of the same period, where one lies on two good copies.
    pub replaced_by: Option<String>,
    /// The last day on which it must be kept.
    pub kept_until: Day,
    /// The entry that recorded it.
    pub entry: u64,
    /// Whether it holds the sheets of final results alone.
    pub summaries: bool,
    /// Whether it is the dispatcher's copy of the database alone (§5.5.1).
    pub database_only: bool,
    /// What should be done.
    pub needs: Vec<Need>,
}

/// One copy of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The carrier that it lies on.
    pub carrier: Carrier,
    /// Its last verification by the staff.
    pub verified: Option<Verified>,
    /// The day on which it was repaired, if it was not verified after that.
    pub repaired: Option<Day>,
    /// The day from which it should be verified again.
    pub due: Day,
}

/// A verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The day.
    pub day: Day,
    /// How deep: «подпись», «содержание».
    pub depth: VerifiedDepth,
    /// The verdict.
    pub result: VerifiedAs,
    /// Whether nothing of the copy was there.
    pub is_gone: bool,
}

/// What should be done about an archive. Carriers are named by their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The copy on this carrier is to be verified since that day.
    Verify(String, Day),
    /// The copy on this carrier was found damaged; the other names one that is whole.
    Repair(String, Option<String>),
    /// The copy on this carrier is not there any more; the other names one that is whole.
    Gone(String, Option<String>),
    /// The copy on this carrier is not what the journal says: somebody forged it.
    Forged(String),
    /// Only the copy on this carrier is left.
    Single(String),
    /// No two copies have different holders and lie in different places (§2.5, §5.5.4): these two, for one.
    Together(String, String),
    /// No good copy is left.
    NoCopy,
    /// It does not lie in this third place, where the school keeps others.
    NotStored(String),
    /// What lies in this third place is damaged, or was not brought to its end.
    StoredBad(String),
    /// What lies in this third place is not what the journal says: somebody forged it.
    StoredForged(String),
    /// What lies in this third place is to be verified since that day.
    VerifyStored(String, Day),
}

impl Status {
    /// How the archives of the journal stand on a day.
    ///
    /// # Errors
    /// Tables that cannot be read.
    pub fn of(tables: &Tables, day: Day) -> Result<Self> {
        let mut school = read::school(tables)?;
        // A school without grades 10 and 11 has no half-years to archive.
        let names =
            |class: ClassName| school.periods_of(&class).into_iter().map(|period| period.name.clone()).collect();
        let kept: Vec<Vec<_>> = read::classes(tables)?.into_iter().map(names).collect();
        school.periods.retain(|period| kept.is_empty() || kept.iter().any(|of| of.contains(&period.name)));
        let mut archives = Vec::new();
        let all = read::all_archives(tables)?;
        for archive in &all {
            let read::Archive { name, period, code, created_at, kind, length, head, entry, .. } = archive.clone();
            let created = school.day_of(created_at);
            let first = all.iter().find(|other| other.head == head);
            let as_of = first.map_or(created, |first| school.day_of(first.created_at));
            let copies = copies(tables, &school, &name)?;
            let third = third::of_archive(tables, &school, &name)?;
            let (summaries, database_only) = (kind == ArchiveKind::Summaries, kind == ArchiveKind::Database);
            let (kept_until, replaced_by, needs) = (kept_until(&school, summaries), None, Vec::new());
            archives.push(ArchiveStatus {
                name,
                period,
                code,
                created,
                as_of,
                length,
                copies,
                third,
                replaced_by,
                kept_until,
                entry,
                summaries,
                database_only,
                needs,
            });
        }
        let place = read::third_place(tables)?;
        for at in 0..archives.len() {
            let newer = newer_than(&archives, at);
            if let Some(archive) = archives.get_mut(at) {
                archive.replaced_by = newer;
                archive.needs = archive.needs_on(day);
                archive.needs.extend(place.as_deref().and_then(|place| third::needs(archive, place, day)));
            }
        }
        let reopened = read::reopenings(tables)?.last().map(|turn| turn.entry);
        let missing = missing(&school, &archives, reopened, day);
        let backups = Backups::of(tables, day, BACKUP_DAYS)?;
        Ok(Self { day, archives, missing, backups, reopened })
    }

    /// Whether anything should be done.
    pub fn is_due(&self) -> bool {
        !self.missing.is_empty()
            || self.backups.is_due()
            || self.archives.iter().any(|archive| !archive.needs.is_empty())
    }

    /// Whether the year was opened again: what was archived of it before holds no longer.
    pub fn is_reopened(&self) -> bool {
        self.reopened.is_some()
    }

    /// The archive of the sheets of final results, if one was made of sheets that hold.
    pub fn summaries(&self) -> Option<&ArchiveStatus> {
        self.archives.iter().rev().find(|archive| archive.summaries && Some(archive.entry) > self.reopened)
    }
}

impl ArchiveStatus {
    /// Whether it need not be kept any more on a day.
    pub fn may_be_destroyed(&self, day: Day) -> bool {
        day > self.kept_until
    }

    /// Copies that count.
    pub fn good(&self) -> impl Iterator<Item = &Copy> {
        self.copies.iter().filter(|copy| copy.is_good())
    }

    fn needs_on(&self, day: Day) -> Vec<Need> {
        let mut needs = Vec::new();
        if self.may_be_destroyed(day) {
            return needs;
        }
        let label = |copy: &Copy| copy.carrier.label.clone();
        let replaced = self.replaced_by.is_some();
        for copy in self.copies.iter().filter(|copy| !copy.carrier.is_lost()) {
            if copy.is_forged() {
                needs.push(Need::Forged(label(copy)));
            } else if !copy.is_good() {
                if !replaced {
                    let other = self.good().next().map(label);
                    let need = if copy.is_gone() { Need::Gone } else { Need::Repair };
                    needs.push(need(label(copy), other));
                }
            } else if day >= copy.due && !replaced {
                needs.push(Need::Verify(label(copy), copy.due));
            }
        }
        let good: Vec<&Copy> = self.good().collect();
        if let (false, [one, other, ..]) = (replaced, &good[..])
            && good.iter().all(|one| good.iter().all(|other| one.is_beside(other)))
        {
            needs.push(Need::Together(label(one), label(other)));
        }
        let mut good = self.good();
        match (good.next(), good.next()) {
            _ if replaced => {}
            (None, _) => needs.push(Need::NoCopy),
            // A damaged copy that can be repaired is a second one again.
            (Some(one), None) if !needs.iter().any(|need| matches!(need, Need::Repair(..) | Need::Gone(..))) => {
                needs.push(Need::Single(label(one)));
            }
            _ => {}
        }
        needs
    }
}

impl Copy {
    /// Whether what takes one of the two would take the other: they have one holder, or lie in one place.
    fn is_beside(&self, other: &Self) -> bool {
        let (one, other) = (&self.carrier, &other.carrier);
        one.holder == other.holder || same_word(&one.place, &other.place)
    }

    /// Whether it counts as a copy.
    pub fn is_good(&self) -> bool {
        let whole = self.verified.as_ref().is_none_or(|verified| verified.result.is_whole());
        !self.carrier.is_lost() && (whole || self.repaired.is_some())
    }

    /// Whether its last verification found nothing of it.
    pub fn is_gone(&self) -> bool {
        self.repaired.is_none() && self.verified.as_ref().is_some_and(|verified| verified.is_gone)
    }

    fn is_forged(&self) -> bool {
        self.repaired.is_none() && self.verified.as_ref().is_some_and(|verified| verified.result == VerifiedAs::Forged)
    }
}

/// The name of the archive of the same period and kind that has seen most of the journal, where it has seen more than this one or is
/// a later one of the same, and lies on two good copies. One that was written anew for other keys has seen no more than the
/// one that it was made of.
fn newer_than(archives: &[ArchiveStatus], at: usize) -> Option<String> {
    let archive = archives.get(at)?;
    let kind = |of: &ArchiveStatus| (of.period.clone(), of.database_only);
    let others = archives.iter().enumerate().filter(|(_, other)| kind(other) == kind(archive));
    let newer = others.filter(|(place, other)| (other.length, *place) > (archive.length, at));
    newer
        .filter(|(_, other)| other.good().count() >= 2)
        .max_by_key(|(place, other)| (other.length, *place))
        .map(|(_, other)| other.name.clone())
}

/// The periods that ended before a day without an archive, while it would still have to be kept. One that was made later
/// holds what they were, too.
fn missing(school: &School, archives: &[ArchiveStatus], reopened: Option<u64>, day: Day) -> Vec<(String, Day)> {
    let mut ends: Vec<(String, Day)> = Vec::new();
    let year = ("Год", school.year.ends);
    for (name, end) in school.periods.iter().map(|period| (period.name.as_str(), period.ends)).chain([year]) {
        match ends.iter_mut().find(|(known, _)| known == name) {
            Some((_, last)) => *last = end.max(*last),
            None => ends.push((name.to_owned(), end)),
        }
    }
    let early = chrono::Days::new(school.policy.final_days.into());
    let made = |end: Day| {
        let from = end.checked_sub_days(early).unwrap_or(end);
        archives.iter().any(|archive| !archive.summaries && !archive.database_only && archive.as_of >= from)
    };
    let kept = day <= kept_until(school, false);
    let made_again = archives.iter().any(|archive| {
        !archive.summaries && !archive.database_only && &*archive.period == "Год" && Some(archive.entry) > reopened
    });
    let opened_again = |name: &str| name == "Год" && reopened.is_some() && !made_again;
    ends.retain(|(name, end)| kept && (opened_again(name) || (*end < day && !made(*end))));
    ends
}

/// The last day of the term of storage. Years of storage are counted from the 1 January after the files were closed, as
/// archives in Russia count them.
fn kept_until(school: &School, summaries: bool) -> Day {
    let years = if summaries { SUMMARIES_YEARS } else { JOURNAL_YEARS };
    crate::school::kept_until(school.year.ends, years)
}

fn copies(tables: &Tables, school: &School, archive: &str) -> Result<Vec<Copy>> {
    let mut copies = Vec::new();
    for carrier in read::carriers(tables)? {
        let Some(copy) = read::copy_on(tables, archive, &carrier.id)? else { continue };
        let verified = copy.verified.map(|found| {
            let read::Verification { at, depth, result, is_gone } = found;
            Verified { day: school.day_of(at), depth, result, is_gone: is_gone && result == VerifiedAs::Damaged }
        });
        let repaired = copy.repaired_at.map(|at| school.day_of(at));
        let last = verified.as_ref().map_or_else(|| school.day_of(copy.written_at), |verified| verified.day);
        let term = Months::new(school.policy.verify_months.into());
        let due = repaired.or_else(|| last.checked_add_months(term)).unwrap_or(Day::MAX);
        copies.push(Copy { carrier, verified, repaired, due });
    }
    Ok(copies)
}

#[cfg(test)]
mod tests;
