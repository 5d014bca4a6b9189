//! From what people type to what the journal means: a course by class and subject, a pupil by surname, a lesson by day.
//! Where two things match, the message names them and says how to choose.

mod pupil;

pub use pupil::pupil;

use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::SubjectLine;
use crate::journal::read::Tables;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Carrier, Course, annulments};
use crate::journal::rules::{YEARLY, nothing_to_annul};
use crate::school::{ClassName, Day, Login, Period, PeriodName, School, fold, format_date, latin_alike};

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
    let known = read::subjects(tables)?;
    let mut known: Vec<&SubjectLine> = known.iter().collect();
    known.retain(|known| all.iter().any(|course| course.key.subject == known.name));
    let meant = subjects_meant(&known, subject);
    let mut matching = all.clone();
    matching.retain(|course| meant.iter().any(|meant| meant.name == course.key.subject));
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
            .next_by("укажите группу", Action::Give(Detail::Group))),
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
            .next_by("зарегистрируйте его", Action::RegisterCarrier)),
        [] => Err(Error::input(format!("носителя «{wanted}» нет в журнале"))
            .next(format!("зарегистрированы: {}", labels(&all.iter().collect::<Vec<_>>())))
            .then_by("посмотрите их номера", Action::ListCarriers)),
        _ => Err(Error::input(format!("«{wanted}» — это несколько носителей: {}", labels(&alike)))
            .next("укажите надпись точно или номер носителя")),
    }
}

/// A subject of the school by its name, its short name, or a beginning that only one has.
///
/// # Errors
/// None or several.
pub fn subject(tables: &Tables, typed: &str) -> Result<String> {
    let all = read::subjects(tables)?;
    let names = |subjects: &[&SubjectLine]| subjects.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
    let all: Vec<&SubjectLine> = all.iter().collect();
    let meant = subjects_meant(&all, typed);
    match meant[..] {
        [subject] => Ok(subject.name.clone()),
        [] => Err(Error::input(format!("предмета «{}» нет в журнале", typed.trim()))
            .next(format!("предметы: {}", names(&all)))),
        _ => Err(Error::input(format!("«{}» — это несколько предметов: {}", typed.trim(), names(&meant)))
            .next("укажите название полностью")),
    }
}

/// Which of these subjects is meant: the one of this name, else those of this short name, with or without its full stop,
/// else those that begin so.
fn subjects_meant<'s>(subjects: &[&'s SubjectLine], typed: &str) -> Vec<&'s SubjectLine> {
    let wanted = plain(typed);
    let matching = |of: &dyn Fn(&SubjectLine) -> bool| {
        subjects.iter().copied().filter(|subject| !wanted.is_empty() && of(subject)).collect::<Vec<_>>()
    };
    let ways: [&dyn Fn(&SubjectLine) -> bool; 3] =
        [&|subject| plain(&subject.name) == wanted, &|subject| plain(&subject.short) == wanted, &|subject| {
            plain(&subject.name).starts_with(&wanted)
        }];
    ways.into_iter().map(matching).find(|meant| !meant.is_empty()).unwrap_or_default()
}

/// What was typed or is compared with it: case, «ё», spaces around it and the full stop of a short form do not matter.
fn plain(text: &str) -> String {
    fold(text.trim()).trim_end_matches('.').to_owned()
}

fn of_group(group: Option<&str>) -> String {
    group.map(|group| format!(" в группе «{group}»")).unwrap_or_default()
}

/// A member of staff by login, or by surname with as much of the rest as tells him from others.
///
/// # Errors
/// Nobody or several.
pub fn staff(tables: &Tables, typed: &str) -> Result<Login> {
    let staff = read::all_staff(tables)?;
    if let Some(person) = staff.iter().find(|person| person.login == *typed.trim()) {
        return Ok(person.login.clone());
    }
    let matching: Vec<_> = staff.iter().filter(|person| person.name.matches(typed.trim())).collect();
    match matching[..] {
        [person] => Ok(person.login.clone()),
        [] => Err(Error::input(format!("сотрудника «{typed}» нет"))
            .next_by("посмотрите список сотрудников", Action::ListStaff)),
        _ => {
            let names: Vec<String> = matching.iter().map(|p| format!("{} ({})", p.name.full(), p.login)).collect();
            Err(Error::input(format!("«{typed}» — это несколько сотрудников: {}", names.join("; ")))
                .next("укажите логин"))
        }
    }
}

/// A period of a class by its name, its short name or its number («I четверть», «I четв.», «1»), or «Год», «Экзамен»,
/// «Итог».
///
/// # Errors
/// No such period; the message names those that there are.
pub fn period(school: &School, class: &ClassName, typed: &str) -> Result<PeriodName> {
    let periods = school.periods_of(class);
    let meant = period_meant(&periods, typed).or_else(|| yearly(typed));
    meant.ok_or_else(|| {
        let known = periods.iter().map(|p| format!("«{}»", p.name)).collect::<Vec<_>>().join(", ");
        Error::input(format!("у {class} класса нет периода «{}»", typed.trim()))
            .next(format!("укажите один из: {known}, «Год», «Экзамен», «Итог»"))
    })
}

/// As [`period`] where no class is named: a period of any, a number only where it means the same to all.
///
/// # Errors
/// No such period, or a number that means several; the message names those that there are.
pub fn period_of_school(school: &School, typed: &str) -> Result<PeriodName> {
    let mut grades: Vec<[u8; 2]> = school.periods.iter().map(|period| period.grades).collect();
    grades.dedup();
    let of = |grades: &[u8; 2]| {
        let mut periods: Vec<&Period> = school.periods.iter().filter(|period| period.grades == *grades).collect();
        periods.sort_by_key(|period| period.begins);
        period_meant(&periods, typed)
    };
    let mut meant: Vec<PeriodName> = grades.iter().filter_map(of).collect();
    meant.sort_unstable();
    meant.dedup();
    let mut names: Vec<String> = Vec::new();
    for name in school.periods.iter().map(|period| format!("«{}»", period.name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match &meant[..] {
        [period] => Ok(period.clone()),
        [] => yearly(typed).ok_or_else(|| {
            Error::input(format!("периода «{}» нет", typed.trim()))
                .next(format!("укажите один из: {}, «Год», «Экзамен», «Итог»", names.join(", ")))
        }),
        several => {
            let several = several.iter().map(|name| format!("«{name}»")).collect::<Vec<_>>().join(", ");
            Err(Error::input(format!("«{}» — это несколько периодов: {several}", typed.trim()))
                .next("укажите название полностью"))
        }
    }
}

/// Which of the periods of one grade is meant.
fn period_meant(periods: &[&Period], typed: &str) -> Option<PeriodName> {
    let wanted = plain(typed);
    let by_name = periods.iter().find(|p| plain(&p.name) == wanted || plain(&p.short) == wanted);
    let by_number = || wanted.parse::<usize>().ok().and_then(|number| periods.get(number.checked_sub(1)?));
    by_name.or_else(by_number).map(|period| PeriodName::from(&period.name))
}

/// A final mark that is no period's.
fn yearly(typed: &str) -> Option<PeriodName> {
    YEARLY.into_iter().find(|name| plain(name) == plain(typed)).map(PeriodName::from)
}

/// The number of a lesson that was recorded on a day; `given` decides where there are two.
///
/// # Errors
/// None was recorded, or two and none is given.
pub fn recorded_lesson(tables: &Tables, course: &Course, date: Day, given: Option<u8>) -> Result<u8> {
    let mut lessons = read::lessons_of(tables, course.id)?;
    lessons.retain(|lesson| lesson.date == date);
    let lessons: Vec<u8> = lessons.iter().map(|lesson| lesson.number).collect();
    match (given, &lessons[..]) {
        (Some(number), _) => Ok(number),
        (None, [number]) => Ok(*number),
        (None, []) if read::is_closed(tables)? => Err(Error::refused(format!(
            "урок {} ({}) не записан, а учебный год закрыт: в журнал ничего не вносится и не исправляется",
            format_date(date),
            course.key
        ))
        .next_by("если исправить нужно, год открывает директор", Action::ReopenYear)),
        (None, []) => {
            let is_not = match annulments::lesson_annulled(tables, course.id, date, None)? {
                Some(entry) => format!("не записан (он был, но аннулирован записью № {entry})"),
                None => "не записан".to_owned(),
            };
            Err(Error::refused(format!("§2.1: урок {} ({}) {is_not}", format_date(date), course.key))
                .next_by("проверьте дату или сначала запишите урок", Action::RecordLesson))
        }
        (None, _) => Err(several(&lessons, date)),
    }
}

/// The number of a lesson to annul, as [`recorded_lesson`].
///
/// # Errors
/// There is none, or was one that is annulled already; several were recorded and none is given.
pub fn lesson_to_annul(tables: &Tables, course: &Course, date: Day, given: Option<u8>) -> Result<u8> {
    let is_there = read::lessons_of(tables, course.id)?
        .iter()
        .any(|lesson| lesson.date == date && given.is_none_or(|number| number == lesson.number));
    match is_there {
        true => recorded_lesson(tables, course, date, given),
        false => Err(nothing_to_annul(tables, course, date, given)?),
    }
}

/// The number of a lesson to record on a day, by the timetable; `given` decides where there are two or none.
///
/// # Errors
/// The timetable has none or several on that day and none is given.
pub fn timetabled_lesson(tables: &Tables, course: &Course, date: Day, given: Option<u8>) -> Result<u8> {
    if let Some(number) = given {
        return Ok(number);
    }
    let lessons: Vec<u8> = Timetable::of(tables, course.id)?.on(date).collect();
    match lessons[..] {
        [number] => Ok(number),
        [] => Err(Error::input(format!("по расписанию {} урока «{}» нет", format_date(date), course.key))
            .next_by("проверьте дату; если урок был, укажите его номер", Action::Give(Detail::LessonNumber))
            .then_by("и подтвердите, что он был", Action::Give(Detail::Despite))),
        _ => Err(several(&lessons, date)),
    }
}

fn several(lessons: &[u8], date: Day) -> Error {
    let numbers = lessons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" и ");
    Error::input(format!("{} уроков несколько: {numbers}", format_date(date)))
        .next_by("укажите номер урока", Action::Give(Detail::LessonNumber))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::SubjectsSet;
    use crate::journal::testing::{Annals, TestJournal, course as key, person};
    use crate::school::Role;

    fn school() -> School {
        School::from_toml(include_str!("../../tests/fixtures/small/school.toml")).unwrap()
    }

    fn tables() -> TestJournal {
        let administrator = person("kuznetsov", "Кузнецов Кирилл", "инженер", &[Role::Administrator]);
        let mut annals = Annals::new(school(), administrator, "2025-09-01T08:00");
        annals.person(person("semyonov", "Семёнов Савва", "учитель", &[Role::Teacher]));
        let subjects =
            [("Алгебра", "Алг."), ("Химия", "Хим."), ("Русский язык", "Рус."), ("Русская литература", "Рус. лит.")];
        let line = |(name, short): (&str, &str)| SubjectLine {
            name: name.into(),
            short: short.into(),
            association: String::new(),
            written: true,
        };
        annals.first(SubjectsSet { subjects: subjects.map(line).to_vec() });
        annals.class("7А", "");
        for (subject, _) in subjects {
            annals.course(&key("7А", subject), "semyonov", 1.0);
        }
        annals.record()
    }

    #[test]
    fn a_subject_is_the_same_to_whoever_types_it_for_the_school_and_for_a_class() {
        let tables = tables();
        let class = ClassName::parse("7А").unwrap();
        let both = |typed: &str| {
            let course = course(&tables, &class, typed, None, None).ok().map(|course| course.key.subject);
            assert_eq!(subject(&tables, typed).ok(), course, "{typed}");
            course
        };
        for (typed, meant) in [
            ("Химия", Some("Химия")),
            (" хИМИя ", Some("Химия")),
            ("хим", Some("Химия")),
            ("ХИМ.", Some("Химия")),
            ("алге", Some("Алгебра")),
            ("рус", Some("Русский язык")),
            ("рус. лит", Some("Русская литература")),
            ("русск", None),
            ("физика", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(both(typed).as_deref(), meant, "«{typed}»");
        }
    }

    #[test]
    fn a_period_is_the_same_to_whoever_types_it_for_the_school_and_for_a_class() {
        let school = school();
        let class = ClassName::parse("7А").unwrap();
        for (typed, meant) in [
            ("I четверть", Some("I четверть")),
            ("ii ЧЕТВ.", Some("II четверть")),
            ("ii четв", Some("II четверть")),
            ("год", Some("Год")),
            ("экзамен", Some("Экзамен")),
            ("V четверть", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(period(&school, &class, typed).ok().as_deref(), meant, "«{typed}»");
            assert_eq!(period_of_school(&school, typed).ok().as_deref(), meant, "«{typed}»");
        }
        assert_eq!(period(&school, &class, "1").unwrap(), "I четверть");
    }

    #[test]
    fn a_number_that_is_a_quarter_to_some_and_a_half_year_to_others_is_asked_about() {
        let mut school = school();
        let alike = period_of_school(&school, "1").map(|period| period.to_string());
        let halves = school.periods.iter().any(|period| period.short.contains("полуг"));
        if !halves {
            assert_eq!(alike.unwrap(), "I четверть");
            let half = Period {
                name: "I полугодие".into(),
                short: "I полуг.".into(),
                grades: [10, 11],
                ..school.periods[0].clone()
            };
            school.periods.push(half);
        }
        let error = period_of_school(&school, "1").unwrap_err();
        assert!(error.message().contains("«I полугодие», «I четверть»"), "{error}");
    }
}
