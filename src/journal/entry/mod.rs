//! An entry: one fact, who recorded it, when, and under which rules.
//!
//! Its JSON text is what the ledger keeps and the author signs. The text is an envelope (author, key, time, rules)
//! around a body, and the envelope's `kind` says what the body is. Everything in it is named as people name it: classes
//! «7А», logins, personal file numbers, periods; so the ledger can be read without its tables, in twenty-five years.
//! `docs/formats/ledger.md` lists every kind and field.

mod absence;
mod archive;
mod carrier;
mod confirm;
mod correction;
mod destroyed;
mod enrolment;
mod event;
mod note;
mod paper;
mod people;
mod remark;
mod restored;
mod source;
mod statistics;
mod strand;
mod study;
mod substitution;
mod witness;
mod year;

pub use absence::{ExemptionSet, ExemptionWithdrawn, Reason, ReasonSet, ReasonWithdrawn};
pub use archive::{
    ArchiveCopied, ArchiveCreated, ArchiveKind, ArchiveRepaired, ArchiveStored, ArchiveVerified, BackupMade, CopyOn,
    RepairedFrom, VerifiedAs, VerifiedDepth,
};
pub use carrier::{CarrierIssued, CarrierLost, CarrierRegistered, CarrierRestored, CarrierRetired, CarrierReturned};
pub use confirm::{Effect, EmergencyEnrolment, EmergencyKeySet, EntriesConfirmed, EntriesRefused, Span};
pub use correction::{Change, CorrectionDecided, CorrectionRequested, LessonText};
pub use destroyed::{ArchiveDestroyed, Destroyed, DestroyedCase, NamedArchive};
pub use enrolment::{EnrolmentCorrected, GroupAnnulled, PupilAnnulled, PupilRenumbered, StayIn};
pub use event::{EventAnnounced, EventAnnulled};
pub use note::{NoteAdded, NoteDone};
pub use paper::{
    BookBound, DocumentIssued, DocumentSigned, FrontPage, IssuedPage, IssuedResource, NewLeaf, OldLeaf, Replaces,
    SignatureCheck, SignatureFile, SignaturePart,
};
pub use people::{
    ClassSet, ClockReset, GroupSet, JournalCreated, KeyEnrolled, KeyRevoked, LastArchive, Person, PersonDismissed,
    Previous, PreviousWitness, PupilEnrolled, PupilLeft, PupilMoved, PupilSet, SchoolChanged, SecondPerson,
    SubjectLine, SubjectsSet,
};
pub use remark::{RemarkAnswered, RemarkWritten};
pub use restored::{JournalRestored, LostTail};
pub use source::Source;
pub use statistics::StatisticsExported;
pub use strand::{
    CARRIED_KINDS, Carried, CarriedBase, CarriedReceipt, RECEIPT_DOMAIN, ReceiptText, RefusedNumber, StrandClosed,
    StrandEnd, StrandOpened, bytes,
};
pub use study::{
    AttendanceSet, ClassAnnulled, CourseAnnulled, CourseSet, DecisionSet, FinalLine, FinalsSet, LessonAnnulled,
    LessonCell, LessonRecorded, LessonRef, MarkLine, MarksSet, PlanLine, PlanSet, PresenceLine, Slot, SubjectAnnulled,
    TimetableSet,
};
pub use substitution::{SubstitutionAssigned, SubstitutionConfirmed};
pub use witness::{WitnessAdded, WitnessRemoved};
pub use year::{YearClosed, YearContinued, YearReopened};

use crate::error::{Action, Error, Result};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The version of the rules that this program enforces. An audit judges an entry by the version it names.
pub const RULES: u32 = 2;

/// An entry, read or about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it was recorded, to the second, with the offset of the clock that said so.
    pub time: DateTime<FixedOffset>,
    /// Login of the author.
    pub author: String,
    /// Fingerprint of the key that signed it.
    pub key: String,
    /// Version of the rules it was checked by.
    pub rules: u32,
    /// Whether it is history kept elsewhere and brought in by import: the day rules do not apply to it.
    pub taken_over: bool,
    /// How it comes into force; from rules 2.
    pub effect: Effect,
    /// The file that it was read from, if any; from rules 2.
    pub source: Option<Source>,
    /// What it says.
    pub body: Body,
}

/// The JSON text of an entry, field by field.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<B> {
    kind: String,
    time: DateTime<FixedOffset>,
    author: String,
    key: String,
    rules: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    taken_over: bool,
    #[serde(default, skip_serializing_if = "Effect::is_at_once")]
    effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    body: B,
}

/// Declares the kinds once: their names in JSON, their variants, and reading and writing of both.
macro_rules! kinds {
    ($($name:literal => $variant:ident),* $(,)?) => {
        /// What an entry says; the variants are the kinds.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs)] // each is documented on its type
        #[allow(clippy::large_enum_variant)] // bodies are short-lived, and the large one is written once a year
        pub enum Body { $($variant($variant)),* }

        impl Body {
            /// The kind's name in JSON.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),* }
            }

            /// Every kind's name.
            pub const KINDS: &[&str] = &[$($name),*];

            fn parse(kind: &str, json: &str) -> std::result::Result<Self, String> {
                match kind {
                    $($name => serde_json::from_str(json).map(Self::$variant).map_err(|e| e.to_string()),)*
                    _ => Err(format!("неизвестный вид записи «{kind}»")),
                }
            }
        }

        $(impl From<$variant> for Body { fn from(body: $variant) -> Self { Self::$variant(body) } })*

        impl Serialize for Body {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self { $(Self::$variant(body) => body.serialize(serializer)),* }
            }
        }
    };
}

kinds! {
    "journal.created" => JournalCreated,
    "school.changed" => SchoolChanged,
    "clock.reset" => ClockReset,
    "person.set" => Person,
    "person.dismissed" => PersonDismissed,
    "key.enrolled" => KeyEnrolled,
    "key.revoked" => KeyRevoked,
    "subjects.set" => SubjectsSet,
    "class.set" => ClassSet,
    "pupil.set" => PupilSet,
    "pupil.enrolled" => PupilEnrolled,
    "pupil.left" => PupilLeft,
    "pupil.moved" => PupilMoved,
    "pupil.renumbered" => PupilRenumbered,
    "pupil.annulled" => PupilAnnulled,
    "enrolment.corrected" => EnrolmentCorrected,
    "group.set" => GroupSet,
    "group.annulled" => GroupAnnulled,
    "course.set" => CourseSet,
    "timetable.set" => TimetableSet,
    "plan.set" => PlanSet,
    "lesson.recorded" => LessonRecorded,
    "marks.set" => MarksSet,
    "attendance.set" => AttendanceSet,
    "substitution.assigned" => SubstitutionAssigned,
    "substitution.confirmed" => SubstitutionConfirmed,
    "reason.set" => ReasonSet,
    "reason.withdrawn" => ReasonWithdrawn,
    "exemption.set" => ExemptionSet,
    "exemption.withdrawn" => ExemptionWithdrawn,
    "finals.set" => FinalsSet,
    "decision.set" => DecisionSet,
    "correction.requested" => CorrectionRequested,
    "correction.decided" => CorrectionDecided,
    "remark.written" => RemarkWritten,
    "remark.answered" => RemarkAnswered,
    "event.announced" => EventAnnounced,
    "event.annulled" => EventAnnulled,
    "note.added" => NoteAdded,
    "note.done" => NoteDone,
    "year.closed" => YearClosed,
    "year.reopened" => YearReopened,
    "year.continued" => YearContinued,
    "journal.restored" => JournalRestored,
    "document.issued" => DocumentIssued,
    "document.signed" => DocumentSigned,
    "book.bound" => BookBound,
    "carrier.registered" => CarrierRegistered,
    "carrier.issued" => CarrierIssued,
    "carrier.returned" => CarrierReturned,
    "carrier.lost" => CarrierLost,
    "carrier.retired" => CarrierRetired,
    "carrier.restored" => CarrierRestored,
    "archive.created" => ArchiveCreated,
    "archive.verified" => ArchiveVerified,
    "archive.copied" => ArchiveCopied,
    "archive.repaired" => ArchiveRepaired,
    "archive.stored" => ArchiveStored,
    "backup.made" => BackupMade,
    "archive.destroyed" => ArchiveDestroyed,
    "statistics.exported" => StatisticsExported,
    "entries.confirmed" => EntriesConfirmed,
    "entries.refused" => EntriesRefused,
    "emergency.set" => EmergencyKeySet,
    "emergency.enrolled" => EmergencyEnrolment,
    "lesson.annulled" => LessonAnnulled,
    "course.annulled" => CourseAnnulled,
    "class.annulled" => ClassAnnulled,
    "subject.annulled" => SubjectAnnulled,
    "strand.opened" => StrandOpened,
    "strand.closed" => StrandClosed,
    "carried" => Carried,
    "witness.added" => WitnessAdded,
    "witness.removed" => WitnessRemoved,
}

impl Entry {
    /// The JSON text to sign and keep.
    ///
    /// # Errors
    /// None in practice: every body is made of texts, numbers and lists.
    pub fn to_json(&self) -> Result<String> {
        let envelope = Envelope {
            kind: self.body.kind().to_owned(),
            time: self.time,
            author: self.author.clone(),
            key: self.key.clone(),
            rules: self.rules,
            taken_over: self.taken_over,
            effect: self.effect,
            source: self.source.clone(),
            body: &self.body,
        };
        serde_json::to_string(&envelope).map_err(|e| {
            Error::input(format!("запись не составляется: {e}"))
                .next("повторите; если не поможет, сообщите разработчику")
                .caused_by(e)
        })
    }

    /// Reads the text of a stored entry.
    ///
    /// # Errors
    /// A text that is not such JSON, of an unknown kind, or with a field too many or too few.
    pub fn from_json(text: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::damaged(format!("текст записи не читается: {why}")).next_by("проверьте журнал", Action::Audit)
        };
        let envelope: Envelope<&RawValue> = serde_json::from_str(text).map_err(|e| bad(e.to_string()).caused_by(e))?;
        let body = Body::parse(&envelope.kind, envelope.body.get()).map_err(bad)?;
        Ok(Self {
            time: envelope.time,
            author: envelope.author,
            key: envelope.key,
            rules: envelope.rules,
            taken_over: envelope.taken_over,
            effect: envelope.effect,
            source: envelope.source,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::{ClassName, CourseKey, Marks};
    use proptest::prelude::*;

    fn sample() -> Entry {
        let class = ClassName::parse("7А").unwrap();
        let course = CourseKey { class, group: String::new(), subject: "Алгебра".into() };
        let date = crate::school::parse_date("2025-09-15").unwrap();
        Entry {
            time: DateTime::parse_from_rfc3339("2025-09-15T12:00:00+03:00").unwrap(),
            author: "ivanova".into(),
            key: "SHA256:x".into(),
            rules: RULES,
            taken_over: false,
            effect: Effect::AtOnce,
            source: None,
            body: MarksSet {
                at: LessonRef { course, date, lesson: 2 },
                work: String::new(),
                marks: vec![MarkLine {
                    pupil: "К-17".into(),
                    marks: Some(Marks::parse("4/5").unwrap()),
                    document: String::new(),
                    earned: false,
                }],
            }
            .into(),
        }
    }

    #[test]
    fn an_entry_is_plain_json_that_people_can_read() {
        let text = sample().to_json().unwrap();
        assert_eq!(
            text,
            r#"{"kind":"marks.set","time":"2025-09-15T12:00:00+03:00","author":"ivanova","key":"SHA256:x","rules":2,"body":{"at":{"course":{"class":"7А","subject":"Алгебра"},"date":"2025-09-15","lesson":2},"marks":[{"pupil":"К-17","marks":"4/5"}]}}"#
        );
        assert_eq!(Entry::from_json(&text).unwrap(), sample());
    }

    #[test]
    fn an_entry_that_was_read_from_a_file_names_it_and_its_cells() {
        let source = Some(Source { sha256: "ab".repeat(32), cells: vec!["I четверть!F5:F9".into()] });
        let entry = Entry { source, ..sample() };
        let text = entry.to_json().unwrap();
        assert!(text.contains(r#""source":{"sha256":"abab"#) && text.contains(r#""cells":["I четверть!F5:F9"]}"#));
        assert_eq!(Entry::from_json(&text).unwrap(), entry);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic_and_what_it_reads_it_writes(
            text in "\\PC{0,80}", at in 0usize..200, with in "[\\PC\\x00-\\x1f]{0,3}",
        ) {
            let _ = Entry::from_json(&text);
            let mut damaged: Vec<char> = sample().to_json().unwrap().chars().collect();
            let at = at.min(damaged.len());
            damaged.splice(at..(at + 1).min(damaged.len()), with.chars());
            if let Ok(entry) = Entry::from_json(&damaged.into_iter().collect::<String>()) {
                let text = entry.to_json().unwrap();
                prop_assert_eq!(Entry::from_json(&text).unwrap(), entry);
            }
        }
    }

    #[test]
    fn a_field_too_many_and_an_unknown_kind_are_refused() {
        let text = sample().to_json().unwrap();
        for (from, to) in [
            ("\"rules\":2", "\"rules\":2,\"x\":1"),
            ("\"marks\":\"4/5\"", "\"marks\":\"4/5\",\"y\":2"),
            ("marks.set", "z"),
        ] {
            assert!(Entry::from_json(&text.replacen(from, to, 1)).is_err(), "{to}");
        }
    }
}
