//! Why pupils were absent, and what they are exempted from (§3.3.4). Who was absent stands in the cells of a lesson, and
//! is recorded as they are ([`marks`](super::marks)).

use super::{Done, Workplace};
use crate::error::Result;
pub use crate::journal::entry::Reason;
use crate::journal::entry::{Body, ExemptionSet, ExemptionWithdrawn, ReasonSet, ReasonWithdrawn};
use crate::journal::may;
use crate::journal::read::explain::{self, Explained};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, CourseKey, Day, PersonalFile, clean, format_date};
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

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

/// What was recorded about a pupil's absences, and what was withdrawn for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was recorded: nothing where it stood so.
    pub done: Done,
    /// What stood of these days and was withdrawn: «болезнь, 01.09.2025–05.09.2025».
    pub withdrawn: Vec<String>,
}

/// Records the reason of every absence of a pupil in these days, with the document that it rests on, which may be empty.
/// Where other reasons of these days stand, they are withdrawn only if this one is said to come `instead`.
///
/// # Errors
/// Another reason of these days; what a right or a rule refuses.
pub fn excuse(
    place: &mut Workplace<'_>,
    who: &Absent,
    reason: Reason,
    document: &str,
    instead: bool,
) -> Result<Explanation> {
    let document = clean(document)?;
    let (done, withdrawn) = place.decide(|tables, login| {
        let (pupil, since, until) = who.parts();
        let new = Explained { pupil: who.pupil.clone(), reason, since, until, document: document.clone() };
        if explain::is_given(tables, &new)? {
            may(tables, login, ReasonSet { pupil, since, until, reason, document }.into())?;
            return Ok((Vec::new(), Vec::new()));
        }
        let (mut bodies, mut withdrawn): (Vec<Body>, Vec<String>) = Default::default();
        let standing = explain::reasons(tables, since, until)?.into_iter().filter(|old| old.pupil == who.pupil);
        for old in standing.filter(|_| instead) {
            withdrawn.push(format!("{}, {}", old.reason.word(), in_words(old.since, old.until)));
            bodies.push(ReasonWithdrawn { pupil: pupil.clone(), since: old.since, until: old.until }.into());
        }
        bodies.push(ReasonSet { pupil, since, until, reason, document }.into());
        Ok((bodies, withdrawn))
    })?;
    Ok(Explanation { done, withdrawn })
}

/// Exempts a pupil from subjects in these days, by a document. Where other exemptions of these days stand, they are withdrawn
/// only if this one is said to come `instead`.
///
/// # Errors
/// Another exemption of these days; what a right or a rule refuses.
pub fn exempt(
    place: &mut Workplace<'_>,
    who: &Absent,
    subjects: &[String],
    document: &str,
    instead: bool,
) -> Result<Explanation> {
    let document = clean(document)?;
    let (done, withdrawn) = place.decide(|tables, _| {
        let (pupil, since, until) = who.parts();
        let (mut bodies, mut withdrawn): (Vec<Body>, Vec<String>) = Default::default();
        let mut standing = explain::exemptions(tables, since, until)?;
        standing.retain(|old| old.pupil == who.pupil);
        for subject in subjects {
            let (pupil, subject, document) = (pupil.clone(), subject.clone(), document.clone());
            let of_subject = standing.iter().filter(|old| old.subject == subject);
            if of_subject.clone().any(|old| (old.since, old.until) == (since, until) && old.document == document) {
                continue;
            }
            for old in of_subject.filter(|_| instead) {
                withdrawn.push(format!("{subject}, {}", in_words(old.since, old.until)));
                let (pupil, subject) = (pupil.clone(), subject.clone());
                bodies.push(ExemptionWithdrawn { pupil, subject, since: old.since }.into());
            }
            bodies.push(ExemptionSet { pupil, subject, since, until, document }.into());
        }
        Ok((bodies, withdrawn))
    })?;
    Ok(Explanation { done, withdrawn })
}

/// «01.09.2025–05.09.2025», or one day.
fn in_words(since: Day, until: Day) -> String {
    if since == until { format_date(since) } else { format!("{}–{}", format_date(since), format_date(until)) }
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

/// Days that a pupil missed one after another and that no reason covers: mostly one note explains them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Who and when.
    pub who: Absent,
    /// How many days of these he missed lessons on.
    pub days: u32,
    /// How many lessons.
    pub lessons: u32,
}

/// The absences («н») of a class between two days that no reason covers, each pupil's in order of time. Days on which the
/// class was taught nothing do not part them.
///
/// # Errors
/// Tables that do not read.
pub fn unexplained(tables: &Tables, class: &ClassName, first: Day, last: Day) -> Result<Vec<Spell>> {
    let missed = explain::unexplained(tables, class, first, last)?;
    if missed.is_empty() {
        return Ok(Vec::new());
    }
    let mut taught = BTreeSet::new();
    for course in read::courses_of(tables, class)? {
        taught.extend(read::lessons_of(tables, course.id)?.into_iter().map(|lesson| lesson.date));
    }
    let (mut spells, mut last_of): (Vec<Spell>, HashMap<PersonalFile, usize>) = Default::default();
    for explain::Unexplained { pupil, date, lessons } in missed {
        let goes_on = |spell: &&mut Spell| {
            let between = (Bound::Excluded(spell.who.until), Bound::Excluded(date));
            spell.who.until < date && taught.range(between).next().is_none()
        };
        match last_of.get(&pupil).and_then(|at| spells.get_mut(*at)).filter(goes_on) {
            Some(spell) => {
                spell.who.until = date;
                spell.days += 1;
                spell.lessons += lessons;
            }
            None => {
                last_of.insert(pupil.clone(), spells.len());
                spells.push(Spell { who: Absent { pupil, since: date, until: date }, days: 1, lessons });
            }
        }
    }
    Ok(spells)
}

impl Absent {
    /// «01.09.2025–05.09.2025», or one day.
    pub fn days(&self) -> String {
        in_words(self.since, self.until)
    }

    fn parts(&self) -> (String, Day, Day) {
        ((&self.pupil).into(), self.since, self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::testing::day;
    use crate::work::testing::{Office, algebra, refused};

    fn who(since: &str, until: &str) -> Absent {
        Absent { pupil: "А-1".into(), since: day(since), until: day(until) }
    }

    #[test]
    fn a_reason_covers_its_days_until_just_these_are_withdrawn() {
        let mut office = Office::open();
        let (week, now) = (who("2025-09-01", "2025-09-05"), "2025-09-08");
        let done =
            office.ask("belova", now, |place| excuse(place, &week, Reason::Illness, " справка № 3 ", false)).unwrap();
        assert_eq!(done.done.numbers.len(), 1);
        let stands = |office: &Office| explain::reasons(office, week.until, week.until).unwrap();
        assert_eq!((stands(&office)[0].since, stands(&office)[0].document.as_str()), (week.since, "справка № 3"));
        let shorter = office.ask("belova", now, |place| withdraw_reason(place, &who("2025-09-01", "2025-09-04")));
        assert!(shorter.is_err());
        office.ask("belova", now, |place| withdraw_reason(place, &week)).unwrap();
        assert_eq!(stands(&office), []);
        let stranger = office.ask("gusev", now, |place| excuse(place, &week, Reason::Illness, "", false));
        refused(stranger, Kind::Refused, "");
    }

    #[test]
    fn an_exemption_is_an_entry_a_subject_and_all_of_them_or_none() {
        let mut office = Office::open();
        let (month, before) = (who("2025-09-01", "2025-09-30"), office.entries());
        let subjects = ["Алгебра".to_owned(), "Пение".to_owned()];
        let both = office.ask("belova", "2025-09-02", |place| exempt(place, &month, &subjects, "справка", false));
        assert!(both.is_err());
        assert_eq!(office.entries(), before);
        office.ask("belova", "2025-09-02", |place| exempt(place, &month, &subjects[..1], "справка", false)).unwrap();
        assert_eq!(explain::exemptions(&office, month.since, month.until).unwrap()[0].subject, "Алгебра");
        let ask = |place: &mut Workplace<'_>| withdraw_exemption(place, &month.pupil, "Алгебра", month.since);
        office.ask("belova", "2025-09-02", ask).unwrap();
        assert_eq!(explain::exemptions(&office, month.since, month.until).unwrap(), []);
    }

    #[test]
    fn another_reason_or_exemption_of_these_days_is_replaced_only_where_that_is_said() {
        let mut office = Office::open();
        let (week, now) = (who("2025-09-01", "2025-09-05"), "2025-09-08");
        let mut ask = |who: &Absent, reason, document: &str, instead| {
            office.ask("belova", now, |place| excuse(place, who, reason, document, instead))
        };
        assert_eq!(ask(&week, Reason::Valid, "", false).unwrap().done.numbers.len(), 1);
        assert!(ask(&week, Reason::Valid, "", false).unwrap().done.is_nothing(), "it stands so");
        for (span, document) in [(&week, "справка"), (&who("2025-09-05", "2025-09-09"), "")] {
            refused(ask(span, Reason::Valid, document, false), Kind::Refused, "уже записана причина: «уважительная»");
        }
        let instead = ask(&who("2025-09-01", "2025-09-09"), Reason::Illness, "справка", true).unwrap();
        assert_eq!(instead.done.numbers.len(), 2);
        assert_eq!(instead.withdrawn, ["уважительная, 01.09.2025–05.09.2025"]);
        let stands = explain::reasons(&office, day("2025-09-01"), day("2025-09-30")).unwrap();
        assert_eq!((stands.len(), stands[0].reason, stands[0].until), (1, Reason::Illness, day("2025-09-09")));

        let subjects = ["Алгебра".to_owned()];
        let mut ask = |until: &str, document: &str, instead| {
            let who = who("2025-09-01", until);
            office.ask("belova", now, |place| exempt(place, &who, &subjects, document, instead))
        };
        assert_eq!(ask("2025-09-30", "справка", false).unwrap().done.numbers.len(), 1);
        assert!(ask("2025-09-30", "справка", false).unwrap().done.is_nothing(), "it stands so");
        for (until, document) in [("2025-12-31", "справка"), ("2025-09-30", "другая")] {
            refused(ask(until, document, false), Kind::Refused, "уже записано освобождение от предмета «Алгебра»");
        }
        let instead = ask("2025-12-31", "справка", true).unwrap();
        assert_eq!((instead.done.numbers.len(), instead.withdrawn.len()), (2, 1));
        let stands = explain::exemptions(&office, day("2025-09-01"), day("2025-09-30")).unwrap();
        assert_eq!((stands.len(), stands[0].until), (1, day("2025-12-31")));
    }

    #[test]
    fn days_missed_one_after_another_are_one_spell_and_a_day_of_lessons_between_parts_them() {
        use crate::school::Attendance;
        use crate::work::marks::{self, CellWish, CellsWish};
        use crate::work::testing::at;
        let mut office = Office::open();
        // Algebra is on Mondays and Wednesdays.
        for (lesson, absent) in [
            (at("2025-09-01", 2), true),
            (at("2025-09-03", 1), true),
            (at("2025-09-08", 2), false),
            (at("2025-09-10", 1), true),
        ] {
            office.teach(&lesson);
            let attendance = Some(absent.then_some(Attendance::Absent));
            let cells = vec![CellWish { pupil: "А-1".into(), attendance, marks: None }];
            let (day, wish) = (lesson.date.to_string(), CellsWish { cells, ..CellsWish::of(lesson) });
            office.ask("semyonov", &day, |place| marks::set(place, &wish)).unwrap();
        }
        let class = algebra().class;
        let spells = |office: &Office| {
            let spells = unexplained(office, &class, day("2025-09-01"), day("2025-09-30")).unwrap();
            spells.into_iter().map(|spell| (spell.who.days(), spell.days, spell.lessons)).collect::<Vec<_>>()
        };
        let (first, second) = (("01.09.2025–03.09.2025".to_owned(), 2, 2), ("10.09.2025".to_owned(), 1, 1));
        assert_eq!(spells(&office), [first.clone(), second.clone()]);
        let of_the_second = who("2025-09-10", "2025-09-10");
        office.ask("belova", "2025-09-11", |place| excuse(place, &of_the_second, Reason::Valid, "", false)).unwrap();
        assert_eq!(spells(&office), [first]);
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
