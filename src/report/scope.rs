//! What a report is about: which courses, which pupils, which days.

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::journal::read::{self, Course, iso};
use crate::school::{ClassName, Period, School, fold, parse_date_or};
use chrono::NaiveDate;
use rusqlite::params;
use std::collections::HashMap;

/// The courses that a report is narrowed to; all where nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this class.
    pub class: Option<ClassName>,
    /// Of this subject, by its name.
    pub subject: Option<String>,
    /// Of this teacher, by login.
    pub teacher: Option<String>,
}

impl Filter {
    /// Finds what was typed: a class in any spelling, a subject by name, short name or beginning, a teacher by login or
    /// surname.
    ///
    /// # Errors
    /// What is not there, or is there several times.
    pub fn find(tables: &Tables, class: Option<&str>, subject: Option<&str>, teacher: Option<&str>) -> Result<Self> {
        let class = class.map(ClassName::parse).transpose()?;
        if let Some(class) = class.as_ref().filter(|class| !matches!(read::class_teacher(tables, class), Ok(Some(_)))) {
            let all = read::classes(tables)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Error::input(format!("в журнале нет класса {class}")).next(format!("в журнале есть: {all}")));
        }
        let subject = subject.map(|typed| self::subject(tables, typed)).transpose()?;
        let teacher = teacher.map(|typed| self::teacher(tables, typed)).transpose()?;
        Ok(Self { class, subject, teacher })
    }

    /// The courses, by class and in the school's order of subjects.
    pub fn courses(&self, tables: &Tables) -> Result<Vec<Course>> {
        let teachers = Teachers::read(tables)?;
        let mut courses = Vec::new();
        for class in self.classes(tables)? {
            courses.extend(read::courses_of(tables, &class)?);
        }
        courses.retain(|course| self.subject.as_ref().is_none_or(|subject| *subject == course.key.subject));
        courses.retain(|course| self.teacher.as_ref().is_none_or(|login| teachers.ever(course, login)));
        Ok(courses)
    }

    /// The classes.
    pub fn classes(&self, tables: &Tables) -> Result<Vec<ClassName>> {
        match &self.class {
            Some(class) => Ok(vec![class.clone()]),
            None => read::classes(tables),
        }
    }
}

fn subject(tables: &Tables, typed: &str) -> Result<String> {
    let mut statement = tables.prepare_cached("SELECT name, short FROM subjects ORDER BY place")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all = rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    let wanted = fold(typed.trim());
    let plain = |text: &str| fold(text).trim_end_matches('.').to_owned();
    let exact = all.iter().find(|(name, short)| fold(name) == wanted || plain(short) == wanted.trim_end_matches('.'));
    let begun: Vec<_> = all.iter().filter(|(name, _)| !wanted.is_empty() && fold(name).starts_with(&wanted)).collect();
    match (exact, &begun[..]) {
        (Some((name, _)), _) | (None, [(name, _)]) => Ok(name.clone()),
        _ => {
            let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
            Err(Error::input(format!("предмета «{typed}» нет")).next(format!("предметы: {}", names.join(", "))))
        }
    }
}

fn teacher(tables: &Tables, typed: &str) -> Result<String> {
    let staff = read::all_staff(tables)?;
    if let Some(person) = staff.iter().find(|person| person.login == typed.trim()) {
        return Ok(person.login.clone());
    }
    let matching: Vec<_> = staff.iter().filter(|person| person.name.matches(typed.trim())).collect();
    match matching[..] {
        [person] => Ok(person.login.clone()),
        [] => Err(Error::input(format!("сотрудника «{typed}» нет")).next("список сотрудников: letopis staff list")),
        _ => {
            let names: Vec<String> = matching.iter().map(|p| format!("{} ({})", p.name.full(), p.login)).collect();
            Err(Error::input(format!("«{typed}» — это несколько сотрудников: {}", names.join("; ")))
                .next("укажите логин"))
        }
    }
}

/// The days that a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A period by its name; each class has its own days of it.
    Period(String),
    /// From one day to another, both included.
    Days(NaiveDate, NaiveDate),
}

impl When {
    /// A period if one is named, else days, else the year to `today`.
    ///
    /// # Errors
    /// A name that is no period's; days that are not in order.
    pub fn new(
        school: &School,
        period: Option<&str>,
        days: (Option<NaiveDate>, Option<NaiveDate>),
        today: NaiveDate,
    ) -> Result<Self> {
        if let Some(typed) = period {
            return Ok(Self::Period(period_name(school, typed)?));
        }
        let (first, last) = (days.0.unwrap_or(school.year.begins), days.1.unwrap_or(today.min(school.year.ends)));
        if first > last && days != (None, None) {
            return Err(Error::input("первый день позже последнего").next("поменяйте местами --from и --to"));
        }
        Ok(Self::Days(first, last))
    }

    /// The first and the last day for a class; nothing where it has no such period.
    pub fn span(&self, school: &School, class: &ClassName) -> Option<(NaiveDate, NaiveDate)> {
        match self {
            Self::Period(name) => {
                let periods = school.periods_of(class);
                periods.into_iter().find(|period| period.name == *name).map(|period| (period.begins, period.ends))
            }
            Self::Days(first, last) => Some((*first, *last)),
        }
    }
}

/// The name of the period that was typed, in full or short.
///
/// # Errors
/// A text that is neither.
pub fn period_name(school: &School, typed: &str) -> Result<String> {
    let wanted = fold(typed.trim());
    let found = school.periods.iter().find(|period| fold(&period.name) == wanted || fold(&period.short) == wanted);
    found.map(|period| period.name.clone()).ok_or_else(|| {
        let mut names: Vec<String> = school.periods.iter().map(|period| format!("«{}»", period.name)).collect();
        names.dedup();
        Error::input(format!("периода «{typed}» нет")).next(format!("укажите один из: {}", names.join(", ")))
    })
}

/// The period of a class that is named, else the one in which `today` lies or that was last before it.
pub fn period_on<'s>(
    school: &'s School,
    class: &ClassName,
    named: Option<&str>,
    today: NaiveDate,
) -> Option<&'s Period> {
    let periods = school.periods_of(class);
    match named {
        Some(name) => periods.into_iter().find(|period| period.name == name),
        None => periods.iter().rev().find(|period| period.begins <= today).or(periods.first()).copied(),
    }
}

/// School days from one day to another, both included.
pub fn school_days(school: &School, first: NaiveDate, last: NaiveDate) -> u32 {
    let days = first.iter_days().take_while(|day| *day <= last).filter(|day| school.day_off(*day).is_none());
    u32::try_from(days.count()).unwrap_or(u32::MAX)
}

/// Names of the staff with initials, by login.
#[derive(Debug)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// Reads all of them.
    pub fn read(tables: &Tables) -> Result<Self> {
        let staff = read::all_staff(tables)?.into_iter();
        Ok(Self(staff.map(|person| (person.login, person.name.initials())).collect()))
    }

    /// «Иванова И. И.»; the login where nobody has it.
    pub fn of(&self, login: &str) -> String {
        self.0.get(login).cloned().unwrap_or_else(|| login.to_owned())
    }
}

/// Who taught which course from which day on.
#[derive(Debug)]
pub struct Teachers(HashMap<i64, Vec<(NaiveDate, String)>>);

impl Teachers {
    /// Reads all of them.
    pub fn read(tables: &Tables) -> Result<Self> {
        let sql = "SELECT course, since, teacher FROM course_teachers ORDER BY course, since, entry";
        let mut statement = tables.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all: HashMap<i64, Vec<(NaiveDate, String)>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let Some(since) = parse_date_or(&row.get::<_, String>(1)?) else { continue };
            all.entry(row.get(0)?).or_default().push((since, row.get(2)?));
        }
        Ok(Self(all))
    }

    /// Who taught the course on a day.
    pub fn on<'a>(&'a self, course: &'a Course, day: NaiveDate) -> &'a str {
        let history = self.0.get(&course.id).map_or(&[][..], Vec::as_slice);
        let then = history.iter().rev().find(|(since, _)| *since <= day).or(history.first());
        then.map_or(course.teacher.as_str(), |(_, teacher)| teacher)
    }

    fn ever(&self, course: &Course, login: &str) -> bool {
        course.teacher == login || self.0.get(&course.id).into_iter().flatten().any(|(_, teacher)| teacher == login)
    }
}

/// The pupils who are exempted from a subject on a day.
pub fn exempted(tables: &Tables, subject: &str, day: NaiveDate) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT pupil FROM exemptions WHERE subject = ?1 AND since <= ?2 AND until >= ?2";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_map(params![subject, iso(day)], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{day, tables};

    #[test]
    fn subjects_and_teachers_are_found_as_people_name_them() {
        let tables = tables();
        let find =
            |subject: Option<&str>, teacher: Option<&str>| Filter::find(&tables, Some("7 «а»"), subject, teacher);
        assert_eq!(find(Some("алг"), None).unwrap().subject.as_deref(), Some("Алгебра"));
        assert_eq!(find(Some("хим."), None).unwrap().subject.as_deref(), Some("Химия"));
        assert_eq!(find(None, Some("Семенов")).unwrap().teacher.as_deref(), Some("semyonov"));
        assert!(
            find(Some("Физика"), None).unwrap_err().next_step().unwrap().contains("Алгебра, Английский язык, Химия")
        );
        assert!(find(None, Some("Никто")).is_err());
        assert!(Filter::find(&tables, Some("9В"), None, None).unwrap_err().next_step().unwrap().contains("7А"));
    }

    #[test]
    fn days_without_lessons_are_no_school_days() {
        // 20 to 31 October 2025: five days and a Saturday, then holidays from the 25th.
        let school = crate::journal::read::school(&tables()).unwrap();
        assert_eq!(school_days(&school, day("2025-10-20"), day("2025-10-31")), 5);
        assert_eq!(school_days(&school, day("2025-09-01"), day("2025-09-07")), 6);
    }

    #[test]
    fn a_period_is_found_by_either_name_and_else_by_the_day() {
        let school = crate::journal::read::school(&tables()).unwrap();
        let class = ClassName::parse("7А").unwrap();
        assert_eq!(period_name(&school, "ii четв.").unwrap(), "II четверть");
        assert!(period_name(&school, "V четверть").unwrap_err().next_step().unwrap().contains("«II четверть»"));
        let on = |today| period_on(&school, &class, None, day(today)).unwrap().name.as_str();
        assert_eq!(on("2025-08-20"), "I четверть");
        assert_eq!(on("2025-10-28"), "I четверть", "in the holidays after it");
        assert_eq!(on("2025-11-03"), "II четверть");
    }
}
