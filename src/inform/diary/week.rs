//! A week: what was and will be, day by day.

use super::Diary;
use super::ahead::{Planned, Plans, due_from};
use super::shown::{Around, Shown};
use crate::error::Result;
use crate::journal::read::diary::{annulled_for_pupil, assigned_to_pupil, before, class_on, classes_between};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{Event, Pupil, Tables, events_between};
use crate::school::{ClassName, Day, Login};
use chrono::{Datelike, Days, Weekday};
use std::collections::{HashMap, HashSet};

/// So many days after a week its works ahead are told.
const AHEAD: Days = Days::new(14);

/// A pupil's week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Its Monday.
    pub monday: Day,
    /// The class in which he is at its end.
    pub class: Option<ClassName>,
    /// Monday to Saturday, and Sunday where there is anything on it.
    pub days: Vec<WeekDay>,
    /// The works that plans have ahead in it and in the two weeks after it.
    pub ahead: Vec<Planned>,
}

/// A day of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WeekDay {
    /// The day.
    pub date: Day,
    /// Why there are no lessons: the name of the holidays.
    pub off: Option<String>,
    /// Whether the pupil is in a class of the school.
    pub is_there: bool,
    /// What takes place at school for his class (§1.6), in order.
    pub events: Vec<Event>,
    /// The lessons, in order.
    pub lessons: Vec<Shown>,
}

/// The week in which `monday` lies, as it is known on `today`.
///
/// # Errors
/// Tables that do not read.
pub fn week(tables: &Tables, pupil: &Pupil, monday: Day, today: Day) -> Result<Week> {
    let monday = monday.week(Weekday::Mon).first_day();
    let sunday = monday + Days::new(6);
    let diary = Diary::open(tables, pupil)?;
    let around = Around::read(&diary, monday, sunday)?;
    let timetables = Timetable::of_pupil(tables, pupil.id)?;
    let mut lessons: Vec<(i64, Shown)> = Vec::new();
    let mut places = HashSet::new();
    for (own, lesson) in diary.lessons(monday, sunday)? {
        places.insert((lesson.course, lesson.lesson.date, lesson.lesson.number));
        lessons.push((lesson.course, diary.shown(own, lesson, &around)?));
    }
    places.extend(annulled_for_pupil(tables, pupil.id, monday, sunday)?);
    let plans = Plans::read(&diary, &timetables, (monday, sunday + AHEAD), today)?;
    let assigned = assigned_to_pupil(tables, pupil.id, monday, sunday)?;
    let nobody = Login::default();
    for own in &diary.courses {
        let id = own.course.id;
        let Some(timetable) = timetables.get(&id) else { continue };
        for (date, number) in timetable.expected(&diary.school, monday, sunday) {
            if own.covers(date) && in_year(&diary, date) && !places.contains(&(id, date, number)) {
                let substitute = assigned.get(&(id, date, number)).unwrap_or(&nobody);
                let planned = plans.of(id, date, number).cloned();
                lessons.push((id, Shown { planned, ..diary.expected(own, date, number, substitute, &around)? }));
            }
        }
    }
    let mut order: HashMap<i64, usize> = HashMap::new();
    for (place, own) in diary.courses.iter().enumerate() {
        order.insert(own.course.id, place);
    }
    lessons.sort_by_key(|(course, shown)| (shown.date, shown.number, order.get(course).copied()));
    set_due(&diary, &timetables, monday, &mut lessons)?;
    let class = class_on(&diary.stays, sunday).cloned();
    let mut days = days(&diary, monday, lessons);
    set_events(&diary, &mut days)?;
    days.retain(|day| {
        let is_empty = day.lessons.is_empty() && day.events.is_empty();
        day.date.weekday() != Weekday::Sun || day.off.is_none() || !is_empty
    });
    Ok(Week { monday, class, days, ahead: plans.in_order() })
}

/// What each lesson brings is what the one before it set.
fn set_due(
    diary: &Diary<'_>,
    timetables: &HashMap<i64, Timetable>,
    monday: Day,
    lessons: &mut [(i64, Shown)],
) -> Result<()> {
    let before = before(diary.tables, diary.pupil.id, monday)?;
    let mut due: HashMap<i64, String> = HashMap::new();
    for own in &diary.courses {
        let id = own.course.id;
        let set = due_from(diary, own, timetables.get(&id), before.get(&id), monday);
        due.insert(id, set.unwrap_or_default().to_owned());
    }
    for (course, shown) in lessons {
        let next = shown.homework.clone();
        shown.due = due.insert(*course, next).unwrap_or_default();
    }
    Ok(())
}

fn in_year(diary: &Diary<'_>, day: Day) -> bool {
    (diary.school.year.begins..=diary.school.year.ends).contains(&day)
}

fn days(diary: &Diary<'_>, monday: Day, lessons: Vec<(i64, Shown)>) -> Vec<WeekDay> {
    let mut days: Vec<WeekDay> = monday
        .iter_days()
        .take(7)
        .map(|date| {
            let off =
                if in_year(diary, date) { diary.school.day_off(date) } else { Some("не учебный год") };
            let is_there = diary.is_there(date);
            WeekDay { date, off: off.map(str::to_owned), is_there, events: Vec::new(), lessons: Vec::new() }
        })
        .collect();
    for (_, shown) in lessons {
        if let Some(day) = days.iter_mut().find(|day| day.date == shown.date) {
            day.lessons.push(shown);
        }
    }
    days
}

/// What takes place is told on each of its days, to the class in which he is on it.
fn set_events(diary: &Diary<'_>, days: &mut [WeekDay]) -> Result<()> {
    let (Some(first), Some(last)) = (days.first().map(|day| day.date), days.last().map(|day| day.date)) else {
        return Ok(());
    };
    for class in classes_between(&diary.stays, first, last) {
        for event in events_between(diary.tables, first, last, Some(&class))? {
            let there = |day: &&mut WeekDay| {
                let is_then = (event.first..=event.last).contains(&day.date);
                is_then && diary.stays.iter().any(|(of, stay)| *of == class && stay.covers(day.date))
            };
            days.iter_mut().filter(there).for_each(|day| day.events.push(event.clone()));
        }
    }
    Ok(())
}
