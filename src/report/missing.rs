//! Lessons that the timetable led one to expect and that nobody entered (§2.1).
//!
//! A lesson that was given at another hour of its day than the timetable's stands for the one that it replaced: as many
//! lessons are missing on a day as were entered too few.

use super::scope::{Filter, Names};
use super::table::{Kind, Table, Total};
use crate::error::Result;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Tables, Teachers};
use crate::school::{ClassName, Day, Login, School, format_date};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A lesson that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The day.
    pub date: Day,
    /// Which lesson of the day.
    pub lesson: u8,
    /// The class.
    pub class: ClassName,
    /// The group, or empty.
    pub group: String,
    /// The subject.
    pub subject: String,
    /// Login of who had to give it: the substitute if one was assigned, else who taught the course then.
    pub teacher: Login,
    /// That person's name with initials.
    pub teacher_name: String,
}

/// The missing lessons up to a day, it included, in order of time. Of a teacher they are those that he had to give.
///
/// # Errors
/// Only the database's.
pub fn missing(tables: &Tables, filter: &Filter, until: Day) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let (teachers, names) = (Teachers::read(tables)?, Names::read(tables)?);
    let substitutes = read::assigned_substitutes(tables)?;
    // A substitute has lessons of courses that were never his.
    let courses = Filter { teacher: None, ..filter.clone() }.courses(tables)?;
    let mut rows = Vec::new();
    for course in &courses {
        for (date, lesson) in of_course(tables, &school, course, until)? {
            let substitute = substitutes.get(&(course.id, date, lesson));
            let teacher = substitute.unwrap_or_else(|| teachers.on(course, date));
            if filter.teacher.as_ref().is_some_and(|login| login != teacher) {
                continue;
            }
            let (key, teacher_name) = (course.key.clone(), names.of(teacher));
            let (class, group, subject) = (key.class, key.group, key.subject);
            rows.push(Row { date, lesson, class, group, subject, teacher: teacher.clone(), teacher_name });
        }
    }
    rows.sort_by_key(|row| (row.date, row.lesson));
    Ok(rows)
}

/// Day and number of each lesson that a course lacks.
fn of_course(tables: &Tables, school: &School, course: &Course, until: Day) -> Result<Vec<(Day, u8)>> {
    let mut expected: BTreeMap<Day, Vec<u8>> = BTreeMap::new();
    let timetable = Timetable::of(tables, course.id)?;
    for (date, lesson) in timetable.expected(school, school.year.begins, until.min(school.year.ends)) {
        expected.entry(date).or_default().push(lesson);
    }
    let entered = entered(tables, course.id)?;
    let mut out = Vec::new();
    for (date, lessons) in expected {
        let there = entered.get(&date);
        let lacking = |lesson: &u8| there.is_none_or(|there| !there.contains(lesson));
        let lacking: Vec<u8> = lessons.iter().copied().filter(lacking).collect();
        let elsewhere = there.map_or(0, |there| there.iter().filter(|lesson| !lessons.contains(lesson)).count());
        out.extend(lacking.into_iter().skip(elsewhere).map(|lesson| (date, lesson)));
    }
    Ok(out)
}

fn entered(tables: &Tables, course: i64) -> Result<HashMap<Day, HashSet<u8>>> {
    let mut entered: HashMap<Day, HashSet<u8>> = HashMap::new();
    for lesson in read::lessons_of(tables, course)? {
        entered.entry(lesson.date).or_default().insert(lesson.number);
    }
    Ok(entered)
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Дата", Kind::Text, Total::None),
        ("Урок", Kind::Count, Total::None),
        ("Класс", Kind::Text, Total::None),
        ("Группа", Kind::Text, Total::None),
        ("Предмет", Kind::Text, Total::None),
        ("Учитель", Kind::Text, Total::None),
    ];
    let mut table = Table::new("Не записанные уроки", &columns);
    table.rows.extend(rows.iter().map(|row| {
        let date = format_date(row.date);
        let lesson = u32::from(row.lesson).into();
        vec![
            (&date).into(),
            lesson,
            (&row.class.to_string()).into(),
            (&row.group).into(),
            (&row.subject).into(),
            (&row.teacher_name).into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::SubstitutionAssigned;
    use crate::journal::testing::{lesson_at, moment};
    use crate::report::testing::{self, algebra, day, lesson};

    fn told(tables: &Tables, filter: &Filter, until: &str) -> Vec<(String, u8, String)> {
        let rows = missing(tables, filter, day(until)).unwrap();
        rows.into_iter().map(|row| (row.date.to_string(), row.lesson, row.teacher.into())).collect()
    }

    #[test]
    fn what_the_timetable_expects_and_nobody_entered_is_missing() {
        let mut annals = testing::annals();
        lesson(&mut annals, &algebra(), "2025-09-01", 2, "Тема");
        // Given as the fifth lesson instead of the third: it stands for it.
        lesson(&mut annals, &algebra(), "2025-09-05", 5, "Тема");
        let tables = annals.record();
        let expected = [("2025-09-03", 1, "semyonov"), ("2025-09-04", 4, "semyonov")];
        let expected = expected.map(|(date, lesson, teacher)| (date.to_owned(), lesson, teacher.to_owned()));
        assert_eq!(told(&tables, &Filter::default(), "2025-09-07"), expected);
        assert_eq!(told(&tables, &Filter::default(), "2025-09-03").len(), 1, "the last day is looked at");
    }

    #[test]
    fn a_substitute_misses_what_was_assigned_to_him_and_holidays_miss_nothing() {
        let mut annals = testing::annals();
        let at = lesson_at(&algebra(), "2025-09-03", 1);
        annals.by("petrova", moment("2025-09-02"), SubstitutionAssigned { at, substitute: "belova".into() });
        let tables = annals.record();
        let of = |login: &str| Filter { teacher: Some(login.into()), ..Filter::default() };
        assert_eq!(told(&tables, &of("belova"), "2025-09-07"), [("2025-09-03".to_owned(), 1, "belova".to_owned())]);
        // 8 weeks of three lessons before the holidays, one of them belova's; four Thursdays of chemistry before October.
        assert_eq!(told(&tables, &of("semyonov"), "2025-11-02").len(), 8 * 3 - 1 + 4);
    }
}
