//! One course's year: its lessons, what stands in its cells, its final marks, its plan, read from the tables.

use super::class::{ClassData, Course, Pupil, damaged, date, person};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::corrections::APPROVED;
use crate::journal::read::timetable::Timetable;
use crate::school::{Attendance, Period, School};
use chrono::{DateTime, FixedOffset, NaiveDate};
use rusqlite::params;
use std::collections::{BTreeSet, HashMap};

/// Names of the final marks that are no period's.
pub const YEAR: &str = "Год";
/// The exam's.
pub const EXAM: &str = "Экзамен";
/// The one after the exam.
pub const FINAL: &str = "Итог";

/// A lesson that was held.
#[derive(Debug)]
pub struct Lesson {
    /// Key in the tables.
    pub id: i64,
    /// The day.
    pub date: NaiveDate,
    /// Which lesson of the day.
    pub number: i64,
    /// What was done.
    pub topic: String,
    /// The kind of work as it was worded, or empty.
    pub work: String,
    /// Homework, or empty.
    pub homework: String,
    /// Who gave it instead, with initials, and whether that is confirmed.
    pub substitute: Option<(String, bool)>,
    /// The day it was entered, where that was later than the lesson and not in another program.
    pub entered_late: Option<NaiveDate>,
}

/// What stands in a pupil's cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellText {
    /// «5», «н», «оп 4».
    pub text: String,
    /// The document that the mark rests on (§2.3.5), or empty.
    pub document: String,
}

/// A final mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalMark {
    /// The mark.
    pub mark: String,
    /// Why the deputy head overrode the mark count, or empty.
    pub overridden: String,
}

/// A change that the register «Замена сведений» made (§2.3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Its number in the register.
    pub number: u64,
    /// When it was approved.
    pub decided_at: DateTime<FixedOffset>,
    /// The day for which it was made, and the lesson's number in it.
    pub date: NaiveDate,
    /// The lesson's number, 0 for final marks.
    pub lesson: i64,
    /// Whose mark, or nobody's: the lesson itself.
    pub pupil: Option<i64>,
    /// The period of a final mark, or empty.
    pub period: String,
    /// What stood there, may be empty.
    pub was: String,
    /// What stands there since.
    pub becomes: String,
}

/// Everything that was recorded of a course.
#[derive(Debug)]
pub struct CourseYear {
    /// The lessons in order of time.
    pub lessons: Vec<Lesson>,
    /// By lesson and pupil.
    pub cells: HashMap<(i64, i64), CellText>,
    /// By pupil and period.
    pub finals: HashMap<(i64, String), FinalMark>,
    /// What approved corrections changed, in the order of their register.
    pub corrected: Vec<Corrected>,
    /// Lessons planned in each of the class's periods.
    pub planned: Vec<u32>,
    /// Lessons planned for the year.
    pub planned_year: u32,
}

impl CourseYear {
    /// Reads the course's year.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn load(tables: &Tables, school: &School, data: &ClassData, course: &Course) -> Result<Self> {
        let lessons = lessons(tables, course.id)?;
        let cells = cells(tables, data, course.id, &lessons)?;
        let finals = finals(tables, course.id)?;
        let (planned, planned_year) = planned(tables, school, data, course)?;
        let corrected = corrected(tables, course.id)?;
        Ok(Self { lessons, cells, finals, corrected, planned, planned_year })
    }

    /// Whether anyone has a final mark of this name.
    pub fn has_final(&self, period: &str) -> bool {
        self.finals.keys().any(|(_, known)| known == period)
    }

    /// How many lessons were held within a period.
    pub fn taught(&self, period: &Period) -> u32 {
        let held = self.lessons.iter().filter(|lesson| (period.begins..=period.ends).contains(&lesson.date)).count();
        u32::try_from(held).unwrap_or(u32::MAX)
    }

    /// The pupil's final mark of a period.
    pub fn final_mark(&self, pupil: i64, period: &str) -> Option<&FinalMark> {
        self.finals.get(&(pupil, period.to_owned()))
    }
}

fn lessons(tables: &Tables, course: i64) -> Result<Vec<Lesson>> {
    let sql = "SELECT id, date, lesson, topic, work, homework, substitute, confirmed, recorded_on, taken_over
               FROM lessons WHERE course = ?1 ORDER BY date, lesson";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([course])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let day = date(&row.get::<_, String>(1)?)?;
        let login: String = row.get(6)?;
        let substitute = match (login.is_empty(), person(tables, &login)?) {
            (true, _) => None,
            (false, Some(name)) => Some((name.initials(), row.get(7)?)),
            (false, None) => Some((login, row.get(7)?)),
        };
        let recorded = date(&row.get::<_, String>(8)?)?;
        let taken_over: bool = row.get(9)?;
        out.push(Lesson {
            id: row.get(0)?,
            date: day,
            number: row.get(2)?,
            topic: row.get(3)?,
            work: row.get(4)?,
            homework: row.get(5)?,
            substitute,
            entered_late: (recorded > day && !taken_over).then_some(recorded),
        });
    }
    Ok(out)
}

fn cells(tables: &Tables, data: &ClassData, course: i64, lessons: &[Lesson]) -> Result<HashMap<(i64, i64), CellText>> {
    let days: HashMap<i64, NaiveDate> = lessons.iter().map(|lesson| (lesson.id, lesson.date)).collect();
    let mut cells: HashMap<(i64, i64), CellText> = HashMap::new();
    let sql = "SELECT attendance.lesson, pupil, kind FROM attendance JOIN lessons ON lessons.id = attendance.lesson
               WHERE course = ?1";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([course])?;
    while let Some(row) = rows.next()? {
        let (lesson, pupil, kind): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let text = match (Attendance::parse(&kind), days.get(&lesson)) {
            (Some(mark), Some(day)) => data.reasons.turned(pupil, *day, mark).as_str().to_owned(),
            _ => kind,
        };
        cells.insert((lesson, pupil), CellText { text, document: String::new() });
    }
    let sql = "SELECT marks.lesson, pupil, marks, document FROM marks JOIN lessons ON lessons.id = marks.lesson
               WHERE course = ?1";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([course])?;
    while let Some(row) = rows.next()? {
        let cell = cells.entry((row.get(0)?, row.get(1)?)).or_default();
        if !cell.text.is_empty() {
            cell.text.push(' ');
        }
        cell.text.push_str(&row.get::<_, String>(2)?);
        cell.document = row.get(3)?;
    }
    Ok(cells)
}

fn finals(tables: &Tables, course: i64) -> Result<HashMap<(i64, String), FinalMark>> {
    let mut statement = tables.prepare_cached("SELECT pupil, period, mark, override FROM finals WHERE course = ?1")?;
    let rows = statement.query_map([course], |row| {
        Ok(((row.get(0)?, row.get(1)?), FinalMark { mark: row.get(2)?, overridden: row.get(3)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn corrected(tables: &Tables, course: i64) -> Result<Vec<Corrected>> {
    let sql = "SELECT number, decided_at, date, lesson, pupil, period, was, becomes
               FROM corrections JOIN correction_changes USING (number)
               WHERE course = ?1 AND decision = ?2 ORDER BY number, place";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query(params![course, APPROVED])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, decided): (u64, String) = (row.get(0)?, row.get(1)?);
        let decided_at = DateTime::parse_from_rfc3339(&decided)
            .map_err(|_| damaged(format!("время решения по заявке № {number} не читается")))?;
        out.push(Corrected {
            number,
            decided_at,
            date: date(&row.get::<_, String>(2)?)?,
            lesson: row.get(3)?,
            pupil: row.get(4)?,
            period: row.get(5)?,
            was: row.get(6)?,
            becomes: row.get(7)?,
        });
    }
    Ok(out)
}

/// Lessons planned in each period and in the year. The lesson plan (КТП) has no dates: its number of lessons is shared
/// out by the lessons that the timetable has in each period, so that the periods add up to the year.
fn planned(tables: &Tables, school: &School, data: &ClassData, course: &Course) -> Result<(Vec<u32>, u32)> {
    let timetable = Timetable::of(tables, course.id)?;
    let lessons_on = |day: NaiveDate| match timetable.is_empty() {
        // Without a timetable: the weekly hours over six days.
        true => course.hours / 6.0,
        false => timetable.on(day).count() as f64,
    };
    let days_of = |period: &Period| -> f64 {
        let days = period.begins.iter_days().take_while(|day| *day <= period.ends);
        days.filter(|day| school.day_off(*day).is_none()).map(lessons_on).sum()
    };
    let weights: Vec<f64> = data.periods.iter().map(days_of).collect();
    let sql = "SELECT count(*) FROM plans WHERE course = ?1";
    let plan: u32 = tables.prepare_cached(sql)?.query_row([course.id], |row| row.get(0))?;
    let total: f64 = weights.iter().sum();
    let year = if plan > 0 { plan } else { total.round() as u32 };
    Ok((share_out(year, &weights), year))
}

/// Shares `total` out in proportion to the weights; the shares add up to it.
fn share_out(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let (mut before, mut weight) = (0, 0.0);
    let share = |so_far: f64| if sum > 0.0 { (f64::from(total) * so_far / sum).round() as u32 } else { 0 };
    let mut out = Vec::new();
    for part in weights {
        weight += part;
        let upto = share(weight);
        out.push(upto - before);
        before = upto;
    }
    out
}

/// Marks that a pupil who came to this class on the day `came` had got in the same subject in others this year, a text
/// a class: «04.09 — 4, …».
///
/// # Errors
/// Only the database's.
pub fn marks_elsewhere(
    tables: &Tables,
    pupil: &Pupil,
    came: NaiveDate,
    subject: &str,
) -> Result<Vec<(String, String)>> {
    let classes: BTreeSet<&_> =
        pupil.elsewhere.iter().filter(|(_, stay)| stay.since < came).map(|(class, _)| class).collect();
    let sql = "SELECT date, marks FROM marks JOIN lessons ON lessons.id = marks.lesson
               JOIN courses ON courses.id = lessons.course
               WHERE pupil = ?1 AND courses.class = ?2 AND subject = ?3 ORDER BY date, lessons.lesson, courses.id";
    let mut out = Vec::new();
    for class in classes {
        let mut statement = tables.prepare_cached(sql)?;
        let rows = statement.query_map((pupil.id, class.to_string(), subject), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut marks = Vec::new();
        for row in rows {
            let (day, mark) = row?;
            marks.push(format!("{} — {mark}", date(&day)?.format("%d.%m")));
        }
        if !marks.is_empty() {
            out.push((class.quoted(), marks.join(", ")));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::share_out;
    use proptest::prelude::*;

    #[test]
    fn a_plan_is_shared_out_by_the_timetable() {
        assert_eq!(share_out(10, &[1.0, 1.0, 2.0]), [3, 2, 5]);
        assert_eq!(share_out(0, &[1.0]), [0]);
        assert_eq!(share_out(7, &[0.0, 0.0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_year(total in 0u32..300, weights in prop::collection::vec(0.1f64..60.0, 1..6)) {
            prop_assert_eq!(share_out(total, &weights).iter().sum::<u32>(), total);
        }
    }
}
