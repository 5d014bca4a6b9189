//! Which archive is meant by a period's name, and whether it is time for it (§5.5: at the end of every period).

use crate::error::{Action, Error, Result, Warning};
use crate::journal::read::{self, Archive, Tables};
use crate::journal::resolve;
use crate::school::{Day, PeriodName, School, format_date};
use chrono::{Datelike, Duration};

/// The archive of the whole year.
const YEAR: &str = "Год";

/// A period to be archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::work) struct Due {
    /// The period's name, as the school's settings spell it, or «Год».
    pub period: PeriodName,
    /// The name of the bag: `2025-2026-q1` for the first quarter, `-h1` for a half-year, `-year`.
    pub bag: String,
    /// The period's last day.
    pub ends: Day,
}

impl Due {
    /// Reads what was typed.
    pub fn parse(school: &School, period: &str) -> Result<Self> {
        let year = format!("{}-{}", school.year.begins.year(), school.year.ends.year());
        let period = resolve::period_of_school(school, period)?;
        if period == YEAR {
            return Ok(Self { period, bag: format!("{year}-year"), ends: school.year.ends });
        }
        let Some(found) = school.periods.iter().find(|known| period == known.name) else {
            return Err(Error::input(format!("«{period}» не архивируется: это не период"))
                .next("укажите четверть, полугодие или «Год»"));
        };
        let mut siblings: Vec<_> = school.periods.iter().filter(|p| p.grades == found.grades).collect();
        siblings.sort_by_key(|p| p.begins);
        let number = siblings.iter().position(|p| p.name == found.name).unwrap_or_default() + 1;
        let letter = if siblings.len() == 2 { 'h' } else { 'q' };
        let ends = school.periods.iter().filter(|p| p.name == found.name).map(|p| p.ends).max().unwrap_or(found.ends);
        Ok(Self { period, bag: format!("{year}-{letter}{number}"), ends })
    }

    /// Refuses a period that is far from its end; from [`crate::school::Policy::final_days`] before it, when final
    /// marks may be set, it is only said that the period is not over.
    pub fn check_day(&self, school: &School, today: Day) -> Result<Option<String>> {
        let days = school.policy.final_days;
        let from = self.ends - Duration::days(days.into());
        let shown = format!("«{}» кончается {}, а сегодня {}", self.period, format_date(self.ends), format_date(today));
        if today < from {
            return Err(Error::refused(format!("{shown}: архив создаётся в конце периода (§5.5)")).next(format!(
                "создайте его {} или позже; если период назван по ошибке, укажите другой",
                format_date(from)
            )));
        }
        let early = today < self.ends;
        Ok(early.then(|| format!("{shown}: записанное после этого в архив не войдёт, повторите его тогда")))
    }

    /// A word on the archives of this period and kind that are recorded already; `base` is the name of the first.
    pub fn earlier(&self, tables: &Tables, base: &str) -> Result<Option<Warning>> {
        let (school, mut known) = (read::school(tables)?, Vec::new());
        for Archive { name, created_at, .. } in read::all_archives(tables)? {
            if name != base && !name.starts_with(&format!("{base}-")) {
                continue;
            }
            let suffix = name.strip_prefix(base).and_then(|rest| rest.strip_prefix('-'));
            if suffix.is_some_and(|number| !number.bytes().all(|byte| byte.is_ascii_digit())) {
                continue;
            }
            if read::carriers_of_archive(tables, &name)?.len() < 2 {
                let only = format!("у архива «{name}» одна копия, а этот архив — новый");
                let complete = Action::CompleteArchive { name: Some(name) };
                return Ok(Some(Warning::from(only).next_by("вторую дописывают по ней", complete)));
            }
            known.push(format!("«{name}» от {}", format_date(school.day_of(created_at))));
        }
        let shown = known.join(", ");
        Ok((!known.is_empty())
            .then(|| format!("за период «{}» архив уже есть: {shown}; этот записан рядом с ним", self.period).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school() -> School {
        School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap()
    }

    fn day(text: &str) -> Day {
        crate::school::parse_date(text).unwrap()
    }

    #[test]
    fn a_period_is_archived_from_a_week_before_its_end_and_said_to_be_unfinished_until_then() {
        let school = school();
        let quarter = Due::parse(&school, "i четверть").unwrap();
        assert_eq!(quarter.period, "I четверть");
        let refused = quarter.check_day(&school, day("16.10.2025")).unwrap_err();
        assert_eq!(refused.exit_status(), 1);
        assert!(refused.message().contains("«I четверть» кончается 24.10.2025, а сегодня 16.10.2025"), "{refused}");
        assert!(refused.next_step().unwrap().to_string().contains("17.10.2025"), "{refused}");
        assert!(quarter.check_day(&school, day("17.10.2025")).unwrap().unwrap().contains("не войдёт"));
        assert_eq!(quarter.check_day(&school, day("24.10.2025")).unwrap(), None);
        assert_eq!(quarter.check_day(&school, day("01.06.2026")).unwrap(), None);
    }

    #[test]
    fn the_year_and_the_next_quarter_are_refused_in_the_middle_of_the_year() {
        let school = school();
        for period in ["Год", "II четверть"] {
            assert!(Due::parse(&school, period).unwrap().check_day(&school, day("24.10.2025")).is_err(), "{period}");
        }
        assert_eq!(Due::parse(&school, "V четверть").unwrap_err().exit_status(), 2);
    }
}
