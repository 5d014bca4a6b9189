//! Made-up schools for tests, recorded as a school records: every entry is judged, signed and applied.
//!
//! [`Annals`] are what happens in a school, put down in whatever order suits a test. [`Annals::record`] takes them in the
//! order of time and makes a journal of them, a [`TestJournal`] in a folder of its own, which a test reads, records on in,
//! copies, or damages ([`TestJournal::damage`]). Everybody has a key that is made from the login, so the same annals give
//! the same bytes.

use crate::error::Error;
use crate::journal::entry::{
    ArchiveCreated, AttendanceSet, Body, CarrierRegistered, ClassSet, CopyOn, CorrectionDecided, CourseSet, FinalLine,
    FinalsSet, GroupSet, JournalCreated, KeyEnrolled, LessonCell, LessonRecorded, LessonRef, MarkLine, MarksSet,
    Person, PresenceLine, PupilEnrolled, PupilSet, Reason, ReasonSet, SecondPerson, Slot, SubjectLine, SubjectsSet,
    SubstitutionAssigned, TimetableSet,
};
use crate::journal::read::{self, Tables};
use crate::journal::{Author, Journal};
use crate::ledger::chain::{Record, Tip, hex};
use crate::ledger::identity::Identity;
use crate::ledger::possession::Request;
use crate::ledger::store;
use crate::school::{Attendance, ClassName, CourseKey, Marks, PersonName, Role, School};
use chrono::{DateTime, FixedOffset, NaiveDate};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    static KEPT: Mutex<BTreeMap<String, Arc<OnceLock<Kept>>>> = Mutex::new(BTreeMap::new());
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().clone();
    kept.get_or_init(|| annals().record().keep()).open()
}

/// A day as people write it, or as ISO does.
pub(crate) fn day(text: &str) -> NaiveDate {
    crate::school::parse_date(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A moment: a day is its noon, a time without offset is Moscow's.
pub(crate) fn moment(text: &str) -> DateTime<FixedOffset> {
    let full = match text.len() {
        10 => format!("{text}T12:00:00+03:00"),
        16 => format!("{text}:00+03:00"),
        _ => text.to_owned(),
    };
    DateTime::parse_from_rfc3339(&full).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Noon of a day.
pub(crate) fn noon(day: NaiveDate) -> DateTime<FixedOffset> {
    moment(&day.to_string())
}

/// Somebody's key, always the same for the same login.
pub(crate) fn identity(login: &str) -> Identity {
    let secret: [u8; 32] = Sha256::digest(format!("test school: {login}")).into();
    let text = bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age-secret-key-").unwrap(), &secret).unwrap();
    Identity::parse(&text.to_uppercase()).unwrap()
}

/// «Surname Given Patronymic».
pub(crate) fn name(full: &str) -> PersonName {
    let mut words = full.split(' ').map(str::to_owned);
    let mut next = || words.next().unwrap_or_default();
    PersonName { surname: next(), given: next(), patronymic: next() }
}

/// A member of staff without an association.
pub(crate) fn person(login: &str, full: &str, position: &str, roles: &[Role]) -> Person {
    let (login, position) = (login.to_owned(), position.to_owned());
    Person { login, name: name(full), position, association: String::new(), roles: roles.to_vec() }
}

/// A course of the whole class (`7А`), or of a group (`7А/1`).
pub(crate) fn course(class: &str, subject: &str) -> CourseKey {
    let (class, group) = class.split_once('/').unwrap_or((class, ""));
    CourseKey { class: ClassName::parse(class).unwrap(), group: group.to_owned(), subject: subject.to_owned() }
}

/// A lesson by its day and its number in that day.
pub(crate) fn lesson_at(course: &CourseKey, on: &str, number: u8) -> LessonRef {
    LessonRef { course: course.clone(), date: day(on), lesson: number }
}

/// A lesson with a topic and homework, given by the course's own teacher.
pub(crate) fn lesson(at: &LessonRef, topic: &str, homework: &str) -> LessonRecorded {
    LessonRecorded {
        at: at.clone(),
        topic: topic.to_owned(),
        work: String::new(),
        homework: homework.to_owned(),
        substitute: String::new(),
        cells: Vec::new(),
        despite: true,
    }
}

/// A cell of a lesson that is taken over, as the journal writes it: «5», «н», «оп 4».
pub(crate) fn cell(pupil: &str, text: &str) -> LessonCell {
    let cell = crate::school::Cell::parse(text).unwrap();
    LessonCell { pupil: pupil.to_owned(), attendance: cell.attendance, marks: cell.marks }
}

/// A pupil's marks; none empties the cell.
pub(crate) fn mark_line(pupil: &str, marks: &str) -> MarkLine {
    let marks = (!marks.is_empty()).then(|| Marks::parse(marks).unwrap());
    MarkLine { pupil: pupil.to_owned(), marks, document: String::new(), earned: false }
}

/// One pupil's marks, for the kind of work that `work` names.
pub(crate) fn mark(at: &LessonRef, pupil: &str, marks: &str, work: &str) -> MarksSet {
    MarksSet { at: at.clone(), work: work.to_owned(), marks: vec![mark_line(pupil, marks)] }
}

/// One pupil's absence or lateness.
pub(crate) fn absence(at: &LessonRef, pupil: &str, kind: &str) -> AttendanceSet {
    let attendance = Some(Attendance::parse(kind).unwrap());
    AttendanceSet { at: at.clone(), pupils: vec![PresenceLine { pupil: pupil.to_owned(), attendance, earned: false }] }
}

/// Why a pupil was absent.
pub(crate) fn reason(pupil: &str, since: &str, until: &str, reason: &str, document: &str) -> ReasonSet {
    ReasonSet {
        pupil: pupil.to_owned(),
        since: day(since),
        until: day(until),
        reason: Reason::parse(reason).unwrap(),
        document: document.to_owned(),
    }
}

/// Final marks of some pupils.
pub(crate) fn finals(course: &CourseKey, period: &str, marks: &[(&str, &str)]) -> FinalsSet {
    let line =
        |(pupil, mark): &(&str, &str)| FinalLine { pupil: (*pupil).to_owned(), mark: Marks::parse(mark).unwrap() };
    FinalsSet {
        course: course.clone(),
        period: period.to_owned(),
        marks: marks.iter().map(line).collect(),
        override_reason: String::new(),
    }
}

/// The decision on a request.
pub(crate) fn decided(number: u64, approved: bool, note: &str) -> CorrectionDecided {
    CorrectionDecided { number, approved, note: note.to_owned() }
}

/// An archive on these carriers, which is signed by who records it; its place in the ledger is where it is recorded.
pub(crate) fn archive(name: &str, period: &str, carriers: &[&str]) -> ArchiveCreated {
    ArchiveCreated {
        name: name.to_owned(),
        period: period.to_owned(),
        tagmanifest: "1a2b3c4d".repeat(8),
        length: 0,
        head: String::new(),
        files: 9,
        bytes: 461_825,
        signer: String::new(),
        copies: carriers.iter().map(|id| CopyOn { carrier: (*id).to_owned() }).collect(),
        kind: None,
    }
}

/// A carrier without a word on its device.
pub(crate) fn carrier(id: &str, label: &str, holder: &str, place: &str) -> CarrierRegistered {
    let [id, label, holder, place] = [id, label, holder, place].map(str::to_owned);
    CarrierRegistered { id, label, holder, place, device: String::new() }
}

impl Annals {
    /// A school, and who makes its journal at that moment.
    pub(crate) fn new(school: School, administrator: Person, begins: &str) -> Self {
        Self {
            school,
            administrator,
            begins: moment(begins),
            second: Vec::new(),
            emergency: false,
            entries: Vec::new(),
        }
    }

    /// Names somebody in the first entry as independent of the administrator, with a key.
    pub(crate) fn second(&mut self, person: Person) -> &mut Self {
        self.second.push(person);
        self
    }

    /// Gives the journal an emergency key, that of «emergency».
    pub(crate) fn emergency(&mut self) -> &mut Self {
        self.emergency = true;
        self
    }

    /// Puts down what somebody records at a moment.
    pub(crate) fn by(&mut self, login: &str, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::Login(login.to_owned()), body: body.into() });
        self
    }

    /// Puts down what the course's teacher records, or the substitute.
    pub(crate) fn taught(&mut self, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::Teacher, body: body.into() });
        self
    }

    /// Puts down what the administrator takes over from another program.
    pub(crate) fn taken_over(&mut self, at: DateTime<FixedOffset>, body: impl Into<Body>) -> &mut Self {
        self.entries.push(Dated { at, by: By::TakenOver, body: body.into() });
        self
    }

    /// Puts down what the administrator records at the beginning.
    pub(crate) fn first(&mut self, body: impl Into<Body>) -> &mut Self {
        let (login, at) = (self.administrator.login.clone(), self.begins);
        self.by(&login, at, body)
    }

    /// A member of staff, and a key.
    pub(crate) fn person(&mut self, person: Person) -> &mut Self {
        let login = person.login.clone();
        let key = identity(&login).public();
        let (possession, proven_in) = (String::new(), String::new());
        self.first(person).first(KeyEnrolled { login, key, possession, proven_in })
    }

    /// A subject with written work, whose short name is its name.
    pub(crate) fn subject(&mut self, name: &str) -> &mut Self {
        let (name, short) = (name.to_owned(), name.to_owned());
        self.first(SubjectsSet {
            subjects: vec![SubjectLine { name, short, association: String::new(), written: true }],
        })
    }

    /// A class and its class teacher, or nobody.
    pub(crate) fn class(&mut self, class: &str, teacher: &str) -> &mut Self {
        self.first(ClassSet { class: ClassName::parse(class).unwrap(), teacher: teacher.to_owned() })
    }

    /// A pupil who is in the class from a day on; the made-up are many and often alike.
    pub(crate) fn pupil(
        &mut self,
        file: &str,
        full: PersonName,
        born: NaiveDate,
        class: &str,
        since: NaiveDate,
    ) -> &mut Self {
        let (file, class) = (file.to_owned(), ClassName::parse(class).unwrap());
        let is_twin = |dated: &Dated| match &dated.body {
            Body::PupilSet(set) => set.born == born && set.name.may_be(&full),
            _ => false,
        };
        let another = self.entries.iter().any(is_twin);
        let set = PupilSet { file: file.clone(), name: full, born, another };
        self.first(set).first(PupilEnrolled { file, class, since })
    }

    /// A group of a class.
    pub(crate) fn group(&mut self, class: &str, group: &str, members: Vec<String>) -> &mut Self {
        self.first(GroupSet {
            class: ClassName::parse(class).unwrap(),
            group: group.to_owned(),
            members,
            since: None,
            despite: false,
        })
    }

    /// A course.
    pub(crate) fn course(&mut self, course: &CourseKey, teacher: &str, hours: f64) -> &mut Self {
        self.first(CourseSet { course: course.clone(), teacher: teacher.to_owned(), hours })
    }

    /// A course's lessons in the week, as (weekday, lesson), for the whole year.
    pub(crate) fn timetable(&mut self, course: &CourseKey, slots: &[(u8, u8)]) -> &mut Self {
        let slots = slots.iter().map(|(weekday, lesson)| Slot { weekday: *weekday, lesson: *lesson }).collect();
        self.first(TimetableSet { course: course.clone(), since: None, slots, despite: true })
    }

    /// The lessons of a course that are put down, in order of time.
    pub(crate) fn lessons_of(&self, course: &CourseKey) -> Vec<LessonRef> {
        let lesson = |entry: &Dated| match &entry.body {
            Body::LessonRecorded(set) if set.at.course == *course => Some(set.at.clone()),
            _ => None,
        };
        let mut lessons: Vec<LessonRef> = self.entries.iter().filter_map(lesson).collect();
        lessons.sort_by_key(|at| (at.date, at.lesson));
        lessons
    }

    /// What is left out never happened.
    pub(crate) fn without(&mut self, left_out: impl Fn(&Body) -> bool) -> &mut Self {
        self.entries.retain(|entry| !left_out(&entry.body));
        self
    }

    /// Lessons that were never given, with all that stands in their cells.
    pub(crate) fn without_lessons(&mut self, left_out: impl Fn(&LessonRef) -> bool) -> &mut Self {
        self.without(|body| match body {
            Body::LessonRecorded(LessonRecorded { at, .. })
            | Body::MarksSet(MarksSet { at, .. })
            | Body::AttendanceSet(AttendanceSet { at, .. })
            | Body::SubstitutionAssigned(SubstitutionAssigned { at, .. }) => left_out(at),
            _ => false,
        })
    }

    /// Cells of lessons in which nothing was ever written.
    pub(crate) fn without_cells(&mut self, left_out: impl Fn(&LessonRef, &str) -> bool) -> &mut Self {
        for entry in &mut self.entries {
            match &mut entry.body {
                Body::MarksSet(MarksSet { at, marks, .. }) => marks.retain(|line| !left_out(at, &line.pupil)),
                Body::AttendanceSet(AttendanceSet { at, pupils }) => pupils.retain(|line| !left_out(at, &line.pupil)),
                _ => {}
            }
        }
        self.without(|body| match body {
            Body::MarksSet(set) => set.marks.is_empty(),
            Body::AttendanceSet(set) => set.pupils.is_empty(),
            _ => false,
        })
    }

    /// Every line of marks that is put down, with its lesson.
    pub(crate) fn marks_mut(&mut self) -> impl Iterator<Item = (LessonRef, &mut MarkLine)> {
        self.entries
            .iter_mut()
            .filter_map(|entry| if let Body::MarksSet(set) = &mut entry.body { Some(set) } else { None })
            .flat_map(|set| {
                let at = set.at.clone();
                set.marks.iter_mut().map(move |line| (at.clone(), line))
            })
    }

    /// Makes a cell hold these marks and nothing else, an hour after its lesson was entered.
    pub(crate) fn put_mark(&mut self, at: &LessonRef, pupil: &str, marks: &str) -> &mut Self {
        self.without_cells(|lesson, of| lesson == at && of == pupil);
        let is_lesson = |entry: &&Dated| matches!(&entry.body, Body::LessonRecorded(set) if set.at == *at);
        let entered = self.entries.iter().find(is_lesson).map_or(noon(at.date), |entry| entry.at);
        self.taught(entered + chrono::Duration::hours(1), mark(at, pupil, marks, ""))
    }

    /// Records everything in the order of time, all in one transaction.
    ///
    /// # Panics
    /// An entry that the rules refuse: then the school is none.
    pub(crate) fn record(&self) -> TestJournal {
        let folder = tempfile::tempdir().unwrap();
        let key = identity(&self.administrator.login);
        let created = JournalCreated {
            previous: None,
            school: self.school.clone(),
            administrator: self.administrator.clone(),
            key: key.public(),
            recovery: identity("recovery").public().recipient().to_owned(),
            second: self.second.iter().map(second_person).collect(),
            emergency: self.emergency.then(|| identity("emergency").public().ssh_line("")),
        };
        let author = Author { signer: &key, clock: &self.begins, taken_over: false };
        let path = folder.path().join("journal.letopis");
        drop(Journal::create(&path, author, created).unwrap());
        let journal = opened(&path);
        let administrator = self.administrator.login.clone();
        let mut recorded = TestJournal { journal, administrator, clock: self.begins, folder };
        let mut entries: Vec<&Dated> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.at);
        recorded.record_all(entries);
        recorded
    }
}

fn second_person(person: &Person) -> SecondPerson {
    let request = Request::by(&identity(&person.login), None, &person.login).unwrap();
    let (key, possession) = (request.key, request.possession);
    SecondPerson { person: person.clone(), key, possession, proven_in: String::new() }
}

/// Who records a body of which the teacher is the author: a substitute who is named or gave the lesson, else the
/// course's teacher.
fn teacher(tables: &Tables, body: &Body) -> String {
    let (course, substitute) = match body {
        Body::LessonRecorded(set) => (&set.at.course, Some(set.substitute.clone().into())),
        Body::MarksSet(MarksSet { at, .. }) | Body::AttendanceSet(AttendanceSet { at, .. }) => {
            (&at.course, read::lesson_at(tables, at).unwrap().map(|lesson| lesson.substitute.clone()))
        }
        Body::FinalsSet(set) => (&set.course, None),
        Body::CorrectionRequested(set) => (&set.course, None),
        _ => panic!("{} is no teacher's", body.kind()),
    };
    match substitute.filter(|login| !login.is_empty()) {
        Some(login) => login.into(),
        None => {
            read::course(tables, course).unwrap().unwrap_or_else(|| panic!("no course {course}")).teacher.clone().into()
        }
    }
}

/// An archive and a document name the place of the ledger at which they are made; a key proves that it is its holder's.
fn at_its_place(mut body: Body, tip: &Tip) -> Body {
    match &mut body {
        Body::ArchiveCreated(archive) if archive.head.is_empty() => {
            (archive.length, archive.head) = (tip.seq, hex(&tip.head))
        }
        Body::DocumentIssued(issued) => issued.at_entry = tip.seq,
        Body::KeyEnrolled(enrolled) if enrolled.possession.is_empty() => {
            *enrolled = KeyEnrolled::of(&identity(&enrolled.login), &tip.journal, &enrolled.login).unwrap();
        }
        _ => {}
    }
    body
}

impl TestJournal {
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
