//! Which archive is meant by a period's name, and whether it is time for it (§5.5: at the end of every period).

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::school::{School, format_date, parse_date_or, same_word};
use chrono::{Datelike, Duration, NaiveDate};

/// A period to be archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    /// The period's name, as the school's settings spell it, or «Год».
    pub period: String,
    /// The name of the bag: `2025-2026-q1` for the first quarter, `-h1` for a half-year, `-year`.
    pub bag: String,
    /// The period's last day.
    pub ends: NaiveDate,
}

impl Due {
    /// Reads what was typed.
    pub fn parse(school: &School, period: &str) -> Result<Self> {
        let year = format!("{}-{}", school.year.begins.year(), school.year.ends.year());
        if same_word(period, "Год") {
            return Ok(Self { period: "Год".to_owned(), bag: format!("{year}-year"), ends: school.year.ends });
        }
        let known = || {
            let mut names: Vec<&str> = school.periods.iter().map(|p| p.name.as_str()).collect();
            names.dedup();
            format!("укажите «{}» или «Год»", names.join("», «"))
        };
        let found = school.periods.iter().find(|p| same_word(&p.name, period));
        let found = found.ok_or_else(|| Error::input(format!("периода «{period}» нет")).next(known()))?;
        let mut siblings: Vec<_> = school.periods.iter().filter(|p| p.grades == found.grades).collect();
        siblings.sort_by_key(|p| p.begins);
        let number = siblings.iter().position(|p| p.name == found.name).unwrap_or_default() + 1;
        let letter = if siblings.len() == 2 { 'h' } else { 'q' };
        let ends = school.periods.iter().filter(|p| p.name == found.name).map(|p| p.ends).max().unwrap_or(found.ends);
        Ok(Self { period: found.name.clone(), bag: format!("{year}-{letter}{number}"), ends })
    }

    /// Refuses a period that is far from its end; from [`crate::school::Policy::final_days`] before it, when final
    /// marks may be set, it is only said that the period is not over.
    pub fn check_day(&self, school: &School, today: NaiveDate) -> Result<Option<String>> {
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
    pub fn earlier(&self, tables: &Tables, base: &str) -> Result<Option<String>> {
        let sql = "SELECT name, created_at, (SELECT count(DISTINCT carrier) FROM archive_copies WHERE archive = name) FROM archives
                   WHERE name = ?1 OR name LIKE ?1 || '-%' ORDER BY entry";
        let mut statement = tables.prepare_cached(sql)?;
        let rows =
            statement.query_map([base], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
        let mut known = Vec::new();
        for row in rows {
            let (name, created, copies): (String, String, u32) = row?;
            let suffix = name.strip_prefix(base).and_then(|rest| rest.strip_prefix('-'));
            if suffix.is_some_and(|number| !number.bytes().all(|byte| byte.is_ascii_digit())) {
                continue;
            }
            if copies < 2 {
                return Ok(Some(format!(
                    "у архива «{name}» одна копия: её дописывает «letopis archive complete {name}», а этот архив — новый"
                )));
            }
            let day = created.get(..10).and_then(parse_date_or).map(format_date).unwrap_or_default();
            known.push(format!("«{name}» от {day}"));
        }
        let shown = known.join(", ");
        Ok((!known.is_empty())
            .then(|| format!("за период «{}» архив уже есть: {shown}; этот записан рядом с ним", self.period)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school() -> School {
        School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        parse_date_or(text).unwrap()
    }

    #[test]
    fn a_period_is_archived_from_a_week_before_its_end_and_said_to_be_unfinished_until_then() {
        let school = school();
        let quarter = Due::parse(&school, "i четверть").unwrap();
        assert_eq!(quarter.period, "I четверть");
        let refused = quarter.check_day(&school, day("16.10.2025")).unwrap_err();
        assert_eq!(refused.exit_status(), 1);
        assert!(refused.message().contains("«I четверть» кончается 24.10.2025, а сегодня 16.10.2025"), "{refused}");
        assert!(refused.next_step().unwrap().contains("17.10.2025"), "{refused}");
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
