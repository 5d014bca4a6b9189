//! Made-up schools for tests, recorded as a school records: every entry is judged, signed and applied.
//!
//! [`Annals`] are what happens in a school, put down in whatever order suits a test. [`Annals::record`] takes them in the
//! order of time and makes a journal of them, a [`TestJournal`] in a folder of its own, which a test reads, records on in,
//! copies, or damages ([`TestJournal::damage`]). Everybody has a key that is made from the login, so the same annals give
//! the same bytes.

use crate::error::Error;
use crate::journal::entry::{
    AttendanceSet, Body, ClassSet, CourseSet, GroupSet, JournalCreated, KeyEnrolled, LessonRecorded, LessonRef,
    MarkLine, MarksSet, Person, PupilEnrolled, PupilSet, SecondPerson, Slot, SubjectLine, SubjectsSet,
    SubstitutionAssigned, TimetableSet,
};
use crate::journal::read::{self, Tables};
use crate::journal::{Author, Journal};
use crate::ledger::chain::{Record, Tip, hex};
use crate::ledger::identity::Identity;
use crate::ledger::possession::Request;
use crate::ledger::store;
use crate::school::{ClassName, CourseKey, PersonName, School};
use chrono::{DateTime, FixedOffset, NaiveDate};
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

mod annals;
mod bodies;
mod strand;

use annals::{at_its_place, teacher};
pub(crate) use bodies::*;
pub(crate) use strand::TestStrand;

/// Who records an entry.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// Somebody by his login.
    Login(String),
    /// Whoever teaches the course that the entry is about, or is named in it as the substitute.
    Teacher,
    /// The administrator, who takes it over from another program.
    TakenOver,
}

/// What is recorded, when and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Dated {
    pub(crate) at: DateTime<FixedOffset>,
    pub(crate) by: By,
    pub(crate) body: Body,
}

/// What happens in a school, in any order.
#[derive(Debug, Clone)]
pub(crate) struct Annals {
    school: School,
    administrator: Person,
    begins: DateTime<FixedOffset>,
    second: Vec<Person>,
    emergency: bool,
    pub(crate) entries: Vec<Dated>,
}

/// A journal that was recorded, in a folder that goes with it.
pub(crate) struct TestJournal {
    journal: Journal,
    administrator: String,
    clock: DateTime<FixedOffset>,
    folder: tempfile::TempDir,
}

/// A journal of which copies are made.
struct Kept {
    file: Vec<u8>,
    administrator: String,
    clock: DateTime<FixedOffset>,
}

impl Kept {
    fn open(&self) -> TestJournal {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.letopis");
        std::fs::write(&path, &self.file).unwrap();
        TestJournal { journal: opened(&path), administrator: self.administrator.clone(), clock: self.clock, folder }
    }
}

/// A journal for which no power cut is waited.
fn opened(path: &Path) -> Journal {
    let journal = Journal::open(path).unwrap();
    journal.tables().db().pragma_update(None, "synchronous", "OFF").unwrap();
    journal
}

/// A school that is recorded once under its name, however many tests ask for it; each gets a copy.
pub(crate) fn once(name: String, annals: impl FnOnce() -> Annals) -> TestJournal {
    made_once(name, || annals().record())
}

/// As [`once`], of a journal that was made otherwise.
pub(crate) fn made_once(name: String, make: impl FnOnce() -> TestJournal) -> TestJournal {
    static KEPT: Mutex<BTreeMap<String, Arc<OnceLock<Kept>>>> = Mutex::new(BTreeMap::new());
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().clone();
    kept.get_or_init(|| make().keep()).open()
}

impl TestJournal {
    /// A journal that was made as a school makes it: the file of this name in a folder of its own.
    pub(crate) fn in_folder(folder: tempfile::TempDir, file: &str, administrator: &str, clock: &str) -> Self {
        let journal = opened(&folder.path().join(file));
        Self { journal, administrator: administrator.to_owned(), clock: moment(clock), folder }
    }

    /// Another journal that is the same by now.
    pub(crate) fn copy(&self) -> Self {
        self.keep().open()
    }

    /// Records entries in one transaction; the clock never runs back. Gives their numbers, or what the rules refuse, with
    /// the entry; then none of them is recorded.
    fn try_all<'a>(&mut self, entries: impl IntoIterator<Item = &'a Dated>) -> Result<Vec<u64>, (Error, &'a Dated)> {
        let mut keys: HashMap<String, Identity> = HashMap::new();
        let mut numbers = Vec::new();
        let mut batch = self.journal.batch().unwrap();
        for entry in entries {
            let login = match &entry.by {
                By::Login(login) => login.clone(),
                By::Teacher => teacher(batch.tables(), &entry.body),
                By::TakenOver => self.administrator.clone(),
            };
            self.clock = self.clock.max(entry.at);
            let identity = keys.entry(login).or_insert_with_key(|login| identity(login));
            let author = Author { signer: identity, clock: &self.clock, taken_over: matches!(entry.by, By::TakenOver) };
            let body = at_its_place(entry.body.clone(), &batch.tip());
            numbers.push(batch.record(author, body).map_err(|error| (error, entry))?.seq);
        }
        batch.commit().unwrap();
        Ok(numbers)
    }

    pub(crate) fn record_all<'a>(&mut self, entries: impl IntoIterator<Item = &'a Dated>) -> u64 {
        let numbers = self.try_all(entries).unwrap_or_else(|(error, entry)| panic!("{error}\n{entry:?}"));
        numbers.last().copied().unwrap_or_default()
    }

    /// Records bodies of one author, all or none of them, as a command does; gives their numbers.
    pub(crate) fn attempt(&mut self, login: &str, bodies: &[Body]) -> Result<Vec<u64>, Error> {
        let dated = |body: &Body| Dated { at: self.clock, by: By::Login(login.to_owned()), body: body.clone() };
        let entries: Vec<Dated> = bodies.iter().map(dated).collect();
        self.try_all(&entries).map_err(|(error, _)| error)
    }

    /// The journal and its clock, for whoever works in it himself.
    pub(crate) fn at_hand(&mut self) -> (&mut Journal, &DateTime<FixedOffset>) {
        (&mut self.journal, &self.clock)
    }

    /// From now on the journal is open for reading only, as on a medium that is protected.
    pub(crate) fn protect(&mut self) {
        self.journal.access = super::file::Access::Read;
    }

    /// Records what somebody says now, which is that moment or, where the clock is past it, the clock's.
    pub(crate) fn by(&mut self, login: &str, at: &str, body: impl Into<Body>) -> u64 {
        self.record_all(&[Dated { at: moment(at), by: By::Login(login.to_owned()), body: body.into() }])
    }

    /// Nothing is recorded before a moment any more.
    pub(crate) fn wait_until(&mut self, at: &str) {
        self.clock = self.clock.max(moment(at));
    }

    fn keep(&self) -> Kept {
        let path = self.folder.path().join("copy");
        self.journal.tables().db().execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        let file = std::fs::read(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        Kept { file, administrator: self.administrator.clone(), clock: self.clock }
    }
    /// Falsifies the tables, past every rule: what no school can record and a reader must bear all the same.
    pub(crate) fn damage(&self, sql: &str) {
        self.journal.tables().db().execute_batch(sql).unwrap();
    }

    /// What a question in SQL finds, every value as text: the tables read by another way than the one under test.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut statement = self.journal.tables().db().prepare(sql).unwrap();
        let width = statement.column_count();
        let text = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<String> {
            use rusqlite::types::ValueRef;
            Ok(match row.get_ref(at)? {
                ValueRef::Null | ValueRef::Blob(_) => String::new(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
            })
        };
        let rows = statement.query_map([], |row| (0..width).map(|at| text(row, at)).collect()).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }
}

impl Deref for TestJournal {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        self.journal.tables()
    }
}

/// What an audit finds in a ledger of these records, whatever they are.
pub(crate) fn findings_in(records: &[Record]) -> Vec<(Option<u64>, String)> {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    super::apply::structure::create(&database).unwrap();
    records.iter().for_each(|record| store::append(&database, record).unwrap());
    // The tables are of no version: only the ledger is looked at.
    database.pragma_update(None, "user_version", 1).unwrap();
    let report = super::audit_file(&Tables::new(database).unwrap(), &mut |_| {}).unwrap();
    report.findings.into_iter().map(|finding| (finding.seq, finding.what)).collect()
}
