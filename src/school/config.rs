//! The school, its year, periods, holidays, bells and policy: `school.toml`, and the same as JSON in the ledger.

use super::records::{self, Case, Records};
use crate::error::{Error, Result};
use crate::school::{ClassName, clean};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, Utc};
use serde::{Deserialize, Serialize};

/// Everything that the administrator says about the school and its year (§3.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct School {
    /// Names and place.
    pub school: SchoolInfo,
    /// The school year.
    pub year: Year,
    /// Quarters and half-years.
    #[serde(default, rename = "period")]
    pub periods: Vec<Period>,
    /// Holidays and other days without lessons.
    #[serde(default, rename = "holiday")]
    pub holidays: Vec<Holiday>,
    /// Sundays and days of holidays on which there are lessons all the same.
    #[serde(default, rename = "workday", skip_serializing_if = "Vec::is_empty")]
    pub workdays: Vec<Workday>,
    /// When lessons begin and end.
    #[serde(default, rename = "bell")]
    pub bells: Vec<Bell>,
    /// The numbers of the rules that a school may change.
    #[serde(default)]
    pub policy: Policy,
    /// What the records schedule says of all its files.
    #[serde(default, skip_serializing_if = "Records::is_empty")]
    pub records: Records,
    /// Its headings for what the journal prints.
    #[serde(default, rename = "case", skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

/// Names of the school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolInfo {
    /// The full name, as documents print it.
    pub name: String,
    /// The short name.
    pub short_name: String,
    /// Town.
    pub place: String,
    /// Индекс дела по номенклатуре.
    #[serde(default)]
    pub case_index: String,
    /// The school's own offset from UTC, in which days are counted: `+03:00`.
    #[serde(default = "default_offset")]
    pub utc_offset: String,
}

fn default_offset() -> String {
    "+03:00".to_owned()
}

/// The school year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// `2025/2026`.
    pub name: String,
    /// First day.
    #[serde(with = "toml_date")]
    pub begins: NaiveDate,
    /// Last day.
    #[serde(with = "toml_date")]
    pub ends: NaiveDate,
}

/// A quarter or a half-year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// «I четверть».
    pub name: String,
    /// «I четв.».
    pub short: String,
    /// First and last grade that it holds for.
    pub grades: [u8; 2],
    /// First day.
    #[serde(with = "toml_date")]
    pub begins: NaiveDate,
    /// Last day.
    #[serde(with = "toml_date")]
    pub ends: NaiveDate,
}

/// A span of days without lessons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// «Осенние каникулы».
    pub name: String,
    /// First day.
    #[serde(with = "toml_date")]
    pub begins: NaiveDate,
    /// Last day.
    #[serde(with = "toml_date")]
    pub ends: NaiveDate,
}

/// A Sunday or a day of holidays on which there are lessons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workday {
    /// The day.
    #[serde(with = "toml_date")]
    pub day: NaiveDate,
}

/// When a lesson begins and ends, `HH:MM`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bell {
    /// The lesson's number in the day.
    pub lesson: u8,
    /// `08:30`.
    pub begins: String,
    /// `09:15`.
    pub ends: String,
}

/// Numbers of the rules; the defaults are the regulation's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// §2.3.2: for how many days after the lesson something missing may be added.
    pub edit_days: u16,
    /// §2.3.2: for how many days after the lesson an author may overwrite; 0 is the day of the lesson only.
    pub overwrite_days: u16,
    /// §2.3.1: marks for a period's final mark at one hour a week.
    pub min_marks_one_hour: u16,
    /// §2.3.1: the same at two hours and more.
    pub min_marks_more_hours: u16,
    /// Grades that are taught without marks.
    pub unmarked_grades: Vec<u8>,
    /// The lowest mark given: 2, or 1.
    pub lowest_mark: u8,
    /// From how many days before a period's end to how many after it a final mark may be set.
    pub final_days: u16,
    /// §2.5: how many months after it was verified last a copy of an archive should be verified again.
    pub verify_months: u16,
    /// §5.6: for how many days a stick may be recorded on before what it shows of the journal is renewed.
    #[serde(skip_serializing_if = "is_usual_for_sticks")]
    pub stick_days: u16,
    /// Decisions of the pedagogical council that the school words itself, beside those of the list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<String>,
}

/// As long as a school says nothing else.
const STICK_DAYS: u16 = 45;

fn is_usual_for_sticks(days: &u16) -> bool {
    *days == STICK_DAYS
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            edit_days: 7,
            overwrite_days: 0,
            min_marks_one_hour: 3,
            min_marks_more_hours: 5,
            unmarked_grades: vec![1],
            lowest_mark: 2,
            final_days: 7,
            verify_months: 6,
            stick_days: STICK_DAYS,
            decisions: Vec::new(),
        }
    }
}

impl School {
    /// Reads and checks `school.toml`.
    ///
    /// # Errors
    /// A fault of TOML, with its line and column; a value that contradicts another (see [`School::check`]).
    pub fn from_toml(text: &str) -> Result<Self> {
        let mut school: Self = toml::from_str(text).map_err(|fault| {
            let place = fault.span().map(|span| line_and_column(text, span.start));
            let error = Error::input(format!("school.toml не читается: {}", fault.message()))
                .next("сравните файл с примером samples/school-1/school.toml")
                .caused_by(fault);
            match place {
                Some((line, column)) => error.at(format!("строка {line}, столбец {column}")),
                None => error,
            }
        })?;
        school.clean()?;
        school.check()?;
        school.check_bells()?;
        Ok(school)
    }

    fn clean(&mut self) -> Result<()> {
        let info = &mut self.school;
        let names = [&mut info.name, &mut info.short_name, &mut info.place, &mut info.case_index, &mut self.year.name];
        let periods = self.periods.iter_mut().flat_map(|p| [&mut p.name, &mut p.short]);
        let holidays = self.holidays.iter_mut().map(|h| &mut h.name);
        for text in names.into_iter().chain(periods).chain(holidays).chain(&mut self.policy.decisions) {
            *text = clean(text)?;
        }
        self.clean_records()
    }

    /// Whether everything fits together.
    ///
    /// # Errors
    /// The first contradiction: a span that ends before it begins or lies outside the year, periods of one grade that
    /// overlap, two with one name for one grade, an offset or a bell that is no time, an empty name.
    pub fn check(&self) -> Result<()> {
        let bad = |what: String| Err(Error::input(what).next("исправьте school.toml"));
        if self.school.name.is_empty() || self.school.short_name.is_empty() || self.year.name.is_empty() {
            return bad("не указаны название школы, краткое название или учебный год".into());
        }
        parse_offset(&self.school.utc_offset)?;
        let year = &self.year;
        if year.begins >= year.ends || (year.ends - year.begins).num_days() > 400 {
            return bad(format!(
                "учебный год {} заканчивается раньше, чем начинается, или длится больше 400 дней",
                year.name
            ));
        }
        let spans = self.periods.iter().map(|p| (&p.name, p.begins, p.ends));
        for (name, begins, ends) in spans.chain(self.holidays.iter().map(|h| (&h.name, h.begins, h.ends))) {
            if begins > ends || begins < year.begins || ends > year.ends {
                return bad(format!("«{name}»: даты не по порядку или вне учебного года"));
            }
        }
        for (i, a) in self.periods.iter().enumerate() {
            if a.grades[0] < 1 || a.grades[1] > 11 || a.grades[0] > a.grades[1] {
                return bad(format!("«{}»: классы должны быть от 1 до 11 по возрастанию", a.name));
            }
            for b in &self.periods[..i] {
                let share_grades = a.grades[0] <= b.grades[1] && b.grades[0] <= a.grades[1];
                if share_grades && (a.name == b.name || (a.begins <= b.ends && b.begins <= a.ends)) {
                    return bad(format!("периоды «{}» и «{}» пересекаются", b.name, a.name));
                }
            }
        }
        if let Some(workday) = self.workdays.iter().find(|workday| !(year.begins..=year.ends).contains(&workday.day)) {
            return bad(format!("рабочий день {} вне учебного года", crate::school::format_date(workday.day)));
        }
        for bell in &self.bells {
            let time = |s: &str| NaiveTime::parse_from_str(s, "%H:%M").ok();
            if !matches!((time(&bell.begins), time(&bell.ends)), (Some(b), Some(e)) if b < e) {
                return bad(format!("звонок урока {}: время указывается как 08:30, начало раньше конца", bell.lesson));
            }
        }
        if !matches!(self.policy.lowest_mark, 1 | 2) {
            return bad("policy.lowest_mark может быть 1 или 2".into());
        }
        if !(1..=60).contains(&self.policy.verify_months) {
            return bad("policy.verify_months — от 1 до 60 месяцев".into());
        }
        if !(1..=366).contains(&self.policy.stick_days) {
            return bad("policy.stick_days — от 1 до 366 дней".into());
        }
        if self.policy.decisions.iter().any(|words| words.trim().is_empty() || words.chars().count() > 200) {
            return bad("policy.decisions: решение — от 1 до 200 знаков".into());
        }
        records::check(&self.cases)
    }

    /// Whether each lesson has one bell, and ends before the next begins.
    ///
    /// # Errors
    /// A number that no lesson has; two of one number, or two that overlap.
    pub fn check_bells(&self) -> Result<()> {
        if let Some(bell) = self.bells.iter().find(|bell| !(1..=15).contains(&bell.lesson)) {
            return Err(Error::input(format!("звонок урока {}: такого урока не бывает", bell.lesson))
                .next("укажите номер урока от 1 до 15"));
        }
        let mut bells: Vec<&Bell> = self.bells.iter().collect();
        bells.sort_by_key(|bell| bell.lesson);
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        for pair in bells.windows(2) {
            let [one, next] = pair else { continue };
            let why = if one.lesson == next.lesson {
                format!("звонок урока {} указан дважды", one.lesson)
            } else if time(&next.begins) < time(&one.ends) {
                format!(
                    "звонки уроков {} ({}–{}) и {} ({}–{}) пересекаются",
                    one.lesson, one.begins, one.ends, next.lesson, next.begins, next.ends
                )
            } else {
                continue;
            };
            return Err(Error::input(why).next("проверьте время начала и конца уроков"));
        }
        Ok(())
    }

    /// The school's offset from UTC.
    pub fn offset(&self) -> FixedOffset {
        parse_offset(&self.school.utc_offset).unwrap_or_else(|_| Utc.fix())
    }

    /// The day in the school's own time.
    pub fn day_of(&self, time: DateTime<FixedOffset>) -> NaiveDate {
        time.with_timezone(&self.offset()).date_naive()
    }

    /// The day of a time that the tables keep (RFC 3339), in the school's own; nothing where it does not read.
    pub fn day_of_text(&self, time: &str) -> Option<NaiveDate> {
        DateTime::parse_from_rfc3339(time).ok().map(|time| self.day_of(time))
    }

    /// The periods of a grade, in order of time.
    pub fn periods_of(&self, class: &ClassName) -> Vec<&Period> {
        let mut periods: Vec<&Period> =
            self.periods.iter().filter(|p| (p.grades[0]..=p.grades[1]).contains(&class.grade())).collect();
        periods.sort_by_key(|p| p.begins);
        periods
    }

    /// The name of the holiday that a day falls into, or «воскресенье», if there are no lessons on it.
    pub fn day_off(&self, day: NaiveDate) -> Option<&str> {
        if self.workdays.iter().any(|workday| workday.day == day) {
            return None;
        }
        match self.holidays.iter().find(|h| (h.begins..=h.ends).contains(&day)) {
            Some(holiday) => Some(&holiday.name),
            None => (day.weekday() == chrono::Weekday::Sun).then_some("воскресенье"),
        }
    }
}

fn parse_offset(text: &str) -> Result<FixedOffset> {
    text.parse().map_err(|_| {
        Error::input(format!("utc_offset «{text}» не смещение от UTC")).next("укажите, например, \"+03:00\"")
    })
}

/// 1-based line and column (in characters) of a byte offset.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Dates that are TOML local dates in `school.toml` and ISO texts in the ledger's JSON.
mod toml_date {
    use super::{Deserialize, NaiveDate};
    use serde::{Deserializer, Serializer, de::Error};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Toml(toml::value::Datetime),
        Text(String),
    }

    pub fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        let text = match Either::deserialize(deserializer)? {
            Either::Toml(date) => date.to_string(),
            Either::Text(text) => text,
        };
        crate::school::parse_date_or(&text).ok_or_else(|| D::Error::custom(format!("«{text}» не дата (2025-09-01)")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
[school]
name = "Школа № 1"
short_name = "СОШ № 1"
place = "г. Великие Луки"
[year]
name = "2025/2026"
begins = 2025-09-01
ends = 2026-05-29
[[period]]
name = "I четверть"
short = "I четв."
grades = [1, 9]
begins = 2025-09-01
ends = 2025-10-24
[[holiday]]
name = "Осенние каникулы"
begins = 2025-10-25
ends = 2025-11-02
"#;

    #[test]
    fn a_school_reads_with_the_regulations_defaults() {
        let school = School::from_toml(SAMPLE).unwrap();
        assert_eq!(school.policy.edit_days, 7);
        assert_eq!(school.offset(), FixedOffset::east_opt(3 * 3600).unwrap());
        let day = |s| parse(s);
        assert_eq!(school.day_off(day("2025-10-27")), Some("Осенние каникулы"));
        assert_eq!(school.day_off(day("2025-09-07")), Some("воскресенье"));
        assert_eq!(school.day_off(day("2025-09-08")), None);
    }

    #[test]
    fn the_ledgers_json_reads_back_equal() {
        let school = School::from_toml(SAMPLE).unwrap();
        let json = serde_json::to_string(&school).unwrap();
        assert_eq!(serde_json::from_str::<School>(&json).unwrap(), school);
    }

    #[test]
    fn days_are_counted_in_the_schools_own_time() {
        let school = School::from_toml(SAMPLE).unwrap();
        let late_evening_in_utc = DateTime::parse_from_rfc3339("2025-09-15T22:30:00+00:00").unwrap();
        assert_eq!(school.day_of(late_evening_in_utc), parse("2025-09-16"));
    }

    #[test]
    fn faults_name_their_line() {
        let fault = School::from_toml(&SAMPLE.replace("grades = [1, 9]", "grads = [1, 9]")).unwrap_err();
        assert!(fault.message().contains("строка 13"), "{fault}");
    }

    #[test]
    fn contradictions_are_refused() {
        for (from, to) in [
            ("ends = 2026-05-29", "ends = 2025-05-29"),
            ("ends = 2025-10-24", "ends = 2027-10-24"),
            ("grades = [1, 9]", "grades = [9, 1]"),
            ("place = ", "utc_offset = \"ж\"\nplace = "),
        ] {
            assert!(School::from_toml(&SAMPLE.replace(from, to)).is_err(), "{to}");
        }
    }

    fn parse(text: &str) -> NaiveDate {
        crate::school::parse_date(text).unwrap()
    }
}
