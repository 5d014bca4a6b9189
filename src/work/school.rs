//! The school's data, its days off and bells (§3.3.1).

use super::{Done, Workplace};
use crate::error::{Action, Error, Next, Result, Warning};
use crate::journal::entry::SchoolChanged;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Tables};
use crate::school::{Bell, Day, Holiday, School, Workday, clean, format_date, same_word};

/// Puts other data in the place of the school's; what goes and what comes is in the warnings.
///
/// # Errors
/// What a right or a rule refuses.
pub fn replace(place: &mut Workplace<'_>, school: School) -> Result<Done> {
    let changes = place.school()?.changes_to(&school);
    let mut done = change(place, |_| Ok(school))?;
    done.warnings.splice(0..0, changes.into_iter().map(Warning::from));
    Ok(done)
}

/// Adds holidays or a day off; days in it that were made working days are so no more, and are given.
///
/// # Errors
/// A name that cannot be printed; as [`replace`].
pub fn add_holiday(place: &mut Workplace<'_>, holiday: Holiday) -> Result<(Done, Vec<Day>)> {
    let holiday = Holiday { name: clean(&holiday.name)?, ..holiday };
    let span = holiday.begins..=holiday.ends;
    let worked = place.school()?.workdays.into_iter().map(|workday| workday.day);
    let worked = worked.filter(|day| span.contains(day)).collect();
    let done = change(place, |mut school| {
        school.workdays.retain(|workday| !span.contains(&workday.day));
        if !school.holidays.contains(&holiday) {
            school.holidays.push(holiday);
            school.holidays.sort_by_key(|holiday| holiday.begins);
        }
        Ok(school)
    })?;
    Ok((done, worked))
}

/// Holidays that were taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What was recorded.
    pub done: Done,
    /// The holidays, as they stood.
    pub holidays: Vec<Holiday>,
    /// How many days of the year they turn into school days: Sundays and days of other holidays stay off.
    pub days: usize,
}

/// Takes holidays or days off of this name away.
///
/// # Errors
/// None of this name; as [`replace`].
pub fn remove_holiday(place: &mut Workplace<'_>, name: &str) -> Result<Removed> {
    let before = place.school()?;
    let (holidays, rest): (Vec<Holiday>, Vec<Holiday>) =
        before.holidays.iter().cloned().partition(|holiday| same_word(&holiday.name, name));
    let after = School { holidays: rest, ..before.clone() };
    let year = before.year.begins.iter_days().take_while(|day| *day <= before.year.ends);
    let days = year.filter(|day| before.day_off(*day).is_some() && after.day_off(*day).is_none()).count();
    let done = change(place, |mut school| {
        let before = school.holidays.len();
        school.holidays.retain(|holiday| !same_word(&holiday.name, name));
        if school.holidays.len() == before {
            return Err(Error::input(format!("каникул или выходных «{name}» нет"))
                .next_by("посмотрите их список", Action::ShowSchool));
        }
        Ok(school)
    })?;
    Ok(Removed { done, holidays, days })
}

/// Makes a Sunday or a day of holidays a working day: holidays that are moved are worked off.
///
/// # Errors
/// A day on which there are lessons anyway; as [`replace`].
pub fn add_workday(place: &mut Workplace<'_>, day: Day) -> Result<Done> {
    change(place, |mut school| {
        if school.workdays.iter().any(|workday| workday.day == day) {
            return Ok(school);
        }
        if school.day_off(day).is_none() {
            return Err(Error::input(format!("{} и так учебный день", format_date(day)))
                .next_by("посмотрите выходные", Action::ShowSchool));
        }
        school.workdays.push(Workday { day });
        school.workdays.sort_by_key(|workday| workday.day);
        Ok(school)
    })
}

/// Takes a working day back: it is a Sunday or a day of holidays again.
///
/// # Errors
/// A day that was not made a working day; as [`replace`].
pub fn remove_workday(place: &mut Workplace<'_>, day: Day) -> Result<Done> {
    change(place, |mut school| {
        let before = school.workdays.len();
        school.workdays.retain(|workday| workday.day != day);
        if school.workdays.len() == before {
            return Err(Error::input(format!("{} рабочим днём не объявлено", format_date(day)))
                .next_by("посмотрите рабочие дни", Action::ShowSchool));
        }
        Ok(school)
    })
}

/// Sets when a lesson of the day begins and ends.
///
/// # Errors
/// As [`replace`].
pub fn set_bell(place: &mut Workplace<'_>, bell: Bell) -> Result<Done> {
    change(place, |mut school| {
        school.bells.retain(|known| known.lesson != bell.lesson);
        school.bells.push(bell);
        school.bells.sort_by_key(|bell| bell.lesson);
        Ok(school)
    })
}

/// Takes a bell away that was set by mistake: no lesson is there in the timetable, and none was.
///
/// # Errors
/// No such bell; what rests on it; as [`replace`].
pub fn remove_bell(place: &mut Workplace<'_>, lesson: u8) -> Result<(Done, Bell)> {
    let school = place.school()?;
    let bell = school.bells.iter().find(|bell| bell.lesson == lesson).cloned().ok_or_else(|| {
        Error::input(format!("звонка урока {lesson} нет")).next_by("посмотрите звонки", Action::ShowSchool)
    })?;
    let mut after = school.clone();
    after.bells.retain(|known| known.lesson != lesson);
    let (done, ()) = place.decide(|tables, _| {
        nothing_rests_on(tables, &school, lesson)?;
        Ok((vec![SchoolChanged { school: after }.into()], ()))
    })?;
    Ok((done, bell))
}

/// No course has the lesson in its week, and none was given then.
fn nothing_rests_on(tables: &Tables, school: &School, lesson: u8) -> Result<()> {
    let refused = |what: String, next: Next| {
        Err(Error::refused(format!("звонок урока {lesson} убрать нельзя: {what}")).next(next))
    };
    for class in read::classes(tables)? {
        for course in read::courses_of(tables, &class)? {
            let weeks = Timetable::of(tables, course.id)?;
            if weeks.weeks().iter().flat_map(|(_, week)| week).any(|slot| slot.lesson == lesson) {
                let what = format!("он в расписании, «{}»", course.key);
                let action = Action::SetTimetable { course: course.key };
                return refused(what, Next::by("сначала уберите его из расписания", action));
            }
        }
    }
    let given = read::lessons_between(tables, school.year.begins, school.year.ends)?;
    let mut given = given.into_iter().filter(|at| at.lesson == lesson);
    match given.next() {
        None => Ok(()),
        Some(first) => {
            let more = given.count();
            let more = if more > 0 { format!(" и ещё уроков: {more}") } else { String::new() };
            let what = format!("записан урок {}, «{}»{more}", format_date(first.date), first.course);
            refused(what, "исправьте время звонка, если неверно оно".into())
        }
    }
}

fn change(place: &mut Workplace<'_>, change: impl FnOnce(School) -> Result<School>) -> Result<Done> {
    let before = place.school()?;
    let school = change(before.clone())?;
    if school == before {
        return place.stands(SchoolChanged { school });
    }
    place.record([SchoolChanged { school }.into()])
}
