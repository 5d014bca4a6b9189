//! The timetable that a school brings: a week a course, each held against the others.
//!
//! A week that comes in place of another may clash with one that is still to be replaced. So what clashes waits for the rest;
//! where courses have changed places, their old weeks go first.

use super::fault::Source;
use super::present;
use super::record::Import;
use super::rows::Files;
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::{Slot, TimetableSet};
use crate::journal::read;
use crate::journal::read::timetable::Timetable;
use crate::school::CourseKey;

/// A week to be recorded, and the row that it begins with.
type Week = (Source, TimetableSet);

impl Import<'_, '_> {
    pub(super) fn timetable(&mut self, files: &Files) -> Result<()> {
        let rows = files
            .timetable
            .iter()
            .map(|(at, (key, weekday, lesson))| (*at, key.clone(), Slot { weekday: *weekday, lesson: *lesson }));
        let mut weeks = Vec::new();
        for (at, course, mut slots) in self.by_course(rows) {
            slots.sort_unstable();
            if present::timetable(self.batch.tables(), &course, &slots)? {
                continue;
            }
            if self.has_a_week(&course)? {
                self.replaces(at, &format!("расписание курса «{course}»"));
            }
            weeks.push((at, TimetableSet { course, since: None, slots, despite: false }));
        }
        let mut clashing = self.weeks(weeks)?;
        loop {
            let before = clashing.len();
            clashing = self.weeks(clashing)?;
            if clashing.len() == before {
                break;
            }
        }
        for (at, week) in &clashing {
            if self.has_a_week(&week.course)? {
                let none = TimetableSet { slots: Vec::new(), ..week.clone() };
                self.record(*at, "Урок", none, false)?;
            }
        }
        for (at, week) in self.weeks(clashing)? {
            self.all_the_same(at, week)?;
        }
        Ok(())
    }

    fn has_a_week(&self, course: &CourseKey) -> Result<bool> {
        let tables = self.batch.tables();
        let Some(course) = read::course(tables, course)? else { return Ok(false) };
        Ok(!Timetable::of(tables, course.id)?.is_empty())
    }

    /// Records what does not clash, and gives back the rest.
    fn weeks(&mut self, weeks: Vec<Week>) -> Result<Vec<Week>> {
        let mut clashing = Vec::new();
        for (at, week) in weeks {
            match self.try_record(week.clone(), false) {
                Ok(()) => {}
                Err(clash) if is_clash(&clash) => clashing.push((at, week)),
                Err(error) => self.refused(at, "Урок", error)?,
            }
        }
        Ok(clashing)
    }

    /// What clashes with others is a fault, or is recorded as what the school really does.
    fn all_the_same(&mut self, at: Source, week: TimetableSet) -> Result<()> {
        match self.try_record(week.clone(), false) {
            Ok(()) => Ok(()),
            Err(clash) if self.how.despite && is_clash(&clash) => {
                self.faults.warnings.push(Warning::from(clash.message()));
                self.record(at, "Урок", TimetableSet { despite: true, ..week }, false).map(drop)
            }
            Err(error) => self.refused(at, "Урок", error),
        }
    }
}

fn is_clash(error: &Error) -> bool {
    error.next_step().is_some_and(|next| next.offers(&Action::Give(Detail::Despite)))
}
