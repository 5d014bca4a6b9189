//! A day that is said without its month: which days it may be, by the lessons of the course and by the columns beside it, of
//! which none goes back in time.

use crate::school::{Day, format_date};
use chrono::Datelike;

/// What is known of the day of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// This day.
    Is(Day),
    /// The number of the day alone.
    Bare(u32),
    /// The column is of no day.
    Nothing,
}

/// The days of a span that each column may be of: where its day is known that one, and of a bare number those on which it
/// `may_be`. Days that are out of the order in which the columns stand are left out, unless the columns are in no order.
pub fn days(columns: &[Known], (first, last): (Day, Day), may_be: impl Fn(Day) -> bool) -> Vec<Vec<Day>> {
    let of = |known: &Known| match known {
        Known::Is(day) => vec![*day],
        Known::Bare(number) => first
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| day.day() == *number && may_be(*day))
            .collect(),
        Known::Nothing => Vec::new(),
    };
    let all: Vec<Vec<Day>> = columns.iter().map(of).collect();
    let Some(earliest) = in_order(all.iter(), |days, before| {
        days.iter().copied().find(|day| before.is_none_or(|before| *day >= before))
    }) else {
        return all;
    };
    let Some(mut latest) = in_order(all.iter().rev(), |days, after| {
        days.iter().copied().rfind(|day| after.is_none_or(|after| *day <= after))
    }) else {
        return all;
    };
    latest.reverse();
    let bounds = earliest.into_iter().zip(latest);
    all.into_iter()
        .zip(bounds)
        .map(|(mut days, (earliest, latest))| {
            days.retain(|day| earliest.is_none_or(|first| *day >= first) && latest.is_none_or(|last| *day <= last));
            days
        })
        .collect()
}

/// Of each column that has days the one that `next` chooses by that of the column before it; nothing where one has none left.
fn in_order<'d>(
    columns: impl Iterator<Item = &'d Vec<Day>>,
    next: impl Fn(&[Day], Option<Day>) -> Option<Day>,
) -> Option<Vec<Option<Day>>> {
    let mut before = None;
    let choose = |days: &Vec<Day>| {
        if days.is_empty() {
            return Some(None);
        }
        before = Some(next(days, before)?);
        Some(before)
    };
    columns.map(choose).collect()
}

/// The doubt about a bare number that may be of these days, and, where it may be one alone, the proposed answer. `key` is what
/// a map of answers asks by.
pub fn doubt(number: u32, days: &[Day], key: &str) -> (String, String) {
    let answer = |day: &Day| format!("\"{key}\" = \"{day}\"");
    let what = match days {
        [] if !(1..=31).contains(&number) => format!("«{number}»: что это за столбец?"),
        [] => format!("«{number}»: месяц не назван, а урока {number}-го числа по расписанию нет"),
        [day] => format!(
            "«{number}»: месяц не назван; по расписанию и соседним датам это {}, в файле ответов: {}",
            format_date(*day),
            answer(day)
        ),
        [first, between @ .., last] => {
            let more: String = between.iter().map(|day| format!(", {}", format_date(*day))).collect();
            format!(
                "«{number}»: месяц не назван; по расписанию это может быть {}{more} или {}, в файле ответов, например: {}",
                format_date(*first),
                format_date(*last),
                answer(first)
            )
        }
    };
    let guess = if let [day] = days { day.to_string() } else { String::new() };
    (what, guess)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDate, Weekday};
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// Mondays and Wednesdays of an autumn.
    fn found(columns: &[Known]) -> Vec<Vec<String>> {
        let is_lesson = |day: Day| matches!(day.weekday(), Weekday::Mon | Weekday::Wed);
        let days = days(columns, (day("2025-09-01"), day("2025-12-30")), is_lesson);
        days.iter().map(|days| days.iter().map(|day| day.format("%d.%m").to_string()).collect()).collect()
    }

    #[test]
    fn a_bare_number_is_a_day_with_a_lesson_between_the_columns_beside_it() {
        use Known::{Bare, Is, Nothing};
        // The first is a Monday in September and December, a Wednesday in October.
        assert_eq!(found(&[Bare(1)]), [["01.09", "01.10", "01.12"]]);
        assert_eq!(found(&[Is(day("2025-09-10")), Bare(1), Nothing, Is(day("2025-11-05"))])[1], ["01.10"]);
        assert_eq!(found(&[Bare(29), Bare(1), Bare(6), Bare(5)]), [["29.09"], ["01.10"], ["06.10"], ["05.11"]]);
        assert_eq!(found(&[Bare(31), Bare(99), Bare(0)]), [[""; 0]; 3]);
        // Columns in no order tell nothing of each other.
        assert_eq!(found(&[Is(day("2025-12-29")), Bare(1)])[1], ["01.09", "01.10", "01.12"]);
    }

    #[test]
    fn the_doubt_says_what_it_may_be_and_what_to_write() {
        let (what, guess) = doubt(12, &[day("2025-09-12")], "Лист1!C1");
        assert!(what.ends_with("это 12.09.2025, в файле ответов: \"Лист1!C1\" = \"2025-09-12\""), "{what}");
        assert_eq!(guess, "2025-09-12");
        let (what, guess) = doubt(12, &[day("2025-09-12"), day("2025-11-12")], "12");
        assert!(
            what.contains("12.09.2025 или 12.11.2025, в файле ответов, например: \"12\" = \"2025-09-12\""),
            "{what}"
        );
        assert_eq!((guess.as_str(), doubt(12, &[], "12").1.as_str()), ("", ""));
    }

    proptest! {
        /// Whatever the columns are of, the days that they were made of are among those that they may be of.
        #[test]
        fn what_a_table_in_order_was_made_of_is_found(mut days in proptest::collection::vec(0u64..120, 1..12)) {
            days.sort_unstable();
            let begins = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
            let days: Vec<Day> = days.into_iter().map(|after| begins + chrono::Days::new(after)).collect();
            let columns: Vec<Known> = days.iter().map(|day| Known::Bare(day.day())).collect();
            let found = super::days(&columns, (begins, begins + chrono::Days::new(119)), |_| true);
            for (day, found) in days.iter().zip(found) {
                prop_assert!(found.contains(day), "{day}: {found:?}");
            }
        }
    }
}
