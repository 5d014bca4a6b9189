//! A copy every day of a year, strangers' folders beside the copies, and runs that were cut off.

use super::rotation::staying;
use super::unfinished::Mark;
use super::{Keep, MadeBackup, NewBackup, backup};
use crate::archive::bag::{BAGIT, SIGNATURE};
use crate::archive::carrier::{Carrier, FOLDER};
use crate::archive::par2::create::Share;
use crate::archive::progress::Quiet;
use crate::error::Result;
use crate::journal::{Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::school::{Clock, Day};
use crate::work::archive::tests::{Moving, School};
use crate::work::archive::{Opening, Verification, restore, verify};
use crate::work::{Workplace, courses, people};
use chrono::{DateTime, Datelike, Duration, FixedOffset};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// A school with a service, and a folder on another disk.
struct Place {
    school: School,
    service: Identity,
    to: PathBuf,
}

impl Place {
    fn new() -> Self {
        let mut school = School::new();
        let service = Identity::generate();
        let now = moment("2025-09-01T09:00:00+03:00");
        let mut place = Workplace::at(&mut school.journal, &school.administrator, &now).unwrap();
        people::add_service(&mut place, people::Service::Backup, &service).unwrap();
        let to = school.dir.path().join("disk");
        fs::create_dir(&to).unwrap();
        Self { school, service, to }
    }

    fn copy(&mut self, clock: &dyn Clock, keep: Keep) -> Result<MadeBackup> {
        let mut place = Workplace::at(&mut self.school.journal, &self.service, clock).unwrap();
        let wish = wish(&self.to, keep);
        backup(&mut place, &wish, &Quiet)
    }

    fn on(&mut self, day: &str) -> Result<MadeBackup> {
        self.copy(&moment(&format!("{day}T22:00:00+03:00")), Keep::default())
    }

    /// The administrator records something.
    fn recorded(&mut self, clock: &dyn Clock) {
        let mut place = Workplace::at(&mut self.school.journal, &self.school.administrator, clock).unwrap();
        let name = format!("Кружок {}", clock.now().timestamp());
        courses::set_subject(&mut place, &courses::Subject { name, ..courses::Subject::default() }).unwrap();
    }

    fn folder(&self) -> PathBuf {
        self.to.join(FOLDER)
    }

    fn target(&self) -> Carrier {
        Carrier::or_folder(&self.to).unwrap()
    }

    fn journal_id(&self) -> String {
        hex(&self.school.journal.tip().unwrap().journal)
    }

    /// The folders of the copies, in the order of their names.
    fn copies(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder())
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn marks(&self) -> usize {
        let names = fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".unfinished")).count()
    }

    /// The length of the journal that comes out of a copy.
    fn restored(&self, bag: &Path) -> u64 {
        let to = tempfile::tempdir().unwrap();
        let to = to.path().join("out");
        let opening = Opening {
            bag,
            opener: &self.school.deputy,
            only: &[],
            to: &to,
            anchors: Vec::new(),
            journal: None,
            despite_seal: false,
        };
        let restored = restore(&opening, &Quiet).unwrap();
        Journal::open(&restored.journal.unwrap()).unwrap().tip().unwrap().seq
    }
}

fn wish(to: &Path, keep: Keep) -> NewBackup<'_> {
    let recovery = Share::new(0).unwrap();
    NewBackup { to, keep, recovery, allow_same_device: true, new_place: false }
}

fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

#[test]
fn on_every_day_of_a_quarter_the_newest_copy_is_restorable_and_the_room_is_bounded() {
    copy_every_day("2025-11-10", 60, 10);
}

#[test]
#[ignore = "two minutes; the same for a whole year"]
fn every_day_of_a_year_the_newest_copy_is_restorable_and_the_room_is_bounded() {
    copy_every_day("2025-09-01", 365, 1);
}

/// Makes a copy every evening for so many days, and restores it on every so many.
fn copy_every_day(first: &str, days: i64, restoring: i64) {
    let mut place = Place::new();
    let clock = Moving::from(&format!("{first}T22:00:00+03:00"));
    let before = place.school.journal.tip().unwrap().seq;
    for day in 0..days {
        place.recorded(&clock);
        let length = place.school.journal.tip().unwrap().seq;
        let made = place.copy(&clock, Keep::default()).unwrap();
        assert!(made.notes.iter().all(|note| note.message.contains("на том же диске")), "{:?}", made.notes);
        assert_eq!(made.recorded.length, length);
        let copies = place.copies();
        assert_eq!(copies.len(), made.kept);
        assert!(copies.len() <= 11, "day {day}: {copies:?}");
        // A day's last copy of each of the seven days, and the end of each week before them.
        let today = clock.now().date_naive();
        let is_there = |back: i64| copies.contains(&crate::archive::dated::name(today - Duration::days(back), 1));
        assert!((0..7.min(day + 1)).all(is_there), "day {day}: {copies:?}");
        let sundays =
            (7..31).filter(|back| *back <= day && (today - Duration::days(*back)).weekday().number_from_monday() == 7);
        assert!(sundays.take(3).all(is_there), "day {day}: {copies:?}");
        assert_eq!(place.marks(), 0);
        if day % restoring == 0 {
            assert_eq!(place.restored(&made.folder), length, "day {day}");
        }
        clock.goes_on(Duration::days(1));
    }
    let newest = read::newest_backups(place.school.journal.tables()).unwrap();
    assert_eq!(newest.len(), 1);
    assert_eq!((newest[0].length, newest[0].author.as_str()), (2 * days as u64 + before - 1, "backup"));
}

proptest! {
    #[test]
    fn never_more_stay_than_wanted_and_the_newest_always(
        gaps in proptest::collection::vec(0i64..5, 1..200), daily in 0u32..10, weekly in 0u32..8,
    ) {
        let keep = Keep { daily, weekly };
        let (mut days, mut day): (Vec<Day>, Day) = (Vec::new(), Day::from_ymd_opt(2025, 9, 1).unwrap());
        for gap in gaps {
            day += Duration::days(gap);
            days.push(day);
            let stays = staying(&days, keep);
            prop_assert_eq!(stays.last(), Some(&true));
            let mut rest = stays.iter();
            days.retain(|_| *rest.next().unwrap());
            prop_assert!(days.len() <= (daily.max(1) + weekly) as usize);
            // What stays does not depend on when the others went.
            prop_assert!(staying(&days, keep).iter().all(|stays| *stays));
        }
    }
}

#[test]
fn the_last_copy_of_a_day_counts_and_takes_the_place_of_the_earlier() {
    let mut place = Place::new();
    place.on("2025-09-01").unwrap();
    place.copy(&moment("2025-09-02T10:00:00+03:00"), Keep::default()).unwrap();
    let again = place.copy(&moment("2025-09-02T22:00:00+03:00"), Keep::default()).unwrap();
    assert_eq!((again.removed, again.kept), (vec!["backup-2025-09-02".to_owned()], 2));
    assert_eq!(place.copies(), ["backup-2025-09-01", "backup-2025-09-02-2"]);
}

#[test]
fn nothing_but_proven_copies_of_this_journal_is_removed() {
    let mut place = Place::new();
    for day in 1..=3 {
        place.on(&format!("2025-09-0{day}")).unwrap();
    }
    let mut other = Place::new();
    other.on("2025-09-20").unwrap();
    let folder = place.folder();
    let other_copy = other.folder().join("backup-2025-09-20");
    for (from, to) in [(&other_copy, "backup-2025-08-30"), (&folder.join("backup-2025-09-01"), "2025-2026-q1")] {
        copy_folder(from, &folder.join(to));
    }
    // A copy whose seal does not hold any more, a folder that only bears such a name, and somebody's own.
    fs::write(folder.join("backup-2025-09-02/bag-info.txt"), "x").unwrap();
    for stranger in ["backup-2025-08-29/photos", "backup-2025-08-28", "letters"] {
        fs::create_dir_all(folder.join(stranger)).unwrap();
    }
    fs::write(folder.join("backup-2025-08-29/photos/1.jpg"), "x").unwrap();
    let made = place.copy(&moment("2025-09-04T22:00:00+03:00"), Keep { daily: 1, weekly: 0 }).unwrap();
    assert_eq!(made.removed, ["backup-2025-09-01", "backup-2025-09-03"]);
    assert!(made.notes.iter().any(|note| note.message.contains("«backup-2025-09-02» не в счёт")), "{:?}", made.notes);
    let left = [
        "2025-2026-q1",
        "backup-2025-08-28",
        "backup-2025-08-29",
        "backup-2025-08-30",
        "backup-2025-09-02",
        "backup-2025-09-04",
        "letters",
    ];
    assert_eq!(place.copies(), left);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[test]
fn what_a_killed_run_left_is_completed_or_removed_and_what_is_not_its_own_stays() {
    let mut place = Place::new();
    place.on("2025-09-01").unwrap();
    place.on("2025-09-02").unwrap();
    let (folder, target, id) = (place.folder(), place.target(), place.journal_id());
    // Sealed and not declared; unsealed; a mark whose folder was never made; a torn mark.
    fs::remove_file(folder.join("backup-2025-09-01").join(BAGIT)).unwrap();
    fs::remove_file(folder.join("backup-2025-09-02").join(BAGIT)).unwrap();
    fs::remove_file(folder.join("backup-2025-09-02").join(SIGNATURE)).unwrap();
    for name in ["backup-2025-09-01", "backup-2025-09-02", "backup-2025-09-03"] {
        Mark::set(&target, name, &id).unwrap();
    }
    fs::write(folder.join("backup-2025-08-31.unfinished"), "").unwrap();
    // Another journal's run, and a folder that somebody put in the place of the copy.
    Mark::set(&target, "backup-2025-08-30", &"0".repeat(64)).unwrap();
    fs::create_dir_all(folder.join("backup-2025-08-30/data")).unwrap();
    Mark::set(&target, "backup-2025-08-29", &id).unwrap();
    fs::create_dir_all(folder.join("backup-2025-08-29/data")).unwrap();
    fs::write(folder.join("backup-2025-08-29/data/diploma.doc"), "x").unwrap();

    let made = place.on("2025-09-04").unwrap();
    let notes: Vec<&str> = made.notes.iter().map(|note| note.message.as_str()).collect();
    let says = |words: &str| notes.iter().any(|note| note.contains(words));
    assert!(says("завершена копия") && says("удалена незаконченная копия «backup-2025-09-02»"), "{notes:?}");
    assert!(says("«backup-2025-08-29» не закончена и не удалена") && says("diploma.doc"), "{notes:?}");
    let left = ["backup-2025-08-29", "backup-2025-08-30", "backup-2025-09-01", "backup-2025-09-04"];
    assert_eq!(place.copies(), left);
    assert_eq!((place.marks(), made.kept), (2, 2));
}

#[test]
fn verification_calls_it_a_copy_of_the_day_and_names_the_service() {
    let mut place = Place::new();
    let made = place.on("2025-09-01").unwrap();
    let proven = place.school.journal.prove(&mut |_| {}).unwrap();
    let scratch = place.school.dir.path().join("verify-tmp");
    let wish = Verification {
        paths: &[place.to.clone()],
        quick: false,
        opener: Some(&place.school.director),
        anchors: Vec::new(),
        code: None,
        journal: Some(&proven),
        scratch: &scratch,
    };
    let checks = verify(&wish, &Quiet).unwrap();
    assert_eq!(checks.exit_status(), 0, "{checks:?}");
    let report = &checks.checked[0].reports[0].1;
    assert_eq!(report.code.as_ref(), Some(&made.recorded.tagmanifest));
    assert!(report.verdict.to_string().contains("подлинен"), "{report:?}");
    assert!(report.asked[0].contains("копия дня, ключ службы «backup»"), "{report:?}");
}

#[test]
fn a_service_may_do_nothing_else_and_is_nobody() {
    let mut place = Place::new();
    let now = moment("2025-09-01T12:00:00+03:00");
    let school = &mut place.school;
    let mut by_service = Workplace::at(&mut school.journal, &place.service, &now).unwrap();
    let refused =
        courses::set_subject(&mut by_service, &courses::Subject { name: "Труд".into(), ..Default::default() });
    assert!(refused.unwrap_err().message().contains("нет права"));
    let mut administrator = Workplace::at(&mut school.journal, &school.administrator, &now).unwrap();
    let mut change = |login: &str, roles: &[crate::school::Role]| {
        let changes = people::Changes { roles: Some(roles.to_vec()), ..Default::default() };
        people::change(&mut administrator, login, &changes).unwrap_err().message().to_owned()
    };
    use crate::school::Role::{BackupService, Director, Teacher};
    assert!(change("backup", &[Teacher]).contains("человеком он не станет"));
    assert!(change("kuznetsov", &[BackupService]).contains("службой он не станет"));
    assert!(change("kuznetsov", &[Director, BackupService]).contains("не может стоять рядом с другой"));
}

#[test]
fn a_journal_that_was_put_back_is_copied_and_said_to_be_contradicted() {
    let mut place = Place::new();
    let old = place.school.dir.path().join("old.letopis");
    fs::write(&old, "").unwrap();
    place.school.journal.prove(&mut |_| {}).unwrap().write_copy(&old).unwrap();
    place.recorded(&moment("2025-09-01T12:00:00+03:00"));
    place.on("2025-09-01").unwrap();
    place.school.journal = Journal::open(&old).unwrap();
    place.recorded(&moment("2025-09-02T12:00:00+03:00"));
    place.recorded(&moment("2025-09-02T12:01:00+03:00"));
    let made = place.copy(&moment("2025-09-02T22:00:00+03:00"), Keep { daily: 1, weekly: 0 }).unwrap();
    let contradiction = made.contradiction.unwrap();
    assert!(contradiction.message().contains("«backup-2025-09-01»"), "{contradiction}");
    assert_eq!(place.copies(), ["backup-2025-09-01", "backup-2025-09-02"], "the witness stays");
}

#[test]
fn a_place_whose_copies_are_gone_is_taken_for_one_that_is_not_plugged_in() {
    let mut place = Place::new();
    place.on("2025-09-01").unwrap();
    fs::rename(&place.to, place.to.with_extension("away")).unwrap();
    assert!(place.on("2025-09-02").unwrap_err().message().contains("нет папки"));
    fs::create_dir(&place.to).unwrap();
    let refused = place.on("2025-09-02").unwrap_err();
    assert!(refused.message().contains("не подключены"), "{refused}");
    assert_eq!(fs::read_dir(&place.to).unwrap().count(), 0, "nothing is written there");
    let now = moment("2025-09-02T22:00:00+03:00");
    let mut workplace = Workplace::at(&mut place.school.journal, &place.service, &now).unwrap();
    let wish = NewBackup { new_place: true, ..wish(&place.to, Keep::default()) };
    backup(&mut workplace, &wish, &Quiet).unwrap();
}
