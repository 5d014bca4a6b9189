//! The school's data, its days off and bells (§3.3.1): what fits together, and what was recorded on days that are off now.

use super::Context;
use crate::error::{Result, Warning};
use crate::journal::entry::{Entry, SchoolChanged};
use crate::journal::read::{self, Tables};
use crate::school::{Day, School, format_date};

/// From which rules on bells do not overlap, and lessons on days off are warned of.
const HELD_SINCE: u32 = 2;

/// So many lessons are named at once; of more it is said how many.
const NAMED: usize = 5;

/// The school anew: it fits together, and what was recorded on days that turn off is named.
///
/// # Errors
/// A contradiction.
pub fn change(
    context: &Context<'_>,
    entry: &Entry,
    changed: &SchoolChanged,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let (before, after) = (context.school, &changed.school);
    after.check()?;
    if entry.rules < HELD_SINCE {
        return Ok(());
    }
    after.check_bells()?;
    warnings.extend(lessons_on_days_off(context.tables, before, after)?);
    Ok(())
}

/// The lessons that were recorded on days which turn off.
fn lessons_on_days_off(tables: &Tables, before: &School, after: &School) -> Result<Option<Warning>> {
    let turned = |day: Day| before.day_off(day).is_none() && after.day_off(day).is_some();
    let year = &before.year;
    let days: Vec<Day> =
        year.begins.iter_days().take_while(|day| *day <= year.ends).filter(|day| turned(*day)).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(None) };
    let mut lessons: Vec<String> = read::lessons_between(tables, *first, *last)?
        .into_iter()
        .filter(|lesson| turned(lesson.date))
        .map(|lesson| format!("{}, урок {}, {}", format_date(lesson.date), lesson.lesson, lesson.course))
        .collect();
    if lessons.is_empty() {
        return Ok(None);
    }
    let more = lessons.len().saturating_sub(NAMED);
    lessons.truncate(NAMED);
    let more = if more > 0 { format!("; и ещё: {more}") } else { String::new() };
    Ok(Some(Warning::from(format!(
        "в дни, которые теперь не учебные, уже записаны уроки: {}{more}; проверьте даты",
        lessons.join("; ")
    ))))
}
