//! What is due of archives: verified, lost, damaged, gone and made again.

use super::*;
use crate::journal::entry::{
    ArchiveCopied, ArchiveRepaired, ArchiveStored, ArchiveVerified, CarrierLost, RepairedFrom, SchoolChanged,
};
use crate::journal::testing::{self, Annals, TestJournal, carrier, moment, person};
use crate::school::Role;
use crate::work::carriers::history::{Event, History, What};

fn day(text: &str) -> Day {
    crate::school::parse_date_or(text).unwrap()
}

/// An archive of the first quarter on the carriers А-1 and А-2.
fn journal() -> TestJournal {
    let school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
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

#[test]
fn a_copy_of_which_nothing_is_there_is_written_again_and_not_repaired() {
    let mut journal = journal();
    let mut found = |carrier: &str, damaged: Option<u64>, healable: Option<bool>| {
        let ([archive, carrier], depth) = (["2025-2026-q1", carrier].map(str::to_owned), VerifiedDepth::List);
        let found = ArchiveVerified { archive, carrier, depth, result: VerifiedAs::Damaged, damaged, healable };
        journal.by("petrova", "2025-12-01T10:00", found);
        needs(&journal, "02.12.2025")
    };
    let other = || Some("А-2".to_owned());
    assert_eq!(found("c1", None, Some(false)), [Need::Gone("А-1".into(), other())]);
    // What has files, however damaged, is repaired; so is what an older program found.
    assert_eq!(found("c1", Some(3), Some(false)), [Need::Repair("А-1".into(), other())]);
    assert_eq!(found("c1", None, None), [Need::Repair("А-1".into(), other())]);
    found("c1", None, Some(false));
    assert_eq!(
        found("c2", None, Some(false)),
        [Need::Gone("А-1".into(), None), Need::Gone("А-2".into(), None), Need::NoCopy]
    );
    copied(&mut journal, "c1", "2025-12-02T10:00");
    assert_eq!(needs(&journal, "02.12.2025"), [Need::Gone("А-2".into(), Some("А-1".into()))]);
}

/// The archive of the first quarter read in a third place.
fn stored(place: &str, result: VerifiedAs) -> ArchiveStored {
    let [archive, place, shelf] = ["2025-2026-q1", place, "sosh-1/2025-2026/2025-2026-q1"].map(str::to_owned);
    let (tagmanifest, depth) = ("1a2b3c4d".repeat(8), VerifiedDepth::Signature);
    let (put, locked_until) = (result == VerifiedAs::Whole, Some(day("01.01.2032")));
    ArchiveStored {
        archive,
        place,
        shelf,
        tagmanifest,
        put,
        depth,
        result,
        damaged: None,
        healable: None,
        locked_until,
    }
}

#[test]
fn what_is_missing_damaged_or_overdue_in_the_third_place_that_is_in_use_is_said() {
    let mut journal = journal();
    for carrier in ["c1", "c2"] {
        verified(&mut journal, carrier, "2026-04-20", VerifiedAs::Genuine);
    }
    assert_eq!(needs(&journal, "21.04.2026"), [], "no third place, no word of one");
    let mut found = |at: &str, what: ArchiveStored, on: &str| {
        journal.by("petrova", at, what);
        needs(&journal, on)
    };
    assert_eq!(
        found("2026-04-21T10:00", stored("nfs", VerifiedAs::Whole), "20.10.2026"),
        [Need::Verify("А-1".into(), day("20.10.2026")), Need::Verify("А-2".into(), day("20.10.2026")),]
    );
    let of = |need: Need, found: Vec<Need>| assert_eq!(found.last(), Some(&need), "{found:?}");
    of(
        Need::VerifyStored("nfs".into(), day("21.10.2026")),
        found("2026-04-21T10:01", stored("nfs", VerifiedAs::Whole), "21.10.2026"),
    );
    of(Need::StoredBad("nfs".into()), found("2026-04-22T10:00", stored("nfs", VerifiedAs::Damaged), "23.04.2026"));
    let gone =
        ArchiveStored { tagmanifest: String::new(), healable: Some(false), ..stored("nfs", VerifiedAs::Damaged) };
    of(Need::NotStored("nfs".into()), found("2026-04-23T10:00", gone, "23.04.2026"));
    of(Need::StoredForged("nfs".into()), found("2026-04-24T10:00", stored("nfs", VerifiedAs::Forged), "24.04.2026"));
    assert_eq!(found("2026-04-25T10:00", stored("s3", VerifiedAs::Whole), "25.04.2026"), []);
    archive(&mut journal, "2025-2026-q2", "II четверть", "2026-04-26T10:00");
    let status = Status::of(&journal, day("26.04.2026")).unwrap();
    assert_eq!(status.archives[1].needs, [Need::NotStored("s3".into())]);
    let third = &status.archives[0].third;
    assert_eq!(third.iter().map(|third| third.place.as_str()).collect::<Vec<_>>(), ["nfs", "s3"]);
    assert_eq!((third[1].locked_until, third[1].due), (Some(day("01.01.2032")), day("25.10.2026")));
}

#[test]
fn another_archive_in_the_third_place_is_never_recorded_as_whole() {
    let mut journal = journal();
    journal.wait_until("2026-04-20T10:00");
    for wrong in [
        ArchiveStored { tagmanifest: "00".repeat(32), ..stored("nfs", VerifiedAs::Whole) },
        ArchiveStored { tagmanifest: String::new(), ..stored("nfs", VerifiedAs::Genuine) },
        ArchiveStored { put: true, ..stored("nfs", VerifiedAs::Damaged) },
        ArchiveStored { place: String::new(), ..stored("nfs", VerifiedAs::Whole) },
        ArchiveStored { archive: "2025-2026-q9".into(), ..stored("nfs", VerifiedAs::Whole) },
    ] {
        assert!(journal.attempt("petrova", &[wrong.clone().into()]).is_err(), "{wrong:?}");
    }
}
