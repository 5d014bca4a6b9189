//! Final marks as they would be today (§4.3): the average of the period's marks, rounded half up.

use super::marks::standings;
use super::scope::Filter;
use super::table::{Kind, Table, Total};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::school::{Fit, PersonName, average, rounded};
use chrono::NaiveDate;
use serde::Serialize;

/// What a pupil is heading for in a course.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The class.
    pub class: String,
    /// The group, or empty.
    pub group: String,
    /// The subject.
    pub subject: String,
    /// The period.
    pub period: String,
    /// № личного дела.
    pub file: String,
    /// The pupil.
    pub pupil: String,
    /// Grades so far.
    pub grades: u32,
    /// Their average, in hundredths.
    pub average: Option<f64>,
    /// The final mark that the average comes to; «осв» where the pupil is exempted; empty where there are no grades.
    pub mark: String,
    /// What §2.3.1 still demands, in words; empty where nothing.
    pub lack: String,
    /// The final mark that is set already, or empty.
    pub final_mark: String,
}

/// The report, pupil by pupil; `pupil` narrows it to one, by the personal file or the name.
///
/// # Errors
/// Marks in the tables that do not read; the database's.
pub fn forecast(
    tables: &Tables,
    filter: &Filter,
    pupil: Option<&str>,
    period: Option<&str>,
    today: NaiveDate,
) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let mut rows = Vec::new();
    for standing in standings(tables, &school, filter, period, today)? {
        for (taught, name) in standing.pupils.iter().zip(&standing.names) {
            if pupil.is_some_and(|typed| taught.file != typed.trim() && !is_meant(&taught.name, typed.trim())) {
                continue;
            }
            let count = standing.counts.of(taught.id);
            let exempted = standing.exempted.contains(&taught.id);
            let mark = match rounded(count.sum, count.grades) {
                _ if exempted => "осв".to_owned(),
                mark => mark.map(|mark| mark.to_string()).unwrap_or_default(),
            };
            let lack = if exempted { None } else { standing.counts.lack(taught.id) };
            rows.push(Row {
                class: standing.course.key.class.to_string(),
                group: standing.course.key.group.clone(),
                subject: standing.course.key.subject.clone(),
                period: standing.period.name.clone(),
                file: taught.file.to_string(),
                pupil: name.clone(),
                grades: count.grades,
                average: average(count.sum, count.grades),
                mark,
                lack: lack.unwrap_or_default(),
                final_mark: standing.finals.get(&taught.id).map(ToString::to_string).unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}

/// By the surname, or a beginning of it.
fn is_meant(name: &PersonName, typed: &str) -> bool {
    matches!(name.fit(typed), Some(Fit::Whole | Fit::Beginning))
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Класс", Kind::Text, Total::None),
        ("Группа", Kind::Text, Total::None),
        ("Предмет", Kind::Text, Total::None),
        ("Период", Kind::Text, Total::None),
        ("Ученик", Kind::Text, Total::None),
        ("Отметок", Kind::Count, Total::Sum),
        ("Ср. балл", Kind::Number, Total::Average),
        ("Прогноз", Kind::Text, Total::None),
        ("Стоит", Kind::Text, Total::None),
        ("§2.3.1", Kind::Text, Total::None),
    ];
    let mut table = Table::new("Прогноз", &columns);
    table.rows.extend(rows.iter().map(|row| {
        vec![
            (&row.class).into(),
            (&row.group).into(),
            (&row.subject).into(),
            (&row.period).into(),
            (&row.pupil).into(),
            row.grades.into(),
            row.average.into(),
            (&row.mark).into(),
            (&row.final_mark).into(),
            (&row.lack).into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{self, PAVEL, PYOTR, chemistry, day, lesson, mark};

    #[test]
    fn a_pupil_sees_what_the_marks_come_to_and_what_is_lacking() {
        let mut annals = testing::annals();
        let (all, course) = (&mut annals, chemistry());
        let (first, second) =
            (lesson(all, &course, "2025-09-04", 4, "Тема"), lesson(all, &course, "2025-09-11", 4, "Тема"));
        mark(all, &first, PAVEL, "4/5", "");
        mark(all, &second, PAVEL, "2", "контрольная");
        mark(all, &second, PYOTR, "3", "");
        let tables = annals.record();
        let filter = Filter { subject: Some("Химия".into()), ..Filter::default() };
        let of = |pupil| forecast(&tables, &filter, Some(pupil), None, day("2025-09-13")).unwrap().remove(0);
        let row = of("И-01");
        // (4 + 5 + 2) / 3 = 3,67
        assert_eq!((row.grades, row.average, row.mark.as_str(), row.lack.as_str()), (3, Some(3.67), "4", ""));
        assert_eq!(of("Иванов Пётр").lack, "отметок 1, нужно не менее 3");
        let none = of("Ёлкина");
        assert_eq!((none.average, none.mark.as_str()), (None, ""));
    }
}
