//! The weekly timetable (§3.3.1): what can stand in it, and that a lesson is recorded where it has one.
//!
//! A class, a group and a teacher have one lesson at a time, on a day of the school's week, at an hour that has a bell. A
//! school may really do otherwise (two classes taught together); then the entry says so, and that is what lets it pass.
//! Groups of one class may have lessons side by side.

use super::{Context, known_course};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::{CourseSet, Entry, LessonRecorded, Slot, TimetableSet};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Lesson, Tables};
use crate::school::{Day, School, WEEKDAYS_SHORT, format_date};
use std::collections::HashSet;

/// From which rules on a timetable is held against the others, and lessons against it.
const HOLDS: u32 = 2;

const SUNDAY: u8 = 7;

/// So many faults are named at once; of more it is said how many.
const NAMED: usize = 4;

/// Lessons in the week, none twice, from a day of the year on.
///
/// # Errors
/// What no week has; and what this school's week cannot have, unless it is said to be so all the same.
pub fn week(context: &Context<'_>, entry: &Entry, set: &TimetableSet) -> Result<()> {
    let course = known_course(context.tables, &set.course)?;
    let year = &context.school.year;
    if let Some(since) = set.since
        && !(year.begins..=year.ends).contains(&since)
    {
        return Err(Error::input(format!("дата {} вне учебного года {}", format_date(since), year.name))
            .next("укажите день, с которого действует расписание"));
    }
    let mut seen = HashSet::new();
    for slot in &set.slots {
        if !(1..=7).contains(&slot.weekday) || !(1..=15).contains(&slot.lesson) || !seen.insert(slot) {
            return Err(Error::input(format!("в расписании «{}» неверный или повторный урок", set.course))
                .next("проверьте дни и номера уроков"));
        }
    }
    if entry.rules < HOLDS || set.despite {
        return Ok(());
    }
    let since = set.since.unwrap_or(year.begins);
    let span = span(context.tables, context.school, &course, since)?;
    let faults = faults(context.tables, context.school, &course, span, &set.slots)?;
    let mut faults: Vec<String> = faults.into_iter().map(|(slot, why)| format!("{}: {why}", named(slot))).collect();
    if faults.is_empty() {
        return Ok(());
    }
    let more = faults.len().saturating_sub(NAMED);
    faults.truncate(NAMED);
    let more = if more > 0 { format!("; и ещё: {more}") } else { String::new() };
    Err(Error::refused(format!("расписание «{}»: {}{more}", set.course, faults.join("; ")))
        .next("проверьте день, номер урока и учителя")
        .then_by("если в школе это действительно так, подтвердите", Action::Give(Detail::Despite)))
}

/// The days, both included, for which a week of a course holds that is set from a day on: to the next week of it.
///
/// # Errors
/// Tables that do not read.
pub fn span(tables: &Tables, school: &School, course: &Course, since: Day) -> Result<(Day, Day)> {
    let own = Timetable::of(tables, course.id)?;
    let next = own.weeks().iter().map(|(begins, _)| *begins).find(|begins| *begins > since);
    Ok((since, next.map_or(school.year.ends, |next| next.pred_opt().unwrap_or(next))))
}

/// What speaks against lessons of a course at these hours in a span of days: why the school has none then, and what else there
/// is.
///
/// # Errors
/// Tables that do not read.
pub fn faults(
    tables: &Tables,
    school: &School,
    course: &Course,
    span: (Day, Day),
    slots: &[Slot],
) -> Result<Vec<(Slot, String)>> {
    let mut faults: Vec<(Slot, String)> =
        slots.iter().filter_map(|slot| Some((*slot, outside(school, *slot)?))).collect();
    let clashes = clashes(tables, course, span, slots)?;
    faults.extend(clashes.iter().map(|clash| (clash.slot, clash.words())));
    Ok(faults)
}

/// «вт, урок 3».
fn named(slot: Slot) -> String {
    let weekday = usize::from(slot.weekday).checked_sub(1).and_then(|place| WEEKDAYS_SHORT.get(place));
    format!("{}, урок {}", weekday.copied().unwrap_or_default(), slot.lesson)
}

/// Why the school has no lessons then.
fn outside(school: &School, slot: Slot) -> Option<String> {
    // A Sunday that is worked is one day, a timetable is of every week.
    if slot.weekday == SUNDAY {
        return Some("воскресенье не учебный день".to_owned());
    }
    let last = school.bells.iter().map(|bell| bell.lesson).max()?;
    (slot.lesson > last).then(|| format!("такого урока нет, звонков в школе {last}"))
}

/// Whose lessons two courses both are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    Class,
    Group,
    Teacher,
}

/// Two lessons at one time.
struct Clash {
    slot: Slot,
    shared: Shared,
    /// The course that has a lesson then already.
    other: Course,
}

impl Clash {
    /// «у 7А уже «7А, Алгебра»».
    fn words(&self) -> String {
        let key = &self.other.key;
        let whose = match self.shared {
            Shared::Class => format!("у {}", key.class),
            Shared::Group => format!("у группы «{}» {}", key.group, key.class),
            Shared::Teacher => format!("у учителя «{}»", self.other.teacher),
        };
        format!("{whose} уже «{key}»")
    }
}

/// What else the class, its group or the teacher has at these hours in a span of days.
fn clashes(tables: &Tables, course: &Course, span: (Day, Day), slots: &[Slot]) -> Result<Vec<Clash>> {
    let mut found = Vec::new();
    for other in others(tables, course)? {
        let Some(shared) = shared(course, &other) else { continue };
        let theirs = Timetable::of(tables, other.id)?;
        let at_once = slots.iter().filter(|slot| theirs.has_between(**slot, span));
        found.extend(at_once.map(|slot| Clash { slot: *slot, shared, other: other.clone() }));
    }
    Ok(found)
}

/// The other courses of the class and of the teacher.
fn others(tables: &Tables, course: &Course) -> Result<Vec<Course>> {
    let mut others = read::courses_of(tables, &course.key.class)?;
    others.extend(read::courses_of_teacher(tables, &course.teacher)?);
    others.sort_by_key(|other| other.id);
    others.dedup_by_key(|other| other.id);
    others.retain(|other| other.id != course.id);
    Ok(others)
}

/// Whose lessons both are; nothing where they may be side by side.
fn shared(one: &Course, other: &Course) -> Option<Shared> {
    let (key, beside) = (&one.key, &other.key);
    if key.class == beside.class {
        if key.group.is_empty() || beside.group.is_empty() {
            return Some(Shared::Class);
        }
        if key.group == beside.group {
            return Some(Shared::Group);
        }
    }
    (one.teacher == other.teacher).then_some(Shared::Teacher)
}

/// A course that is given to another teacher may come beside what he teaches then already: that is said.
///
/// # Errors
/// Tables that do not read.
pub fn handed_over(context: &Context<'_>, set: &CourseSet, warnings: &mut Vec<Warning>) -> Result<()> {
    let tables = context.tables;
    let Some(course) = read::course(tables, &set.course)? else { return Ok(()) };
    if course.teacher == set.teacher {
        return Ok(());
    }
    let own = Timetable::of(tables, course.id)?;
    let given = Course { teacher: set.teacher.as_str().into(), ..(*course).clone() };
    for (since, slots) in own.weeks() {
        let clashes = clashes(tables, &given, span(tables, context.school, &given, *since)?, slots)?;
        let of_teacher = clashes.iter().filter(|clash| clash.shared == Shared::Teacher);
        warnings.extend(
            of_teacher.map(|clash| Warning::from(format!("{}: {}: {}", set.course, named(clash.slot), clash.words()))),
        );
    }
    Ok(())
}

/// A lesson is recorded where the timetable has one, unless it is said to have been given all the same. Of a course without a
/// timetable, of a lesson given instead of another and of history nothing is asked.
///
/// # Errors
/// A new lesson at an hour that the timetable does not have.
pub fn lesson(
    context: &Context<'_>,
    entry: &Entry,
    set: &LessonRecorded,
    course: &Course,
    known: Option<&Lesson>,
) -> Result<()> {
    let asked =
        entry.rules >= HOLDS && !entry.taken_over && !set.despite && known.is_none() && set.substitute.is_empty();
    if !asked {
        return Ok(());
    }
    match not_due(context.tables, course, set.at.date, set.at.lesson)? {
        None => Ok(()),
        Some(why) => Err(Error::refused(why)
            .next("проверьте дату и номер урока")
            .then_by("если урок был, подтвердите это", Action::Give(Detail::Despite))),
    }
}

/// Why the timetable does not lead one to expect this lesson, in Russian; nothing where it does, or where there is none.
///
/// # Errors
/// Tables that do not read.
pub fn not_due(tables: &Tables, course: &Course, date: Day, lesson: u8) -> Result<Option<String>> {
    let timetable = Timetable::of(tables, course.id)?;
    if timetable.is_empty() || timetable.on(date).any(|number| number == lesson) {
        return Ok(None);
    }
    let has: Vec<String> = timetable.on(date).map(|number| number.to_string()).collect();
    let has = match has.as_slice() {
        [] => "в этот день уроков по нему нет".to_owned(),
        [one] => format!("в этот день по нему урок {one}"),
        several => format!("в этот день по нему уроки {}", several.join(" и ")),
    };
    Ok(Some(format!("урока {lesson} {} нет в расписании «{}»: {has}", format_date(date), course.key)))
}
