//! The count of marks that a period's final mark rests on (§2.3.1), for the rule that demands it and for the reports
//! that look ahead.

use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::column::Columns;
use crate::journal::read::{Course, iso, stays_on_course, subject};
use crate::school::{CourseKey, Day, School, Stay, WorkKind};
use rusqlite::params;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One pupil's grades in a span of days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub grades: u32,
    /// How many of them for written work.
    pub written: u32,
    /// What they add up to.
    pub sum: u32,
    /// How many «зач» and «незач» there are beside them.
    pub credits: u32,
}

/// What §2.3.1 demands of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// How many grades.
    pub grades: u32,
    /// Whether one of them must be for written work.
    pub written: bool,
}

/// The grades of a course's pupils in a span of days, those from other classes and groups included.
#[derive(Debug)]
pub struct Counts {
    by_pupil: HashMap<i64, Count>,
    /// What is demanded.
    pub demand: Demand,
}

impl Demand {
    /// What is demanded of a course.
    pub fn of(tables: &Tables, school: &School, course: &Course) -> Result<Self> {
        let policy = &school.policy;
        let grades = if course.hours < 2.0 { policy.min_marks_one_hour } else { policy.min_marks_more_hours };
        let written = subject(tables, &course.key.subject)?.is_none_or(|subject| subject.written);
        Ok(Self { grades: grades.into(), written })
    }
}

pub(super) const ONES: &str =
    "SELECT marks.lesson AS lesson, pupil, marks, iif(marks.work <> '', marks.work, lessons.work) AS work
    FROM lessons CROSS JOIN marks ON marks.lesson = lessons.id AND pupil = ?4
    WHERE course = ?1 AND date BETWEEN ?2 AND ?3";

impl Counts {
    /// Counts the grades of `pupils` from one day to another, both included.
    ///
    /// # Errors
    /// Marks in the tables that do not read; the database's.
    pub fn take(
        tables: &Tables,
        school: &School,
        course: &Course,
        (first, last): (Day, Day),
        pupils: impl IntoIterator<Item = i64>,
    ) -> Result<Self> {
        let mut counts = Self { by_pupil: HashMap::new(), demand: Demand::of(tables, school, course)? };
        let (from, to) = (iso(first), iso(last));
        let pupils: Vec<i64> = pupils.into_iter().collect();
        let alone = if let [pupil] = pupils.as_slice() { Some(*pupil) } else { None };
        counts.add(tables, course.id, (&from, &to), (alone, None))?;
        // A pupil who moved between classes or groups keeps his marks: those of the same subject there count on.
        let sql =
            "SELECT DISTINCT courses.id AS id, courses.grp AS grp, courses.class AS class, subject FROM enrolments
                   JOIN courses ON courses.class = enrolments.class
                   WHERE pupil = ?1 AND courses.id <> ?2 AND subject = ?3 AND since <= ?4";
        let mut others: BTreeMap<i64, (CourseKey, HashSet<i64>)> = BTreeMap::new();
        for pupil in pupils {
            let parameters = params![pupil, course.id, course.key.subject, to];
            let rows: Vec<(i64, CourseKey)> =
                tables.all("курс", sql, parameters, |row| Ok((row.get("id")?, row.course()?)))?;
            for (id, key) in rows {
                others.entry(id).or_insert_with(|| (key, HashSet::new())).1.insert(pupil);
            }
        }
        let here = if others.is_empty() { BTreeMap::new() } else { stays_on_course(tables, &course.key)? };
        let is_there = |stays: &BTreeMap<i64, Vec<Stay>>, pupil: &i64| {
            stays.get(pupil).is_some_and(|stays| stays.iter().any(|stay| stay.covers(last)))
        };
        for (other, (key, mut theirs)) in others {
            // Whoever belongs to both at once has two teachers of the subject, and the marks of each for himself.
            let there = stays_on_course(tables, &key)?;
            theirs.retain(|pupil| !(is_there(&here, pupil) && is_there(&there, pupil)));
            if !theirs.is_empty() {
                counts.add(tables, other, (&from, &to), (alone, Some(&theirs)))?;
            }
        }
        Ok(counts)
    }

    /// Adds the marks that a course gave from one day to another: of a pupil who `alone` is asked about only his are read;
    /// to `only` these pupils or to all.
    fn add(
        &mut self,
        tables: &Tables,
        course: i64,
        (first, last): (&str, &str),
        (alone, only): (Option<i64>, Option<&HashSet<i64>>),
    ) -> Result<()> {
        const ALL: &str =
            "SELECT marks.lesson AS lesson, pupil, marks, iif(marks.work <> '', marks.work, lessons.work) AS work
            FROM lessons JOIN marks ON marks.lesson = lessons.id WHERE course = ?1 AND date BETWEEN ?2 AND ?3";
        let by_pupil = &mut self.by_pupil;
        // A course has few kinds of work and many marks.
        let mut written: HashMap<String, bool> = HashMap::new();
        let mut is_written = |work: String| match written.get(&work) {
            Some(known) => *known,
            None => {
                let is = WorkKind::of(&work).is_some_and(WorkKind::is_written);
                written.insert(work, is);
                is
            }
        };
        let mut read = |row: &Columns<'_>| {
            let (pupil, work): (i64, String) = (row.get("pupil")?, row.get("work")?);
            if only.is_some_and(|only| !only.contains(&pupil)) {
                return Ok(());
            }
            let written = is_written(work);
            let count = by_pupil.entry(pupil).or_default();
            let marks = row.marks("marks")?;
            count.credits += u32::try_from(marks.credits()).unwrap_or(u32::MAX);
            for grade in marks.grades() {
                count.grades += 1;
                count.written += u32::from(written);
                count.sum += u32::from(grade);
            }
            Ok(())
        };
        match alone {
            Some(pupil) => tables.all("отметка", ONES, params![course, first, last, pupil], &mut read),
            None => tables.all("отметка", ALL, params![course, first, last], &mut read),
        }
    }

    /// A pupil's grades.
    pub fn of(&self, pupil: i64) -> Count {
        self.by_pupil.get(&pupil).copied().unwrap_or_default()
    }

    /// What a final «зач» or «незач» lacks, in words: it rests on as many marks as a grade does, of either kind.
    pub fn lack_of_credit(&self, pupil: i64) -> Option<String> {
        let count = self.of(pupil);
        let all = count.grades + count.credits;
        (all < self.demand.grades).then(|| format!("отметок {all}, нужно не менее {}", self.demand.grades))
    }

    /// What §2.3.1 demands and the pupil lacks, in words.
    pub fn lack(&self, pupil: i64) -> Option<String> {
        let count = self.of(pupil);
        if count.grades < self.demand.grades {
            Some(format!("отметок {}, нужно не менее {}", count.grades, self.demand.grades))
        } else if self.demand.written && count.written == 0 {
            Some("нет ни одной отметки за письменную работу".to_owned())
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::read::course_by_id;

    #[test]
    fn marks_from_the_other_group_count_for_both_teachers_but_not_of_who_has_two_at_once() {
        let tables = in_memory().unwrap();
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO pupils VALUES (1, 'А', 'Алиев', 'А', '', '2012-01-01', '', 1),
                     (2, 'Б', 'Белов', 'Б', '', '2012-01-01', '', 1), (3, 'В', 'Воронов', 'В', '', '2012-01-01', '', 1);
                 INSERT INTO enrolments SELECT id, '7А', '2025-09-01', NULL, 1 FROM pupils;
                 INSERT INTO group_members VALUES ('7А', '1', 1, '', '2025-09-20', 1),
                     ('7А', '2', 1, '2025-09-20', NULL, 1), ('7А', '1', 2, '', NULL, 1), ('7А', '2', 2, '', NULL, 1),
                     ('7А', '2', 3, '', NULL, 1);
                 INSERT INTO courses VALUES (1, '7А', '1', 'Химия', 't', 1.0, 1), (2, '7А', '2', 'Химия', 't', 1.0, 1);
                 INSERT INTO lessons VALUES (1, 1, '2025-09-02', 1, 'Т', '', '', '', 1, '2025-09-02', 0, 't', 1),
                     (2, 2, '2025-09-23', 1, 'Т', '', '', '', 1, '2025-09-23', 0, 't', 1);
                 INSERT INTO marks VALUES (1, 1, '5/4', '', '', 't', 1), (2, 1, '3', '', '', 't', 1),
                     (1, 2, '5', '', '', 't', 1), (2, 2, '4', '', '', 't', 1), (1, 3, '2', '', '', 't', 1);",
            )
            .unwrap();
        let day = |text: &str| crate::school::parse_date(text).unwrap();
        let grades = |course: i64| {
            let course = course_by_id(&tables, course).unwrap().unwrap();
            let span = (day("01.09.2025"), day("24.10.2025"));
            let counts = Counts::take(&tables, &school, &course, span, [1, 2, 3]).unwrap();
            [1, 2, 3].map(|pupil| counts.of(pupil).grades)
        };
        assert_eq!(grades(1), [3, 1, 1], "Белов is in both groups, Воронов has a mark from before he was in either");
        assert_eq!(grades(2), [3, 1, 1]);
    }
}
