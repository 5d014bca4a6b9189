//! What the administrator says of the school fits together (§3.3.1); texts as they are printed.

use letopis::school::{Bell, Holiday, Period, School, printable};

use super::day;

const SMALL: &str = include_str!("../fixtures/small/school.toml");

/// Demands of the small school, changed, that it is right, or is refused with these words.
#[track_caller]
fn changed(change: impl Fn(&mut School), words: Option<&str>) {
    let mut school = School::from_toml(SMALL).unwrap();
    change(&mut school);
    match (school.check(), words) {
        (Ok(()), None) => {}
        (Err(error), Some(words)) if error.message().contains(words) => {}
        (other, words) => panic!("{other:?}, expected {words:?}"),
    }
}

fn holiday(begins: &str, ends: &str) -> Holiday {
    Holiday { name: "Карантин".into(), begins: day(begins), ends: day(ends) }
}

fn period(name: &str, grades: [u8; 2], begins: &str, ends: &str) -> Period {
    Period { name: name.into(), short: "п.".into(), grades, begins: day(begins), ends: day(ends) }
}

fn bell(begins: &str, ends: &str) -> Bell {
    Bell { lesson: 1, begins: begins.into(), ends: ends.into() }
}

#[test]
fn spans_lie_within_the_year_and_do_not_end_before_they_begin() {
    let outside = Some("даты не по порядку или вне учебного года");
    for (begins, ends, words) in [
        ("2025-09-01", "2025-09-01", None),
        ("2025-08-31", "2025-09-02", outside),
        ("2026-05-29", "2026-05-29", None),
        ("2026-05-28", "2026-05-30", outside),
        ("2026-01-10", "2026-01-09", outside),
    ] {
        changed(|school| school.holidays.push(holiday(begins, ends)), words);
        changed(|school| school.periods.push(period("Лишний", [10, 11], begins, ends)), words);
    }
}

#[test]
fn a_year_is_longer_than_a_day_and_at_most_400_days_long() {
    let bare = |school: &mut School, begins: &str, ends: &str| {
        (school.periods, school.holidays) = (Vec::new(), Vec::new());
        (school.year.begins, school.year.ends) = (day(begins), day(ends));
    };
    let bad = Some("или длится больше 400 дней");
    changed(|school| bare(school, "2025-09-01", "2025-09-01"), bad);
    changed(|school| bare(school, "2025-09-01", "2025-09-02"), None);
    changed(|school| bare(school, "2025-09-01", "2026-10-06"), None);
    changed(|school| bare(school, "2025-09-01", "2026-10-07"), bad);
}

#[test]
fn periods_of_one_grade_share_no_day_and_no_name_and_those_of_others_may() {
    // I четверть is of grades 1 to 9, to 24 October; II четверть begins on 3 November.
    let overlap = Some("пересекаются");
    for (name, grades, begins, ends, words) in [
        ("Между", [1, 9], "2025-10-25", "2025-11-02", None),
        ("Между", [1, 9], "2025-10-24", "2025-11-02", overlap),
        ("Между", [1, 9], "2025-10-25", "2025-11-03", overlap),
        ("Между", [9, 11], "2025-10-24", "2025-11-02", overlap),
        ("Между", [10, 11], "2025-10-24", "2025-11-03", None),
        ("I четверть", [10, 11], "2025-09-01", "2025-10-24", None),
        ("I четверть", [1, 4], "2026-01-12", "2026-03-27", overlap),
    ] {
        changed(|school| school.periods.push(period(name, grades, begins, ends)), words);
    }
    let grades = Some("классы должны быть от 1 до 11");
    for (of, words) in [([0, 4], grades), ([1, 11], None), ([1, 12], grades), ([5, 4], grades), ([5, 5], None)] {
        changed(|school| school.periods = vec![period("I", of, "2025-09-01", "2025-10-24")], words);
    }
}

#[test]
fn a_bell_rings_at_two_times_of_which_the_first_is_earlier() {
    let bad = Some("звонок урока 1");
    for (begins, ends, words) in [
        ("08:30", "08:31", None),
        ("08:30", "08:30", bad),
        ("08:31", "08:30", bad),
        ("00:00", "23:59", None),
        ("24:00", "24:10", bad),
        ("восемь", "09:15", bad),
        ("08:30", "", bad),
    ] {
        changed(|school| school.bells = vec![bell(begins, ends)], words);
    }
    let mut school = School::from_toml(SMALL).unwrap();
    for (lesson, fits) in [(0, false), (1, true), (15, true), (16, false), (255, false)] {
        school.bells = vec![Bell { lesson, ..bell("08:30", "09:15") }];
        let refused = school.check_bells().err().is_some_and(|why| why.message().contains("такого урока не бывает"));
        assert_eq!(refused, !fits, "{lesson}");
    }
}

#[test]
fn the_schools_own_numbers_have_their_limits_and_its_names_are_given() {
    for (lowest, words) in [(0, Some("lowest_mark")), (1, None), (2, None), (3, Some("lowest_mark"))] {
        changed(|school| school.policy.lowest_mark = lowest, words);
    }
    for (months, words) in [(0, Some("verify_months")), (1, None), (60, None), (61, Some("verify_months"))] {
        changed(|school| school.policy.verify_months = months, words);
    }
    let unnamed = Some("не указаны название школы");
    changed(|school| school.school.name.clear(), unnamed);
    changed(|school| school.school.short_name.clear(), unnamed);
    changed(|school| school.year.name.clear(), unnamed);
    changed(|school| school.school.utc_offset = "+25".into(), Some("не смещение от UTC"));
    changed(|school| school.school.utc_offset = "+12:00".into(), None);
}

#[test]
fn what_cannot_be_printed_is_written_as_its_number_and_every_gap_as_a_space() {
    assert_eq!(printable("а\u{a0}б\tв\nг д"), "а б в г д");
    assert_eq!(printable("a\u{0}🙂"), "a<U+0000><U+1F642>");
}
