//! Who gives a lesson instead of the course's teacher (§2.1): assigned by the deputy head, or confirmed afterwards.

mod day;

use super::lesson::LessonRef;
use super::{Done, Workplace};
use crate::error::Result;
use crate::journal::entry::{SubstitutionAssigned, SubstitutionConfirmed};
use crate::journal::may;
use crate::journal::read;
use crate::school::Login;
pub use day::{OfDay, busy, lessons};

/// Who was assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// What was recorded.
    pub done: Done,
    /// «Гусев Г. Г.»
    pub name: String,
    /// Who was assigned before, where that was somebody else: «Белова Б. Б.»
    pub before: Option<String>,
}

/// Assigns somebody to give a lesson.
///
/// # Errors
/// Nobody of that login who teaches, and what a right or a rule refuses.
pub fn assign(place: &mut Workplace<'_>, at: &LessonRef, substitute: &Login) -> Result<Assigned> {
    let (done, (name, before)) = place.decide(|tables, author| {
        let name = |login: &Login| -> Result<String> {
            Ok(read::staff(tables, login)?.map(|person| person.name.initials()).unwrap_or_default())
        };
        let course = read::course(tables, &at.course)?;
        let stands = course.map(|course| read::assigned_substitute(tables, course.id, at.date, at.lesson));
        let stands = stands.transpose()?.flatten().filter(|login| !login.is_empty());
        let body = SubstitutionAssigned { at: at.clone(), substitute: substitute.into() };
        if stands.as_ref() == Some(substitute) {
            may(tables, author, body.into())?;
            return Ok((Vec::new(), (name(substitute)?, None)));
        }
        let before = stands.as_ref().map(name).transpose()?;
        Ok((vec![body.into()], (name(substitute)?, before)))
    })?;
    Ok(Assigned { done, name, before })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::testing::{Office, at};

    #[test]
    fn an_assignment_holds_until_it_is_taken_back() {
        let mut office = Office::open();
        let (monday, gusev) = (at("2025-09-08", 2), Login::from("gusev"));
        let of = |office: &Office| {
            read::substitutions(office).unwrap().into_iter().map(|of| of.substitute).collect::<Vec<_>>()
        };
        assert!(office.ask("semyonov", "2025-09-05", |place| assign(place, &monday, &gusev)).is_err());
        let assigned = office.ask("petrova", "2025-09-05", |place| assign(place, &monday, &gusev)).unwrap();
        assert_eq!((assigned.name.as_str(), &assigned.before), ("Гусев Г. Г.", &None));
        let again = office.ask("petrova", "2025-09-05", |place| assign(place, &monday, &gusev)).unwrap();
        assert!(again.done.is_nothing());
        let belova = Login::from("belova");
        let other = office.ask("petrova", "2025-09-05", |place| assign(place, &monday, &belova)).unwrap();
        assert_eq!((other.name.as_str(), other.before.as_deref()), ("Белова Б. Б.", Some("Гусев Г. Г.")));
        office.ask("petrova", "2025-09-05", |place| assign(place, &monday, &gusev)).unwrap();
        assert_eq!(of(&office), ["gusev"]);
        office.ask("petrova", "2025-09-05", |place| cancel(place, &monday)).unwrap();
        assert_eq!(of(&office), [""; 0]);
        assert!(office.ask("petrova", "2025-09-08", |place| confirm(place, &monday)).is_err(), "nobody gave it");
    }
}
