//! Days as people type them: «15.09.2025», «15.09», «сегодня», «вчера», «пн».
//!
//! What a short word came to is said in full at once, beside whatever the command answers: a lesson of the wrong Monday is
//! seen before it is looked for.

use super::session;
use crate::error::Result;
use crate::journal::read::{self, Tables};
use crate::school::{Day, WEEKDAYS, Year, day_given, format_date, parse_date_or};
use chrono::Datelike;

/// What days are told by: the school's today and its year.
pub struct Days {
    today: Day,
    year: Year,
}

impl Days {
    /// By the clock and the journal's school year.
    pub fn of(tables: &Tables) -> Result<Self> {
        let school = read::school(tables)?;
        Ok(Self { today: school.day_of(session::now()), year: school.year })
    }

    /// The school's today.
    pub fn today(&self) -> Day {
        self.today
    }

    /// The day that is meant; one that was typed short is said in full.
    pub fn read(&self, typed: &str) -> Result<Day> {
        let day = day_given(typed, self.today, &self.year)?;
        if parse_date_or(typed).is_none() {
            let weekday = WEEKDAYS[day.weekday().num_days_from_monday() as usize];
            eprintln!("«{}» — это {}, {weekday}.", typed.trim(), format_date(day));
        }
        Ok(day)
    }

    /// As [`Days::read`], where a day was given at all.
    pub fn given(&self, typed: Option<&str>) -> Result<Option<Day>> {
        typed.map(|typed| self.read(typed)).transpose()
    }
}
