//! An archive that takes its time, while the school goes on recording.

use super::{NewArchive, Verification, create, enter, verify};
use crate::archive::par2::create::Share;
use crate::archive::progress::{Progress, Quiet};
use crate::archive::report::{Depth, Verdict};
use crate::journal::{Author, Journal, founded, read};
use crate::ledger::identity::Identity;
use crate::ledger::possession::Request;
use crate::print::Layouts;
use crate::school::{Clock, PersonName, Role};
use crate::work::carriers::{self, Registration};
use crate::work::{Workplace, courses, people};
use chrono::{DateTime, Duration, FixedOffset};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How much others record during the run, and how long it takes by the clock.
const RECORDED: u64 = 200;
const MINUTES: i64 = 10;

/// A clock that the test moves.
pub(super) struct Moving(Mutex<DateTime<FixedOffset>>);

impl Moving {
    pub fn from(start: &str) -> Self {
        Self(Mutex::new(DateTime::parse_from_rfc3339(start).unwrap()))
    }

    pub fn goes_on(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Moving {
    fn now(&self) -> DateTime<FixedOffset> {
        *self.0.lock().unwrap()
    }
}

/// The administrator at another machine, who records whenever the run tells how far it is.
struct Colleague<'a> {
    journal: &'a Path,
    key: &'a Identity,
    clock: &'a Moving,
    recorded: Mutex<u64>,
    steps: Mutex<Vec<String>>,
}

impl Colleague<'_> {
    /// Records so many entries more, of those that are left, in a thread and with a journal of his own.
    fn records(&self, many: u64) {
        let mut recorded = self.recorded.lock().unwrap();
        let until = RECORDED.min(*recorded + many);
        let work = || {
            let mut journal = Journal::open(self.journal).unwrap();
            for number in *recorded..until {
                self.clock.goes_on(Duration::seconds(MINUTES * 60) / RECORDED as i32);
                let name = format!("Кружок {number}");
                let subject = courses::Subject { name, ..courses::Subject::default() };
                let mut place = Workplace::at(&mut journal, self.key, self.clock).unwrap();
                courses::set_subject(&mut place, &subject).unwrap();
            }
        };
        std::thread::scope(|scope| scope.spawn(work).join().unwrap());
        *recorded = until;
    }
}

impl Progress for Colleague<'_> {
    fn begin(&self, step: &str, _: u64) {
        self.steps.lock().unwrap().push(step.to_owned());
        self.records(40);
    }

    fn advance(&self, _: u64) {}
}

/// A school of three, with its two carriers, on the last day of the first quarter.
pub(super) struct School {
    pub dir: tempfile::TempDir,
    pub journal: Journal,
    pub administrator: Identity,
    pub deputy: Identity,
    pub director: Identity,
}

impl School {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let [administrator, deputy, director] = [(); 3].map(|()| Identity::generate());
        let journal = founded::journal(&dir.path().join("journal.letopis"), &administrator);
        let mut school = Self { dir, journal, administrator, deputy, director };
        let id = school.journal.tip().unwrap().journal;
        for (login, role, key) in
            [("petrova", Role::DeputyHead, &school.deputy), ("kuznetsov", Role::Director, &school.director)]
                .map(|(login, role, key)| (login, role, Request::by(key, Some(id), login).unwrap()))
        {
            school.takes_on(login, role, &key);
        }
        school
    }

    pub fn takes_on(&mut self, login: &str, role: Role, key: &Request) {
        let now = DateTime::parse_from_rfc3339("2025-09-01T09:00:00+03:00").unwrap();
        let mut place = Workplace::at(&mut self.journal, &self.administrator, &now).unwrap();
        let name = PersonName { surname: login.into(), given: "Анна".into(), patronymic: String::new() };
        let (position, association, roles) = ("работник".to_owned(), String::new(), vec![role]);
        let colleague = people::Colleague { login: login.into(), name, position, association, roles };
        people::add(&mut place, &colleague).unwrap();
        people::enroll(&mut place, login, key).unwrap();
    }

    fn carriers(&mut self, clock: &Moving) -> [PathBuf; 2] {
        let mounts = ["usb-1", "usb-2"].map(|mount| self.dir.path().join(mount));
        for (mount, (holder, place)) in mounts.iter().zip([("kuznetsov", "сейф"), ("petrova", "кабинет")]) {
            std::fs::create_dir(mount).unwrap();
            let label = mount.file_name().unwrap().to_str().unwrap();
            let mut workplace = Workplace::at(&mut self.journal, &self.deputy, clock).unwrap();
            carriers::register(&mut workplace, &Registration { mount, label, holder, place }).unwrap();
        }
        mounts
    }
}

#[test]
fn an_archive_is_made_and_recorded_while_others_record_and_the_clock_goes_on() {
    let (mut school, clock) = (School::new(), Moving::from("2025-10-24T15:00:00+03:00"));
    let mounts = school.carriers(&clock);
    let (path, began, before) = (school.journal.path().to_owned(), clock.now(), school.journal.tip().unwrap().seq);
    let colleague = Colleague {
        journal: &path,
        key: &school.administrator,
        clock: &clock,
        recorded: Mutex::new(0),
        steps: Mutex::default(),
    };
    let wish = NewArchive {
        period: "I четверть",
        targets: &mounts,
        allow_same_device: true,
        layouts: &Layouts::load(None).unwrap(),
        recovery: Share::new(5).unwrap(),
        database_only: false,
    };
    let mut place = Workplace::at(&mut school.journal, &school.deputy, &clock).unwrap();
    let made = create(&mut place, &wish, &colleague).unwrap();
    assert!(made.failed.is_none() && made.folders.len() == 2, "{made:?}");
    assert_eq!(*colleague.recorded.lock().unwrap(), RECORDED, "all of it during the run: {:?}", colleague.steps);
    assert_eq!(clock.now() - began, Duration::minutes(MINUTES));
    let documents = made.documents.iter().filter(|document| document.new).count() as u64;
    assert!(documents > 0);
    let after = school.journal.tip().unwrap().seq;
    assert_eq!(after, before + RECORDED + documents + 1, "the others', the documents, the archive");
    // Entries bear the time at which each was recorded, whatever the run had begun with.
    let last = school.journal.prove(&mut |_| {}).unwrap().entry(after).unwrap();
    assert_eq!(last.time, clock.now());
    let archive = read::all_archives(school.journal.tables()).unwrap().pop().unwrap();
    assert_eq!(archive.created_at, clock.now());

    let proven = school.journal.prove(&mut |_| {}).unwrap();
    let wish = Verification {
        paths: &mounts,
        quick: false,
        opener: Some(&school.director),
        anchors: Vec::new(),
        code: None,
        journal: Some(&proven),
        scratch: &school.dir.path().join("verify"),
    };
    let checks = verify(&wish, &Quiet).unwrap();
    let reports: Vec<_> =
        checks.checked.iter().flat_map(|checked| &checked.reports).map(|(_, report)| report).collect();
    assert_eq!(reports.len(), 2);
    for report in reports {
        assert!(matches!(report.verdict, Verdict::Genuine { .. }), "{report:?}");
        assert_eq!(report.depth, Depth::Content);
    }
    assert_eq!(checks.exit_status(), 0);
    let author = Author { signer: &school.deputy, clock: &clock, taken_over: false };
    enter(&mut school.journal, author, &checks).unwrap();
    let audited = Journal::audit(&path, &mut |_| {}).unwrap();
    assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
}
