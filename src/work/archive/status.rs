//! How the archives of a journal stand: on which carriers each lies, when each copy was verified, what is due, and how
//! long each is kept.
//!
//! A copy counts where its carrier was not lost and its last verification found it whole, or it was repaired since, which
//! makes it due at once; `archive create` reads every copy back, which is its first. An archive that a later one of the same period replaces, itself on two good copies,
//! asks for nothing any more.

mod backups;

use crate::error::Result;
use crate::journal::entry::{ArchiveKind, VerifiedAs, VerifiedDepth};
use crate::journal::read::Tables;
use crate::journal::read::{self, Carrier};
use crate::school::{ClassName, Day, PeriodName, School, same_word};
use chrono::{Datelike, Months};

/// For how many years after the one in which the school year ends a journal is kept.
const JOURNAL_YEARS: u32 = 5;
/// For how many years the sheets of final results are (§5.2).
const SUMMARIES_YEARS: u32 = 25;

pub use backups::{BACKUP_DAYS, BackupStatus, Backups};

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
}

/// What should be done about an archive. Carriers are named by their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The copy on this carrier is to be verified since that day.
    Verify(String, Day),
    /// The copy on this carrier was found damaged; the other names one that is whole.
    Repair(String, Option<String>),
    /// The copy on this carrier is not what the journal says: somebody forged it.
    Forged(String),
    /// Only the copy on this carrier is left.
    Single(String),
    /// No two copies have different holders and lie in different places (§2.5, §5.5.4): these two, for one.
    Together(String, String),
    /// No good copy is left.
    NoCopy,
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
                replaced_by,
                kept_until,
                entry,
                summaries,
                database_only,
                needs,
            });
        }
        for at in 0..archives.len() {
            let newer = newer_than(&archives, at);
            if let Some(archive) = archives.get_mut(at) {
                archive.replaced_by = newer;
                archive.needs = archive.needs_on(day);
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
                    needs.push(Need::Repair(label(copy), self.good().next().map(label)));
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
            (Some(one), None) if !needs.iter().any(|need| matches!(need, Need::Repair(..))) => {
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
    let ends = school.year.ends;
    let years = if summaries { SUMMARIES_YEARS } else { JOURNAL_YEARS };
    let last = ends.checked_add_months(Months::new(12 * years)).unwrap_or(Day::MAX);
    Day::from_ymd_opt(last.year(), 12, 31).unwrap_or(last)
}

fn copies(tables: &Tables, school: &School, archive: &str) -> Result<Vec<Copy>> {
    let mut copies = Vec::new();
    for carrier in read::carriers(tables)? {
        let Some(copy) = read::copy_on(tables, archive, &carrier.id)? else { continue };
        let verified = copy.verified.map(|found| {
            let read::Verification { at, depth, result } = found;
            Verified { day: school.day_of(at), depth, result }
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
mod tests {
    use super::*;
    use crate::journal::entry::{
        ArchiveCopied, ArchiveRepaired, ArchiveVerified, CarrierLost, RepairedFrom, SchoolChanged,
    };
    use crate::journal::testing::{self, Annals, TestJournal, carrier, moment, person};
    use crate::school::Role;
    use crate::work::carriers::history::{Event, History, What};

    fn day(text: &str) -> Day {
        crate::school::parse_date_or(text).unwrap()
    }

    /// An archive of the first quarter on the carriers А-1 and А-2.
    fn journal() -> TestJournal {
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        let director = person("kuznetsov", "Кузнецов Кирилл", "директор", &[Role::Administrator, Role::Director]);
        let mut annals = Annals::new(school, director, "2025-09-01");
        annals.person(person("petrova", "Петрова Полина", "завуч", &[Role::DeputyHead]));
        for (id, label, holder, place) in [("c1", "А-1", "kuznetsov", "сейф"), ("c2", "А-2", "petrova", "кабинет")]
        {
            annals.by("petrova", moment("2025-10-24T09:00"), carrier(id, label, holder, place));
        }
        let mut journal = annals.record();
        archive(&mut journal, "2025-2026-q1", "I четверть", "2025-10-24T23:30");
        journal
    }

    fn archive(journal: &mut TestJournal, name: &str, period: &str, at: &str) {
        journal.by("petrova", at, testing::archive(name, period, &["c1", "c2"]));
    }

    fn registered(journal: &mut TestJournal, label: &str, id: &str, holder: &str, place: &str) {
        journal.by("petrova", "2025-10-25", carrier(id, label, holder, place));
    }

    fn copied(journal: &mut TestJournal, carrier: &str, at: &str) {
        let (archive, carrier) = ("2025-2026-q1".to_owned(), carrier.to_owned());
        journal.by("petrova", at, ArchiveCopied { archive, carrier });
    }

    fn verified(journal: &mut TestJournal, carrier: &str, on: &str, result: VerifiedAs) {
        let ([archive, carrier], depth) = (["2025-2026-q1", carrier].map(str::to_owned), VerifiedDepth::Signature);
        let verified = ArchiveVerified { archive, carrier, depth, result, damaged: None, healable: None };
        journal.by("petrova", &format!("{on}T10:00"), verified);
    }

    fn lost(journal: &mut TestJournal, carrier: &str) {
        let (carrier, reported, circumstances) = (carrier.to_owned(), day("01.11.2025"), "забыт".to_owned());
        let lost = CarrierLost { carrier, reported, circumstances, by_fault: false };
        journal.by("petrova", "2025-11-01T10:00", lost);
    }

    fn needs(tables: &Tables, on: &str) -> Vec<Need> {
        Status::of(tables, day(on)).unwrap().archives[0].needs.clone()
    }

    #[test]
    fn a_copy_is_due_six_months_after_it_was_made_or_verified_last() {
        let mut journal = journal();
        assert_eq!(needs(&journal, "23.04.2026"), []);
        let due = |label: &str, on: &str| Need::Verify(label.into(), day(on));
        assert_eq!(needs(&journal, "24.04.2026"), [due("А-1", "24.04.2026"), due("А-2", "24.04.2026")]);
        verified(&mut journal, "c1", "2026-04-20", VerifiedAs::Genuine);
        assert_eq!(needs(&journal, "24.04.2026"), [due("А-2", "24.04.2026")]);
        verified(&mut journal, "", "2026-04-20", VerifiedAs::Whole);
        assert_eq!(needs(&journal, "24.04.2026"), [due("А-2", "24.04.2026")], "verified elsewhere, not on А-2");
        let mut school = read::school(&journal).unwrap();
        school.policy.verify_months = 3;
        journal.by("kuznetsov", "2026-04-20T11:00", SchoolChanged { school });
        assert_eq!(needs(&journal, "24.01.2026").len(), 1, "by the school's own term");
    }

    #[test]
    fn what_is_damaged_forged_lost_or_single_is_said() {
        let mut journal = journal();
        verified(&mut journal, "c1", "2025-12-01", VerifiedAs::Damaged);
        assert_eq!(needs(&journal, "02.12.2025"), [Need::Repair("А-1".into(), Some("А-2".into()))]);
        verified(&mut journal, "c2", "2025-12-01", VerifiedAs::Forged);
        let both = [Need::Repair("А-1".into(), None), Need::Forged("А-2".into()), Need::NoCopy];
        assert_eq!(needs(&journal, "02.12.2025"), both);
        verified(&mut journal, "c1", "2025-12-02", VerifiedAs::Whole);
        verified(&mut journal, "c2", "2025-12-02", VerifiedAs::Whole);
        assert_eq!(needs(&journal, "02.12.2025"), [], "the last verification counts");
        verified(&mut journal, "c1", "2025-12-02", VerifiedAs::Damaged);
        let (archive, carrier, from) = ("2025-2026-q1".to_owned(), "c1".to_owned(), RepairedFrom::Copy);
        journal.by("petrova", "2025-12-02T12:00", ArchiveRepaired { archive, carrier, files: 1, bytes: 9, from });
        let due = [Need::Verify("А-1".into(), day("02.12.2025"))];
        assert_eq!(needs(&journal, "02.12.2025"), due, "a repaired copy is verified");
        verified(&mut journal, "c1", "2025-12-02", VerifiedAs::Whole);
        lost(&mut journal, "c2");
        assert_eq!(needs(&journal, "02.12.2025"), [Need::Single("А-1".into())]);
        assert_eq!(needs(&journal, "02.06.2026").len(), 2, "what is lost is not due");
        lost(&mut journal, "c1");
        assert_eq!(needs(&journal, "02.12.2025"), [Need::NoCopy]);
    }

    #[test]
    fn copies_that_came_together_since_are_named() {
        let mut journal = journal();
        let together = [Need::Together("А-1".into(), "А-2".into())];
        assert_eq!(needs(&journal, "01.11.2025"), []);
        registered(&mut journal, "А-1", "c1", "kuznetsov", "Кабинет");
        assert_eq!(needs(&journal, "01.11.2025"), together);
        registered(&mut journal, "А-1", "c1", "petrova", "сейф");
        assert_eq!(needs(&journal, "01.11.2025"), together);
        // A third copy apart from them is enough.
        registered(&mut journal, "А-3", "c3", "kuznetsov", "шкаф");
        copied(&mut journal, "c3", "2025-10-25");
        assert_eq!(needs(&journal, "01.11.2025"), []);
        lost(&mut journal, "c3");
        lost(&mut journal, "c1");
        assert_eq!(needs(&journal, "01.11.2025"), [Need::Single("А-2".into())]);
    }

    #[test]
    fn a_copy_written_anew_is_not_the_one_that_was_verified_before_and_counts_from_its_own_day() {
        let mut journal = journal();
        verified(&mut journal, "c1", "2026-04-20", VerifiedAs::Whole);
        verified(&mut journal, "c2", "2026-04-20", VerifiedAs::Damaged);
        copied(&mut journal, "c2", "2026-04-21T10:00");
        assert_eq!(needs(&journal, "20.10.2026"), [Need::Verify("А-1".into(), day("20.10.2026"))]);
        assert_eq!(needs(&journal, "21.10.2026").len(), 2, "six months after it was written");
        let history = History::of(&journal, "c2").unwrap();
        let again = |event: &Event| matches!(&event.what, What::Archived { again, .. } if *again);
        assert_eq!((history.events.len(), history.events.iter().filter(|event| again(event)).count()), (4, 1));
    }

    #[test]
    fn an_archive_made_again_on_two_good_copies_takes_the_place_of_the_first() {
        let mut journal = journal();
        verified(&mut journal, "c1", "2025-12-01", VerifiedAs::Damaged);
        archive(&mut journal, "2025-2026-q2", "II четверть", "2025-12-01");
        assert_eq!(needs(&journal, "02.12.2025").len(), 1, "another period");
        archive(&mut journal, "2025-2026-q1-2", "I четверть", "2025-12-01");
        let status = Status::of(&journal, day("02.12.2025")).unwrap();
        assert_eq!(status.archives[0].replaced_by.as_deref(), Some("2025-2026-q1-2"));
        assert!(!status.is_due());
        lost(&mut journal, "c2");
        assert!(Status::of(&journal, day("02.12.2025")).unwrap().archives[0].replaced_by.is_none());
    }

    #[test]
    fn an_archive_that_was_written_anew_for_other_keys_is_no_newer_than_what_is_in_it() {
        let mut journal = journal();
        archive(&mut journal, "2025-2026-q1-2", "I четверть", "2025-12-01");
        let first = read::archive(&journal, "2025-2026-q1").unwrap().unwrap();
        let mut anew = testing::archive("2025-2026-q1-r2", "I четверть", &["c1", "c2"]);
        (anew.length, anew.head) = (first.length, first.head);
        journal.by("petrova", "2026-01-20T10:00", anew);
        let status = Status::of(&journal, day("21.01.2026")).unwrap();
        let newer: Vec<_> = status.archives.iter().map(|archive| archive.replaced_by.as_deref()).collect();
        assert_eq!(newer, [Some("2025-2026-q1-2"), None, Some("2025-2026-q1-2")]);
        assert_eq!(status.missing.first().map(|(period, _)| period.as_str()), Some("II четверть"), "it holds no more");
    }

    #[test]
    fn a_period_that_ended_without_an_archive_is_named_until_one_is_made_after_it() {
        let mut journal = journal();
        let missing = |journal: &TestJournal, on: &str| {
            let missing = Status::of(journal, day(on)).unwrap().missing;
            missing.into_iter().map(|(period, _)| period).collect::<Vec<_>>()
        };
        // The archive of the first quarter is there; the second ends on 30.12.2025.
        assert_eq!(missing(&journal, "02.12.2025"), [] as [&str; 0]);
        assert_eq!(missing(&journal, "15.01.2026"), ["II четверть"]);
        archive(&mut journal, "2025-2026-q2-db", "II четверть", "2026-01-10");
        assert_eq!(missing(&journal, "15.01.2026"), ["II четверть"], "the database alone is no archive of the pages");
    }

    #[test]
    fn journals_are_kept_five_years_and_sheets_of_final_results_twenty_five() {
        let mut journal = journal();
        archive(&mut journal, "2025-2026-summaries", "Сводные ведомости", "2025-10-25");
        let status = Status::of(&journal, day("01.01.2032")).unwrap();
        let [first, summaries] = &status.archives[..] else { panic!("{status:?}") };
        assert_eq!((first.kept_until, summaries.kept_until), (day("31.12.2031"), day("31.12.2051")));
        assert!(first.may_be_destroyed(day("01.01.2032")) && !first.may_be_destroyed(day("31.12.2031")));
        assert_eq!(first.needs, [], "nothing is due of what need not be kept");
        assert_eq!(summaries.needs.len(), 2);
        assert_eq!(status.summaries(), Some(summaries));
    }
}
