//! What is recorded, said in short: people, lessons, marks, archives.

use crate::journal::entry::{
    ArchiveCreated, AttendanceSet, CarrierRegistered, CopyOn, CorrectionDecided, FinalLine, FinalsSet, LessonCell,
    LessonRecorded, LessonRef, MarkLine, MarksSet, Person, PresenceLine, Reason, ReasonSet,
};
use crate::ledger::identity::Identity;
use crate::school::{Attendance, ClassName, CourseKey, Marks, PersonName, Role};
use chrono::{DateTime, FixedOffset, NaiveDate};
use sha2::{Digest, Sha256};

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
