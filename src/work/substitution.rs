//! Who gives a lesson instead of the course's teacher (§2.1): assigned by the deputy head, or confirmed afterwards.

use super::{Done, Workplace};
use crate::error::Result;
use crate::journal::entry::{SubstitutionAssigned, SubstitutionConfirmed};
use crate::school::Login;

pub use super::lesson::LessonRef;

/// Assigns somebody to give a lesson.
///
/// # Errors
/// Nobody of that login who teaches, and what a right or a rule refuses.
pub fn assign(place: &mut Workplace<'_>, at: &LessonRef, substitute: &Login) -> Result<Done> {
    place.record([SubstitutionAssigned { at: at.clone(), substitute: substitute.into() }.into()])
}

/// Takes an assignment back.
///
/// # Errors
/// As [`assign`].
pub fn cancel(place: &mut Workplace<'_>, at: &LessonRef) -> Result<Done> {
    place.record([SubstitutionAssigned { at: at.clone(), substitute: String::new() }.into()])
}

/// Confirms that a lesson was given by the substitute who recorded it.
///
/// # Errors
/// A lesson that no substitute gave, and what a right refuses.
pub fn confirm(place: &mut Workplace<'_>, at: &LessonRef) -> Result<Done> {
    place.record([SubstitutionConfirmed { at: at.clone() }.into()])
}
