//! What copies of any day are called: `backup-2025-11-12`, and `backup-2025-11-12-2` where the day had one already.

use crate::school::{Day, parse_iso};

const BEGIN: &str = "backup-";

/// The name of the copy of a day; its number counts from 1.
pub fn name(day: Day, number: u32) -> String {
    let first = format!("{BEGIN}{}", day.format("%Y-%m-%d"));
    if number == 1 { first } else { format!("{first}-{number}") }
}

/// The day that a copy is called by, where this is the name of one.
pub fn day_of(called: &str) -> Option<Day> {
    let (day, number) = called.strip_prefix(BEGIN)?.split_at_checked(10)?;
    let day = parse_iso(day)?;
    let number: u32 = if number.is_empty() { 1 } else { number.strip_prefix('-')?.parse().ok()? };
    (number > 0 && called == name(day, number)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_no_other_is_taken_for_one() {
        let day = parse_iso("2025-11-12").unwrap();
        for number in [1, 2, 17] {
            assert_eq!(day_of(&name(day, number)), Some(day));
        }
        assert_eq!(name(day, 1), "backup-2025-11-12");
        for other in [
            "backup-2025-11-12-1",
            "backup-2025-11-12-0",
            "backup-2025-11-12-02",
            "backup-2025-11-12 (2)",
            "backup-2025-13-12",
            "backup-2025-11-1",
            "backup-12.11.2025",
            "backup-",
            "Backup-2025-11-12",
            "2025-2026-q1",
            "backup-2025-11-я",
        ] {
            assert_eq!(day_of(other), None, "{other}");
        }
    }
}
