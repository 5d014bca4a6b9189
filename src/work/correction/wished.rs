//! What is to be asked for, in words, before it is asked.

use super::{FinalChanges, LessonChanges, What};
use crate::error::Result;
use crate::journal::read::{Tables, name_of_file};
use crate::school::{Attendance, Marks, PersonalFile, format_date};

/// «8Б, Алгебра, 01.09.2025, урок 2: тема «Дроби», Иванов Пётр 4».
///
/// # Errors
/// Tables that do not read.
pub fn in_words(tables: &Tables, what: &What) -> Result<String> {
    match what {
        What::Lesson(changes) => {
            let at = &changes.at;
            let told = of_lesson(tables, changes)?.join(", ");
            Ok(format!("{}, {}, урок {}: {told}", at.course, format_date(at.date), at.lesson))
        }
        What::Finals(FinalChanges { course, period, marks }) => {
            let told = of_pupils(tables, marks, |marks| marks.as_ref().map_or("-".to_owned(), Marks::to_string))?;
            Ok(format!("{course}, {period}: {}", told.join(", ")))
        }
        What::Annulment(at) => Ok(format!("{}, {}, урок {}: аннулировать", at.course, format_date(at.date), at.lesson)),
    }
}

fn of_lesson(tables: &Tables, changes: &LessonChanges) -> Result<Vec<String>> {
    let line = &changes.line;
    let lines = [("тема", &line.topic), ("вид работы", &line.work), ("задание", &line.homework)];
    let mut told: Vec<String> =
        lines.into_iter().filter_map(|(what, text)| Some(format!("{what} «{}»", text.as_ref()?))).collect();
    told.extend(of_pupils(tables, &changes.marks, |marks| marks.as_ref().map_or("-".to_owned(), Marks::to_string))?);
    for (pupil, absence, marks) in &changes.earned {
        told.push(format!("{} {}/{marks}", name_of_file(tables, pupil)?, absence.as_str()));
    }
    told.extend(of_pupils(tables, &changes.attendance, |kind| kind.map_or("-", Attendance::as_str).to_owned())?);
    Ok(told)
}

fn of_pupils<T>(tables: &Tables, of: &[(PersonalFile, T)], in_words: impl Fn(&T) -> String) -> Result<Vec<String>> {
    of.iter().map(|(pupil, becomes)| Ok(format!("{} {}", name_of_file(tables, pupil)?, in_words(becomes)))).collect()
}
