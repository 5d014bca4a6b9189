//! Final marks: of periods, of the year, of exams.
//!
//! A pupil has one mark for a subject and a period. It is the one of the course where he is when the period ends, or was
//! last in it; a ledger may hold another beside it, from before there was a rule against it, and that counts nowhere.
//! Who changes class or group takes his marks with him: they are brought to the course that he comes to.

use super::{Pupil, stays_in, stays_on_course};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::column::Columns;
use crate::journal::rules::YEARLY;
use crate::school::{ClassName, CourseKey, Day, Marks, PeriodName, School, Stay};
use rusqlite::params;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// A final mark that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Final {
    /// Whose.
    pub pupil: Pupil,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: PeriodName,
    /// The mark.
    pub mark: Marks,
    /// The deputy head's reason for setting it against the mark count, or empty.
    pub override_reason: String,
    /// The day it was set on.
    pub set_on: Day,
}

/// A final mark of another course of the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Elsewhere {
    /// The course.
    pub course: CourseKey,
    /// The mark.
    pub of: Final,
}

/// A final mark as it stands on the page of a course: on paper, in the grid, in lists and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct OnPage {
    /// The mark, of the course itself or brought to it.
    pub of: Final,
    /// What another course of the subject has to do with it.
    pub other: Option<Other>,
}

/// What another course of its subject has to do with a final mark.
#[derive(Debug, Clone, PartialEq)]
pub enum Other {
    /// It was set there, before the pupil came here.
    SetIn(CourseKey),
    /// It does not count: this one does, which was set there.
    Counts(Box<Elsewhere>),
}

impl OnPage {
    /// The mark that counts.
    pub fn counts(&self) -> &Marks {
        match &self.other {
            Some(Other::Counts(there)) => &there.of.mark,
            _ => &self.of.mark,
        }
    }

    /// The course in which the mark that counts was set, where that is another.
    pub fn set_in(&self) -> Option<&CourseKey> {
        match self.other.as_ref()? {
            Other::SetIn(course) => Some(course),
            Other::Counts(there) => Some(&there.course),
        }
    }
}

/// The final marks of a course, by pupil and in the order in which they were set.
pub fn finals_of(tables: &Tables, course: i64) -> Result<Vec<Final>> {
    let sql =
        "SELECT pupils.id AS id, file, surname, given, patronymic, sex, NULL AS former, period, mark, override, set_on
               FROM finals JOIN pupils ON pupils.id = pupil WHERE course = ?1 ORDER BY set_on, finals.entry";
    let mut finals: Vec<Final> = tables.all("итоговая отметка", sql, [course], Final::of)?;
    finals.sort_by_cached_key(|of| of.pupil.name.sort_key());
    Ok(finals)
}

impl Final {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            pupil: Pupil::of(row)?,
            period: row.get("period")?,
            mark: row.marks("mark")?,
            override_reason: row.get("override")?,
            set_on: row.day("set_on")?,
        })
    }
}

/// The final marks of a course for a period, each with the reason for setting it against the mark count, by personal file.
pub fn finals_of_period(tables: &Tables, course: i64, period: &str) -> Result<HashMap<String, (Marks, String)>> {
    let sql =
        "SELECT file, mark, override FROM finals JOIN pupils ON pupils.id = pupil WHERE course = ?1 AND period = ?2";
    tables.all("итоговая отметка", sql, params![course, period], |row| {
        Ok((row.get("file")?, (row.marks("mark")?, row.get("override")?)))
    })
}

/// The days of a period of a class, or of the whole year.
pub fn span_of(school: &School, class: &ClassName, period: &str) -> (Day, Day) {
    let year = (school.year.begins, school.year.ends);
    if YEARLY.contains(&period) {
        return year;
    }
    let period = school.periods_of(class).into_iter().find(|known| known.name == period);
    period.map_or(year, |period| (period.begins, period.ends))
}

/// The last day on which somebody with these stays was there within a span.
pub fn last_within(stays: &[Stay], (first, last): (Day, Day)) -> Option<Day> {
    let within = stays.iter().filter(|stay| stay.overlaps(first, last));
    within.map(|stay| stay.last_day().map_or(last, |left| left.min(last))).max()
}

/// By pupil, subject and period: the courses, each with his last day there.
type SameMark = BTreeMap<(i64, String, PeriodName), Vec<(Option<Day>, i64)>>;
/// A final mark's place: course, pupil, period.
type Place = (i64, i64, PeriodName);

/// The final marks that do not count, each with the course whose mark does. Who belongs to two courses of a subject to the
/// period's end has the mark of the one whose row is the later.
///
/// Asked of `class` it tells of the pupils who were in it, and maybe of others.
fn superseded(tables: &Tables, school: &School, class: Option<&ClassName>) -> Result<HashMap<Place, i64>> {
    let near = class.map_or("", |_| {
        "WHERE class IN (SELECT class FROM enrolments WHERE pupil IN (SELECT pupil FROM enrolments WHERE class = ?1))"
    });
    let all = format!("FROM courses JOIN finals ON finals.course = courses.id {near}");
    let sql = format!(
        "SELECT course, pupil, period, subject, class, grp {all} {and} (pupil, subject, period) IN (
             SELECT pupil, subject, period {all} GROUP BY pupil, subject, period HAVING count(*) > 1) ORDER BY course",
        and = if class.is_some() { "AND" } else { "WHERE" }
    );
    let parameters: Vec<String> = class.iter().map(ToString::to_string).collect();
    let rows: Vec<(i64, i64, PeriodName, CourseKey)> =
        tables.all("итоговая отметка", &sql, rusqlite::params_from_iter(parameters), |row| {
            Ok((row.get("course")?, row.get("pupil")?, row.get("period")?, row.course()?))
        })?;
    beaten(tables, school, rows)
}

/// Of final marks of the same pupil, subject and period, those that do not count, each with the course whose mark does.
fn beaten(
    tables: &Tables,
    school: &School,
    rows: Vec<(i64, i64, PeriodName, CourseKey)>,
) -> Result<HashMap<Place, i64>> {
    let mut lists = Lists::default();
    let mut same = SameMark::new();
    for (course, pupil, period, key) in rows {
        let last = lists.last(tables, school, (course, &key), pupil, &period)?;
        same.entry((pupil, key.subject, period)).or_default().push((last, course));
    }
    let mut out = HashMap::new();
    for ((pupil, _, period), courses) in same {
        let Some((_, counts)) = courses.iter().max().copied() else { continue };
        let others = courses.into_iter().filter(|(_, course)| *course != counts);
        out.extend(others.map(|(_, course)| ((course, pupil, period.clone()), counts)));
    }
    Ok(out)
}

/// Who was on which course and when, read once a course.
#[derive(Default)]
struct Lists(HashMap<i64, BTreeMap<i64, Vec<Stay>>>);

impl Lists {
    /// The last day of a pupil on a course within a period.
    fn last(
        &mut self,
        tables: &Tables,
        school: &School,
        (course, key): (i64, &CourseKey),
        pupil: i64,
        period: &str,
    ) -> Result<Option<Day>> {
        let stays = match self.0.entry(course) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(stays_on_course(tables, key)?),
        };
        Ok(stays.get(&pupil).and_then(|stays| last_within(stays, span_of(school, &key.class, period))))
    }

    /// Whether a pupil came to a list, that of these stays, after he had left the course of a mark.
    fn is_brought(
        &mut self,
        tables: &Tables,
        school: &School,
        stays: &BTreeMap<i64, Vec<Stay>>,
        (course, Elsewhere { course: key, of }): (i64, &Elsewhere),
    ) -> Result<bool> {
        let came = stays.get(&of.pupil.id).and_then(|stays| stays.iter().map(|stay| stay.since).max());
        let last = self.last(tables, school, (course, key), of.pupil.id, &of.period)?;
        Ok(came.is_some_and(|came| last.is_none_or(|last| last < came)))
    }
}

/// The final marks of every course, by course and period, each with its pupil's row.
pub type FinalsOfCourses = HashMap<(i64, PeriodName), Vec<(i64, Marks)>>;

/// The final marks of the school that count.
pub fn finals_of_school(tables: &Tables, school: &School) -> Result<FinalsOfCourses> {
    let superseded = superseded(tables, school, None)?;
    let sql = "SELECT course, period, pupil, mark FROM finals";
    let rows: Vec<(i64, PeriodName, i64, Marks)> = tables.all("итоговая отметка", sql, [], |row| {
        Ok((row.get("course")?, row.get("period")?, row.get("pupil")?, row.marks("mark")?))
    })?;
    let mut finals = FinalsOfCourses::new();
    for (course, period, pupil, mark) in rows {
        if !superseded.contains_key(&(course, pupil, period.clone())) {
            finals.entry((course, period)).or_default().push((pupil, mark));
        }
    }
    Ok(finals)
}

/// The final marks of a class that count, by the pupil's row, subject and period, with those that pupils brought from the
/// classes where they were before.
pub fn finals_of_class(
    tables: &Tables,
    school: &School,
    class: &ClassName,
) -> Result<HashMap<(i64, String, PeriodName), Marks>> {
    let superseded = superseded(tables, school, Some(class))?;
    let sql = "SELECT course, pupil, subject, period, mark FROM finals JOIN courses ON courses.id = finals.course
               WHERE class = ?1 ORDER BY finals.course";
    let own: Vec<(i64, i64, String, PeriodName, Marks)> =
        tables.all("итоговая отметка", sql, [class.to_string()], |row| {
            Ok((row.get("course")?, row.get("pupil")?, row.get("subject")?, row.get("period")?, row.marks("mark")?))
        })?;
    let mut finals = HashMap::new();
    for (course, pupil, subject, period, mark) in own {
        if !superseded.contains_key(&(course, pupil, period.clone())) {
            finals.insert((pupil, subject, period), mark);
        }
    }
    let (stays, mut lists) = (stays_in(tables, class)?, Lists::default());
    for (id, other) in beside(tables, class, None)? {
        let (pupil, period) = (other.of.pupil.id, other.of.period.clone());
        let counts = !superseded.contains_key(&(id, pupil, period.clone()));
        let place = (pupil, other.course.subject.clone(), period);
        if counts && !finals.contains_key(&place) && lists.is_brought(tables, school, &stays, (id, &other))? {
            finals.insert(place, other.of.mark);
        }
    }
    Ok(finals)
}

/// The final marks that belong on a course's page, by pupil: its own, of which one may not count, and those that pupils
/// brought from where they were before.
pub fn finals_on_page(tables: &Tables, school: &School, course: &super::Course) -> Result<Vec<OnPage>> {
    let own = finals_of(tables, course.id)?;
    let mut out: Vec<OnPage> = own.into_iter().map(|of| OnPage { of, other: None }).collect();
    let mut others = beside(tables, &course.key.class, Some((&course.key.subject, course.id)))?;
    if others.is_empty() {
        return Ok(out);
    }
    let own: HashMap<(i64, PeriodName), usize> =
        out.iter().zip(0..).map(|(own, at)| ((own.of.pupil.id, own.of.period.clone()), at)).collect();
    let (stays, mut lists) = (stays_on_course(tables, &course.key)?, Lists::default());
    others.retain(|(_, Elsewhere { of, .. })| {
        stays.contains_key(&of.pupil.id) || own.contains_key(&(of.pupil.id, of.period.clone()))
    });
    if others.is_empty() {
        return Ok(out);
    }
    let superseded = superseded(tables, school, Some(&course.key.class))?;
    for (id, other) in others {
        let (pupil, period) = (other.of.pupil.id, other.of.period.clone());
        if superseded.contains_key(&(id, pupil, period.clone())) {
            continue;
        }
        let stands = own.get(&(pupil, period.clone())).and_then(|at| out.get_mut(*at));
        match stands {
            Some(stands) if superseded.get(&(course.id, pupil, period)) == Some(&id) => {
                stands.other = Some(Other::Counts(Box::new(other)));
            }
            Some(_) => {}
            None if lists.is_brought(tables, school, &stays, (id, &other))? => {
                out.push(OnPage { of: other.of, other: Some(Other::SetIn(other.course)) });
            }
            None => {}
        }
    }
    out.sort_by_cached_key(|on| on.of.pupil.name.sort_key());
    Ok(out)
}

/// The final marks of whoever was in a class and had another class this year, or another group of the subject: those of
/// other classes, or where `of` names a subject and a course those of every other course of the subject.
fn beside(tables: &Tables, class: &ClassName, of: Option<(&str, i64)>) -> Result<Vec<(i64, Elsewhere)>> {
    let sql =
        "SELECT pupils.id AS id, file, surname, given, patronymic, sex, NULL AS former, period, mark, override, set_on,
                   courses.id AS course, subject, class, grp
               FROM courses JOIN finals ON finals.course = courses.id JOIN pupils ON pupils.id = pupil
               WHERE (?2 = '' OR subject = ?2) AND courses.id <> ?3 AND (?2 <> '' OR class <> ?1)
                   AND class IN (SELECT class FROM enrolments WHERE pupil IN
                       (SELECT pupil FROM enrolments WHERE class = ?1))
                   AND pupil IN (SELECT pupil FROM enrolments WHERE class = ?1)
               ORDER BY courses.id, pupils.id, finals.entry";
    let (subject, course) = of.unwrap_or(("", 0));
    tables.all("итоговая отметка", sql, params![class.to_string(), subject, course], |row| {
        Ok((row.get("course")?, Elsewhere { course: row.course()?, of: Final::of(row)? }))
    })
}

/// A final mark of a pupil that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct OfPupil {
    /// The course in which it was set.
    pub course: CourseKey,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: PeriodName,
    /// The mark.
    pub mark: Marks,
    /// The day it was set on.
    pub set_on: Day,
    /// The entry that set it.
    pub entry: u64,
}

pub(super) const OF_PUPIL: &str =
    "SELECT course, c.class AS class, grp, subject, period, mark, set_on, f.entry AS entry
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class
    CROSS JOIN finals AS f ON f.course = c.id AND f.pupil = ?1 ORDER BY f.entry, c.id";

/// The final marks of a pupil that count, in the order in which they were recorded.
pub fn finals_of_pupil(tables: &Tables, school: &School, pupil: i64) -> Result<Vec<OfPupil>> {
    let mut all: Vec<(i64, OfPupil)> = tables.all("итоговая отметка", OF_PUPIL, [pupil], |row| {
        let (period, mark) = (row.get("period")?, row.marks("mark")?);
        let (set_on, entry) = (row.day("set_on")?, row.get("entry")?);
        Ok((row.get("course")?, OfPupil { course: row.course()?, period, mark, set_on, entry }))
    })?;
    let mut places: HashMap<(&str, &PeriodName), u32> = HashMap::new();
    all.iter().for_each(|(_, of)| *places.entry((&of.course.subject, &of.period)).or_default() += 1);
    let is_doubled = |of: &OfPupil| places.get(&(of.course.subject.as_str(), &of.period)).is_some_and(|all| *all > 1);
    let mut doubled: Vec<_> = all
        .iter()
        .filter(|(_, of)| is_doubled(of))
        .map(|(course, of)| (*course, pupil, of.period.clone(), of.course.clone()))
        .collect();
    doubled.sort_by_key(|(course, ..)| *course);
    let beaten = beaten(tables, school, doubled)?;
    all.retain(|(course, of)| !beaten.contains_key(&(*course, pupil, of.period.clone())));
    Ok(all.into_iter().map(|(_, of)| of).collect())
}

/// The other courses of a subject in the classes where a pupil is or was.
pub fn other_courses(tables: &Tables, course: &super::Course, pupil: i64) -> Result<Vec<super::Course>> {
    let sql = "SELECT id FROM courses WHERE subject = ?2 AND id <> ?3
               AND class IN (SELECT class FROM enrolments WHERE pupil = ?1) ORDER BY id";
    let ids: Vec<i64> =
        tables.all("курс", sql, params![pupil, course.key.subject, course.id], |row| row.get("id"))?;
    let mut courses = Vec::new();
    for id in ids {
        courses.extend(super::course_by_id(tables, id)?);
    }
    Ok(courses)
}

/// Whether any pupil of the school has a final mark of a period.
pub fn is_period_marked(tables: &Tables, period: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM finals WHERE period = ?1", [period])
}

/// Whether anybody has a final mark of one of these periods in a course of the class.
pub fn is_class_marked(tables: &Tables, class: &ClassName, periods: &[&str]) -> Result<bool> {
    let sql = "SELECT 1 FROM finals JOIN courses ON courses.id = finals.course WHERE class = ?1 AND period = ?2";
    periods.iter().try_fold(false, |found, period| Ok(found || tables.any(sql, params![class.to_string(), period])?))
}
