//! The notice that a child was not at school (§4.2), the same day: once a day, after the first lesson of which it is recorded
//! is over; until then a teacher may still see the child come late.

use super::{Before, Child, Line, cell, standing};
use crate::error::Result;
use crate::inform::diary::{self, Shown};
use crate::journal::read::{Pupil, Tables};
use crate::school::{ClassName, Day, School};
use chrono::{Datelike, NaiveTime};

/// What was recorded of a pupil's absence by a time of the day; nothing where he was there, or it is too early to tell.
///
/// # Errors
/// Tables that do not read.
pub fn absence(
    tables: &Tables,
    school: &School,
    (pupil, class): (&Pupil, &ClassName),
    (day, time): (Day, NaiveTime),
    before: &dyn Before,
) -> Result<Option<Child>> {
    let notice = format!("away/{day}");
    if before.value(&notice)?.is_some() {
        return Ok(None);
    }
    let mut child = Child::new(pupil, class);
    let mut lines = Vec::new();
    let week = diary::week(tables, pupil, day, day)?;
    for lesson in week.days.iter().filter(|of| of.date == day).flat_map(|of| &of.lessons) {
        if let Some(absence) =
            lesson.absence.filter(|absence| absence.kind.is_absence() && is_over(school, lesson, time))
        {
            let time = lesson.time.as_deref().map(|time| format!(" ({time})")).unwrap_or_default();
            lines.push(Line::new(format!("{}-й урок{time}, {}", lesson.number, lesson.subject), absence.in_words()));
            child.tell(pupil, cell(lesson), standing(lesson));
        }
    }
    child.tell(pupil, notice, "");
    child.say(format!("Посещение {}", super::short_day(day)), lines);
    Ok(child.if_anything())
}

/// Whether a lesson is over; where the school has no bells, it is once it is recorded.
fn is_over(school: &School, lesson: &Shown, time: NaiveTime) -> bool {
    let bell = school.bells.iter().find(|bell| bell.lesson == lesson.number);
    let ends = bell.and_then(|bell| NaiveTime::parse_from_str(&bell.ends, "%H:%M").ok());
    ends.is_none_or(|ends| ends <= time)
}

/// The Monday of a day's week.
pub(super) fn monday(day: Day) -> Day {
    day.week(chrono::Weekday::Mon)
        .checked_first_day()
        .unwrap_or(day - chrono::Days::new(day.weekday().num_days_from_monday().into()))
}
