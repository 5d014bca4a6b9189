//! The weekly timetable, which may change from a day on, and the lessons that it leads one to expect (§3.3.1).

use crate::error::Result;
use crate::journal::entry::Slot;
use crate::journal::read::Tables;
use crate::school::{Day, School};
use chrono::Datelike;
use std::collections::HashMap;

/// The weeks of a course through the year, each from its first day on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timetable(Vec<(Day, Vec<Slot>)>);

pub(super) const OF_PUPIL: &str = "SELECT w.course AS course, w.since AS since, weekday, s.lesson AS lesson
    FROM (SELECT DISTINCT class FROM enrolments WHERE pupil = ?1) AS e
    CROSS JOIN courses AS c ON c.class = e.class CROSS JOIN timetables AS w ON w.course = c.id
    LEFT JOIN timetable AS s ON s.course = w.course AND s.since = w.since
    ORDER BY w.course, w.since, weekday, s.lesson";

impl Timetable {
    /// The timetable of a course.
    pub fn of(tables: &Tables, course: i64) -> Result<Self> {
        let sql = "SELECT timetables.course AS course, timetables.since AS since, weekday, lesson FROM timetables
                   LEFT JOIN timetable ON timetable.course = timetables.course AND timetable.since = timetables.since
                   WHERE timetables.course = ?1 ORDER BY timetables.since, weekday, lesson";
        let rows: Vec<(Day, Option<u8>, Option<u8>)> =
            tables.all("расписание курса", sql, [course], |row| {
                Ok((row.day("since")?, row.get("weekday")?, row.get("lesson")?))
            })?;
        let mut timetable = Self::default();
        rows.into_iter().for_each(|(since, weekday, lesson)| timetable.add(since, weekday, lesson));
        Ok(timetable)
    }

    /// The timetables of all courses of the classes in which a pupil is or was, by the course's row.
    pub fn of_pupil(tables: &Tables, pupil: i64) -> Result<HashMap<i64, Self>> {
        let rows: Vec<(i64, Day, Option<u8>, Option<u8>)> =
            tables.all("расписание курса", OF_PUPIL, [pupil], |row| {
                Ok((row.get("course")?, row.day("since")?, row.get("weekday")?, row.get("lesson")?))
            })?;
        let mut all: HashMap<i64, Self> = HashMap::new();
        for (course, since, weekday, lesson) in rows {
            all.entry(course).or_default().add(since, weekday, lesson);
        }
        Ok(all)
    }

    /// Adds a lesson, or an empty week, after those that are there.
    fn add(&mut self, since: Day, weekday: Option<u8>, lesson: Option<u8>) {
        if self.0.last().is_none_or(|(last, _)| *last != since) {
            self.0.push((since, Vec::new()));
        }
        if let (Some(weekday), Some(lesson), Some((_, slots))) = (weekday, lesson, self.0.last_mut()) {
            slots.push(Slot { weekday, lesson });
        }
    }

    /// The lessons of the week in which a day lies.
    pub fn week(&self, day: Day) -> &[Slot] {
        self.0.iter().rev().find(|(since, _)| *since <= day).map_or(&[], |(_, slots)| slots)
    }

    /// The lesson numbers of a day, holidays not looked at.
    pub fn on(&self, day: Day) -> impl Iterator<Item = u8> + '_ {
        let weekday = u8::try_from(day.weekday().number_from_monday()).unwrap_or_default();
        self.week(day).iter().filter(move |slot| slot.weekday == weekday).map(|slot| slot.lesson)
    }

    /// Whether a week that holds on some day of a span, both ends included, has this lesson.
    pub fn has_between(&self, slot: Slot, (first, last): (Day, Day)) -> bool {
        let ends = self.0.iter().skip(1).map(|(next, _)| Some(*next)).chain([None]);
        let weeks = self.0.iter().zip(ends);
        weeks
            .filter(|((since, _), next)| *since <= last && next.is_none_or(|next| next > first))
            .any(|((_, slots), _)| slots.contains(&slot))
    }

    /// The lessons expected from one day to another, both included, on school days.
    pub fn expected<'a>(&'a self, school: &'a School, first: Day, last: Day) -> impl Iterator<Item = (Day, u8)> + 'a {
        let days = first.iter_days().take_while(move |day| *day <= last);
        days.filter(|day| school.day_off(*day).is_none()).flat_map(|day| self.on(day).map(move |lesson| (day, lesson)))
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, slots)| slots.is_empty())
    }

    /// The weeks, each with its first day.
    pub fn weeks(&self) -> &[(Day, Vec<Slot>)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::TimetableSet;
    use crate::journal::read;
    use crate::journal::testing::{Annals, course, person};
    use crate::school::Role;

    #[test]
    fn a_week_holds_until_the_next_one_begins() {
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person("ivanov", "Иванов Игорь", "учитель", &[Role::Administrator, Role::Teacher]);
        let mut annals = Annals::new(school, administrator, "2025-09-01");
        let algebra = course("7А", "Алгебра");
        annals.subject("Алгебра").class("7А", "").course(&algebra, "ivanov", 2.0);
        for (since, lessons) in
            [("2025-09-01", &[(1u8, 2u8), (3, 4)][..]), ("2026-01-12", &[(1, 5)]), ("2026-04-01", &[])]
        {
            let slots = lessons.iter().map(|(weekday, lesson)| Slot { weekday: *weekday, lesson: *lesson }).collect();
            annals.first(TimetableSet {
                course: algebra.clone(),
                since: crate::school::parse_date_or(since),
                slots,
                despite: false,
            });
        }
        let tables = annals.record();
        let course = read::course(&tables, &algebra).unwrap().unwrap();
        let timetable = Timetable::of(&tables, course.id).unwrap();
        let on = |day: &str| timetable.on(crate::school::parse_date_or(day).unwrap()).collect::<Vec<_>>();
        assert_eq!(on("2025-09-01"), [2]);
        assert_eq!(on("2026-01-07"), [4], "a Wednesday of the first week");
        assert_eq!(on("2026-01-12"), [5]);
        assert_eq!(on("2026-01-14"), [0; 0]);
        assert_eq!(on("2026-04-06"), [0; 0], "an empty week is a week");
        assert_eq!(on("2025-08-25"), [0; 0], "before the first");
    }
}
