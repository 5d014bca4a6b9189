//! From what people type to what the journal means: a course by class and subject, a pupil by surname, a lesson by day.
//! Where two things match, the message names them and says how to choose.

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Carrier, Course, Pupil, iso};
use crate::journal::rules::YEARLY;
use crate::school::{ClassName, School, fold, format_date, latin_alike};
use chrono::NaiveDate;
use rusqlite::params;

/// The course of a class and a subject, which may be typed short. Where groups share a subject, `group` decides, else
/// `teacher`, who mostly means his own.
///
/// # Errors
/// A class, subject or group that is not there, or several that match.
pub fn course(
    tables: &Tables,
    class: &ClassName,
    subject: &str,
    group: Option<&str>,
    teacher: Option<&str>,
) -> Result<Course> {
    let all = read::courses_of(tables, class)?;
    if all.is_empty() {
        let classes = read::classes(tables)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
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

/// A class that is in the journal.
///
/// # Errors
/// A text that is no class, or a class that the journal does not have.
pub fn class(tables: &Tables, typed: &str) -> Result<ClassName> {
    let class = ClassName::parse(typed)?;
    let known = read::classes(tables)?;
    if known.contains(&class) {
        return Ok(class);
    }
    let names = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(Error::input(format!("класса {class} нет в журнале")).next(format!("в журнале есть: {names}")))
}

/// A carrier by its label or its id.
///
/// # Errors
/// None of that label or id, or several labels that differ in case only.
pub fn carrier(tables: &Tables, typed: &str) -> Result<Carrier> {
    let wanted = typed.trim().trim_start_matches('«').trim_end_matches('»');
    let all = read::carriers(tables)?;
    let exact = all.iter().find(|carrier| carrier.id == wanted || carrier.label == wanted);
    let alike: Vec<&Carrier> = match exact {
        Some(one) => vec![one],
        None => all.iter().filter(|c| fold(&c.label) == fold(wanted) || c.id.eq_ignore_ascii_case(wanted)).collect(),
    };
    // «A-1» in Latin letters looks no different on the screen.
    let seen = |label: &str| label.to_uppercase().chars().map(latin_alike).collect::<String>();
    let alike = match &alike[..] {
        [] => all.iter().filter(|carrier| seen(&carrier.label) == seen(wanted)).collect(),
        _ => alike,
    };
    let labels =
        |carriers: &[&Carrier]| carriers.iter().map(|c| format!("«{}»", c.label)).collect::<Vec<_>>().join(", ");
    match alike[..] {
        [one] => Ok(one.clone()),
        [] if all.is_empty() => Err(Error::input("в журнале не зарегистрирован ни один носитель")
            .next("зарегистрируйте его: letopis carrier register НОСИТЕЛЬ --label … --holder … --place …")),
        [] => Err(Error::input(format!("носителя «{wanted}» нет в журнале")).next(format!(
            "зарегистрированы: {}; номера: letopis carrier list",
            labels(&all.iter().collect::<Vec<_>>())
        ))),
        _ => Err(Error::input(format!("«{wanted}» — это несколько носителей: {}", labels(&alike)))
            .next("укажите надпись точно или номер носителя")),
    }
}

/// A subject of the school by its name, its short name, or a beginning that only one has.
///
/// # Errors
/// None or several.
pub fn subject(tables: &Tables, typed: &str) -> Result<String> {
    let mut statement = tables.prepare_cached("SELECT name, short FROM subjects ORDER BY place")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let wanted = fold(typed.trim());
    let is_short = |short: &str| fold(short) == wanted || fold(short).trim_end_matches('.') == wanted;
    if let Some((name, _)) = all.iter().find(|(name, short)| fold(name) == wanted || is_short(short)) {
        return Ok(name.clone());
    }
    let begin: Vec<&String> =
        all.iter().map(|(name, _)| name).filter(|name| !wanted.is_empty() && fold(name).starts_with(&wanted)).collect();
    match begin[..] {
        [name] => Ok(name.clone()),
        [] => {
            let names = all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Error::input(format!("предмета «{}» нет в журнале", typed.trim())).next(format!("предметы: {names}")))
        }
        _ => {
            let names = begin.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Error::input(format!("«{}» — это несколько предметов: {names}", typed.trim()))
                .next("укажите название полностью"))
        }
    }
}

fn of_group(group: Option<&str>) -> String {
    group.map(|group| format!(" в группе «{group}»")).unwrap_or_default()
}

/// By the full name, else the short one, else by the beginning if only one subject begins so.
fn by_subject(tables: &Tables, courses: &[Course], typed: &str) -> Result<Vec<Course>> {
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

/// A period of a class by its name, its short name or its number («I четверть», «I четв.», «1»), or «Год», «Экзамен»,
/// «Итог».
///
/// # Errors
/// No such period; the message names those that there are.
pub fn period(school: &School, class: &ClassName, typed: &str) -> Result<String> {
    let wanted = fold(typed.trim());
    let periods = school.periods_of(class);
    let by_name = periods.iter().find(|p| fold(&p.name) == wanted || fold(&p.short) == wanted);
    let by_number = || wanted.parse::<usize>().ok().and_then(|number| periods.get(number.checked_sub(1)?));
    if let Some(period) = by_name.or_else(by_number) {
        return Ok(period.name.clone());
    }
    if let Some(yearly) = YEARLY.iter().find(|name| fold(name) == wanted) {
        return Ok((*yearly).to_owned());
    }
    let known = periods.iter().map(|p| format!("«{}»", p.name)).collect::<Vec<_>>().join(", ");
    Err(Error::input(format!("у {class} класса нет периода «{}»", typed.trim()))
        .next(format!("укажите один из: {known}, «Год», «Экзамен», «Итог»")))
}

/// The number of a lesson that was recorded on a day; `given` decides where there are two.
///
/// # Errors
/// None was recorded, or two and none is given.
pub fn recorded_lesson(tables: &Tables, course: &Course, date: NaiveDate, given: Option<u8>) -> Result<u8> {
    let mut statement =
        tables.prepare_cached("SELECT lesson FROM lessons WHERE course = ?1 AND date = ?2 ORDER BY lesson")?;
    let lessons = statement.query_map(params![course.id, iso(date)], |row| row.get::<_, u8>(0))?;
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
pub fn timetabled_lesson(tables: &Tables, course: &Course, date: NaiveDate, given: Option<u8>) -> Result<u8> {
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
