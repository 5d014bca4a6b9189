//! Dates as a school writes them, and the days of its week.

use crate::error::{Error, Result};
use chrono::NaiveDate;

/// A day of the calendar, in the school's own time. A moment that is more than a day has an offset and is a `DateTime`.
pub type Day = NaiveDate;

/// Short names of the days, Monday first.
pub const WEEKDAYS_SHORT: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];

/// Reads `15.09.2025` or `2025-09-15`.
///
/// # Errors
/// Any other text, and a day that the calendar does not have.
pub fn parse_date(text: &str) -> Result<NaiveDate> {
    parse_date_or(text).ok_or_else(|| {
        Error::input(format!("«{}» не дата", text.trim())).next("укажите дату как 15.09.2025 или 2025-09-15")
    })
}

/// As [`parse_date`], for callers with a message of their own.
pub fn parse_date_or(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let (separator, year_first) = if text.contains('-') { ('-', true) } else { ('.', false) };
    let parts: Vec<&str> = text.split(separator).collect();
    let [a, b, c] = parts[..] else { return None };
    let (year, month, day) = if year_first { (a, b, c) } else { (c, b, a) };
    let number = |s: &str, longest: usize| -> Option<u32> {
        (!s.is_empty() && s.len() <= longest && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
    };
    let year = (year.len() == 4).then(|| number(year, 4))??;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(month, 2)?, number(day, 2)?)
}

/// Reads a day as the tables keep it, `2025-09-15` and nothing else.
pub fn parse_iso(text: &str) -> Option<Day> {
    let is_iso = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_iso { parse_date_or(text) } else { None }
}

/// `15.09.2025`, as the forms print it.
pub fn format_date(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

/// 1 for «пн» to 7 for «вс».
pub fn weekday_from_short(text: &str) -> Option<u8> {
    let folded = crate::school::fold(text.trim());
    WEEKDAYS_SHORT.iter().zip(1u8..).find(|(short, _)| folded == **short).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_spellings_are_read() {
        let date = NaiveDate::from_ymd_opt(2025, 9, 5).unwrap();
        for text in ["05.09.2025", "5.9.2025", "2025-09-05", " 2025-9-5 "] {
            assert_eq!(parse_date(text).unwrap(), date, "{text}");
        }
        assert_eq!(format_date(date), "05.09.2025");
    }

    #[test]
    fn the_tables_keep_a_day_in_one_spelling() {
        assert_eq!(parse_iso("2025-09-05"), NaiveDate::from_ymd_opt(2025, 9, 5));
        for text in ["", "05.09.2025", "2025-9-5", "2025-09-05 ", "2025-09-31", "2025-09-05T10:00:00+03:00"] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "31.11.2025", "2025-13-01", "15.09.25", "+5.09.2025", "15.09", "1.2.3.2025", "15/09/2025"] {
            assert!(parse_date(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_reads_back_and_no_text_panics(days in 0i32..80_000, text in "\\PC{0,14}") {
            let date = NaiveDate::from_num_days_from_ce_opt(700_000 + days).unwrap();
            prop_assert_eq!(parse_date(&format_date(date)).unwrap(), date);
            let _ = parse_date(&text);
        }
    }
}
