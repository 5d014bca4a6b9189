//! What a report is about: which courses, which pupils, which days.

use crate::error::{Action, Detail, Error, Result};
use crate::journal::read::{self, Course, Tables, Teachers};
use crate::journal::resolve;
use crate::school::{ClassName, Day, Login, Period, PeriodName, School};
use std::collections::HashMap;

/// The courses that a report is narrowed to; all where nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this class.
    pub class: Option<ClassName>,
    /// Of this subject, by its name.
    pub subject: Option<String>,
    /// Of this teacher, by login.
    pub teacher: Option<Login>,
    /// Only what this person keeps: away from the ledger a journal knows the rest in part.
    pub kept_by: Option<Login>,
}

impl Filter {
    /// Finds what was typed: a class in any spelling, a subject by name, short name or beginning, a teacher by login or
    /// surname.
    ///
    /// # Errors
    /// What is not there, or is there several times.
    pub fn find(tables: &Tables, class: Option<&str>, subject: Option<&str>, teacher: Option<&str>) -> Result<Self> {
        let class = class.map(|typed| resolve::class(tables, typed)).transpose()?;
        let subject = subject.map(|typed| resolve::subject(tables, typed)).transpose()?;
        let teacher = teacher.map(|typed| resolve::staff(tables, typed)).transpose()?;
        Ok(Self { class, subject, teacher, kept_by: None })
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
        if let Some(login) = &self.kept_by {
            let own = self.whole_classes(tables)?;
            courses.retain(|course| teachers.ever(course, login) || own.contains(&course.key.class));
        }
        Ok(courses)
    }

    /// The classes of which all is known.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn whole_classes(&self, tables: &Tables) -> Result<Vec<ClassName>> {
        let mut classes = self.classes(tables)?;
        if let Some(login) = &self.kept_by {
            let mut own = Vec::new();
            for class in classes {
                if read::class_teacher(tables, &class)?.is_some_and(|teacher| teacher == *login) {
                    own.push(class);
                }
            }
            classes = own;
        }
        Ok(classes)
    }

    /// The classes.
    pub fn classes(&self, tables: &Tables) -> Result<Vec<ClassName>> {
        match &self.class {
            Some(class) => Ok(vec![class.clone()]),
            None => read::classes(tables),
        }
    }
}

/// The days that a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A period by its name; each class has its own days of it.
    Period(PeriodName),
    /// From one day to another, both included.
    Days(Day, Day),
}

impl When {
    /// A period if one is named, else days, else the year to `today`.
    ///
    /// # Errors
    /// A name that is no period's; days that are not in order.
    pub fn new(school: &School, period: Option<&str>, days: (Option<Day>, Option<Day>), today: Day) -> Result<Self> {
        if let Some(typed) = period {
            return Ok(Self::Period(a_period(school, typed)?));
        }
        let (first, last) = (days.0.unwrap_or(school.year.begins), days.1.unwrap_or(today.min(school.year.ends)));
        if first > last && days != (None, None) {
            return Err(Error::input("первый день позже последнего")
                .next_by("поменяйте их местами", Action::Give(Detail::Days)));
        }
        Ok(Self::Days(first, last))
    }

    /// The first and the last day for a class; nothing where it has no such period.
    pub fn span(&self, school: &School, class: &ClassName) -> Option<(Day, Day)> {
        match self {
            Self::Period(name) => {
                let periods = school.periods_of(class);
                periods.into_iter().find(|period| *name == period.name).map(|period| (period.begins, period.ends))
            }
            Self::Days(first, last) => Some((*first, *last)),
        }
    }
}

/// A period that has days: not «Год», «Экзамен», «Итог».
///
/// # Errors
/// A text that is no period's.
pub fn a_period(school: &School, typed: &str) -> Result<PeriodName> {
    let period = resolve::period_of_school(school, typed)?;
    if school.periods.iter().any(|known| period == known.name) {
        return Ok(period);
    }
    Err(Error::input(format!("«{period}» — не период")).next("укажите четверть или полугодие"))
}

/// The period of a class that is named, else the one in which `today` lies or that was last before it.
pub fn period_on<'s>(school: &'s School, class: &ClassName, named: Option<&str>, today: Day) -> Option<&'s Period> {
    let periods = school.periods_of(class);
    match named {
        Some(name) => periods.into_iter().find(|period| period.name == name),
        None => periods.iter().rev().find(|period| period.begins <= today).or(periods.first()).copied(),
    }
}

/// School days from one day to another, both included.
pub fn school_days(school: &School, first: Day, last: Day) -> u32 {
    let days = first.iter_days().take_while(|day| *day <= last).filter(|day| school.day_off(*day).is_none());
    u32::try_from(days.count()).unwrap_or(u32::MAX)
}

/// Names of the staff with initials, by login.
#[derive(Debug)]
pub struct Names(HashMap<Login, String>);

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
            find(Some("Физика"), None)
                .unwrap_err()
                .next_step()
                .unwrap()
                .to_string()
                .contains("Алгебра, Английский язык, Химия")
        );
        assert!(find(None, Some("Никто")).is_err());
        assert!(
            Filter::find(&tables, Some("9В"), None, None).unwrap_err().next_step().unwrap().to_string().contains("7А")
        );
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
        assert_eq!(a_period(&school, "ii четв.").unwrap(), "II четверть");
        assert!(
            a_period(&school, "V четверть").unwrap_err().next_step().unwrap().to_string().contains("«II четверть»")
        );
        let on = |today| period_on(&school, &class, None, day(today)).unwrap().name.as_str();
        assert_eq!(on("2025-08-20"), "I четверть");
        assert_eq!(on("2025-10-28"), "I четверть", "in the holidays after it");
        assert_eq!(on("2025-11-03"), "II четверть");
    }
}
