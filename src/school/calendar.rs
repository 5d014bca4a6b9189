//! Dates as a school writes them, and the days of its week.

use crate::error::{Error, Result};
use crate::school::{Year, fold};
use chrono::{Datelike, Days, NaiveDate};

/// A day of the calendar, in the school's own time. A moment that is more than a day has an offset and is a `DateTime`.
pub type Day = NaiveDate;

/// Short names of the days, Monday first.
pub const WEEKDAYS_SHORT: [&str; 7] = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];

/// Names of the days, Monday first.
pub const WEEKDAYS: [&str; 7] = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];

/// Names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];

/// «понедельник, 15 сентября 2025 г.»
pub fn day_in_words(day: Day) -> String {
    let weekday = WEEKDAYS.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    // «марта» and «августа» of «март» and «август», «мая» and «июня» of «май» and «июнь».
    let of = match month.strip_suffix(['ь', 'й']) {
        Some(stem) => format!("{stem}я"),
        None => format!("{month}а"),
    };
    format!("{weekday}, {} {of} {} г.", day.day(), day.year())
}

/// What people mean by a day in the middle of a school year: a whole date, «15.09» of this year, «сегодня» and the days
/// around it, or a day of the week, «пн», «в среду»: the last one up to today.
pub fn day_meant(text: &str, today: Day, year: Option<&Year>) -> Option<Day> {
    let word = fold(text.trim());
    let around = |days: u64, back: bool| {
        if back { today.checked_sub_days(Days::new(days)) } else { today.checked_add_days(Days::new(days)) }
    };
    match word.as_str() {
        "сегодня" => return Some(today),
        "вчера" => return around(1, true),
        "позавчера" => return around(2, true),
        "завтра" => return around(1, false),
        "послезавтра" => return around(2, false),
        _ => {}
    }
    let word = word.strip_prefix("в ").or_else(|| word.strip_prefix("во ")).unwrap_or(&word).trim();
    if let Some(weekday) = weekday(word) {
        let back = (today.weekday().num_days_from_monday() + 7 - weekday) % 7;
        return around(back.into(), true);
    }
    parse_date_or(word).or_else(|| day_of_year(word, today, year))
}

/// As [`day_meant`].
///
/// # Errors
/// What is no day.
pub fn day_given(text: &str, today: Day, year: &Year) -> Result<Day> {
    day_meant(text, today, Some(year)).ok_or_else(|| {
        Error::input(format!("«{}» не дата", text.trim()))
            .next("укажите дату как 15.09.2025 или 2025-09-15, короче: 15.09, сегодня, вчера, позавчера, пн")
    })
}

/// A day of the week from Monday, by its short or its whole name, as it is called or as one says when («среда», «в среду»).
fn weekday(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let when = ["понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"];
    let is_it = |names: &[&str; 7]| names.iter().position(|name| *name == word);
    let at = is_it(&WEEKDAYS_SHORT).or_else(|| is_it(&WEEKDAYS)).or_else(|| is_it(&when))?;
    u32::try_from(at).ok()
}

/// «15.09» in the year in which the school year has that day, or comes nearest to it.
fn day_of_year(text: &str, today: Day, year: Option<&Year>) -> Option<Day> {
    let (day, month) = text.trim_end_matches('.').split_once('.')?;
    let (begins, ends) = year.map_or((today, today), |year| (year.begins, year.ends));
    let around = i32::from(year.is_none());
    let years = begins.year() - around..=ends.year() + around;
    let candidates = years.filter_map(|year| parse_date_or(&format!("{day}.{month}.{year}")));
    candidates.min_by_key(|day| (begins - *day).max(*day - ends).max(chrono::Duration::zero()))
}

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
    let folded = fold(text.trim());
    WEEKDAYS_SHORT.iter().zip(1u8..).find(|(short, _)| folded == **short).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        let said = |month, day| day_in_words(NaiveDate::from_ymd_opt(2025, month, day).unwrap());
        assert_eq!(said(9, 15), "понедельник, 15 сентября 2025 г.");
        assert_eq!(said(3, 1), "суббота, 1 марта 2025 г.");
        assert_eq!(said(5, 9), "пятница, 9 мая 2025 г.");
        assert_eq!(said(8, 31), "воскресенье, 31 августа 2025 г.");
    }

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

    #[test]
    fn a_day_of_this_year_is_said_in_short() {
        let day = |text: &str| parse_date(text).unwrap();
        let year = Year { name: "2025/2026".into(), begins: day("01.09.2025"), ends: day("26.05.2026") };
        // A Wednesday.
        let today = day("2025-09-17");
        for (text, meant) in [
            ("сегодня", "17.09.2025"),
            (" СЕГОДНЯ ", "17.09.2025"),
            ("вчера", "16.09.2025"),
            ("позавчера", "15.09.2025"),
            ("завтра", "18.09.2025"),
            ("послезавтра", "19.09.2025"),
            ("ср", "17.09.2025"),
            ("чт", "11.09.2025"),
            ("пн", "15.09.2025"),
            ("Пн.", "15.09.2025"),
            ("понедельник", "15.09.2025"),
            ("в среду", "17.09.2025"),
            ("во вторник", "16.09.2025"),
            ("воскресенье", "14.09.2025"),
            ("15.09", "15.09.2025"),
            ("15.9", "15.09.2025"),
            ("01.09.", "01.09.2025"),
            ("31.12", "31.12.2025"),
            ("12.01", "12.01.2026"),
            ("25.08", "25.08.2025"),
            ("10.06", "10.06.2026"),
            ("15.09.2024", "15.09.2024"),
            ("2025-09-15", "15.09.2025"),
        ] {
            assert_eq!(day_meant(text, today, Some(&year)), Some(day(meant)), "{text}");
        }
        for text in
            ["", "31.11", "29.02", "15", "15.", "п", "понед", "сегодн", "15.09.25", "в", "0.09", "+1.09", "-1.09"]
        {
            assert_eq!(day_meant(text, today, Some(&year)), None, "{text}");
        }
        let leap = Year { name: "2027/2028".into(), begins: day("01.09.2027"), ends: day("26.05.2028") };
        assert_eq!(day_meant("29.02", today, Some(&leap)), Some(day("29.02.2028")));
        assert_eq!(day_meant("12.01", today, None), Some(day("12.01.2026")), "the nearest to today");
    }

    proptest! {
        #[test]
        fn a_day_of_the_school_year_is_told_by_day_and_month(ahead in 0u64..267, today in 0u64..500, text in "\\PC{0,14}") {
            let begins = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
            let year = Year { name: String::new(), begins, ends: begins + Days::new(266) };
            let (date, today) = (begins + Days::new(ahead), begins + Days::new(today));
            let short = date.format("%d.%m").to_string();
            prop_assert_eq!(day_meant(&short, today, Some(&year)), Some(date));
            let _ = day_meant(&text, today, Some(&year));
        }

        #[test]
        fn a_day_of_the_week_is_one_of_the_last_seven(today in 0u64..500, at in 0usize..7) {
            let today = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap() + Days::new(today);
            let meant = day_meant(WEEKDAYS_SHORT[at], today, None).unwrap();
            prop_assert!((0..7).contains(&(today - meant).num_days()));
            prop_assert_eq!(meant.weekday().num_days_from_monday() as usize, at);
        }

        #[test]
        fn every_day_reads_back_and_no_text_panics(days in 0i32..80_000, text in "\\PC{0,14}") {
            let date = NaiveDate::from_num_days_from_ce_opt(700_000 + days).unwrap();
            prop_assert_eq!(parse_date(&format_date(date)).unwrap(), date);
            let _ = parse_date(&text);
        }
    }
}
