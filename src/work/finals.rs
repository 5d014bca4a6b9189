//! Final marks of a period and the year, exams (§2.3.1), and the decisions of the pedagogical council.

use super::{Done, Workplace, nobody_twice};
use crate::error::Result;
use crate::journal::cell;
use crate::journal::entry::{Body, DecisionSet, FinalLine, FinalsSet};
use crate::journal::may;
use crate::journal::read::{self, Decision, Pupil, Tables};
use crate::journal::rules::{known_course, known_pupil};
use crate::school::decision::{said_of, spelled};
use crate::school::{ClassName, CourseKey, Day, Marks, PeriodName, PersonName, PersonalFile, School, clean};
use std::collections::HashSet;

/// Final marks that are to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalsWish {
    /// Of which course.
    pub course: CourseKey,
    /// Of what: a period, «Год», «Экзамен», «Итог».
    pub period: PeriodName,
    /// Whose, each pupil once.
    pub marks: Vec<(PersonalFile, Marks)>,
    /// The deputy head's reason for setting them against the mark count (§2.3.1), or empty.
    pub override_reason: String,
}

/// What became of final marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalsDone {
    /// What was recorded.
    pub done: Done,
    /// How many marks did not stand so already.
    pub marks: usize,
}

/// Sets final marks. Those that stand so already are left alone, unless they are given a reason that they have not.
///
/// # Errors
/// A pupil who is named twice, and what a right or a rule refuses.
pub fn set(place: &mut Workplace<'_>, wish: &FinalsWish) -> Result<FinalsDone> {
    let reason = clean(&wish.override_reason)?;
    let (done, marks) = place.decide(|tables, login| {
        nobody_twice(tables, wish.marks.iter().map(|(pupil, _)| pupil))?;
        let course = known_course(tables, &wish.course)?;
        let line = |(pupil, mark): &(PersonalFile, Marks)| FinalLine { pupil: pupil.into(), mark: mark.clone() };
        let lines = wish.marks.iter().map(line).collect();
        let set = cell::finals(tables, &course, &wish.period, lines, &reason)?;
        let marks = set.as_ref().map_or(0, |set| set.marks.len());
        if set.is_none() {
            let (course, period) = (wish.course.clone(), wish.period.to_string());
            may(
                tables,
                login,
                FinalsSet { course, period, marks: Vec::new(), override_reason: reason.clone() }.into(),
            )?;
        }
        Ok((set.map(Body::from).into_iter().collect(), marks))
    })?;
    Ok(FinalsDone { done, marks })
}

/// The first and the last day of what a final mark of a class is of: the year's where it is no period.
pub fn days(school: &School, class: &ClassName, period: &PeriodName) -> (Day, Day) {
    let of_class = school.periods_of(class).into_iter().find(|known| *period == known.name);
    of_class.map_or((school.year.begins, school.year.ends), |period| (period.begins, period.ends))
}

/// Everybody who may be given a final mark: who was in the class on any of its days.
///
/// # Errors
/// Tables that do not read.
pub fn pupils(tables: &Tables, class: &ClassName, period: &PeriodName) -> Result<Vec<Pupil>> {
    let (first, last) = days(&read::school(tables)?, class, period);
    read::members_of_class(tables, class, first, last)
}

/// Decisions of the pedagogical council that are to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionsWish {
    /// Of which class.
    pub class: ClassName,
    /// The day of the decisions.
    pub date: Day,
    /// The protocol's number.
    pub number: String,
    /// What was decided of whom («переведён»), each pupil once; nothing where what was decided of him is withdrawn.
    pub decisions: Vec<(PersonalFile, Option<String>)>,
    /// What was decided of everybody else of whom nothing is recorded yet.
    pub others: Option<String>,
}

/// What became of decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionsDone {
    /// What was recorded: an entry a pupil.
    pub done: Done,
    /// Of how many pupils.
    pub pupils: usize,
    /// Decisions that stood until now, and what stands instead.
    pub changed: Vec<ChangedDecision>,
    /// Who was left out of «everybody else» since another decision stands already.
    pub left_out: Vec<StandingDecision>,
}

/// A pupil's decision that is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDecision {
    /// What stood.
    pub was: StandingDecision,
    /// What stands; nothing where it was withdrawn.
    pub becomes: Option<String>,
}

/// What stands of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingDecision {
    /// His full name.
    pub name: PersonName,
    /// The number of his personal file, by which namesakes are told apart.
    pub file: PersonalFile,
    /// The decision.
    pub decision: Decision,
}

/// Records decisions of the pedagogical council. Those that stand so already are left alone.
///
/// # Errors
/// A pupil who is named twice, and what a right or a rule refuses.
pub fn decide(place: &mut Workplace<'_>, wish: &DecisionsWish) -> Result<DecisionsDone> {
    let number = clean(&wish.number)?;
    let (mut done, (pupils, changed, left_out)) = place.decide(|tables, _| {
        nobody_twice(tables, wish.decisions.iter().map(|(pupil, _)| pupil))?;
        let standing = read::decisions(tables)?;
        let mut decisions = wish.decisions.clone();
        let mut left_out = Vec::new();
        if let Some(words) = &wish.others {
            let named: HashSet<&PersonalFile> = wish.decisions.iter().map(|(pupil, _)| pupil).collect();
            let words = spelled(&clean(words)?);
            for pupil in decided_of(tables, &wish.class, wish.date)? {
                match standing.get(&pupil.id) {
                    _ if named.contains(&pupil.file) => {}
                    Some(known) if said_of(&known.decision, pupil.sex()) != said_of(&words, pupil.sex()) => {
                        let decision = known.clone().said_of(pupil.sex());
                        left_out.push(StandingDecision { name: pupil.name, file: pupil.file, decision });
                    }
                    Some(_) => {}
                    None => decisions.push((pupil.file, Some(words.clone()))),
                }
            }
        }
        let (mut bodies, mut changed) = (Vec::new(), Vec::new());
        for (file, words) in decisions {
            let pupil = known_pupil(tables, &file)?;
            let words = words.map(|words| clean(&words)).transpose()?.map(|words| spelled(&words));
            let said = |words: &str| said_of(words, pupil.sex());
            let wished = words.as_ref().map(|words| (wish.date, &number, said(words)));
            if let Some(known) = standing.get(&pupil.id) {
                if wished == Some((known.date, &known.number, said(&known.decision))) {
                    continue;
                }
                let decision = known.clone().said_of(pupil.sex());
                let was = StandingDecision { name: pupil.name, file: pupil.file, decision };
                changed.push(ChangedDecision { was, becomes: words.clone() });
            }
            let decision = words.unwrap_or_default();
            let set = DecisionSet { pupil: file.into(), date: wish.date, number: number.clone(), decision };
            bodies.push(Body::from(set));
        }
        let pupils = bodies.len();
        Ok((bodies, (pupils, changed, left_out)))
    })?;
    // What is said of the day of the council is the same of every pupil.
    done.warnings.dedup();
    Ok(DecisionsDone { done, pupils, changed, left_out })
}

/// The pupils of a class of whom the council decides: its list on that day, which may lie past the year's last.
///
/// # Errors
/// Tables that do not read.
pub fn decided_of(tables: &Tables, class: &ClassName, date: Day) -> Result<Vec<Pupil>> {
    let year = read::school(tables)?.year;
    let whole = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    read::roster(tables, &whole, date.clamp(year.begins, year.ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::testing::day;
    use crate::work::testing::{Office, algebra, refused};

    fn wish(marks: &[(&str, &str)]) -> FinalsWish {
        let mark = |(pupil, mark): &(&str, &str)| ((*pupil).into(), Marks::parse(mark).unwrap());
        FinalsWish {
            course: algebra(),
            period: "I четверть".into(),
            marks: marks.iter().map(mark).collect(),
            override_reason: String::new(),
        }
    }

    #[test]
    fn only_marks_that_do_not_stand_so_are_set() {
        let mut office = Office::open();
        let (now, one) = ("2025-10-20", wish(&[("А-1", "н/а")]));
        let two = wish(&[("А-1", "н/а"), ("Б-2", "н/а")]);
        let mut ask = |wish: &FinalsWish| office.ask("semyonov", now, |place| set(place, wish));
        assert_eq!(ask(&one).unwrap().marks, 1);
        assert_eq!(ask(&two).unwrap().marks, 1);
        let again = ask(&two).unwrap();
        assert!(again.done.is_nothing() && again.marks == 0);
        refused(ask(&wish(&[("А-1", "4"), ("А-1", "5")])), Kind::Input, "указан дважды: Алиев Али");
        refused(ask(&wish(&[("В-3", "4")])), Kind::Refused, "§2.3.1");
        let unknown = FinalsWish { course: crate::journal::testing::course("7А", "Пение"), ..one };
        refused(ask(&unknown), Kind::Input, "не заведён");
    }

    #[test]
    fn a_final_mark_has_the_days_of_its_period_and_one_of_the_year_the_years() {
        let office = Office::open();
        let school = read::school(&office).unwrap();
        let of = |period: &str| days(&school, &algebra().class, &period.into());
        assert_eq!(of("I четверть"), (day("2025-09-01"), day("2025-10-24")));
        assert_eq!(of("Год"), (school.year.begins, school.year.ends));
        assert_eq!(pupils(&office, &algebra().class, &"Год".into()).unwrap().len(), 4);
    }

    #[test]
    fn a_decision_on_everybody_leaves_out_who_is_named_and_of_whom_one_stands() {
        let mut office = Office::open();
        let mut decisions = DecisionsWish {
            class: algebra().class,
            date: day("2026-06-03"),
            number: "7".into(),
            decisions: vec![("А-1".into(), Some("оставлен".into()))],
            others: None,
        };
        assert_eq!(
            decided_of(&office, &decisions.class, decisions.date).unwrap().len(),
            4,
            "after the year's last day"
        );
        let mut ask = |wish: &DecisionsWish| office.ask("petrova", "2026-06-03", |place| decide(place, wish));
        assert_eq!(ask(&decisions).unwrap().pupils, 1);
        decisions.decisions = vec![("Б-2".into(), Some("переведена условно".into()))];
        decisions.others = Some("переведён".into());
        let rest = ask(&decisions).unwrap();
        assert_eq!((rest.pupils, rest.done.numbers.len()), (3, 3));
        decisions.decisions.clear();
        let again = ask(&decisions).unwrap();
        assert!(again.done.is_nothing());
        assert_eq!(again.left_out.len(), 2, "оставлен, and переведена условно");
    }
}
