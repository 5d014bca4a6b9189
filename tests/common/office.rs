//! The small school of `tests/fixtures/small` through the library, whose clock is a parameter.

// Each test that names this module uses only a part of it.
#![allow(dead_code)]

use chrono::{DateTime, FixedOffset, NaiveDate};
use letopis::import;
use letopis::journal::entry::{
    Body, JournalCreated, KeyEnrolled, LessonRecorded, LessonRef, MarkLine, MarksSet, Person, YearClosed,
};
use letopis::journal::{Author, Journal, Recorded};
use letopis::ledger::identity::Identity;
use letopis::ledger::possession::Request;
use letopis::school::{ClassName, CourseKey, Marks, School, parse_date};
use letopis::work::confirm::{self, Which};
use letopis::work::{Workplace, founding};
use std::collections::HashMap;
use std::path::Path;

/// The small school of `tests/fixtures/small`, with everybody's key enrolled.
pub struct Office {
    _dir: tempfile::TempDir,
    pub journal: Journal,
    pub keys: HashMap<&'static str, Identity>,
}

/// A moment: `2025-09-15T12:00` in the school's own time, or whole with its offset.
pub fn at(text: &str) -> DateTime<FixedOffset> {
    let whole = DateTime::parse_from_rfc3339(text);
    whole.unwrap_or_else(|_| DateTime::parse_from_rfc3339(&format!("{text}:00+03:00")).unwrap())
}

pub fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

pub fn course(subject: &str) -> CourseKey {
    CourseKey { class: ClassName::parse("7А").unwrap(), group: String::new(), subject: subject.into() }
}

/// The close of the small school's year, of which much is missing.
pub fn closed() -> YearClosed {
    YearClosed { year: "2025/2026".into(), reason: "сведения на бумаге".into() }
}

impl Office {
    pub fn open() -> Self {
        Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small"))
    }

    /// The same people in a school whose tables are in a folder.
    pub fn of(fixture: &Path) -> Self {
        Self::founded(fixture, &[])
    }

    /// The small school with petrova as the second person from the start; the director has no key.
    pub fn with_second() -> Self {
        Self::founded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small"), &["petrova"])
    }

    fn founded(fixture: &Path, second: &[&str]) -> Self {
        let school = School::from_toml(&std::fs::read_to_string(fixture.join("school.toml")).unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let staff = ["ivanova", "petrova", "kuznetsov", "semyonov", "belova", "gusev"];
        let keys: HashMap<&str, Identity> = staff.map(|login| (login, Identity::generate())).into();
        let mut faults = import::Faults::default();
        let row = import::read_staff(fixture, &mut faults).unwrap().remove(0).1;
        let import::StaffRow { login, name, position, association, roles } = row;
        let created = JournalCreated {
            previous: None,
            school,
            administrator: Person { login, name, position, association, roles },
            key: keys["ivanova"].public(),
            recovery: Identity::generate().public().recipient().to_owned(),
            second: second
                .iter()
                .map(|login| {
                    founding::second(fixture, login, &Request::by(&keys[login], None, login).unwrap()).unwrap()
                })
                .collect(),
            emergency: None,
        };
        let now = at("2025-09-01T08:00");
        let author = |login: &str| Author { signer: &keys[login], clock: &now, taken_over: false };
        let mut journal = Journal::create(&dir.path().join("j.letopis"), author("ivanova"), created).unwrap();
        let imported =
            import::import(&mut journal, author("ivanova"), fixture, import::How::default(), &mut |_, _| {}).unwrap();
        assert_eq!(imported.faults, []);
        if let [second] = second {
            let mut place = Workplace::at(&mut journal, &keys[second], &now).unwrap();
            let list = confirm::list(place.tables()).unwrap();
            confirm::give(&mut place, &Which::All(list.code)).unwrap();
        }
        let is_let_in = |login: &&&str| second.is_empty() || !["petrova", "kuznetsov"].contains(*login);
        for login in staff[1..].iter().filter(is_let_in) {
            let enrolled = KeyEnrolled::of(&keys[login], &journal.tip().unwrap().journal, login).unwrap();
            journal.record(author("ivanova"), enrolled).unwrap();
        }
        Self { _dir: dir, journal, keys }
    }

    pub fn record(&mut self, login: &str, now: &str, body: impl Into<Body>) -> letopis::Result<Recorded> {
        let author = Author { signer: &self.keys[login], clock: &at(now), taken_over: false };
        self.journal.record(author, body)
    }

    /// What recording this would come to; nothing is kept.
    pub fn tries(&mut self, login: &str, now: &str, body: impl Into<Body>) -> letopis::Result<Recorded> {
        let author = Author { signer: &self.keys[login], clock: &at(now), taken_over: false };
        self.journal.batch()?.record(author, body)
    }

    /// The same for history of another program, which the administrator brings in.
    pub fn tries_taking_over(&mut self, now: &str, body: impl Into<Body>) -> letopis::Result<Recorded> {
        let author = Author { signer: &self.keys["ivanova"], clock: &at(now), taken_over: true };
        self.journal.batch()?.record(author, body)
    }

    /// Takes over history of another program.
    pub fn take_over(&mut self, now: &str, body: impl Into<Body>) -> letopis::Result<Recorded> {
        let author = Author { signer: &self.keys["ivanova"], clock: &at(now), taken_over: true };
        self.journal.record(author, body)
    }

    /// Demands that this would be recorded.
    #[track_caller]
    pub fn allows(&mut self, login: &str, now: &str, body: impl Into<Body>) {
        let body = body.into();
        if let Err(error) = self.tries(login, now, body.clone()) {
            panic!("refused at {now}: «{}»: {body:?}", error.message());
        }
    }

    /// Demands that this would be refused with these words.
    #[track_caller]
    pub fn forbids(&mut self, login: &str, now: &str, body: impl Into<Body>, words: &str) {
        let body = body.into();
        match self.tries(login, now, body.clone()) {
            Ok(_) => panic!("not refused at {now}, though «{words}»: {body:?}"),
            Err(error) => assert!(error.message().contains(words), "«{words}» is not in «{}»", error.message()),
        }
    }

    /// Demands that something is refused with these words, and that nothing is recorded.
    #[track_caller]
    pub fn refuses(&mut self, login: &str, now: &str, body: impl Into<Body>, words: &str) {
        let before = self.journal.tip().unwrap();
        let error = self.record(login, now, body).expect_err(words);
        assert!(error.message().contains(words), "«{words}» is not in «{}»", error.message());
        assert_eq!(self.journal.tip().unwrap(), before);
    }

    /// Records lessons of a course on these days, the last of them for written work, each with a mark for a pupil.
    pub fn lessons(&mut self, login: &str, subject: &str, pupil: &str, days: &[&str], work: &str) {
        for date in days {
            let at = LessonRef { course: course(subject), date: day(date), lesson: 2 };
            let last = days.last() == Some(date);
            let lesson = LessonRecorded {
                at: at.clone(),
                topic: "Тема".into(),
                work: if last { work.into() } else { String::new() },
                homework: String::new(),
                substitute: String::new(),
                cells: Vec::new(),
                despite: true,
            };
            self.record(login, &format!("{date}T12:00"), lesson).unwrap();
            let line = MarkLine {
                pupil: pupil.into(),
                marks: Some(Marks::parse("4").unwrap()),
                document: String::new(),
                earned: false,
            };
            self.record(login, &format!("{date}T12:01"), MarksSet { at, work: String::new(), marks: vec![line] })
                .unwrap();
        }
    }

    pub fn is_clean(&self) -> bool {
        Journal::audit(self.journal.path(), &mut |_| {}).unwrap().report.is_clean()
    }
}
