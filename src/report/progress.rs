//! How pupils did in a period: успеваемость, качество знаний, СОУ, средний балл, against the period before.
//!
//! Counted by [`crate::journal::read::outcomes`], as the printed справка is. Of a class, a subject and the school the unit is
//! the pupil; of a teacher it is the pupil in a course, since a teacher answers for each of his courses.

use super::scope::{Filter, Names};
use super::table::{Kind, Table, Total};
use crate::error::Result;
use crate::journal::read::outcomes::{Group, Outcome, Outcomes};
use crate::journal::read::{Tables, Teachers};
use crate::school::Share;
use serde::Serialize;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A class.
    Class,
    /// A subject.
    Subject,
    /// A teacher.
    Teacher,
    /// The school.
    School,
}

/// The results of a class, a subject, a teacher or the school in a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// «7А», «Алгебра», «Иванова И. И.» or the school's short name.
    pub name: String,
    /// The period.
    pub period: String,
    /// Pupils with a final mark; of a teacher, pupils of all courses.
    pub pupils: u32,
    /// Marks «5».
    pub fives: u32,
    /// Marks «4».
    pub fours: u32,
    /// Marks «3».
    pub threes: u32,
    /// Marks «2» and «1».
    pub twos: u32,
    /// «н/а».
    pub not_attested: u32,
    /// Успеваемость.
    pub success: Share,
    /// Качество знаний.
    pub quality: Share,
    /// Степень обученности.
    pub degree: Share,
    /// Средний балл.
    pub average: Option<f64>,
    /// How much more `success` is than in the period before, in percentage points.
    pub success_change: Option<f64>,
    /// How much more `quality` is.
    pub quality_change: Option<f64>,
}

/// The report for the period that is named; else, of each class, for the last one with final marks.
///
/// # Errors
/// Only the database's.
pub fn progress(tables: &Tables, filter: &Filter, by: By, period: Option<&str>) -> Result<Vec<Row>> {
    let (teachers, names) = (Teachers::read(tables)?, Names::read(tables)?);
    let outcomes = Outcomes::read(tables, filter.courses(tables)?, period)?;
    let rows = match by {
        By::Class => outcomes.by_class(),
        By::Subject => outcomes.by_subject(),
        By::School => outcomes.of_school(),
        By::Teacher => outcomes.by(|course, ends| {
            let login = teachers.on(course, ends);
            let meant = filter.teacher.as_ref().is_none_or(|wanted| wanted == login);
            meant.then(|| Group { place: 0, name: names.of(login), by_course: true })
        }),
    };
    Ok(rows.into_iter().map(row).collect())
}

fn row(outcome: Outcome) -> Row {
    let (now, before) = (&outcome.now, &outcome.before);
    Row {
        pupils: now.marked,
        fives: now.marks[4],
        fours: now.marks[3],
        threes: now.marks[2],
        twos: now.marks[1] + now.marks[0],
        not_attested: now.not_attested,
        success: now.success(),
        quality: now.quality(),
        degree: now.degree(),
        average: now.average(),
        success_change: now.success().more_than(before.success()),
        quality_change: now.quality().more_than(before.quality()),
        name: outcome.name,
        period: outcome.period,
    }
}

/// The rows as a table.
pub fn table(rows: &[Row], by: By) -> Table {
    let name = match by {
        By::Class => "Класс",
        By::Subject => "Предмет",
        By::Teacher => "Учитель",
        By::School => "Школа",
    };
    let columns = [
        (name, Kind::Text, Total::None),
        ("Период", Kind::Text, Total::None),
        ("Учеников", Kind::Count, Total::Sum),
        ("«5»", Kind::Count, Total::Sum),
        ("«4»", Kind::Count, Total::Sum),
        ("«3»", Kind::Count, Total::Sum),
        ("«2»", Kind::Count, Total::Sum),
        ("н/а", Kind::Count, Total::Sum),
        ("Успев., %", Kind::Percent, Total::Average),
        ("±", Kind::Change, Total::None),
        ("Кач., %", Kind::Percent, Total::Average),
        ("±", Kind::Change, Total::None),
        ("СОУ, %", Kind::Percent, Total::Average),
        ("Ср. балл", Kind::Number, Total::Average),
    ];
    let mut table = Table::new("Успеваемость", &columns);
    table.rows.extend(rows.iter().map(|row| {
        vec![
            (&row.name).into(),
            (&row.period).into(),
            row.pupils.into(),
            row.fives.into(),
            row.fours.into(),
            row.threes.into(),
            row.twos.into(),
            row.not_attested.into(),
            row.success.into(),
            row.success_change.into(),
            row.quality.into(),
            row.quality_change.into(),
            row.degree.into(),
            row.average.into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::TestJournal;
    use crate::report::testing::{self, ANNA, PAVEL, PYOTR, algebra, chemistry, final_mark};

    /// Algebra: 5, 3, н/а of the pupils 1 to 3; chemistry: 5, 4, 5. In the second quarter of
    /// algebra 4, 4, 2.
    fn tables() -> TestJournal {
        let mut annals = testing::annals();
        for (course, period, marks) in [
            (algebra(), "I четверть", ["5", "3", "н/а"]),
            (chemistry(), "I четверть", ["5", "4", "5"]),
            (algebra(), "II четверть", ["4", "4", "2"]),
        ] {
            for (pupil, mark) in [PAVEL, PYOTR, ANNA].into_iter().zip(marks) {
                final_mark(&mut annals, &course, pupil, period, mark);
            }
        }
        annals.record()
    }

    #[test]
    fn of_a_class_a_pupil_counts_once_with_all_his_marks() {
        let rows = progress(&tables(), &Filter::default(), By::Class, Some("I четверть")).unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        // Pupil 1 has fives, 2 a three and a four, 3 fails by «н/а»: 2 of 3 succeed, 1 of 3 has only fours and fives.
        assert_eq!((row.pupils, row.fives, row.fours, row.threes, row.twos, row.not_attested), (3, 3, 1, 1, 0, 1));
        assert_eq!((row.success.percent(), row.quality.percent()), (Some(66.7), Some(33.3)));
        // (3·100 + 64 + 36) / 5 = 80; (3·5 + 4 + 3) / 5 = 4.4
        assert_eq!((row.degree.percent(), row.average), (Some(80.0), Some(4.4)));
        assert_eq!(row.success_change, None, "nothing before the first quarter");
    }

    #[test]
    fn of_a_subject_the_last_period_stands_against_the_one_before() {
        let filter = Filter { subject: Some("Алгебра".into()), ..Filter::default() };
        let rows = progress(&tables(), &filter, By::Subject, None).unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.name.as_str(), row.period.as_str()), ("Алгебра", "II четверть"));
        // Both times 2 of 3 succeed; 2 of 3 have fours and fives after 1 of 3: 66,7 − 33,3.
        assert_eq!((row.success_change, row.quality_change), (Some(0.0), Some(33.4)));
    }

    #[test]
    fn of_a_teacher_every_course_of_a_pupil_counts() {
        // Chemistry was semyonov's until October, then petrova's, who so answers for the quarter.
        let rows = progress(&tables(), &Filter::default(), By::Teacher, Some("I четверть")).unwrap();
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.pupils)).collect();
        assert_eq!(names, [("Петрова П. П.", 3), ("Семёнов С. С.", 3)]);
        assert_eq!(rows[0].quality.percent(), Some(100.0));
        let rows = progress(&tables(), &Filter::default(), By::School, Some("I четверть")).unwrap();
        assert_eq!(rows[0].pupils, 3);
    }
}
