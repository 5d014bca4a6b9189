//! Whom a class teacher calls today (§4.2, §4.5): the pupils who were not at school without a known reason, what they missed,
//! whether their parents know by mail, and the telephones of those who do not.

use super::outbox::Reached;
use crate::error::Result;
use crate::journal::contacts::Contact;
use crate::journal::read::absences::Absences;
use crate::journal::read::explain::Reasons;
use crate::journal::read::{self, Tables};
use crate::report::table::{Kind, Table, Total};
use crate::school::{ClassName, Day};
use serde::Serialize;

/// A pupil who was not there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The class.
    pub class: String,
    /// № личного дела.
    pub file: String,
    /// The pupil, by a name that is unique in the list.
    pub pupil: String,
    /// Lessons of the day that were recorded.
    pub held: u32,
    /// Lessons of them that he missed.
    pub missed: u32,
    /// Of those, how many have a reason: illness, or another valid one.
    pub explained: u32,
    /// Who was told of this day's absence by mail: «мать, отец», or empty.
    pub told: String,
    /// Whom to call.
    pub telephones: Vec<Telephone>,
}

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Telephone {
    /// «мать», «отец», «опекун» …
    pub who: String,
    /// ФИО.
    pub name: String,
    /// The number as it was written.
    pub telephone: String,
}

/// What is known beside the tables.
pub struct Beside<'a> {
    /// The lines of contacts.
    pub contacts: &'a [Contact],
    /// Who was told of an absence by mail.
    pub told: &'a Reached,
}

/// The pupils of some classes who missed lessons of a day without a known reason; with `all` also those whose reason is known.
///
/// # Errors
/// Tables that do not read.
pub fn call_list(tables: &Tables, beside: &Beside<'_>, classes: &[ClassName], day: Day, all: bool) -> Result<Vec<Row>> {
    let reasons = Reasons::read(tables)?;
    let mut rows = Vec::new();
    for class in classes {
        let absences = Absences::of_class(tables, class, &reasons)?;
        let mut pupils = read::pupils_of_class(tables, class)?;
        pupils.retain(|pupil| absences.between(pupil.id, day, day).lessons.all() > 0);
        let names = read::names(tables, &pupils)?;
        for (pupil, name) in pupils.iter().zip(names) {
            let missed = absences.between(pupil.id, day, day);
            let (lessons, explained) = (missed.lessons.all(), missed.lessons.ill + missed.lessons.excused);
            if !all && explained == lessons {
                continue;
            }
            let ways = beside.told.get(&pupil.file).into_iter().flatten().filter(|way| way.day == day);
            let lines = beside.contacts.iter().filter(|line| pupil.is_named(&line.pupil));
            let callable = lines.filter(|line| !line.telephone.is_empty() && !line.is_own());
            rows.push(Row {
                class: class.to_string(),
                file: pupil.file.to_string(),
                pupil: name,
                held: missed.held,
                missed: lessons,
                explained,
                told: ways.map(|way| way.who.clone()).collect::<Vec<_>>().join(", "),
                telephones: callable.map(telephone).collect(),
            });
        }
    }
    Ok(rows)
}

fn telephone(line: &Contact) -> Telephone {
    Telephone { who: line.who.clone(), name: line.name.clone(), telephone: line.telephone.clone() }
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Класс", Kind::Text, Total::None),
        ("Ученик", Kind::Text, Total::None),
        ("Уроков", Kind::Count, Total::None),
        ("Пропущено", Kind::Count, Total::Sum),
        ("С причиной", Kind::Count, Total::Sum),
        ("Сообщено письмом", Kind::Text, Total::None),
        ("Кому звонить", Kind::Text, Total::None),
    ];
    let mut table = Table::new("Не были на уроках", &columns);
    table.rows.extend(rows.iter().map(|row| {
        let call = |one: &Telephone| format!("{} {}: {}", one.who, one.name, one.telephone);
        let calls = row.telephones.iter().map(call).collect::<Vec<_>>().join("; ");
        vec![
            (&row.class).into(),
            (&row.pupil).into(),
            row.held.into(),
            row.missed.into(),
            row.explained.into(),
            (&row.told).into(),
            (&calls).into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inform::outbox;
    use crate::journal::contacts::Topic;
    use crate::report::testing::{self, ANNA, DARYA, PAVEL, PYOTR, absence, algebra, chemistry, day, lesson, reason};
    use chrono::DateTime;

    fn contact(pupil: &str, who: &str, telephone: &str) -> Contact {
        let empty = String::new;
        let (pupil, who, name) = (pupil.to_owned(), who.to_owned(), format!("{who} {pupil}"));
        Contact { pupil, who, name, telephone: telephone.to_owned(), email: empty(), address: empty(), consent: None }
    }

    #[test]
    fn whoever_missed_a_lesson_without_a_known_reason_is_called_once() {
        let mut annals = testing::annals();
        let all = &mut annals;
        let first = lesson(all, &algebra(), "2025-09-01", 2, "Тема");
        let second = lesson(all, &chemistry(), "2025-09-01", 3, "Тема");
        for (at, pupil, kind) in [
            (&first, PAVEL, "н"),
            (&second, PAVEL, "н"),
            (&first, PYOTR, "н"),
            (&first, ANNA, "б"),
            (&second, DARYA, "оп"),
        ] {
            absence(all, at, pupil, kind);
        }
        reason(all, PYOTR, "2025-09-01", "2025-09-01", "неуважительная");
        let tables = annals.record();
        let contacts = [
            contact(PAVEL, "мать", "+7 900 000-00-01"),
            contact(PAVEL, "отец", ""),
            contact(PAVEL, "ученик", "+7 900 000-00-02"),
            contact(ANNA, "мать", "+7 900 000-00-03"),
        ];
        let way = |day| outbox::Way { who: "отец".into(), kind: Topic::Absence, day, at: DateTime::UNIX_EPOCH };
        let told =
            Reached::from([(PAVEL.into(), vec![way(day("2025-09-01"))]), (PYOTR.into(), vec![way(day("2025-08-31"))])]);
        let beside = Beside { contacts: &contacts, told: &told };
        let classes = [ClassName::parse("7А").unwrap()];
        let rows = call_list(&tables, &beside, &classes, day("2025-09-01"), false).unwrap();
        let [pavel, pyotr] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((pavel.pupil.as_str(), pavel.held, pavel.missed, pavel.explained), ("Иванов Павел", 2, 2, 0));
        assert_eq!(pavel.told, "отец");
        let numbers: Vec<&str> = pavel.telephones.iter().map(|one| one.telephone.as_str()).collect();
        assert_eq!(numbers, ["+7 900 000-00-01"], "the pupil himself is not called about himself");
        assert_eq!((pyotr.pupil.as_str(), pyotr.told.as_str(), pyotr.telephones.len()), ("Иванов Пётр", "", 0));
        let whole = call_list(&tables, &beside, &classes, day("2025-09-01"), true).unwrap();
        let ill: Vec<_> = whole.iter().filter(|row| row.explained == row.missed).map(|row| row.file.as_str()).collect();
        assert_eq!(ill, [ANNA], "who was late was there");
        assert!(call_list(&tables, &beside, &classes, day("2025-09-02"), true).unwrap().is_empty());
    }
}
