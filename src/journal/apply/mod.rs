//! The projection: the tables that commands query, made from the ledger and from nothing else.
//!
//! [`apply`] writes what one entry says, and is the only code that writes to these tables. It judges nothing and fails
//! only where a name is unknown, so the tables can be rebuilt at any time; since it is deterministic down to row ids,
//! rebuilt tables can be compared with the stored ones row by row.

mod absence;
mod annulment;
mod carrier;
mod correction;
mod destroyed;
mod event;
mod extraordinary;
mod note;
mod paper;
mod people;
mod pupils;
mod remark;
mod replay;
mod schema;
mod statistics;
mod strand;
pub(super) mod structure;
mod study;
mod substitution;
mod texts;
mod witness;
mod year;

pub use extraordinary::confirmed_entry;
pub use replay::{as_of, rebuild};
pub use schema::{SCHEMA, columns, compact, create, in_memory, names, schema_version};
pub use texts::{create_page_texts, keep_page_text};

use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Effect, Entry, LessonRef};
use crate::journal::read::extraordinary::{self as waiting, State};
use crate::journal::read::{self, Tables, iso};
use crate::journal::rules::two_eyes;
use crate::school::CourseKey;
use chrono::{DateTime, FixedOffset};
use rusqlite::Params;

/// Applies entry number `seq`.
///
/// # Errors
/// A name that the tables do not know: the ledger was not made by this program's rules.
pub fn apply(tables: &Tables, seq: u64, entry: &Entry) -> Result<()> {
    let at = Place { tables, seq, entry, confirmed: false };
    if entry.rules >= two_eyes::SINCE && !waiting::knows(tables)? {
        at.run("INSERT INTO two_eyes (id, entry) VALUES (1, ?1)", [seq])?;
    }
    if entry.effect == Effect::Waits {
        return at.wait();
    }
    match &entry.body {
        _ if entry.effect == Effect::Alone => tables.changing(|| at.list(State::Alone, "").and_then(|()| at.apply())),
        Body::LessonRecorded(_)
        | Body::MarksSet(_)
        | Body::AttendanceSet(_)
        | Body::FinalsSet(_)
        | Body::ReasonSet(_)
        | Body::DecisionSet(_)
        // What it carries is applied as an entry of its own.
        | Body::Carried(_) => at.apply(),
        // What else there is may change what courses, people and lists are.
        _ => tables.changing(|| at.apply()),
    }
}

/// The tables, and the entry that is being applied to them.
struct Place<'a> {
    tables: &'a Tables,
    seq: u64,
    entry: &'a Entry,
    /// Whether a second person has confirmed it.
    confirmed: bool,
}

impl Place<'_> {
    fn apply(&self) -> Result<()> {
        self.write()?;
        if self.may_bring_company() { self.company() } else { self.own_course() }
    }

    /// A course in which something was recorded here has entries of its own.
    fn own_course(&self) -> Result<()> {
        let key = match &self.entry.body {
            _ if self.entry.taken_over => return Ok(()),
            Body::LessonRecorded(set) => &set.at.course,
            Body::MarksSet(set) => &set.at.course,
            Body::AttendanceSet(set) => &set.at.course,
            Body::FinalsSet(set) => &set.course,
            Body::LessonAnnulled(annulled) => &annulled.at.course,
            Body::CorrectionRequested(set) => &set.course,
            _ => return Ok(()),
        };
        self.tables.make_own_course(self.course(key)?, self.seq)
    }

    fn write(&self) -> Result<()> {
        let at = self;
        match &self.entry.body {
            Body::JournalCreated(created) => at.journal_created(created),
            Body::SchoolChanged(changed) => at.school(&changed.school),
            Body::ClockReset(reset) => at.clock_reset(reset),
            Body::Person(person) => at.person(person),
            Body::PersonDismissed(dismissed) => at.dismissed(dismissed),
            Body::KeyEnrolled(enrolled) => at.key_enrolled(enrolled),
            Body::KeyRevoked(revoked) => at.revoked(revoked),
            Body::SubjectsSet(set) => at.subjects(set),
            Body::ClassSet(set) => at.class(set),
            Body::PupilSet(set) => at.pupil_set(set),
            Body::PupilEnrolled(enrolled) => at.enrolled(enrolled),
            Body::PupilLeft(left) => at.left(&left.file, left.until),
            Body::PupilMoved(moved) => at.moved(moved),
            Body::PupilRenumbered(renumbered) => at.renumbered(renumbered),
            Body::PupilAnnulled(annulled) => at.pupil_annulled(annulled),
            Body::EnrolmentCorrected(corrected) => at.enrolment_corrected(corrected),
            Body::GroupSet(set) => at.group(set),
            Body::GroupAnnulled(annulled) => at.group_annulled(annulled),
            Body::CourseSet(set) => at.course_set(set),
            Body::TimetableSet(set) => at.timetable(set),
            Body::PlanSet(set) => at.plan(set),
            Body::LessonRecorded(set) => at.lesson(set),
            Body::MarksSet(set) => at.marks(set),
            Body::AttendanceSet(set) => at.attendance(set),
            Body::SubstitutionAssigned(assigned) => at.substitution_assigned(assigned),
            Body::SubstitutionConfirmed(confirmed) => at.substitution_confirmed(confirmed),
            Body::ReasonSet(set) => at.reason(set),
            Body::ReasonWithdrawn(withdrawn) => at.reason_withdrawn(withdrawn),
            Body::ExemptionSet(set) => at.exemption(set),
            Body::ExemptionWithdrawn(withdrawn) => at.exemption_withdrawn(withdrawn),
            Body::FinalsSet(set) => at.finals(set),
            Body::DecisionSet(set) => at.decision(set),
            Body::CorrectionRequested(request) => at.correction_requested(request),
            Body::CorrectionDecided(decided) => at.correction_decided(decided),
            Body::RemarkWritten(remark) => at.remark_written(remark),
            Body::RemarkAnswered(answer) => at.remark_answered(answer),
            Body::EventAnnounced(event) => at.event_announced(event),
            Body::EventAnnulled(annulled) => at.event_annulled(annulled),
            Body::NoteAdded(note) => at.note_added(note),
            Body::NoteDone(done) => at.note_done(done),
            Body::YearClosed(closed) => at.year_closed(closed),
            Body::YearReopened(reopened) => at.year_reopened(reopened),
            Body::JournalRestored(restored) => at.journal_restored(restored),
            Body::YearContinued(continued) => at.year_continued(continued),
            Body::DocumentIssued(issued) => at.document(issued),
            Body::DocumentSigned(signed) => at.signed(signed),
            Body::BookBound(bound) => at.bound(bound),
            Body::CarrierRegistered(registered) => at.carrier_registered(registered),
            Body::CarrierIssued(issued) => at.carrier_issued(issued),
            Body::CarrierReturned(returned) => at.carrier_returned(returned),
            Body::CarrierLost(lost) => at.carrier_lost(lost),
            Body::CarrierRetired(retired) => at.carrier_retired(retired),
            Body::CarrierRestored(restored) => at.carrier_restored(restored),
            Body::ArchiveCreated(archive) => at.archive(archive),
            Body::ArchiveVerified(verified) => at.verified(verified),
            Body::ArchiveCopied(copied) => at.copied(copied),
            Body::ArchiveRepaired(repaired) => at.repaired(repaired),
            Body::ArchiveStored(stored) => at.stored(stored),
            Body::BackupMade(made) => at.backup(made),
            Body::ArchiveDestroyed(gone) => at.destroyed(gone),
            Body::StatisticsExported(exported) => at.statistics(exported),
            Body::EntriesConfirmed(confirmed) => at.entries_confirmed(confirmed),
            Body::EntriesRefused(refused) => at.entries_refused(refused),
            Body::EmergencyKeySet(set) => at.emergency_key(set),
            Body::EmergencyEnrolment(enrolled) => at.emergency_enrolment(enrolled),
            Body::LessonAnnulled(annulled) => at.lesson_annulled(&annulled.at, &self.entry.author, &annulled.reason),
            Body::CourseAnnulled(annulled) => at.course_annulled(annulled),
            Body::ClassAnnulled(annulled) => at.class_annulled(annulled),
            Body::SubjectAnnulled(annulled) => at.subject_annulled(annulled),
            Body::StrandOpened(opened) => at.strand_opened(opened),
            Body::StrandClosed(closed) => at.strand_closed(closed),
            Body::Carried(carried) => at.carried(carried),
            Body::WitnessAdded(added) => at.witness_added(added),
            Body::WitnessRemoved(removed) => at.witness_removed(removed),
        }
    }

    fn run(&self, sql: &str, parameters: impl Params) -> Result<()> {
        self.tables.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn time(&self) -> String {
        self.entry.time.to_rfc3339()
    }

    fn pupil(&self, file: &str) -> Result<i64> {
        let sql = "SELECT id FROM pupils WHERE file = ?1 UNION ALL
                   SELECT pupil FROM pupil_aliases WHERE file = ?1 AND pupil IS NOT NULL";
        let read = || {
            self.id(sql, [file])
                .map_err(|_| Error::damaged(format!("нет ученика «{file}»")).next_by("проверьте журнал", Action::Audit))
        };
        self.tables.pupil_or(file, read)
    }

    fn course(&self, key: &CourseKey) -> Result<i64> {
        let course = read::course(self.tables, key)?;
        course
            .map(|course| course.id)
            .ok_or_else(|| Error::damaged(format!("нет курса «{key}»")).next_by("проверьте журнал", Action::Audit))
    }

    fn lesson_id(&self, at: &LessonRef) -> Result<i64> {
        let lesson = read::lesson(self.tables, self.course(&at.course)?, at.date, at.lesson)?;
        lesson.map(|lesson| lesson.id).ok_or_else(|| {
            Error::damaged(format!("нет урока {} «{}»", iso(at.date), at.course))
                .next_by("проверьте журнал", Action::Audit)
        })
    }

    fn id(&self, sql: &str, parameters: impl Params) -> Result<i64> {
        Ok(self.tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?)
    }

    /// The day of the entry in the school's own time.
    fn day(&self) -> Result<String> {
        self.day_of(self.entry.time)
    }

    /// The day of a moment in the school's own time.
    fn day_of(&self, time: DateTime<FixedOffset>) -> Result<String> {
        let offset = self.tables.offset_or(|| {
            let sql = "SELECT config ->> '$.school.utc_offset' FROM school";
            let offset: String = self.tables.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            offset.parse().map_err(|_| {
                Error::damaged("смещение школы от UTC не читается").next_by("проверьте журнал", Action::Audit)
            })
        })?;
        Ok(iso(time.with_timezone(&offset).date_naive()))
    }
}
