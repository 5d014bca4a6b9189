//! The marks of each course in a period so far, which both the coverage and the forecast rest on.

use super::scope::{Filter, period_on};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::count::Counts;
use crate::journal::read::explain::exempted;
use crate::journal::read::finals::finals_on_page;
use crate::journal::read::{self, Course, Pupil};
use crate::school::{Day, Marks, Period, School};
use std::collections::{HashMap, HashSet};

/// A course in a period, as it stands on a day.
pub struct Standing<'s> {
    /// The course.
    pub course: Course,
    /// The period.
    pub period: &'s Period,
    /// Who is taught, by name.
    pub pupils: Vec<Pupil>,
    /// What they are called, each by a name that is unique among them.
    pub names: Vec<String>,
    /// Their grades.
    pub counts: Counts,
    /// Who is exempted from the subject.
    pub exempted: HashSet<i64>,
    /// Final marks of the period that are set already, here or where the pupil was before.
    pub finals: HashMap<i64, Marks>,
}

/// The courses with marks, each in the period that is named or in the one of `today`. A period that has not begun and a
/// grade without marks have none.
pub fn standings<'s>(
    tables: &Tables,
    school: &'s School,
    filter: &Filter,
    named: Option<&str>,
    today: Day,
) -> Result<Vec<Standing<'s>>> {
    let mut out = Vec::new();
    for course in filter.courses(tables)? {
        if school.policy.unmarked_grades.contains(&course.key.class.grade()) {
            continue;
        }
        let Some(period) = period_on(school, &course.key.class, named, today) else { continue };
        let last = today.min(period.ends);
        if last < period.begins {
            continue;
        }
        let pupils = read::roster(tables, &course.key, last)?;
        let names = read::names(tables, &pupils)?;
        let span = (period.begins, last);
        let counts = Counts::take(tables, school, &course, span, pupils.iter().map(|pupil| pupil.id))?;
        let mut exempt = exempted(tables, &course.key.subject, last)?;
        exempt.extend(exempted(tables, &course.key.subject, period.ends)?);
        let mut finals = finals_on_page(tables, school, &course)?;
        finals.retain(|on| on.of.period == period.name);
        let finals = finals.into_iter().map(|on| (on.of.pupil.id, on.counts().clone())).collect();
        out.push(Standing { course, period, pupils, names, counts, exempted: exempt, finals });
    }
    Ok(out)
}

/// The first day of a period on which a pupil was in the school.
pub fn came(tables: &Tables, pupil: i64, period: &Period) -> Result<Day> {
    let stays = read::stays_of(tables, pupil)?;
    let here = stays.iter().map(|(_, stay)| stay).filter(|stay| stay.until.is_none_or(|until| until > period.begins));
    let since = here.map(|stay| stay.since).min();
    Ok(since.map_or(period.begins, |since| since.max(period.begins)))
}
