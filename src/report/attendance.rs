//! Who missed how much and why, counted as the printed form counts it ([`crate::journal::read::absences`]).

use super::scope::{Filter, When};
use super::table::{Cell, Kind, Table, Total};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::absences::{Absences, Counts, Missed};
use crate::journal::read::explain::Reasons;
use crate::school::{ClassName, Share};
use serde::Serialize;

/// What a class or a pupil missed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The class.
    pub class: String,
    /// The pupil; empty where the row is the whole class's.
    pub pupil: String,
    /// Lessons held, for a class those of each of its pupils together.
    pub lessons_held: u32,
    /// Lessons missed.
    pub lessons: ByReason,
    /// Days missed as a whole.
    pub days: ByReason,
    /// Lessons missed of those held.
    pub missed: Share,
}

/// Absences by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ByReason {
    /// All.
    pub all: u32,
    /// Through illness.
    pub ill: u32,
    /// For a valid reason.
    pub excused: u32,
    /// For no valid reason.
    pub unexcused: u32,
    /// No reason is entered yet.
    pub unexplained: u32,
}

impl From<Counts> for ByReason {
    fn from(counts: Counts) -> Self {
        let Counts { ill, excused, unexcused, unexplained } = counts;
        Self { all: counts.all(), ill, excused, unexcused, unexplained }
    }
}

/// The report: a row a class, or a row a pupil where a class is named.
///
/// # Errors
/// Tables that hold what they cannot hold; the database's.
pub fn attendance(tables: &Tables, filter: &Filter, when: &When) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let reasons = Reasons::read(tables)?;
    let mut rows = Vec::new();
    for class in filter.whole_classes(tables)? {
        let Some((first, last)) = when.span(&school, &class) else { continue };
        let absences = Absences::of_class(tables, &class, &reasons)?;
        let mut whole = Missed::default();
        let pupils = read::pupils_of_class(tables, &class)?;
        let names = if filter.class.is_some() { read::names(tables, &pupils)? } else { Vec::new() };
        for (at, pupil) in pupils.iter().enumerate() {
            let missed = absences.between(pupil.id, first, last);
            whole += missed;
            if let Some(name) = names.get(at).filter(|_| missed.held > 0) {
                rows.push(row(&class, name.clone(), missed));
            }
        }
        if filter.class.is_none() {
            rows.push(row(&class, String::new(), whole));
        }
    }
    Ok(rows)
}

fn row(class: &ClassName, pupil: String, missed: Missed) -> Row {
    Row {
        class: class.to_string(),
        pupil,
        lessons_held: missed.held,
        lessons: missed.lessons.into(),
        days: missed.days.into(),
        missed: Share::of(missed.lessons.all(), missed.held),
    }
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let of_pupils = rows.iter().any(|row| !row.pupil.is_empty());
    let columns = [
        (if of_pupils { "Ученик" } else { "Класс" }, Kind::Text, Total::None),
        ("Дней", Kind::Count, Total::Sum),
        ("болезнь", Kind::Count, Total::Sum),
        ("уваж.", Kind::Count, Total::Sum),
        ("неуваж.", Kind::Count, Total::Sum),
        ("не указана", Kind::Count, Total::Sum),
        ("Уроков", Kind::Count, Total::Sum),
        ("болезнь", Kind::Count, Total::Sum),
        ("уваж.", Kind::Count, Total::Sum),
        ("неуваж.", Kind::Count, Total::Sum),
        ("не указана", Kind::Count, Total::Sum),
        ("Было уроков", Kind::Count, Total::Sum),
        ("Пропущено, %", Kind::Percent, Total::Average),
    ];
    let mut table = Table::new("Посещаемость", &columns);
    for row in rows {
        let mut cells: Vec<Cell> = vec![if of_pupils { &row.pupil } else { &row.class }.into()];
        for counts in [row.days, row.lessons] {
            let all = [counts.all, counts.ill, counts.excused, counts.unexcused, counts.unexplained];
            cells.extend(all.map(Cell::from));
        }
        cells.extend([row.lessons_held.into(), row.missed.into()]);
        table.rows.push(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::TestJournal;
    use crate::report::testing::{self, ANNA, PAVEL, PYOTR, absence, algebra, chemistry, day, lesson, reason};

    /// Two lessons on Monday 1 September, one on Wednesday. Pupil 1 misses Monday whole, ill; pupil 2 one lesson of it
    /// and Wednesday, for no valid reason and for none yet; pupil 3 came late.
    fn tables() -> TestJournal {
        let mut annals = testing::annals();
        let all = &mut annals;
        let monday =
            [lesson(all, &algebra(), "2025-09-01", 2, "Тема"), lesson(all, &chemistry(), "2025-09-01", 3, "Тема")];
        let wednesday = lesson(all, &algebra(), "2025-09-03", 1, "Тема");
        absence(all, &monday[0], PAVEL, "н");
        absence(all, &monday[1], PAVEL, "б");
        absence(all, &monday[0], PYOTR, "н");
        absence(all, &wednesday, PYOTR, "н");
        absence(all, &wednesday, ANNA, "оп");
        reason(all, PAVEL, "2025-09-01", "2025-09-02", "болезнь");
        reason(all, PYOTR, "2025-09-01", "2025-09-01", "неуважительная");
        annals.record()
    }

    fn counts(all: u32, ill: u32, excused: u32, unexcused: u32, unexplained: u32) -> ByReason {
        ByReason { all, ill, excused, unexcused, unexplained }
    }

    #[test]
    fn a_class_has_the_absences_of_its_pupils_by_reason() {
        let when = When::Period("I четверть".into());
        let rows = attendance(&tables(), &Filter::default(), &when).unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        // 4 pupils × 3 lessons; 4 missed; whole days: Monday of pupil 1, Wednesday of pupil 2.
        assert_eq!((row.lessons_held, row.lessons, row.days), (12, counts(4, 2, 0, 1, 1), counts(2, 1, 0, 0, 1)));
        assert_eq!(row.missed.percent(), Some(33.3));
    }

    #[test]
    fn a_named_class_is_told_pupil_by_pupil_and_day_by_day() {
        let filter = Filter { class: Some(ClassName::parse("7А").unwrap()), ..Filter::default() };
        let rows = attendance(&tables(), &filter, &When::Days(day("2025-09-02"), day("2025-09-30"))).unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.pupil.as_str(), row.lessons.all, row.lessons_held)).collect();
        let expected = [("Ёлкина Дарья", 0, 1), ("Иванов Павел", 0, 1), ("Иванов Пётр", 1, 1), ("Петренко Анна", 0, 1)];
        assert_eq!(told, expected);
    }
}
