//! What final marks come to, by class, by subject, for the school: counted once for the report and for the printed
//! справка.
//!
//! A pupil counts who has a final mark of the period, by the definition of the summary sheet
//! ([`crate::school::Results`]): «н/а» fails, «осв» alone sorts nobody. The unit is the pupil, with his marks in
//! everything that is grouped together; where somebody answers for each of his courses it is the pupil in a course.

use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::finals::{FinalsOfCourses, finals_of_school};
use crate::journal::read::{self, Course};
use crate::journal::rules::YEARLY;
use crate::school::{ClassName, Day, Period, Results, School};
use std::collections::{BTreeMap, HashMap};

/// What a course's marks are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its place among the groups.
    pub place: usize,
    /// Its name.
    pub name: String,
    /// Whether a pupil counts in each course for himself.
    pub by_course: bool,
}

/// What the final marks of a group come to in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The group's name.
    pub name: String,
    /// The period.
    pub period: String,
    /// The results.
    pub now: Results,
    /// Those of the period before; empty where there is none.
    pub before: Results,
}

/// The final marks of some courses in a period.
#[derive(Debug)]
pub struct Outcomes {
    school: School,
    /// The courses that have the period.
    courses: Vec<(Course, Chosen)>,
    classes: Vec<ClassName>,
    subjects: Vec<String>,
    finals: FinalsOfCourses,
}

/// A group's place, its name and its period, which is the order of outcomes.
type Key = (usize, String, String);
/// The marks of every unit of a group: the pupil, and where he counts by course in which.
type Units = HashMap<(i64, i64), Vec<String>>;

/// A period that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chosen {
    name: String,
    ends: Day,
    /// The one before it.
    before: Option<String>,
}

impl Outcomes {
    /// The marks of the period that is named; else, of each class, of the last one in which these courses have any.
    ///
    /// # Errors
    /// Only the database's.
    pub fn read(tables: &Tables, courses: Vec<Course>, period: Option<&str>) -> Result<Self> {
        let school = read::school(tables)?;
        let finals = finals_of_school(tables, &school)?;
        let subjects = read::subjects(tables)?.into_iter().map(|subject| subject.name).collect();
        let mut classes: Vec<ClassName> = courses.iter().map(|course| course.key.class.clone()).collect();
        classes.dedup();
        let chosen: HashMap<&ClassName, Chosen> = classes
            .iter()
            .filter_map(|class| Some((class, chosen(&school, class, period, &courses, &finals)?)))
            .collect();
        let with_period = |course: Course| Some((chosen.get(&course.key.class)?.clone(), course));
        let courses = courses.into_iter().filter_map(with_period).map(|(chosen, course)| (course, chosen)).collect();
        Ok(Self { school, courses, classes, subjects, finals })
    }

    /// An outcome a class.
    pub fn by_class(&self) -> Vec<Outcome> {
        self.by(|course, _| {
            let place = self.classes.iter().position(|class| *class == course.key.class);
            Some(group(place, course.key.class.to_string()))
        })
    }

    /// An outcome a subject, in the school's order.
    pub fn by_subject(&self) -> Vec<Outcome> {
        self.by(|course, _| {
            let place = self.subjects.iter().position(|subject| *subject == course.key.subject);
            Some(group(place, course.key.subject.clone()))
        })
    }

    /// The outcome of the school; one a period where the classes' periods differ.
    pub fn of_school(&self) -> Vec<Outcome> {
        self.by(|_, _| Some(group(Some(0), self.school.school.short_name.clone())))
    }

    /// An outcome for each group; `group` is told a course and the last day of the period.
    pub fn by(&self, group: impl Fn(&Course, Day) -> Option<Group>) -> Vec<Outcome> {
        let (mut now, mut before): (BTreeMap<Key, Units>, BTreeMap<Key, Units>) = Default::default();
        for (course, chosen) in &self.courses {
            let Some(Group { place, name, by_course }) = group(course, chosen.ends) else { continue };
            let key: Key = (place, name, chosen.name.clone());
            for (period, groups) in [(Some(&chosen.name), &mut now), (chosen.before.as_ref(), &mut before)] {
                let Some(marks) = period.and_then(|period| self.finals.get(&(course.id, period.into()))) else {
                    continue;
                };
                let units = groups.entry(key.clone()).or_default();
                for (pupil, mark) in marks {
                    let unit = (*pupil, if by_course { course.id } else { 0 });
                    units.entry(unit).or_default().push(mark.to_string());
                }
            }
        }
        let outcome = |(key, units): (Key, Units)| Outcome {
            now: results(&units),
            before: before.get(&key).map(results).unwrap_or_default(),
            name: key.1,
            period: key.2,
        };
        now.into_iter().map(outcome).collect()
    }
}

/// The period of a class that came before the one of this name.
pub fn period_before<'s>(school: &'s School, class: &ClassName, name: &str) -> Option<&'s Period> {
    let periods = school.periods_of(class);
    let place = periods.iter().position(|period| period.name == name)?;
    place.checked_sub(1).map(|before| periods[before])
}

fn group(place: Option<usize>, name: String) -> Group {
    Group { place: place.unwrap_or_default(), name, by_course: false }
}

/// The period of a class that is named, else the last in which any of the courses has final marks.
fn chosen(
    school: &School,
    class: &ClassName,
    named: Option<&str>,
    courses: &[Course],
    finals: &FinalsOfCourses,
) -> Option<Chosen> {
    let periods = school.periods_of(class);
    let period = match named {
        Some(name) if YEARLY.contains(&name) => {
            return Some(Chosen { name: name.to_owned(), ends: school.year.ends, before: None });
        }
        Some(name) => periods.into_iter().find(|period| period.name == name)?,
        None => {
            let of_class: Vec<i64> =
                courses.iter().filter(|course| course.key.class == *class).map(|course| course.id).collect();
            let marked = |name: &String| of_class.iter().any(|id| finals.contains_key(&(*id, name.into())));
            periods.into_iter().rfind(|period| marked(&period.name))?
        }
    };
    let before = period_before(school, class, &period.name).map(|before| before.name.clone());
    Some(Chosen { name: period.name.clone(), ends: period.ends, before })
}

fn results(units: &Units) -> Results {
    let mut results = Results::default();
    units.values().for_each(|marks| results.add(&marks.iter().map(String::as_str).collect::<Vec<_>>()));
    results
}
