//! Who may record what (§3.3): one table, and the one function that reads it.
//!
//! A right is a role, mostly with a tie to the thing itself: a teacher to his course, a class teacher to his class.
//! Recording, taking in and audit all ask here, so nothing can be recorded by a way that forgets to.

use crate::error::{Error, Result};
use crate::journal::entry::{Body, Effect, Entry, LessonRef, RULES};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, Day, Role};

/// What must be true of an author for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Holds the role; no tie needed.
    Has(Role),
    /// Teaches the course.
    OwnCourse,
    /// Gave the lesson instead of the course's teacher (§2.1).
    Substitute,
    /// Is the class teacher of the pupil's class.
    OwnClass,
    /// Teaches the course that a remark is about, or is the class teacher where it is about the whole book.
    Addressee,
    /// Is a methodist of the subject's methodological association.
    OwnAssociation,
    /// Recorded himself what is taken in.
    OwnStrand,
}

use Right::{Addressee, Has, OwnAssociation, OwnClass, OwnCourse, OwnStrand, Substitute};
use Role::{
    Administrator, BackupService, ClassTeacher, DeputyHead, Director, Dispatcher, Secretary, ServerService, Teacher,
};

/// Kinds of entry, and the rights of which any one suffices.
const TABLE: &[(&str, &[Right])] = &[
    ("journal.created", &[Has(Administrator)]),
    ("school.changed", &[Has(Administrator)]),
    ("clock.reset", &[Has(Administrator)]),
    ("person.set", &[Has(Administrator)]),
    ("person.dismissed", &[Has(Administrator)]),
    ("key.enrolled", &[Has(Administrator)]),
    ("key.revoked", &[Has(Administrator)]),
    ("subjects.set", &[Has(Administrator)]),
    ("class.set", &[Has(Administrator)]),
    ("pupil.set", &[Has(Administrator)]),
    ("pupil.enrolled", &[Has(Administrator)]),
    ("pupil.left", &[Has(Administrator)]),
    ("pupil.moved", &[Has(Administrator)]),
    ("pupil.renumbered", &[Has(Administrator)]),
    ("pupil.annulled", &[Has(Administrator)]),
    ("enrolment.corrected", &[Has(Administrator)]),
    ("group.set", &[Has(Administrator)]),
    ("group.annulled", &[Has(Administrator)]),
    ("course.set", &[Has(Administrator)]),
    ("timetable.set", &[Has(Administrator)]),
    ("plan.set", &[OwnAssociation]),
    ("lesson.recorded", &[OwnCourse, Substitute]),
    ("marks.set", &[OwnCourse, Substitute]),
    ("attendance.set", &[OwnCourse, Substitute]),
    ("substitution.assigned", &[Has(DeputyHead)]),
    ("substitution.confirmed", &[Has(DeputyHead), Has(Director)]),
    ("reason.set", &[OwnClass]),
    ("reason.withdrawn", &[OwnClass]),
    ("exemption.set", &[OwnClass]),
    ("exemption.withdrawn", &[OwnClass]),
    ("finals.set", &[OwnCourse, Has(DeputyHead)]),
    ("decision.set", &[Has(DeputyHead), Has(Director)]),
    ("correction.requested", &[OwnCourse, Substitute]),
    ("correction.decided", &[Has(DeputyHead), Has(Director)]),
    ("remark.written", &[Has(DeputyHead)]),
    ("remark.answered", &[Addressee, Has(DeputyHead)]),
    ("event.announced", &[Has(DeputyHead), Has(Director), Has(Administrator), OwnClass]),
    ("event.annulled", &[Has(DeputyHead), Has(Director), Has(Administrator), OwnClass]),
    ("note.added", &[Has(Teacher), Has(ClassTeacher)]),
    ("note.done", &[Has(Teacher), Has(ClassTeacher)]),
    ("year.closed", &[Has(DeputyHead), Has(Director)]),
    ("year.reopened", &[Has(Director)]),
    ("year.continued", &[Has(Administrator)]),
    ("journal.restored", &[Has(DeputyHead), Has(Director), Has(Administrator)]),
    ("document.issued", &[Has(DeputyHead), Has(Director)]),
    ("document.signed", &[Has(DeputyHead), Has(Director)]),
    ("book.bound", &[Has(Secretary)]),
    ("carrier.registered", &[Has(DeputyHead), Has(Director)]),
    ("carrier.issued", &[Has(DeputyHead), Has(Director)]),
    ("carrier.returned", &[Has(DeputyHead), Has(Director)]),
    ("carrier.lost", &[Has(DeputyHead), Has(Director)]),
    ("carrier.retired", &[Has(DeputyHead), Has(Director)]),
    ("carrier.restored", &[Has(DeputyHead), Has(Director), Has(Administrator)]),
    ("archive.created", &[Has(DeputyHead), Has(Director), Has(Dispatcher)]),
    ("archive.verified", &[Has(DeputyHead), Has(Director), Has(Dispatcher)]),
    ("archive.copied", &[Has(DeputyHead), Has(Director), Has(Dispatcher)]),
    ("archive.repaired", &[Has(DeputyHead), Has(Director), Has(Dispatcher)]),
    ("archive.stored", &[Has(DeputyHead), Has(Director), Has(Dispatcher)]),
    ("backup.made", &[Has(BackupService), Has(Dispatcher), Has(DeputyHead), Has(Director)]),
    ("archive.destroyed", &[Has(DeputyHead), Has(Director)]),
    ("statistics.exported", &[Has(DeputyHead), Has(Director)]),
    ("entries.confirmed", &[Has(Director), Has(DeputyHead), Has(Administrator)]),
    ("entries.refused", &[Has(Director), Has(DeputyHead), Has(Administrator)]),
    ("emergency.set", &[Has(Administrator), Has(Director)]),
    ("emergency.enrolled", &[Has(Director), Has(DeputyHead)]),
    ("lesson.annulled", &[OwnCourse, Substitute]),
    ("course.annulled", &[Has(Administrator)]),
    ("class.annulled", &[Has(Administrator)]),
    ("subject.annulled", &[Has(Administrator)]),
    ("strand.opened", &[Has(Administrator), Has(DeputyHead)]),
    ("strand.closed", &[Has(Administrator), Has(DeputyHead)]),
    ("witness.added", &[Has(Administrator), Has(DeputyHead), Has(Director)]),
    ("witness.removed", &[Has(Administrator), Has(DeputyHead), Has(Director)]),
    ("carried", &[Has(ServerService), Has(DeputyHead), OwnStrand]),
];

/// Kinds that may carry history from another program; only the administrator brings it in.
const TAKEN_OVER: &[&str] =
    &["plan.set", "lesson.recorded", "marks.set", "attendance.set", "reason.set", "finals.set", "decision.set"];

/// Whether the author of `entry` may record it, by the tables as they stand before it.
///
/// # Errors
/// A refusal that says who may.
pub fn check(tables: &Tables, entry: &Entry) -> Result<()> {
    check_on(tables, entry, None)
}

/// As [`check`], of an entry that was recorded away from the ledger: whoever taught the course on the lesson's own day, or on
/// `made`, the day of the entry, where it is about no lesson, had the right to it.
///
/// # Errors
/// As [`check`].
pub fn check_carried(tables: &Tables, entry: &Entry, made: Day) -> Result<()> {
    check_on(tables, entry, Some(made))
}

fn check_on(tables: &Tables, entry: &Entry, made: Option<Day>) -> Result<()> {
    let kind = entry.body.kind();
    let rights = if entry.taken_over {
        if !TAKEN_OVER.contains(&kind) {
            return Err(Error::refused(format!("запись вида «{kind}» не может быть перенесённой"))
                .next("внесите её как обычную"));
        }
        &[Has(Administrator)][..]
    } else {
        TABLE.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, rights)| rights)
    };
    for right in rights {
        if holds(tables, entry, *right, made)? {
            return Ok(());
        }
    }
    let mut who = rights.iter().map(|right| right.describe()).collect::<Vec<_>>();
    let last = who.pop().unwrap_or_default();
    let who = if who.is_empty() { last } else { format!("{} или {last}", who.join(", ")) };
    Err(Error::refused(format!("у «{}» нет права на это действие (§3.3): его выполняет {who}", entry.author))
        .next("обратитесь к тому, кто имеет это право, или к администратору"))
}

/// Whether somebody may record such an entry, asked where none comes of it since all of it stands already.
///
/// # Errors
/// As [`check`].
pub fn may(tables: &Tables, login: &str, body: Body) -> Result<()> {
    let (time, author) = (chrono::DateTime::UNIX_EPOCH.fixed_offset(), login.to_owned());
    let (key, rules, taken_over, effect) = (String::new(), RULES, false, Effect::AtOnce);
    check(tables, &Entry { time, author, key, rules, taken_over, effect, source: None, body })
}

/// Whether somebody may write and erase parents' contacts of a class and issue slips of access, which are no entries: the
/// administrator, and its class teacher. Of who is in no class, the administrator alone.
///
/// # Errors
/// A refusal that says who may.
pub fn may_keep_contacts(tables: &Tables, login: &str, class: Option<&ClassName>) -> Result<()> {
    if read::has_role(tables, login, Administrator)? {
        return Ok(());
    }
    if let Some(class) = class
        && read::has_role(tables, login, ClassTeacher)?
        && read::class_teacher(tables, class)?.is_some_and(|teacher| teacher == *login)
    {
        return Ok(());
    }
    let whose = match class {
        Some(class) => format!("администратор и классный руководитель {class}"),
        None => "администратор: ученик не состоит ни в одном классе".to_owned(),
    };
    Err(Error::refused(format!(
        "у «{login}» нет права на это действие (§3.3): контакты и доступ к дневнику ведут {whose}"
    ))
    .next("обратитесь к ним"))
}

impl Right {
    fn describe(self) -> String {
        match self {
            Has(role) => role.word().to_owned(),
            OwnCourse => "учитель этого курса".to_owned(),
            Substitute => "учитель, проводивший урок по замене".to_owned(),
            OwnClass => "классный руководитель этого класса".to_owned(),
            Addressee => "учитель или классный руководитель, к которому относится замечание".to_owned(),
            OwnAssociation => "методист методического объединения этого предмета".to_owned(),
            OwnStrand => "владелец носителя".to_owned(),
        }
    }
}

fn holds(tables: &Tables, entry: &Entry, right: Right, made: Option<Day>) -> Result<bool> {
    let login = &entry.author;
    let has = |role| read::has_role(tables, login, role);
    match right {
        Has(role) => has(role),
        OwnCourse => Ok(has(Role::Teacher)?
            && match course_of(&entry.body) {
                Some(key) => taught(tables, key, login, made.map(|made| lesson_day(&entry.body).unwrap_or(made)))?,
                None => false,
            }),
        Substitute => Ok(has(Role::Teacher)? && substitutes(tables, entry)?),
        OwnClass => Ok(has(Role::ClassTeacher)?
            && match class_of(tables, &entry.body)? {
                Some(class) => read::class_teacher(tables, &class)?.is_some_and(|teacher| teacher == *login),
                None => false,
            }),
        Addressee => addressee(tables, entry),
        OwnStrand => match &entry.body {
            Body::Carried(carried) => {
                Ok(read::strand(tables, &carried.strand)?.is_some_and(|strand| strand.login == *login))
            }
            _ => Ok(false),
        },
        OwnAssociation => Ok(has(Role::Methodist)?
            && match course_of(&entry.body) {
                Some(key) => read::shares_association(tables, login, &key.subject)?,
                None => false,
            }),
    }
}

/// Whether somebody teaches a course, or taught it on a day.
///
/// # Errors
/// Tables that do not read.
pub fn taught(tables: &Tables, key: &CourseKey, login: &str, on: Option<Day>) -> Result<bool> {
    let Some(course) = read::course(tables, key)? else { return Ok(false) };
    if course.teacher == *login {
        return Ok(true);
    }
    on.map_or(Ok(false), |day| Ok(read::teacher_on(tables, course.id, day)?.is_some_and(|teacher| teacher == *login)))
}

/// The day of the lesson that an entry is about.
fn lesson_day(body: &Body) -> Option<Day> {
    match body {
        Body::LessonRecorded(set) => Some(set.at.date),
        Body::MarksSet(set) => Some(set.at.date),
        Body::AttendanceSet(set) => Some(set.at.date),
        Body::LessonAnnulled(annulled) => Some(annulled.at.date),
        Body::CorrectionRequested(set) => Some(set.date),
        _ => None,
    }
}

/// A substitute records the lesson in his own name; its marks and absences are his while the lesson is.
fn substitutes(tables: &Tables, entry: &Entry) -> Result<bool> {
    let at = match &entry.body {
        Body::LessonRecorded(lesson) if lesson.substitute == entry.author => match read::lesson_at(tables, &lesson.at)?
        {
            None => return Ok(true),
            Some(known) => return Ok(known.substitute == entry.author),
        },
        Body::MarksSet(set) => set.at.clone(),
        Body::AttendanceSet(set) => set.at.clone(),
        Body::LessonAnnulled(annulled) => annulled.at.clone(),
        Body::CorrectionRequested(set) => LessonRef { course: set.course.clone(), date: set.date, lesson: set.lesson },
        _ => return Ok(false),
    };
    Ok(read::lesson_at(tables, &at)?.is_some_and(|lesson| lesson.substitute == entry.author))
}

/// A remark about a course is answered by its teacher, one about the book by the class teacher.
fn addressee(tables: &Tables, entry: &Entry) -> Result<bool> {
    let Body::RemarkAnswered(answer) = &entry.body else { return Ok(false) };
    let login = read::addressee(tables, answer.number)?;
    Ok(login.is_some_and(|login| login == entry.author) && !read::is_dismissed(tables, &entry.author)?)
}

fn course_of(body: &Body) -> Option<&CourseKey> {
    match body {
        Body::PlanSet(set) => Some(&set.course),
        Body::LessonRecorded(lesson) => Some(&lesson.at.course),
        Body::MarksSet(set) => Some(&set.at.course),
        Body::AttendanceSet(set) => Some(&set.at.course),
        Body::LessonAnnulled(annulled) => Some(&annulled.at.course),
        Body::FinalsSet(set) => Some(&set.course),
        Body::CorrectionRequested(set) => Some(&set.course),
        _ => None,
    }
}

/// The class of the pupil whose absence is explained: on the span's last day, else on its first; the one that an event is for.
fn class_of(tables: &Tables, body: &Body) -> Result<Option<ClassName>> {
    let only = |classes: &[ClassName]| match classes {
        [class] => Some(class.clone()),
        _ => None,
    };
    let (pupil, since, until) = match body {
        Body::ReasonSet(set) => (&set.pupil, set.since, set.until),
        Body::ReasonWithdrawn(set) => (&set.pupil, set.since, set.until),
        Body::ExemptionSet(set) => (&set.pupil, set.since, set.until),
        Body::ExemptionWithdrawn(set) => (&set.pupil, set.since, set.since),
        Body::EventAnnounced(event) => return Ok(only(&event.classes)),
        Body::EventAnnulled(annulled) => {
            return Ok(read::event(tables, annulled.number)?.and_then(|event| only(&event.classes)));
        }
        _ => return Ok(None),
    };
    match read::class_of_pupil(tables, pupil, until)? {
        Some(class) => Ok(Some(class)),
        None => read::class_of_pupil(tables, pupil, since),
    }
}

#[cfg(test)]
mod tests;
