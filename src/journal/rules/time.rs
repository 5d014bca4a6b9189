//! The clock: an entry's time may not run back, nor leave the school year.

use crate::error::{Action, Error, Result};
use crate::school::Year;
use chrono::{DateTime, Duration, FixedOffset};

/// How far behind the last record's time a new one may lie: school PCs differ by minutes.
const TOLERANCE: Duration = Duration::minutes(5);

/// How far outside the school year an entry may be recorded.
const AROUND_YEAR: Duration = Duration::days(120);

/// Whether an entry may be recorded at `time` after one that was recorded at `last`. `endless` says that it may be
/// recorded however long after the year: what is printed, archived and verified when the year is closed.
///
/// # Errors
/// The clock lies more than 5 minutes behind the last record, or more than 120 days outside the year.
pub fn check(
    last: Option<DateTime<FixedOffset>>,
    year: &Year,
    time: DateTime<FixedOffset>,
    endless: bool,
) -> Result<()> {
    not_behind(last, time)?;
    let day = time.date_naive();
    if day < year.begins - AROUND_YEAR || (!endless && day > year.ends + AROUND_YEAR) {
        return Err(Error::refused(format!(
            "дата {} далеко за пределами учебного года {}",
            day.format("%d.%m.%Y"),
            year.name
        ))
        .next("проверьте часы компьютера")
        .then_by("прошлый год закрывает завуч", Action::CloseYear)
        .then_by("новый ведётся в новом журнале", Action::FoundNextYear));
    }
    Ok(())
}

/// Whether a clock does not lie behind the last record.
///
/// # Errors
/// It lies more than 5 minutes behind it.
pub fn not_behind(last: Option<DateTime<FixedOffset>>, time: DateTime<FixedOffset>) -> Result<()> {
    let Some(last) = last.filter(|last| time < *last - TOLERANCE) else { return Ok(()) };
    let format = "%d.%m.%Y %H:%M";
    Err(Error::refused(format!(
        "часы показывают {}, а последняя запись журнала сделана {}",
        time.format(format),
        last.with_timezone(time.offset()).format(format)
    ))
    .next("проверьте часы компьютера")
    .then_by("если неверными были прежние часы, это записывает администратор", Action::ResetClock))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn the_clock_may_lag_five_minutes_and_no_more() {
        let day = |s| crate::school::parse_date(s).unwrap();
        let year = Year { name: "2025/2026".into(), begins: day("2025-09-01"), ends: day("2026-05-29") };
        let last = Some(at("2025-09-15T12:00:00+03:00"));
        assert!(check(last, &year, at("2025-09-15T11:55:00+03:00"), false).is_ok());
        assert!(check(last, &year, at("2025-09-15T11:54:59+03:00"), false).is_err());
        assert!(check(last, &year, at("2025-09-15T12:00:00+05:00"), false).is_err(), "another offset is another time");
        assert!(check(None, &year, at("2026-09-26T12:00:00+03:00"), false).is_ok());
        assert!(check(None, &year, at("2026-09-27T12:00:00+03:00"), false).is_err());
        assert!(
            check(last, &year, at("2029-09-27T12:00:00+03:00"), true).is_ok(),
            "a closed year's archive is verified"
        );
        assert!(check(None, &year, at("2025-05-03T12:00:00+03:00"), false).is_err());
    }
}
