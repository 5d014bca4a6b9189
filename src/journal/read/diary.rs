//! What the journal has of one pupil: the questions that his diary asks.
//!
//! Each is one prepared statement that begins with his enrolments and reaches everything else by its key, never by looking
//! through a table of the whole school; so a diary costs the same in a school of three classes and in one of sixty. The
//! order of the joins is fixed (`CROSS JOIN`): nobody counts the rows of tables that lie in memory.

use super::column::Columns;
use super::{Course, Lesson, iso};
use crate::error::Result;
use crate::journal::entry::PlanLine;
use crate::journal::read::Tables;
use crate::school::{Attendance, ClassName, Day, Login, Marks, Stay};
use rusqlite::params;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A course of a class where a pupil is or was.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCourse {
    /// The course.
    pub course: Course,
    /// When he belonged to it, in order of time; empty where it is another group's.
    pub stays: Vec<Stay>,
}

impl OwnCourse {
    /// Whether he belongs to it on a day.
    pub fn covers(&self, day: Day) -> bool {
        self.stays.iter().any(|stay| stay.covers(day))
    }
}

const COURSES: &str = "SELECT c.id AS id, c.class AS class, c.grp AS grp, c.subject AS subject, teacher, hours,
        max(e.since, coalesce(g.since, '')) AS since,
        nullif(min(coalesce(e.until, '9999'), coalesce(g.until, '9999')), '9999') AS until,
        c.grp = '' OR g.pupil IS NOT NULL AS belongs
    FROM enrolments AS e CROSS JOIN courses AS c ON c.class = e.class
    LEFT JOIN group_members AS g ON g.class = c.class AND g.grp = c.grp AND g.pupil = e.pupil
    LEFT JOIN subjects AS s ON s.name = c.subject
    WHERE e.pupil = ?1 ORDER BY s.place, c.subject, c.class, c.grp, c.id, 7";

/// The courses of the classes where a pupil is or was, in the school's order of subjects.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn courses_of_pupil(tables: &Tables, pupil: i64) -> Result<Vec<OwnCourse>> {
    let rows: Vec<(Course, Option<Stay>)> = tables.all("курс", COURSES, [pupil], |row| {
        let stay = if row.get("belongs")? { Some(row.stay()?) } else { None };
        Ok((Course::of(row)?, stay.filter(|stay| stay.until.is_none_or(|until| stay.since < until))))
    })?;
    let mut out: Vec<OwnCourse> = Vec::new();
    for (course, stay) in rows {
        match out.last_mut().filter(|last| last.course.id == course.id) {
            Some(last) => last.stays.extend(stay),
            None => out.push(OwnCourse { course, stays: stay.into_iter().collect() }),
        }
    }
    Ok(out)
}

/// A lesson of a course of a pupil's class, and what stands in his cell.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnLesson {
    /// The row of its course.
    pub course: i64,
    /// The lesson.
    pub lesson: Lesson,
    /// His marks, with the entry that wrote them.
    pub marks: Option<OwnMarks>,
    /// His absence or lateness, with the entry that wrote it.
    pub attendance: Option<(Attendance, u64)>,
}

/// Marks in a pupil's cell.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnMarks {
    /// The marks.
    pub marks: Marks,
    /// Kind of work as worded, the lesson's where it is no other; may be empty.
    pub work: String,
    /// The document that they rest on (§2.3.5), or empty.
    pub document: String,
    /// The entry that wrote them.
    pub entry: u64,
}

impl OwnLesson {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let lesson = Lesson::of(row)?;
        let marks = match row.get::<Option<u64>>("marks_entry")? {
            Some(entry) => {
                let own: String = row.get("marks_work")?;
                let work = if own.is_empty() { lesson.work.clone() } else { own };
                Some(OwnMarks { marks: row.marks("marks")?, work, document: row.get("document")?, entry })
            }
            None => None,
        };
        let attendance = match row.get::<Option<u64>>("kind_entry")? {
            Some(entry) => Some((row.attendance("kind")?, entry)),
            None => None,
        };
        Ok(Self { course: row.get("course")?, lesson, marks, attendance })
    }

    /// Whether anything stands in his cell.
    pub fn is_filled(&self) -> bool {
        self.marks.is_some() || self.attendance.is_some()
    }
}

const LESSONS: &str = "SELECT l.id AS id, l.course AS course, l.date AS date, l.lesson AS lesson, l.topic AS topic,
        l.work AS work, l.homework AS homework, l.substitute AS substitute, l.author AS author,
        l.confirmed AS confirmed, l.recorded_on AS recorded_on, l.taken_over AS taken_over,
        m.marks AS marks, m.work AS marks_work, m.document AS document, m.entry AS marks_entry,
        a.kind AS kind, a.entry AS kind_entry
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class
    CROSS JOIN lessons AS l ON l.course = c.id AND l.date BETWEEN ?2 AND ?3
    LEFT JOIN marks AS m ON m.lesson = l.id AND m.pupil = ?1
    LEFT JOIN attendance AS a ON a.lesson = l.id AND a.pupil = ?1
    ORDER BY l.date, l.lesson, c.id";

/// The lessons of the classes where a pupil is or was on the days from one to another, those of other groups included, in
/// order of time.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn lessons_of_pupil(tables: &Tables, pupil: i64, first: Day, last: Day) -> Result<Vec<OwnLesson>> {
    tables.all("урок", LESSONS, params![pupil, iso(first), iso(last)], OwnLesson::of)
}

const GIVEN: &str = "SELECT c.id AS course, (SELECT count(*) FROM lessons WHERE course = c.id AND date < ?2) AS given
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class";

/// How many lessons the courses of the classes where a pupil is or was had before a day, by the course's row.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn given_before(tables: &Tables, pupil: i64, day: Day) -> Result<HashMap<i64, usize>> {
    tables.all("урок", GIVEN, params![pupil, iso(day)], |row| Ok((row.get("course")?, row.get("given")?)))
}

/// The last lesson of a course before a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its day.
    pub last: Day,
    /// Its homework, which may be empty.
    pub homework: String,
}

const BEFORE: &str = "SELECT c.id AS course, l.date AS date, l.homework AS homework
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class
    CROSS JOIN lessons AS l ON l.id = (SELECT id FROM lessons WHERE course = c.id AND date < ?2
        ORDER BY date DESC, lesson DESC LIMIT 1)";

/// The last lessons that the courses of the classes where a pupil is or was had before a day, by the course's row.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn before(tables: &Tables, pupil: i64, day: Day) -> Result<HashMap<i64, Before>> {
    tables.all("урок", BEFORE, params![pupil, iso(day)], |row| {
        Ok((row.get("course")?, Before { last: row.day("date")?, homework: row.get("homework")? }))
    })
}

const PLANNED: &str = "SELECT course, no, topic, work, homework
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class CROSS JOIN plans AS p ON p.course = c.id AND p.work <> ''
    ORDER BY course, no";

/// The lines of plans that name a kind of work, of the courses of the classes where a pupil is or was: by the course's row,
/// in order.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn planned_works(tables: &Tables, pupil: i64) -> Result<HashMap<i64, Vec<PlanLine>>> {
    let rows: Vec<(i64, PlanLine)> = tables.all("урок плана", PLANNED, [pupil], |row| {
        let (topic, work) = (row.get("topic")?, row.get("work")?);
        Ok((row.get("course")?, PlanLine { no: row.get("no")?, topic, work, homework: row.get("homework")? }))
    })?;
    let mut plans: HashMap<i64, Vec<PlanLine>> = HashMap::new();
    rows.into_iter().for_each(|(course, line)| plans.entry(course).or_default().push(line));
    Ok(plans)
}

/// A lesson's place: the course's row, the day, the number in that day.
pub type PlaceOfLesson = (i64, Day, u8);

const ASSIGNED: &str = "SELECT course, date, lesson, substitute
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class
    CROSS JOIN substitutions AS s ON s.course = c.id AND s.date BETWEEN ?2 AND ?3";

/// Who was assigned to give lessons instead of the course's teacher on the days from one to another, in the classes where
/// a pupil is or was.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn assigned_to_pupil(tables: &Tables, pupil: i64, first: Day, last: Day) -> Result<HashMap<PlaceOfLesson, Login>> {
    tables.all("замена", ASSIGNED, params![pupil, iso(first), iso(last)], |row| {
        Ok(((row.get("course")?, row.day("date")?, row.get("lesson")?), row.get("substitute")?))
    })
}

const ANNULLED: &str = "SELECT course, date, lesson
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class
    CROSS JOIN annulled_lessons AS a ON a.course = c.id AND a.date BETWEEN ?2 AND ?3";

/// The places of lessons that were annulled on the days from one to another, in the classes where a pupil is or was.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn annulled_for_pupil(tables: &Tables, pupil: i64, first: Day, last: Day) -> Result<HashSet<PlaceOfLesson>> {
    tables.all("урок", ANNULLED, params![pupil, iso(first), iso(last)], |row| {
        Ok((row.get("course")?, row.day("date")?, row.get("lesson")?))
    })
}

/// A reason of a pupil's absences as an entry gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnReason {
    /// First day.
    pub since: Day,
    /// Last day.
    pub until: Day,
    /// «болезнь», «уважительная» ….
    pub word: &'static str,
    /// The entry that gave it.
    pub entry: u64,
}

const REASONS: &str = "SELECT since, until, reason, entry FROM reasons WHERE pupil = ?1 ORDER BY since, until";

/// The reasons of a pupil's absences, each with the entry that gave it.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn reasons_of_pupil(tables: &Tables, pupil: i64) -> Result<Vec<OwnReason>> {
    tables.all("причина отсутствия", REASONS, [pupil], |row| {
        let (since, until) = (row.day("since")?, row.day("until")?);
        Ok(OwnReason { since, until, word: row.reason("reason")?.word(), entry: row.get("entry")? })
    })
}

/// The class in which somebody with these stays is on a day; the last one where he is in none any more, the first where he
/// is in none yet.
pub fn class_on(stays: &[(ClassName, Stay)], day: Day) -> Option<&ClassName> {
    let there = stays.iter().rev().find(|(_, stay)| stay.since <= day).or(stays.first());
    there.map(|(class, _)| class)
}

/// The classes in which somebody with these stays was on some day of a span, both ends included, in order of time.
pub fn classes_between(stays: &[(ClassName, Stay)], first: Day, last: Day) -> Vec<ClassName> {
    let mut classes: BTreeMap<Day, ClassName> = BTreeMap::new();
    for (class, stay) in stays.iter().filter(|(_, stay)| stay.overlaps(first, last)) {
        if !classes.values().any(|known| known == class) {
            classes.insert(stay.since, class.clone());
        }
    }
    classes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::read::{corrections, count, explain, finals, timetable};

    #[test]
    fn no_question_of_a_diary_looks_through_a_table_of_the_whole_school() {
        let tables = in_memory().unwrap();
        let questions = [
            COURSES,
            LESSONS,
            GIVEN,
            BEFORE,
            PLANNED,
            ASSIGNED,
            ANNULLED,
            REASONS,
            corrections::OF_PUPIL,
            count::ONES,
            explain::EXEMPTIONS_OF_PUPIL,
            finals::OF_PUPIL,
            timetable::OF_PUPIL,
        ];
        for sql in questions {
            let mut plan = tables.db().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let given = rusqlite::params_from_iter(std::iter::repeat_n("1", plan.parameter_count()));
            let steps: Vec<String> =
                plan.query_map(given, |row| row.get("detail")).unwrap().map(|step| step.unwrap()).collect();
            // What he is enrolled in is a list of his own.
            let looks_through = |step: &&String| step.starts_with("SCAN") && *step != "SCAN e";
            assert_eq!(steps.iter().find(looks_through), None, "{sql}\n{}", steps.join("\n"));
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{sql}");
        }
    }
}
