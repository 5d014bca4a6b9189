//! Whether there are marks enough for the period's final marks (§2.3.1), and whether there will be at the present pace.
//!
//! Looking ahead is a rule of three: grades so far, divided by the school days since the pupil was there, times the
//! school days of the period. Who is exempted, or has a final mark of the period already, lacks nothing.

use super::marks::{came, standings};
use super::scope::{Filter, Names, school_days};
use super::table::{Kind, Table, Total};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use chrono::NaiveDate;
use serde::Serialize;

/// How a pupil stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There are marks enough.
    Enough,
    /// There will be at the present pace.
    OnPace,
    /// There will not be at the present pace.
    WillLack,
    /// The period is over and they are too few.
    Lacks,
}

/// A pupil's marks in a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// The period.
    pub period: String,
    /// The pupil.
    pub pupil: String,
    /// Grades so far.
    pub grades: u32,
    /// Grades for written work so far.
    pub written: u32,
    /// Grades needed.
    pub needed: u32,
    /// Whether one must be for written work.
    pub written_needed: bool,
    /// Grades by the period's end at the present pace.
    pub projected: u32,
    /// How the pupil stands.
    pub state: State,
}

/// The report: every pupil of every course.
///
/// # Errors
/// Marks in the tables that do not read; the database's.
pub fn coverage(tables: &Tables, filter: &Filter, period: Option<&str>, today: NaiveDate) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let names = Names::read(tables)?;
    let mut rows = Vec::new();
    for standing in standings(tables, &school, filter, period, today)? {
        let (course, period, demand) = (&standing.course, standing.period, standing.counts.demand);
        for (pupil, name) in standing.pupils.iter().zip(&standing.names) {
            if standing.exempted.contains(&pupil.id) || standing.finals.contains_key(&pupil.id) {
                continue;
            }
            let count = standing.counts.of(pupil.id);
            let first = came(tables, pupil.id, period)?;
            let elapsed = school_days(&school, first, today.min(period.ends));
            let projected = at_this_pace(count.grades, elapsed, school_days(&school, first, period.ends));
            let will_do = projected >= demand.grades && (!demand.written || count.written > 0);
            let state = match standing.counts.lack(pupil.id) {
                None => State::Enough,
                Some(_) if today > period.ends => State::Lacks,
                Some(_) if will_do => State::OnPace,
                Some(_) => State::WillLack,
            };
            rows.push(Row {
                class: course.key.class.to_string(),
                group: course.key.group.clone(),
                subject: course.key.subject.clone(),
                teacher: course.teacher.to_string(),
                teacher_name: names.of(&course.teacher),
                period: period.name.clone(),
                pupil: name.clone(),
                grades: count.grades,
                written: count.written,
                needed: demand.grades,
                written_needed: demand.written,
                projected,
                state,
            });
        }
    }
    Ok(rows)
}

/// Rounded down: a mark that is begun is none.
fn at_this_pace(grades: u32, elapsed: u32, days: u32) -> u32 {
    let projected = u64::from(grades) * u64::from(days) / u64::from(elapsed.max(1));
    u32::try_from(projected).unwrap_or(u32::MAX)
}

impl State {
    /// As people read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enough => "хватает",
            Self::OnPace => "хватит",
            Self::WillLack => "не хватит",
            Self::Lacks => "не хватает",
        }
    }

    /// Whether somebody must do something.
    pub fn needs_care(self) -> bool {
        matches!(self, Self::WillLack | Self::Lacks)
    }
}

impl Row {
    /// How the pupil stands, and whether it is written work that is missing.
    pub fn said(&self) -> String {
        let lacks_written = self.written_needed && self.written == 0 && self.state.needs_care();
        let enough = self.grades.max(self.projected) >= self.needed;
        match (lacks_written, enough) {
            (false, _) => self.state.word().to_owned(),
            (true, true) => "нет письменной".to_owned(),
            (true, false) => format!("{}, нет письменной", self.state.word()),
        }
    }
}

/// The rows as a table.
pub fn table<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Table {
    let columns = [
        ("Класс", Kind::Text, Total::None),
        ("Группа", Kind::Text, Total::None),
        ("Предмет", Kind::Text, Total::None),
        ("Учитель", Kind::Text, Total::None),
        ("Период", Kind::Text, Total::None),
        ("Ученик", Kind::Text, Total::None),
        ("Отметок", Kind::Count, Total::Sum),
        ("из них письм.", Kind::Count, Total::Sum),
        ("Нужно", Kind::Count, Total::None),
        ("К концу", Kind::Count, Total::None),
        ("Состояние", Kind::Text, Total::None),
    ];
    let mut table = Table::new("Накопляемость", &columns);
    table.rows.extend(rows.into_iter().map(|row| {
        vec![
            (&row.class).into(),
            (&row.group).into(),
            (&row.subject).into(),
            (&row.teacher_name).into(),
            (&row.period).into(),
            (&row.pupil).into(),
            row.grades.into(),
            row.written.into(),
            row.needed.into(),
            row.projected.into(),
            (&row.said()).into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{ClassSet, CourseSet, ExemptionSet, PupilMoved};
    use crate::journal::testing::{Annals, course, moment};
    use crate::report::testing::{self, ANNA, DARYA, PAVEL, PYOTR, day, lesson, mark};

    /// Chemistry, an hour a week: three marks are needed, one of them written. Pupil 1 has «4/5» and a written 5; pupil
    /// 2 a written 4; pupil 3 two spoken marks; pupil 4 is exempted.
    fn annals() -> Annals {
        let mut annals = testing::annals();
        let (all, course) = (&mut annals, testing::chemistry());
        let (first, second) =
            (lesson(all, &course, "2025-09-04", 4, "Тема"), lesson(all, &course, "2025-09-11", 4, "Тема"));
        mark(all, &first, PAVEL, "4/5", "");
        mark(all, &second, PAVEL, "5", "контрольная");
        mark(all, &second, PYOTR, "4", "тест");
        mark(all, &first, ANNA, "3", "ответ");
        mark(all, &second, ANNA, "3", "");
        let exempted = ExemptionSet {
            pupil: DARYA.into(),
            subject: "Химия".into(),
            since: day("2025-09-08"),
            until: day("2025-10-31"),
            document: "справка".into(),
        };
        all.by("semyonov", moment("2025-09-08"), exempted);
        annals
    }

    fn chemistry(tables: &Tables, period: Option<&str>, today: &str) -> Vec<(String, u32, State)> {
        let filter = Filter { subject: Some("Химия".into()), ..Filter::default() };
        let rows = coverage(tables, &filter, period, day(today)).unwrap();
        rows.into_iter().map(|row| (row.pupil, row.projected, row.state)).collect()
    }

    #[test]
    fn within_a_period_the_pace_so_far_decides() {
        // I четверть: 47 school days, of which 12 have passed on 13 September. 1·47/12 = 3,9; 2·47/12 = 7,8.
        let rows = chemistry(&annals().record(), None, "2025-09-13");
        let expected = [
            ("Иванов Павел", 11, State::Enough),
            ("Иванов Пётр", 3, State::OnPace),
            ("Петренко Анна", 7, State::WillLack),
        ];
        assert_eq!(rows, expected.map(|(pupil, projected, state)| (pupil.to_owned(), projected, state)));
        // A day later it is 1·47/13 = 3,6, on 20 September 1·47/18 = 2,6.
        assert_eq!(chemistry(&annals().record(), None, "2025-09-20")[1].2, State::WillLack);
    }

    #[test]
    fn after_a_period_who_has_too_few_lacks_unless_the_final_mark_is_set() {
        let mut annals = annals();
        let states = |tables: &Tables| chemistry(tables, Some("I четверть"), "2025-10-27");
        assert_eq!(
            states(&annals.record()).iter().map(|row| row.2).collect::<Vec<_>>(),
            [State::Enough, State::Lacks, State::Lacks]
        );
        testing::final_mark(&mut annals, &testing::chemistry(), PYOTR, "I четверть", "н/а");
        assert_eq!(states(&annals.record()).len(), 2);
    }

    #[test]
    fn marks_from_the_class_a_pupil_came_from_count_on() {
        let mut annals = annals();
        let other = course("7Б", "Химия");
        let at = moment("2025-09-12");
        annals
            .by("kuznetsov", at, ClassSet { class: other.class.clone(), teacher: String::new() })
            .by("kuznetsov", at, CourseSet { course: other.clone(), teacher: "petrova".into(), hours: 1.0 })
            .by(
                "kuznetsov",
                at,
                PupilMoved { file: ANNA.into(), class: other.class.clone(), since: day("2025-09-12"), despite: false },
            );
        let filter = Filter { class: Some(other.class), ..Filter::default() };
        let rows = coverage(&annals.record(), &filter, None, day("2025-09-13")).unwrap();
        assert_eq!((rows.len(), rows[0].grades, rows[0].projected), (1, 2, 7), "as in the class he came from");
    }
}
