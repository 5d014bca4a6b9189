//! The rules of the regulation, each a small function named for what it demands.
//!
//! [`check`] judges one entry against the tables as they stand before it. Recording calls it to refuse, an audit calls
//! it to find what slipped past; both get the same answer because it is the same code. A rule that only warns puts its
//! words into the list that is returned.

mod absence;
mod backup;
pub mod carried;
mod carrier;
mod correction;
mod course;
mod decision;
mod destroyed;
mod event;
mod finals;
mod leaves;
mod lesson;
mod note;
mod paper;
mod people;
mod pupils;
mod remark;
mod resting;
mod school;
mod signature;
mod source;
pub mod statistics;
pub mod strand;
mod substitution;
mod text;
pub mod time;
pub mod timetable;
pub mod two_eyes;
mod witness;
pub mod year;

pub use carrier::is_not_lost;
pub use destroyed::{no_sheets, term_is_over};
pub use finals::YEARLY;
pub use leaves::may_be_replaced;
pub(crate) use lesson::nothing_to_annul;
pub use paper::{next_running, register_number};
pub use pupils::twin;
pub use signature::{LARGEST_SIGNATURE, MOST_SIGNATURE_FILES};
pub use text::is_canonical;

use crate::error::{Error, Result, Warning};
use crate::journal::entry::{Body, Entry};
use crate::journal::read::Tables;
use crate::journal::read::{self, Course, Pupil};
use crate::ledger::chain::{Hash, Tip};
use crate::school::{CourseKey, Day, School};
use std::sync::Arc;

/// A record of the ledger, as others name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The head after it.
    pub head: Hash,
    /// Its time, in seconds since 1970.
    pub time: i64,
}

/// The ledger before an entry, of which some entries name a record.
pub trait Places {
    /// The record of a number; nothing where there is none, or it does not read.
    ///
    /// # Errors
    /// A file that does not read.
    fn place(&self, seq: u64) -> Result<Option<Place>>;
}

/// Days of an entry that was recorded away from the ledger and is judged where it is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOver {
    /// The first record of the hand-over.
    pub since: u64,
    /// The day by which replacing and adding are counted: that of taking in.
    pub taken: Day,
}

/// What an entry is judged against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tables before the entry.
    pub tables: &'a Tables,
    /// The school as it stands, whose policy holds.
    pub school: &'a School,
    /// The number that the entry will have.
    pub seq: u64,
    /// Where the chain stands before it.
    pub before: &'a Tip,
    /// The ledger before it.
    pub places: &'a dyn Places,
    /// Of an entry that is taken in, when.
    pub handed: Option<HandedOver>,
}

impl Context<'_> {
    /// The day by which it is counted what may still be replaced and added; `today` is the entry's own.
    pub fn taken(&self, today: Day) -> Day {
        self.handed.map_or(today, |handed| handed.taken.max(today))
    }

    /// Whether what a record wrote came in the same hand-over as the entry.
    pub fn is_of_hand_over(&self, entry: u64) -> bool {
        self.handed.is_some_and(|handed| entry >= handed.since)
    }
}

/// Judges `entry`; `canonical` is what [`is_canonical`] says of its exact text. Returns what to look at.
///
/// # Errors
/// The first rule that forbids it, with its clause and the way out; or a name that the journal does not know.
pub fn check(context: &Context<'_>, entry: &Entry, canonical: Result<()>) -> Result<Vec<Warning>> {
    canonical?;
    let today = context.school.day_of(entry.time);
    let tables = context.tables;
    let mut warnings = Vec::new();
    year::year_is_open(tables, entry)?;
    source::check(entry)?;
    match &entry.body {
        Body::JournalCreated(created) => people::first_entry(context, created)?,
        Body::SchoolChanged(changed) => school::change(context, entry, changed, &mut warnings)?,
        Body::ClockReset(reset) => text::is_given(&reset.reason, "причина")?,
        Body::Person(person) => people::change_of_person(tables, person, &mut warnings)?,
        Body::PersonDismissed(dismissed) => people::dismissal(tables, dismissed, &mut warnings)?,
        Body::KeyEnrolled(enrolled) => people::enrolment_of_key(context, entry, enrolled)?,
        Body::KeyRevoked(revoked) => people::revocation(tables, revoked, &mut warnings)?,
        Body::SubjectsSet(set) => people::subjects(tables, entry, set)?,
        Body::ClassSet(set) => people::class(tables, set)?,
        Body::PupilSet(set) => pupils::pupil(context, entry, set, &mut warnings)?,
        Body::PupilEnrolled(enrolled) => pupils::enrolment(context, enrolled)?,
        Body::PupilLeft(left) => pupils::leaving(context, entry, left, &mut warnings)?,
        Body::PupilMoved(moved) => pupils::moving(context, entry, moved, &mut warnings)?,
        Body::PupilRenumbered(renumbered) => pupils::renumbering(context, renumbered)?,
        Body::PupilAnnulled(annulled) => pupils::annulment(context, annulled)?,
        Body::EnrolmentCorrected(corrected) => pupils::correction_of_enrolment(context, corrected, &mut warnings)?,
        Body::GroupSet(set) => pupils::group(context, entry, set, &mut warnings)?,
        Body::GroupAnnulled(annulled) => pupils::annulment_of_group(context, annulled)?,
        Body::CourseSet(set) => {
            people::course(tables, set)?;
            timetable::handed_over(context, set, &mut warnings)?;
        }
        Body::TimetableSet(set) => timetable::week(context, entry, set)?,
        Body::PlanSet(set) => people::plan(tables, set)?,
        Body::LessonRecorded(set) => lesson::recorded(context, entry, set, today)?,
        Body::MarksSet(set) => lesson::marks(context, entry, set, today)?,
        Body::AttendanceSet(set) => lesson::attendance(context, entry, set, today)?,
        Body::SubstitutionAssigned(assigned) => substitution::assignment(context, assigned)?,
        Body::SubstitutionConfirmed(confirmed) => substitution::confirmation(context, entry, confirmed)?,
        Body::ReasonSet(set) => absence::reason(tables, entry, set)?,
        Body::ReasonWithdrawn(withdrawn) => absence::withdrawal_of_reason(tables, withdrawn)?,
        Body::ExemptionSet(set) => absence::exemption(context, entry, set)?,
        Body::ExemptionWithdrawn(withdrawn) => absence::withdrawal_of_exemption(tables, withdrawn)?,
        Body::FinalsSet(set) => finals::check(context, entry, set, today, &mut warnings)?,
        Body::DecisionSet(set) => decision::of_the_council(context, entry, set, today, &mut warnings)?,
        Body::CorrectionRequested(set) => correction::request(context, entry, set, today, &mut warnings)?,
        Body::CorrectionDecided(decided) => correction::decision(context, entry, decided)?,
        Body::RemarkWritten(remark) => remark::remark(tables, remark)?,
        Body::RemarkAnswered(answer) => remark::answer(tables, answer)?,
        Body::EventAnnounced(announced) => event::announcement(tables, announced)?,
        Body::EventAnnulled(annulled) => event::annulment(tables, annulled)?,
        Body::NoteAdded(note) => note::note(note)?,
        Body::NoteDone(done) => note::note_done(tables, entry, done)?,
        Body::YearClosed(closed) => year::close(context, entry, closed, today)?,
        Body::YearReopened(reopened) => year::reopening(tables, reopened)?,
        Body::JournalRestored(restored) => year::restoration(restored)?,
        Body::YearContinued(continued) => year::continuation(tables, continued)?,
        Body::DocumentIssued(issued) => paper::document(context, entry, issued)?,
        Body::DocumentSigned(signed) => signature::signing(context, signed)?,
        Body::BookBound(bound) => paper::binding(context, bound, today)?,
        Body::CarrierRegistered(carrier) => carrier::registration(context, entry.rules, carrier)?,
        Body::CarrierIssued(issued) => carrier::issue(context, issued)?,
        Body::CarrierReturned(returned) => carrier::handing_in(context, returned)?,
        Body::CarrierLost(lost) => carrier::loss(context, lost, today, &mut warnings)?,
        Body::CarrierRetired(retired) => carrier::retirement(context, retired)?,
        Body::CarrierRestored(restored) => carrier::restoring(context, restored)?,
        Body::ArchiveCreated(archive) => paper::archive(context, archive)?,
        Body::ArchiveVerified(verified) => paper::of_archive(tables, &verified.archive)?,
        Body::ArchiveCopied(copied) => paper::copied(tables, copied)?,
        Body::ArchiveRepaired(repaired) => paper::of_archive(tables, &repaired.archive)?,
        Body::ArchiveStored(stored) => paper::stored(tables, stored)?,
        Body::BackupMade(made) => backup::made(context, made)?,
        Body::ArchiveDestroyed(gone) => destroyed::check(context, gone, today)?,
        Body::StatisticsExported(exported) => statistics::exported(context, exported, today)?,
        Body::EntriesConfirmed(confirmed) => two_eyes::confirmation(context, entry, confirmed)?,
        Body::EntriesRefused(refused) => two_eyes::refusal(tables, entry, refused)?,
        Body::EmergencyKeySet(set) => two_eyes::emergency_key(tables, set)?,
        Body::EmergencyEnrolment(enrolled) => two_eyes::emergency_enrolment(context, enrolled)?,
        Body::LessonAnnulled(annulled) => lesson::annulment(context, entry, annulled, today)?,
        Body::CourseAnnulled(annulled) => course::annulment(context, annulled)?,
        Body::SubjectAnnulled(annulled) => people::annulment_of_subject(tables, annulled)?,
        Body::ClassAnnulled(annulled) => course::annulment_of_class(context, annulled)?,
        Body::StrandOpened(opened) => strand::opening(context, opened)?,
        Body::StrandClosed(closed) => strand::closing(tables, closed)?,
        Body::WitnessAdded(added) => witness::addition(tables, added)?,
        Body::WitnessRemoved(removed) => witness::removal(tables, removed)?,
        Body::Carried(carried) => carried::check(context, entry, carried, &mut warnings)?,
    }
    Ok(warnings)
}

/// The course of a name.
pub(crate) fn known_course(tables: &Tables, key: &CourseKey) -> Result<Arc<Course>> {
    read::course(tables, key)?.ok_or_else(|| {
        Error::input(format!("курс «{key}» не заведён в журнале"))
            .next("проверьте класс, группу и предмет; курсы заводит администратор")
    })
}

/// The pupil of a personal file.
pub(crate) fn known_pupil(tables: &Tables, file: &str) -> Result<Pupil> {
    read::pupil(tables, file)?.ok_or_else(|| {
        Error::input(format!("в журнале нет ученика с личным делом «{file}»"))
            .next("проверьте номер; учеников заводит администратор")
    })
}
