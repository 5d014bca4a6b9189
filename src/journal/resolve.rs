//! From what people type to what the journal means: a course by class and subject, a pupil by surname, a lesson by day.
//! Where two things match, the message names them and says how to choose.

use crate::error::{Error, Result};
use crate::journal::find::{self, Course, Pupil, iso};
use crate::journal::timetable::Timetable;
use crate::school::{ClassName, fold, format_date};
use chrono::NaiveDate;
use rusqlite::{Connection, params};

/// The course of a class and a subject, which may be typed short. Where groups share a subject, `group` decides, else
/// `teacher`, who mostly means his own.
///
/// # Errors
/// A class, subject or group that is not there, or several that match.
pub fn course(
    tables: &Connection,
    class: &ClassName,
    subject: &str,
    group: Option<&str>,
    teacher: Option<&str>,
) -> Result<Course> {
    let all = find::courses_of(tables, class)?;
    if all.is_empty() {
        let classes = find::classes(tables)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::input(format!("в журнале нет курсов класса {class}"))
            .next(format!("проверьте класс; в журнале есть: {classes}")));
    }
    let mut matching = by_subject(tables, &all, subject)?;
    if let Some(group) = group {
        matching.retain(|course| fold(&course.key.group) == fold(group));
    }
    if matching.len() > 1 && group.is_none() {
        let own: Vec<Course> =
            matching.iter().filter(|course| Some(course.teacher.as_str()) == teacher).cloned().collect();
        if own.len() == 1 {
            matching = own;
        }
    }
    let names = |courses: &[Course]| courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join("; ");
    match matching.len() {
        1 => Ok(matching.remove(0)),
        0 => Err(Error::input(format!("в {class} нет курса «{subject}»{}", of_group(group)))
            .next(format!("курсы класса: {}", names(&all)))),
        _ => Err(Error::input(format!("«{subject}» в {class} — это несколько курсов: {}", names(&matching)))
            .next("укажите группу: --group НАЗВАНИЕ")),
    }
}

fn of_group(group: Option<&str>) -> String {
    group.map(|group| format!(" в группе «{group}»")).unwrap_or_default()
}

/// By the full name, else the short one, else by the beginning if only one subject begins so.
fn by_subject(tables: &Connection, courses: &[Course], typed: &str) -> Result<Vec<Course>> {
    let wanted = fold(typed.trim());
    let exact: Vec<Course> = courses.iter().filter(|c| fold(&c.key.subject) == wanted).cloned().collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let mut statement = tables.prepare_cached("SELECT short FROM subjects WHERE name = ?1")?;
    let mut short = Vec::new();
    for course in courses {
        let name: String = statement.query_row([&course.key.subject], |row| row.get(0))?;
        if fold(&name) == wanted || fold(&name).trim_end_matches('.') == wanted {
            short.push(course.clone());
        }
    }
    if !short.is_empty() || wanted.is_empty() {
        return Ok(short);
    }
    Ok(courses.iter().filter(|c| fold(&c.key.subject).starts_with(&wanted)).cloned().collect())
}

/// The pupil whom someone means by a surname, with initials or names where two share it, or by the personal file.
///
/// # Errors
/// Nobody, or several, on the list.
pub fn pupil<'r>(roster: &'r [Pupil], typed: &str) -> Result<&'r Pupil> {
    let typed = typed.trim();
    if let Some(pupil) = roster.iter().find(|pupil| pupil.file == typed) {
        return Ok(pupil);
    }
    let matching: Vec<&Pupil> = roster.iter().filter(|pupil| pupil.name.matches(typed)).collect();
    match matching[..] {
        [pupil] => Ok(pupil),
        [] => {
            let start: String = fold(typed).chars().take(3).collect();
            let near: Vec<String> = roster
                .iter()
                .filter(|pupil| !start.is_empty() && fold(&pupil.name.surname).starts_with(&start))
                .map(|pupil| pupil.name.surname_given())
                .collect();
            let next = if near.is_empty() {
                "проверьте фамилию, класс, группу и дату".to_owned()
            } else {
                format!("возможно, это: {}", near.join(", "))
            };
            Err(Error::input(format!("ученика «{typed}» нет в списке")).next(next))
        }
        _ => {
            let names: Vec<String> =
                matching.iter().map(|pupil| format!("{} ({})", pupil.name.full(), pupil.file)).collect();
            Err(Error::input(format!("«{typed}» — это несколько учеников: {}", names.join("; ")))
                .next("укажите имя, инициалы или номер личного дела: «Иванов П.=5»"))
        }
    }
}

/// The number of a lesson that was recorded on a day; `given` decides where there are two.
///
/// # Errors
/// None was recorded, or two and none is given.
pub fn recorded_lesson(tables: &Connection, course: &Course, date: NaiveDate, given: Option<u8>) -> Result<u8> {
    let mut statement =
        tables.prepare_cached("SELECT lesson FROM lessons WHERE course = ?1 AND date = ?2 ORDER BY lesson")?;
    let lessons = statement.query_map(params![course.id, iso(date)], |row| row.get(0))?;
    let lessons = lessons.collect::<rusqlite::Result<Vec<u8>>>()?;
    match (given, &lessons[..]) {
        (Some(number), _) => Ok(number),
        (None, [number]) => Ok(*number),
        (None, []) => Err(Error::refused(format!("§2.1: урок {} ({}) не записан", format_date(date), course.key))
            .next("проверьте дату или сначала запишите урок: letopis lesson record")),
        (None, _) => Err(several(&lessons, date)),
    }
}

/// The number of a lesson to record on a day, by the timetable; `given` decides where there are two or none.
///
/// # Errors
/// The timetable has none or several on that day and none is given.
pub fn timetabled_lesson(tables: &Connection, course: &Course, date: NaiveDate, given: Option<u8>) -> Result<u8> {
    if let Some(number) = given {
        return Ok(number);
    }
    let lessons: Vec<u8> = Timetable::of(tables, course.id)?.on(date).collect();
    match lessons[..] {
        [number] => Ok(number),
        [] => Err(Error::input(format!("по расписанию {} урока «{}» нет", format_date(date), course.key))
            .next("проверьте дату или укажите номер урока: --lesson 3")),
        _ => Err(several(&lessons, date)),
    }
}

fn several(lessons: &[u8], date: NaiveDate) -> Error {
    let numbers = lessons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" и ");
    Error::input(format!("{} уроков несколько: {numbers}", format_date(date))).next("укажите номер урока: --lesson 3")
}
