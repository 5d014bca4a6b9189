//! The school year 2025/2026: days, periods, holidays, bells.
//!
//! Dates are counted in days from 1970-01-01 by the usual civil-calendar
//! arithmetic. Grades 1 to 9 are assessed by quarters, 10 and 11 by half-years.
//! The public holidays that fall into school weeks stand as holidays of their
//! own; 4 November lies within the autumn holidays, and 8 March and 9 May 2026,
//! which fall on a weekend, give the Monday after.

use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(i32);

impl Date {
    pub const fn of(year: i32, month: i32, day: i32) -> Date {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let of_era = y - era * 400;
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Date(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Reads `2025-11-12`, the form of the generator's own data files.
    pub fn parse(text: &str) -> Date {
        let mut parts = text.split('-').map(|part| part.parse::<i32>().expect("a date in the data files"));
        let mut next = || parts.next().expect("a date in the data files");
        Date::of(next(), next(), next())
    }

    fn civil(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let y = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * y + y / 4 - y / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (y + era * 400 + i32::from(month <= 2), month, day)
    }

    /// 0 is Monday.
    pub fn weekday(self) -> usize {
        (self.0 + 3).rem_euclid(7) as usize
    }

    pub fn plus(self, days: i32) -> Date {
        Date(self.0 + days)
    }

    pub fn days_since(self, earlier: Date) -> i32 {
        self.0 - earlier.0
    }

    /// `15.09.2025`
    pub fn dotted(self) -> String {
        let (year, month, day) = self.civil();
        format!("{day:02}.{month:02}.{year}")
    }

    /// `2025-09-15`
    pub fn iso(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year}-{month:02}-{day:02}")
    }
}

pub const BEGINS: Date = Date::of(2025, 9, 1);
pub const ENDS: Date = Date::of(2026, 5, 29);

pub struct Period {
    pub name: &'static str,
    pub short: &'static str,
    pub grades: (u8, u8),
    pub begins: Date,
    pub ends: Date,
}

pub const PERIODS: [Period; 6] = [
    period("I четверть", "I четв.", (1, 9), BEGINS, Date::of(2025, 10, 24)),
    period("II четверть", "II четв.", (1, 9), Date::of(2025, 11, 5), Date::of(2025, 12, 30)),
    period("III четверть", "III четв.", (1, 9), Date::of(2026, 1, 12), Date::of(2026, 3, 27)),
    period("IV четверть", "IV четв.", (1, 9), Date::of(2026, 4, 6), ENDS),
    period("I полугодие", "I полуг.", (10, 11), BEGINS, Date::of(2025, 12, 30)),
    period("II полугодие", "II полуг.", (10, 11), Date::of(2026, 1, 12), ENDS),
];

const fn period(name: &'static str, short: &'static str, grades: (u8, u8), begins: Date, ends: Date) -> Period {
    Period { name, short, grades, begins, ends }
}

pub const HOLIDAYS: [(&str, Date, Date); 7] = [
    ("Осенние каникулы", Date::of(2025, 10, 25), Date::of(2025, 11, 4)),
    ("Зимние каникулы", Date::of(2025, 12, 31), Date::of(2026, 1, 11)),
    ("День защитника Отечества", Date::of(2026, 2, 23), Date::of(2026, 2, 23)),
    ("Выходной день за 8 марта", Date::of(2026, 3, 9), Date::of(2026, 3, 9)),
    ("Весенние каникулы", Date::of(2026, 3, 28), Date::of(2026, 4, 5)),
    ("Праздник Весны и Труда", Date::of(2026, 5, 1), Date::of(2026, 5, 1)),
    ("Выходной день за 9 мая", Date::of(2026, 5, 11), Date::of(2026, 5, 11)),
];

const BELLS: [(&str, &str); 7] = [
    ("08:30", "09:15"),
    ("09:25", "10:10"),
    ("10:30", "11:15"),
    ("11:35", "12:20"),
    ("12:30", "13:15"),
    ("13:25", "14:10"),
    ("14:20", "15:05"),
];

/// The periods of a grade, in order.
pub fn periods_of(grade: u8) -> Vec<&'static Period> {
    PERIODS.iter().filter(|p| p.grades.0 <= grade && grade <= p.grades.1).collect()
}

/// Every day on which there are lessons, Monday to Friday, in order.
pub fn school_days() -> Vec<Date> {
    let free = |day: Date| HOLIDAYS.iter().any(|(_, from, to)| *from <= day && day <= *to);
    let all = (0..=ENDS.days_since(BEGINS)).map(|n| BEGINS.plus(n));
    all.filter(|day| day.weekday() < 5 && !free(*day)).collect()
}

/// The text of `school.toml`.
pub fn school_toml() -> String {
    let mut toml = String::from(include_str!("people/school.toml"));
    for p in &PERIODS {
        write!(
            toml,
            "\n[[period]]\nname = \"{}\"\nshort = \"{}\"\ngrades = [{}, {}]\nbegins = {}\nends = {}\n",
            p.name,
            p.short,
            p.grades.0,
            p.grades.1,
            p.begins.iso(),
            p.ends.iso()
        )
        .expect("a string takes any text");
    }
    for (name, begins, ends) in &HOLIDAYS {
        write!(toml, "\n[[holiday]]\nname = \"{name}\"\nbegins = {}\nends = {}\n", begins.iso(), ends.iso())
            .expect("a string takes any text");
    }
    for (index, (begins, ends)) in BELLS.iter().enumerate() {
        write!(toml, "\n[[bell]]\nlesson = {}\nbegins = \"{begins}\"\nends = \"{ends}\"\n", index + 1)
            .expect("a string takes any text");
    }
    toml.push_str(
        "\n[policy]\nedit_days = 7\nmin_marks_one_hour = 3\nmin_marks_more_hours = 5\noverwrite_days = 0\nunmarked_grades = [1]\nverify_months = 6\n",
    );
    toml
}
