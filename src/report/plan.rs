//! The lesson plan (КТП) against what was given, in hours.

use super::scope::{Filter, Names};
use super::table::{Cell, Kind, Table, Total};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::timetable::Timetable;
use crate::school::{Share, same_word};
use chrono::NaiveDate;
use serde::Serialize;

/// A course's plan and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The class.
    pub class: String,
    /// The group, or empty.
    pub group: String,
    /// The subject.
    pub subject: String,
    /// Login of the teacher.
    pub teacher: String,
    /// The teacher's name with initials.
    pub teacher_name: String,
    /// Lessons in the plan.
    pub planned: u32,
    /// Lessons that the timetable has in the year.
    pub timetabled: u32,
    /// Lessons that the timetable has had to date.
    pub due: u32,
    /// Lessons given to date.
    pub given: u32,
    /// `given` less `due`: below nothing, the course is behind.
    pub difference: i64,
    /// `given` of `planned`.
    pub done: Share,
    /// The last lesson's topic, or empty.
    pub last_topic: String,
    /// The number of that topic in the plan, where it is in it.
    pub last_number: Option<u32>,
}

/// The report to a day.
///
/// # Errors
/// Only the database's.
pub fn plan(tables: &Tables, filter: &Filter, today: NaiveDate) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let names = Names::read(tables)?;
    let year = &school.year;
    let mut rows = Vec::new();
    for course in filter.courses(tables)? {
        let timetable = Timetable::of(tables, course.id)?;
        let expected = |last| u32::try_from(timetable.expected(&school, year.begins, last).count()).unwrap_or(u32::MAX);
        let (timetabled, due) = (expected(year.ends), expected(today.min(year.ends)));
        let plan: Vec<(u32, String)> =
            read::plan_of(tables, course.id)?.into_iter().map(|line| (line.no, line.topic)).collect();
        let mut given = read::lessons_of(tables, course.id)?;
        given.retain(|lesson| lesson.date <= today);
        let last_topic = given.last().map(|lesson| lesson.topic.clone()).unwrap_or_default();
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        rows.push(Row {
            class: course.key.class.to_string(),
            group: course.key.group.clone(),
            subject: course.key.subject.clone(),
            teacher_name: names.of(&course.teacher),
            teacher: course.teacher.into(),
            planned: count(plan.len()),
            timetabled,
            due,
            given: count(given.len()),
            difference: i64::from(count(given.len())) - i64::from(due),
            done: Share::of(count(given.len()), count(plan.len())),
            last_number: number(&plan, &last_topic, count(given.len())),
            last_topic,
        });
    }
    Ok(rows)
}

/// The number of a topic in the plan; of several alike the one nearest to the lesson that it was.
fn number(plan: &[(u32, String)], topic: &str, lesson: u32) -> Option<u32> {
    let alike = plan.iter().filter(|(_, planned)| same_word(planned, topic)).map(|(number, _)| *number);
    alike.min_by_key(|number| number.abs_diff(lesson))
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Класс", Kind::Text, Total::None),
        ("Группа", Kind::Text, Total::None),
        ("Предмет", Kind::Text, Total::None),
        ("Учитель", Kind::Text, Total::None),
        ("По плану", Kind::Count, Total::Sum),
        ("По расп. за год", Kind::Count, Total::Sum),
        ("Должно быть", Kind::Count, Total::Sum),
        ("Дано", Kind::Count, Total::Sum),
        ("Разница", Kind::Count, Total::Sum),
        ("Пройдено, %", Kind::Percent, Total::Average),
        ("№ темы", Kind::Count, Total::None),
        ("Последняя тема", Kind::Text, Total::None),
    ];
    let mut table = Table::new("План и факт", &columns);
    table.rows.extend(rows.iter().map(|row| {
        vec![
            (&row.class).into(),
            (&row.group).into(),
            (&row.subject).into(),
            (&row.teacher_name).into(),
            row.planned.into(),
            row.timetabled.into(),
            row.due.into(),
            row.given.into(),
            row.difference.into(),
            row.done.into(),
            row.last_number.map_or(Cell::Empty, Cell::from),
            (&row.last_topic).into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{PlanLine, PlanSet};
    use crate::journal::testing::moment;
    use crate::report::testing::{self, algebra, day, lesson};

    #[test]
    fn the_plan_stands_against_the_timetable_and_what_was_given() {
        let mut annals = testing::annals();
        let topics = [(1, "Степень"), (2, "Повторение"), (3, "Одночлены"), (4, "Повторение")];
        let line = |(no, topic): (u32, &str)| PlanLine {
            no,
            topic: topic.into(),
            work: String::new(),
            homework: String::new(),
        };
        let plan_set = PlanSet { course: algebra(), lines: topics.map(line).to_vec() };
        annals.taken_over(moment("2025-09-01T08:00"), plan_set);
        lesson(&mut annals, &algebra(), "2025-09-01", 2, "Степень");
        lesson(&mut annals, &algebra(), "2025-09-03", 1, "повторение");
        lesson(&mut annals, &algebra(), "2025-09-17", 1, "Одночлены");
        let tables = annals.record();
        let filter = Filter { subject: Some("Алгебра".into()), ..Filter::default() };
        // To 10 September the timetable has 1, 3, 5, 8 and 10 September.
        let row = plan(&tables, &filter, day("2025-09-10")).unwrap().remove(0);
        assert_eq!((row.planned, row.due, row.given, row.difference), (4, 5, 2, -3));
        assert_eq!((row.done.percent(), row.last_topic.as_str(), row.last_number), (Some(50.0), "повторение", Some(2)));
        let row = plan(&tables, &filter, day("2025-09-17")).unwrap().remove(0);
        assert_eq!((row.given, row.last_number), (3, Some(3)));
    }

    #[test]
    fn of_topics_alike_the_nearest_is_meant() {
        let plan = [(2, "Повторение".to_owned()), (40, "Повторение".to_owned())];
        assert_eq!(number(&plan, "Повторение", 38), Some(40));
        assert_eq!(number(&plan, "Иное", 38), None);
    }
}
