//! Lessons and days missed, by reason, counted once for the printed form and for the reports.
//!
//! «н» says only that a pupil was not there. The reason comes later and for a span of days, so it is looked up when
//! absences are counted, and where none is known the absence counts as without a reason, but apart.

use super::explain::Reasons;
use super::{Course, courses_of, lessons_of, pupils_of_course, stays_in, stays_on_course};
use crate::error::Result;
use crate::journal::entry::Reason;
use crate::journal::read::Tables;
use crate::school::{Attendance, ClassName, Day, Stay};
use std::collections::{BTreeMap, HashMap};

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

/// The cause of a pupil's absence on a day that is marked `kind`; nothing where that is none.
fn cause(reasons: &Reasons, pupil: i64, day: Day, kind: Attendance) -> Option<Cause> {
    match kind {
        Attendance::Late => None,
        Attendance::Ill => Some(Cause::Ill),
        Attendance::Excused => Some(Cause::Excused),
        Attendance::Absent => Some(match reasons.on(pupil, day) {
            Some(Reason::Illness) => Cause::Ill,
            Some(Reason::Valid) => Cause::Excused,
            Some(Reason::Invalid) => Cause::Unexcused,
            None => Cause::Unexplained,
        }),
    }
}

/// What a mark of absence turns to, once a reason for it is known.
pub fn turned(reasons: &Reasons, pupil: i64, day: Day, kind: Attendance) -> Attendance {
    match cause(reasons, pupil, day, kind) {
        None => kind,
        Some(Cause::Ill) => Attendance::Ill,
        Some(Cause::Excused) => Attendance::Excused,
        Some(Cause::Unexcused | Cause::Unexplained) => Attendance::Absent,
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
type Lessons = BTreeMap<u8, Option<Cause>>;

/// The lessons of a class's pupils, day by day, and which of them were missed.
#[derive(Debug, Default)]
pub struct Absences(BTreeMap<i64, BTreeMap<Day, Lessons>>);

impl Absences {
    /// Reads a class's. A pupil counts in it on the days on which he was in it, in the courses to which he belonged
    /// this year ([`pupils_of_course`]).
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn of_class(tables: &Tables, class: &ClassName, reasons: &Reasons) -> Result<Self> {
        let mut out = Self::default();
        let stays = stays_in(tables, class)?;
        for course in courses_of(tables, class)? {
            out.add_course(tables, &course, &stays, reasons)?;
        }
        Ok(out)
    }

    /// Of one pupil, told every lesson that there was for him: its day and number, and what stands in its cell.
    pub fn of_pupil(
        pupil: i64,
        lessons: impl IntoIterator<Item = (Day, u8, Option<Attendance>)>,
        reasons: &Reasons,
    ) -> Self {
        let mut days: BTreeMap<Day, Lessons> = BTreeMap::new();
        for (date, number, kind) in lessons {
            let slot = days.entry(date).or_default().entry(number).or_default();
            *slot = slot.or(kind.and_then(|kind| cause(reasons, pupil, date, kind)));
        }
        Self(BTreeMap::from([(pupil, days)]))
    }

    fn add_course(
        &mut self,
        tables: &Tables,
        course: &Course,
        in_class: &BTreeMap<i64, Vec<Stay>>,
        reasons: &Reasons,
    ) -> Result<()> {
        let mut stays = stays_on_course(tables, &course.key)?;
        // Who was taken off a group's list as if he had never been on it is known by what he was given there.
        for pupil in pupils_of_course(tables, course)? {
            if let Some(in_class) = in_class.get(&pupil.id) {
                stays.entry(pupil.id).or_insert_with(|| in_class.clone());
            }
        }
        let kinds = attendance_of_course(tables, course.id)?;
        for lesson in lessons_of(tables, course.id)? {
            for (pupil, stays) in &stays {
                if !stays.iter().any(|stay| stay.covers(lesson.date)) {
                    continue;
                }
                let kind = kinds.get(&(lesson.id, *pupil)).copied();
                let cause = kind.and_then(|kind| cause(reasons, *pupil, lesson.date, kind));
                let days = self.0.entry(*pupil).or_default();
                let slot = days.entry(lesson.date).or_default().entry(lesson.number).or_default();
                *slot = slot.or(cause);
            }
        }
        Ok(())
    }

    /// What the pupil missed from one day to another, both included.
    pub fn between(&self, pupil: i64, first: Day, last: Day) -> Missed {
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
    pub fn present(&self, first: Day, last: Day) -> impl Iterator<Item = i64> + '_ {
        let had = move |days: &BTreeMap<Day, Lessons>| first <= last && days.range(first..=last).next().is_some();
        self.0.iter().filter(move |(_, days)| had(days)).map(|(pupil, _)| *pupil)
    }
}

/// The absences and latenesses of a course, by the rows of lesson and pupil.
pub fn attendance_of_course(tables: &Tables, course: i64) -> Result<HashMap<(i64, i64), Attendance>> {
    let sql = "SELECT attendance.lesson AS lesson, pupil, kind FROM attendance
               JOIN lessons ON lessons.id = attendance.lesson WHERE course = ?1";
    tables.all("посещение", sql, [course], |row| {
        Ok(((row.get("lesson")?, row.get("pupil")?), row.attendance("kind")?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Cause::{Excused, Ill, Unexcused, Unexplained};

    fn day(causes: &[Option<Cause>]) -> Lessons {
        (1..).zip(causes.iter().copied()).collect()
    }

    fn missed(day: Lessons) -> Missed {
        let date = Day::from_ymd_opt(2025, 9, 1).unwrap();
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
}
