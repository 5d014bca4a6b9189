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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::read::explain;
    use crate::journal::testing::day;
    use crate::work::testing::{Office, algebra, refused};

    fn who(since: &str, until: &str) -> Absent {
        Absent { pupil: "А-1".into(), since: day(since), until: day(until) }
    }

    #[test]
    fn a_reason_covers_its_days_until_just_these_are_withdrawn() {
        let mut office = Office::open();
        let (week, now) = (who("2025-09-01", "2025-09-05"), "2025-09-08");
        let done = office.ask("belova", now, |place| excuse(place, &week, Reason::Illness, " справка № 3 ")).unwrap();
        assert_eq!(done.numbers.len(), 1);
        let stands = |office: &Office| explain::reasons(office, week.until, week.until).unwrap();
        assert_eq!((stands(&office)[0].since, stands(&office)[0].document.as_str()), (week.since, "справка № 3"));
        let shorter = office.ask("belova", now, |place| withdraw_reason(place, &who("2025-09-01", "2025-09-04")));
        assert!(shorter.is_err());
        office.ask("belova", now, |place| withdraw_reason(place, &week)).unwrap();
        assert_eq!(stands(&office), []);
        let stranger = office.ask("gusev", now, |place| excuse(place, &week, Reason::Illness, ""));
        refused(stranger, Kind::Refused, "");
    }

    #[test]
    fn an_exemption_is_an_entry_a_subject_and_all_of_them_or_none() {
        let mut office = Office::open();
        let (month, before) = (who("2025-09-01", "2025-09-30"), office.entries());
        let subjects = ["Алгебра".to_owned(), "Пение".to_owned()];
        let both = office.ask("belova", "2025-09-02", |place| exempt(place, &month, &subjects, "справка"));
        assert!(both.is_err());
        assert_eq!(office.entries(), before);
        office.ask("belova", "2025-09-02", |place| exempt(place, &month, &subjects[..1], "справка")).unwrap();
        assert_eq!(explain::exemptions(&office, month.since, month.until).unwrap()[0].subject, "Алгебра");
        let ask = |place: &mut Workplace<'_>| withdraw_exemption(place, &month.pupil, "Алгебра", month.since);
        office.ask("belova", "2025-09-02", ask).unwrap();
        assert_eq!(explain::exemptions(&office, month.since, month.until).unwrap(), []);
    }

    #[test]
    fn of_a_class_that_had_nobody_on_the_first_day_the_last_decides() {
        let office = Office::open();
        let class = algebra().class;
        let of = |since, until| pupils(&office, &class, day(since), day(until)).unwrap().len();
        assert_eq!(
            (of("2025-08-31", "2025-08-31"), of("2025-08-31", "2025-09-01"), of("2025-09-01", "2025-08-31")),
            (0, 4, 4)
        );
    }
}
