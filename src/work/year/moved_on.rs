//! A school's year moved on by one, for a next year of which nobody has said otherwise.
//!
//! The first day and single days off keep their dates («1 сентября», «23 февраля»). Periods, vacations and the last day keep
//! their days of the week, 52 weeks later: a quarter that ended on a Friday does so again.

use crate::error::{Action, Detail, Error, Result};
use crate::school::{Day, School};
use chrono::{Datelike, Duration};

/// The same school a year later.
///
/// # Errors
/// A year that cannot be moved on so.
pub fn moved_on(school: &School) -> Result<School> {
    let mut next = school.clone();
    let begins = same_date(school.year.begins);
    next.year.name = numbers_up(&school.year.name);
    (next.year.begins, next.year.ends) = (begins, same_weekday(school.year.ends));
    for period in &mut next.periods {
        let first = period.begins == school.year.begins;
        (period.begins, period.ends) =
            (if first { begins } else { same_weekday(period.begins) }, same_weekday(period.ends));
    }
    for holiday in &mut next.holidays {
        let moved = if holiday.begins == holiday.ends { same_date } else { same_weekday };
        (holiday.begins, holiday.ends) = (moved(holiday.begins), moved(holiday.ends));
    }
    next.holidays.retain(|holiday| holiday.begins >= next.year.begins && holiday.ends <= next.year.ends);
    next.check().map_err(|error| {
        Error::input(format!("даты прежнего года нельзя перенести на год вперёд: {}", error.message()))
            .next_by("укажите сведения о школе с новым учебным годом", Action::Give(Detail::School))
    })?;
    Ok(next)
}

fn same_weekday(day: Day) -> Day {
    day + Duration::days(52 * 7)
}

fn same_date(day: Day) -> Day {
    day.with_year(day.year() + 1).unwrap_or_else(|| same_weekday(day))
}

/// «2025/2026» becomes «2026/2027».
fn numbers_up(name: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    let flush = |digits: &mut String, out: &mut String| {
        match (digits.len(), digits.parse::<u32>()) {
            (4, Ok(year)) => out.push_str(&(year + 1).to_string()),
            _ => out.push_str(digits),
        }
        digits.clear();
    };
    for c in name.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            flush(&mut digits, &mut out);
            out.push(c);
        }
    }
    flush(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_school_year_is_moved_on_by_dates_and_days_of_the_week() {
        let day = |text: &str| crate::school::parse_date(text).unwrap();
        let school = School::from_toml(include_str!("../../../samples/school-1/school.toml")).unwrap();
        let next = moved_on(&school).unwrap();
        assert_eq!(next.year.name, "2026/2027");
        assert_eq!((next.year.begins, next.year.ends), (day("2026-09-01"), day("2027-05-28")));
        assert_eq!((next.periods[0].begins, next.periods[0].ends), (day("2026-09-01"), day("2026-10-23")));
        let of = |name: &str| next.holidays.iter().find(|holiday| holiday.name.contains(name)).unwrap();
        assert_eq!(of("Отечества").begins, day("2027-02-23"));
        assert_eq!((of("Осенние").begins, of("Осенние").ends), (day("2026-10-24"), day("2026-11-03")));
        assert_eq!((next.bells, next.policy), (school.bells, school.policy));
        let again = moved_on(
            &moved_on(&School::from_toml(include_str!("../../../samples/school-1/school.toml")).unwrap()).unwrap(),
        );
        assert_eq!(again.unwrap().year.name, "2027/2028");
    }
}
