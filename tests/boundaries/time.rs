//! The clock.

use super::*;
use crate::common::office::closed;
use letopis::journal::entry::{ClassSet, ClockReset};
use letopis::school::ClassName;

#[test]
fn the_clock_may_lag_behind_the_last_entry_by_five_minutes_and_not_by_a_second_more() {
    let mut office = Office::open();
    office.record("semyonov", "2025-09-15T12:00", lesson(algebra("2025-09-15"))).unwrap();
    let mark = || marks(algebra("2025-09-15"), "П-03", "5");
    office.allows("semyonov", "2025-09-15T11:55:00+03:00", mark());
    office.forbids("semyonov", "2025-09-15T11:54:59+03:00", mark(), "часы показывают 15.09.2025 11:54");
    // A reset begins the count anew, from its own time.
    office.allows("ivanova", "2025-09-10T12:00", ClockReset { reason: "спешили".into() });
    office.forbids("ivanova", "2025-09-10T12:00", ClockReset { reason: " ".into() }, "причина");
    office.record("ivanova", "2025-09-10T12:00", ClockReset { reason: "спешили".into() }).unwrap();
    office.forbids("ivanova", "2025-09-10T11:54:59+03:00", new_class(), "часы показывают");
    office.allows("ivanova", "2025-09-10T11:55:00+03:00", new_class());
    assert!(office.is_clean());
}

/// An entry that no day of lessons binds.
fn new_class() -> ClassSet {
    ClassSet { class: ClassName::parse("7Б").unwrap(), teacher: String::new() }
}

#[test]
fn entries_are_made_from_120_days_before_the_year_to_120_days_after_it() {
    let mut office = Office::open();
    let reset = || ClockReset { reason: "часы стояли".into() };
    office.allows("ivanova", "2025-05-04T00:00", reset());
    office.forbids("ivanova", "2025-05-03T23:59", reset(), "далеко за пределами");
    office.allows("ivanova", "2026-09-26T23:59", new_class());
    office.forbids("ivanova", "2026-09-27T00:00", new_class(), "далеко за пределами");
    // A year that was forgotten is closed whenever that is noticed, and only then may what is left be done late.
    office.allows("petrova", "2029-03-01T12:00", closed());
    office.forbids("ivanova", "2026-09-27T00:00", reset(), "далеко за пределами");
    office.record("petrova", "2026-09-27T00:00", closed()).unwrap();
    office.allows("ivanova", "2029-03-01T12:00", reset());
    assert!(office.is_clean());
}
