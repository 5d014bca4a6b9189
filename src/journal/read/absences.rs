//! Lessons and days missed, by reason, counted once for the printed form and for the reports.
//!
//! «н» says only that a pupil was not there. The reason comes later and for a span of days, so it is looked up when
//! absences are counted, and where none is known the absence counts as without a reason, but apart.

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::school::{Attendance, ClassName, parse_date_or};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why a pupil was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Illness.
    Ill,
    /// Another valid reason.
    Excused,
    /// A reason that is none.
    Unexcused,
    /// Nothing is known yet.
    Unexplained,
}

/// Reasons that were given for absence, by pupil: first and last day, and the cause.
#[derive(Debug, Default)]
pub struct Reasons(HashMap<i64, Vec<(NaiveDate, NaiveDate, Cause)>>);

impl Reasons {
    /// Reads all of them.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn read(tables: &Tables) -> Result<Self> {
        let mut out = Self::default();
        let mut statement =
            tables.prepare_cached("SELECT pupil, since, until, reason FROM reasons ORDER BY pupil, since, until")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let cause = match row.get::<_, String>(3)?.as_str() {
                "болезнь" => Cause::Ill,
                "уважительная" => Cause::Excused,
                _ => Cause::Unexcused,
            };
            let (since, until) = (date(&row.get::<_, String>(1)?)?, date(&row.get::<_, String>(2)?)?);
            out.0.entry(row.get(0)?).or_default().push((since, until, cause));
        }
        // Where an illness and an invalid reason overlap, the note that excuses holds.
        for reasons in out.0.values_mut() {
            reasons.sort_by_key(|(since, _, cause)| (*cause == Cause::Unexcused, *since));
        }
        Ok(out)
    }

    /// What a mark of absence turns to, once a reason for it is known.
    pub fn turned(&self, pupil: i64, day: NaiveDate, kind: Attendance) -> Attendance {
        match self.cause(pupil, day, kind) {
            None => kind,
            Some(Cause::Ill) => Attendance::Ill,
            Some(Cause::Excused) => Attendance::Excused,
            Some(Cause::Unexcused | Cause::Unexplained) => Attendance::Absent,
        }
    }

    /// The cause of a pupil's absence on a day that is marked `kind`; nothing where that is none.
    pub fn cause(&self, pupil: i64, day: NaiveDate, kind: Attendance) -> Option<Cause> {
        match kind {
            Attendance::Late => None,
            Attendance::Ill => Some(Cause::Ill),
            Attendance::Excused => Some(Cause::Excused),
            Attendance::Absent => {
                let mut reasons = self.0.get(&pupil).into_iter().flatten();
                let covering = reasons.find(|(since, until, _)| (*since..=*until).contains(&day));
                Some(covering.map_or(Cause::Unexplained, |(.., cause)| *cause))
            }
        }
    }
}

/// Absences counted by cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of Cause
pub struct Counts {
    pub ill: u32,
    pub excused: u32,
    pub unexcused: u32,
    pub unexplained: u32,
}

impl Counts {
    fn add(&mut self, cause: Cause) {
        match cause {
            Cause::Ill => self.ill += 1,
            Cause::Excused => self.excused += 1,
            Cause::Unexcused => self.unexcused += 1,
            Cause::Unexplained => self.unexplained += 1,
        }
    }

    /// All absences.
    pub fn all(self) -> u32 {
        self.ill + self.excused + self.without_reason()
    }

    /// Those for no valid reason, whether one may still come or not.
    pub fn without_reason(self) -> u32 {
        self.unexcused + self.unexplained
    }

    /// What a whole day counts as whose absences these are: the most frequent; of two alike the worse.
    fn most(self) -> Cause {
        let without = if self.unexplained > self.unexcused { Cause::Unexplained } else { Cause::Unexcused };
        let causes = [(self.ill, Cause::Ill), (self.excused, Cause::Excused), (self.without_reason(), without)];
        causes.into_iter().max_by_key(|(count, _)| *count).map_or(without, |(_, cause)| cause)
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.ill += other.ill;
        self.excused += other.excused;
        self.unexcused += other.unexcused;
        self.unexplained += other.unexplained;
    }
}

/// What a pupil missed in a span of days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missed {
    /// Lessons that there were.
    pub held: u32,
    /// Lessons missed.
    pub lessons: Counts,
    /// Days on which every lesson was missed.
    pub days: Counts,
}

impl std::ops::AddAssign for Missed {
    fn add_assign(&mut self, other: Self) {
        self.held += other.held;
        self.lessons += other.lessons;
        self.days += other.days;
    }
}

/// One pupil's lessons of one day by their number, since two groups may have theirs at once.
type Day = BTreeMap<u8, Option<Cause>>;

/// The lessons of a class's pupils, day by day, and which of them were missed.
#[derive(Debug, Default)]
pub struct Absences(BTreeMap<i64, BTreeMap<NaiveDate, Day>>);

impl Absences {
    /// Reads a class's. A pupil counts in it on the days on which he was in it; in a group's course, if he is in the
    /// group or stood in the course's list before he left it.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn of_class(tables: &Tables, class: &ClassName, reasons: &Reasons) -> Result<Self> {
        let mut out = Self::default();
        let stays = stays(tables, class)?;
        let sql = "SELECT id, grp FROM courses WHERE class = ?1 ORDER BY id";
        let mut statement = tables.prepare_cached(sql)?;
        let courses = statement.query_map([class.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (course, group) in courses.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
            out.add_course(tables, class, (course, &group), &stays, reasons)?;
        }
        Ok(out)
    }

    fn add_course(
        &mut self,
        tables: &Tables,
        class: &ClassName,
        (course, group): (i64, &str),
        stays: &[(i64, NaiveDate, Option<NaiveDate>)],
        reasons: &Reasons,
    ) -> Result<()> {
        let members = if group.is_empty() { None } else { Some(members(tables, class, group, course)?) };
        let kinds = kinds(tables, course)?;
        let mut lessons = tables.prepare_cached("SELECT id, date, lesson FROM lessons WHERE course = ?1")?;
        let mut rows = lessons.query([course])?;
        while let Some(row) = rows.next()? {
            let (lesson, day): (i64, NaiveDate) = (row.get(0)?, date(&row.get::<_, String>(1)?)?);
            let number: u8 = row.get(2)?;
            for (pupil, since, until) in stays {
                let there = *since <= day && until.is_none_or(|until| day < until);
                if !there || members.as_ref().is_some_and(|members| !members.contains(pupil)) {
                    continue;
                }
                let kind = kinds.get(&(lesson, *pupil)).copied();
                let cause = kind.and_then(|kind| reasons.cause(*pupil, day, kind));
                let slot = self.0.entry(*pupil).or_default().entry(day).or_default().entry(number).or_default();
                *slot = slot.or(cause);
            }
        }
        Ok(())
    }

    /// What the pupil missed from one day to another, both included.
    pub fn between(&self, pupil: i64, first: NaiveDate, last: NaiveDate) -> Missed {
        let mut missed = Missed::default();
        if first > last {
            return missed;
        }
        for day in self.0.get(&pupil).into_iter().flat_map(|days| days.range(first..=last)).map(|(_, day)| day) {
            let mut lessons = Counts::default();
            day.values().flatten().for_each(|cause| lessons.add(*cause));
            let held = u32::try_from(day.len()).unwrap_or(u32::MAX);
            missed.held += held;
            missed.lessons += lessons;
            if held > 0 && lessons.all() == held {
                missed.days.add(lessons.most());
            }
        }
        missed
    }

    /// The pupils who had lessons from one day to another, both included.
    pub fn present(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = i64> + '_ {
        let had = move |days: &BTreeMap<NaiveDate, Day>| first <= last && days.range(first..=last).next().is_some();
        self.0.iter().filter(move |(_, days)| had(days)).map(|(pupil, _)| *pupil)
    }
}

/// A date as the tables have it.
fn date(text: &str) -> Result<NaiveDate> {
    parse_date_or(text).ok_or_else(|| {
        Error::damaged(format!("в таблицах журнала «{text}» вместо даты"))
            .next("выполните «letopis audit» и сообщите администратору")
    })
}

/// Who was in a class, from which day and to which he left.
fn stays(tables: &Tables, class: &ClassName) -> Result<Vec<(i64, NaiveDate, Option<NaiveDate>)>> {
    let sql = "SELECT pupil, since, until FROM enrolments WHERE class = ?1 ORDER BY pupil, since";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([class.to_string()])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let (since, until): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        out.push((row.get(0)?, date(&since)?, until.as_deref().map(date).transpose()?));
    }
    Ok(out)
}

/// What stands in the cells of a course.
fn kinds(tables: &Tables, course: i64) -> Result<HashMap<(i64, i64), Attendance>> {
    let sql = "SELECT attendance.lesson, pupil, kind FROM attendance JOIN lessons ON lessons.id = attendance.lesson
               WHERE course = ?1";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([course])?;
    let mut out = HashMap::new();
    while let Some(row) = rows.next()? {
        if let Some(kind) = Attendance::parse(&row.get::<_, String>(2)?) {
            out.insert((row.get(0)?, row.get(1)?), kind);
        }
    }
    Ok(out)
}

/// The members of a group, and whoever has marks in its course from before he left the group.
pub fn members(tables: &Tables, class: &ClassName, group: &str, course: i64) -> Result<HashSet<i64>> {
    let sql = "SELECT pupil FROM group_members WHERE class = ?1 AND grp = ?2
               UNION SELECT pupil FROM marks JOIN lessons ON lessons.id = marks.lesson WHERE course = ?3
               UNION SELECT pupil FROM attendance JOIN lessons ON lessons.id = attendance.lesson WHERE course = ?3
               UNION SELECT pupil FROM finals WHERE course = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map((class.to_string(), group, course), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Cause::{Excused, Ill, Unexcused, Unexplained};

    fn day(causes: &[Option<Cause>]) -> Day {
        (1..).zip(causes.iter().copied()).collect()
    }

    fn missed(day: Day) -> Missed {
        let date = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
        Absences(BTreeMap::from([(7, BTreeMap::from([(date, day)]))])).between(7, date, date)
    }

    fn whole(causes: &[Cause]) -> Counts {
        missed(day(&causes.iter().copied().map(Some).collect::<Vec<_>>())).days
    }

    #[test]
    fn a_day_counts_only_if_every_lesson_of_it_was_missed() {
        assert_eq!(whole(&[Ill, Ill, Ill]), Counts { ill: 1, ..Counts::default() });
        let partly = missed(day(&[Some(Ill), Some(Ill), None]));
        assert_eq!((partly.held, partly.lessons.ill, partly.days), (3, 2, Counts::default()));
        assert_eq!(missed(day(&[])), Missed::default());
    }

    #[test]
    fn a_day_of_several_causes_has_the_most_frequent_and_of_two_the_worse() {
        assert_eq!(whole(&[Ill, Excused, Excused]).excused, 1);
        assert_eq!(whole(&[Ill, Unexplained]).unexplained, 1);
        assert_eq!(whole(&[Ill, Excused]).excused, 1);
        assert_eq!(whole(&[Ill, Ill, Unexcused, Unexplained]).unexcused, 1, "two without a reason outweigh two ill");
    }

    #[test]
    fn a_reason_that_excuses_holds_before_one_that_does_not() {
        let date = |day| NaiveDate::from_ymd_opt(2025, 9, day).unwrap();
        let reasons = Reasons(HashMap::from([(7, vec![(date(3), date(4), Ill), (date(1), date(9), Unexcused)])]));
        let cause = |day, kind| reasons.cause(7, date(day), kind);
        assert_eq!(cause(3, Attendance::Absent), Some(Ill));
        assert_eq!(cause(5, Attendance::Absent), Some(Unexcused));
        assert_eq!(cause(10, Attendance::Absent), Some(Unexplained));
        assert_eq!(cause(10, Attendance::Excused), Some(Excused));
        assert_eq!(cause(3, Attendance::Late), None);
    }

    /// The rules let no two reasons of a pupil cover a day; where tables hold such all the same, the answer does not hang
    /// on the order in which they were written.
    #[test]
    fn of_reasons_that_overlap_in_the_tables_the_one_that_excuses_holds_whatever_their_order() {
        let spans = [("2025-09-01", "2025-09-09", "неуважительная"), ("2025-09-03", "2025-09-12", "болезнь")];
        let (invalid, ill) = (spans[0], spans[1]);
        let later_invalid = ("2025-09-04", "2025-09-20", "неуважительная");
        for reasons in [[invalid, ill, later_invalid], [later_invalid, ill, invalid], [ill, later_invalid, invalid]] {
            let tables = crate::journal::apply::in_memory().unwrap();
            for (entry, (since, until, word)) in (1..).zip(reasons) {
                let row = (since, until, word, entry);
                tables.db().execute("INSERT INTO reasons VALUES (7, ?1, ?2, ?3, '', ?4)", row).unwrap();
            }
            let reasons = Reasons::read(&tables).unwrap();
            let cause = |day| {
                reasons.cause(7, NaiveDate::from_ymd_opt(2025, 9, day).unwrap(), Attendance::Absent).expect("absent")
            };
            let causes = [1, 2, 3, 9, 12, 13, 20, 21].map(cause);
            let expected = [Unexcused, Unexcused, Ill, Ill, Ill, Unexcused, Unexcused, Unexplained];
            assert_eq!(causes, expected);
            assert_eq!(
                reasons.cause(8, NaiveDate::from_ymd_opt(2025, 9, 3).unwrap(), Attendance::Absent),
                Some(Unexplained)
            );
        }
    }
}
