//! The count of marks that a period's final mark rests on (§2.3.1), for the rule that demands it and for the reports
//! that look ahead.

use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::{Course, iso, subject};
use crate::school::{Day, School, WorkKind};
use rusqlite::params;
use std::collections::{BTreeSet, HashMap};

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

/// The grades of a course's pupils in a span of days, those from other classes included.
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
        let (first, last) = (iso(first), iso(last));
        counts.add(tables, course.id, &first, &last)?;
        // A pupil who moved between classes keeps his marks: those of the same subject in the other class count on.
        let sql = "SELECT DISTINCT courses.id AS id FROM enrolments JOIN courses ON courses.class = enrolments.class
                   WHERE pupil = ?1 AND enrolments.class <> ?2 AND subject = ?3 AND since <= ?4";
        let class = course.key.class.to_string();
        let mut others = BTreeSet::new();
        for pupil in pupils {
            let parameters = params![pupil, class, course.key.subject, last];
            others.extend(tables.all::<i64, Vec<_>>("курс", sql, parameters, |row| row.get("id"))?);
        }
        others.into_iter().try_for_each(|other| counts.add(tables, other, &first, &last))?;
        Ok(counts)
    }

    fn add(&mut self, tables: &Tables, course: i64, first: &str, last: &str) -> Result<()> {
        let sql = "SELECT marks.lesson AS lesson, pupil, marks, iif(marks.work <> '', marks.work, lessons.work) AS work
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
        tables.all("отметка", sql, params![course, first, last], |row| {
            let (pupil, work): (i64, String) = (row.get("pupil")?, row.get("work")?);
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
        })
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
