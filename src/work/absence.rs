//! Why pupils were absent, and what they are exempted from (§3.3.4). Who was absent stands in the cells of a lesson, and
//! is recorded as they are ([`marks`](super::marks)).

use super::{Done, Workplace};
use crate::error::Result;
pub use crate::journal::entry::Reason;
use crate::journal::entry::{Body, ExemptionSet, ExemptionWithdrawn, ReasonSet, ReasonWithdrawn};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, CourseKey, Day, PersonalFile, clean};

/// A pupil from one day to another, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Whose.
    pub pupil: PersonalFile,
    /// First day.
    pub since: Day,
    /// Last day.
    pub until: Day,
}

/// Records the reason of every absence of a pupil in these days, with the document that it rests on, which may be empty.
///
/// # Errors
/// What a right or a rule refuses.
pub fn excuse(place: &mut Workplace<'_>, who: &Absent, reason: Reason, document: &str) -> Result<Done> {
    let (pupil, since, until) = who.parts();
    place.record([ReasonSet { pupil, since, until, reason, document: clean(document)? }.into()])
}

/// Exempts a pupil from subjects in these days, by a document.
///
/// # Errors
/// What a right or a rule refuses.
pub fn exempt(place: &mut Workplace<'_>, who: &Absent, subjects: &[String], document: &str) -> Result<Done> {
    let document = clean(document)?;
    let exemption = |subject: &String| -> Body {
        let (pupil, since, until) = who.parts();
        ExemptionSet { pupil, subject: subject.clone(), since, until, document: document.clone() }.into()
    };
    place.record(subjects.iter().map(exemption))
}

/// Withdraws a reason that was recorded of just these days by mistake.
///
/// # Errors
/// There is none of these days, and what a right refuses.
pub fn withdraw_reason(place: &mut Workplace<'_>, who: &Absent) -> Result<Done> {
    let (pupil, since, until) = who.parts();
    place.record([ReasonWithdrawn { pupil, since, until }.into()])
}

/// Withdraws an exemption from a subject that was recorded from this day on by mistake.
///
/// # Errors
/// There is none from that day on, and what a right refuses.
pub fn withdraw_exemption(place: &mut Workplace<'_>, pupil: &PersonalFile, subject: &str, since: Day) -> Result<Done> {
    place.record([ExemptionWithdrawn { pupil: pupil.into(), subject: subject.to_owned(), since }.into()])
}

/// The pupils of a class of whom something may be said for these days: of its list on the first of them, or on the last
/// where the class had nobody yet.
///
/// # Errors
/// Tables that do not read.
pub fn pupils(tables: &Tables, class: &ClassName, since: Day, until: Day) -> Result<Vec<Pupil>> {
    let whole = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    match read::roster(tables, &whole, since)? {
        pupils if pupils.is_empty() => read::roster(tables, &whole, until),
        pupils => Ok(pupils),
    }
}

impl Absent {
    fn parts(&self) -> (String, Day, Day) {
        ((&self.pupil).into(), self.since, self.until)
    }
}
